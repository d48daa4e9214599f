"""Going back to earlier versions of a mask, and what was done to it when."""

from __future__ import annotations

from collections.abc import Callable

from app.actions import Action
from app.pages.annotate.desk import Desk
from app.pages.annotate.keeping.mask_history import MaskHistory
from app.pages.annotate.keeping.saver import what_was_done
from app.pages.annotate.showing.content import signature
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask


class Versions:
    """Reverts the mask that is shown, and shows its edit log.

    Args:
        desk: The page's things.
        original: The first version of the mask that is shown; None when there is none.
        changed: Called when the mask's state has changed.
    """

    def __init__(
        self, desk: Desk, original: Callable[[], Array | None], changed: Callable[[], None]
    ) -> None:
        self._desk = desk
        self._original = original
        self._changed = changed

    def actions(self) -> list[Action]:
        """The commands."""
        return [
            Action(
                "annotate.mask_history",
                "History of this mask",
                self.show_history,
                ("Ctrl+H",),
                "history",
                "Edit",
            )
        ]

    def revert(self) -> None:
        """Go back to the mask as it was saved last, as a step that can be undone."""
        desk, shown = self._desk, self._desk.shown()
        dataset = desk.session.dataset
        if dataset is None or shown is None:
            return
        key, mask = shown
        if mask.is_new:
            desk.session.message.emit("No file holds this mask yet; undo takes changes back.")
            return
        path = dataset.mask_path(dataset.sample(key.sample_id), key.label_set)

        def work(_job: object) -> tuple[Array, str]:
            data = read_bytes(path)
            return decode_mask(data, path, dataset.coding), content_hash(data)

        def done(read: tuple[Array, str]) -> None:
            pixels, file_hash = read
            now = desk.shown()
            if now is None or now[1] is not mask or not self._replace("Revert", pixels):
                return
            mask.file_hash, mask.signature = file_hash, signature(path)
            mask.document.mark_saved(None, file_hash)
            self._changed()

        desk.jobs.start(f"Reading {key.sample_id}", work, done)

    def revert_to_original(self) -> None:
        """Go back to the first version of the mask, as a step that can be undone."""
        original = self._original()
        if original is None:
            self._desk.session.message.emit("There is no earlier version of this mask.")
        else:
            self._replace("Revert to the first version", original)

    def show_history(self) -> None:
        """Show what was done to the mask that is shown, and when."""
        desk, shown = self._desk, self._desk.shown()
        workspace = desk.session.workspace
        if shown is None or workspace is None:
            desk.session.message.emit("There is no mask to tell of.")
            return
        key, mask = shown
        document = mask.document
        unsaved = what_was_done(document) or "Mended on opening" if document.is_dirty else ""
        edits = workspace.edits_of(key.label_set, key.sample_id)
        dialog = MaskHistory(key.sample_id, edits, unsaved, desk.view)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _replace(self, name: str, pixels: Array) -> bool:
        canvas, say = self._desk.view.canvas, self._desk.session.message.emit
        document = canvas.document
        if document is None or document.in_stroke:
            return False
        if canvas.is_read_only:
            say("The mask can only be looked at here.")
            return False
        if pixels.shape != document.mask.shape:
            say("That version has another size than the photo.")
            return False
        canvas.replace(name, pixels)
        return True
