"""When a mask's file is not the one that was opened: read it again, or ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.pages.annotate.keeping.saver import MaskSaver
from app.pages.annotate.keeping.watching import FileWatch
from app.pages.annotate.showing.content import EditContent, MaskState, read_for_editing, signature
from app.pages.annotate.showing.notices import Notice, changed_elsewhere
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask
from app.session import Session
from core.images import Array
from widgets import theme
from widgets.editor import EditorView
from widgets.latest_task import LatestTask

DIFFERENCE_LAYER = "difference"


class _Question(NamedTuple):
    key: MaskKey
    content: EditContent


class Conflicts(QObject):
    """Compares the mask that is shown with its file.

    The file is watched; `check` looks at once. A mask without unsaved strokes follows its file;
    for one with them the user is asked, and until there is an answer nothing can be saved.
    """

    file_is_newer = Signal(object)
    """The EditContent of the shown sample, whose mask was changed and may simply be read again."""
    changed = Signal()
    """There is a question, or no longer; or the mask's state changed."""

    def __init__(
        self,
        session: Session,
        view: EditorView,
        shown: Callable[[], tuple[MaskKey, OpenMask] | None],
        saver: MaskSaver,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._shown = shown
        self._saver = saver
        self._content: EditContent | None = None
        self._question: _Question | None = None
        self._differs = False
        self._watch = FileWatch(self)
        self._watch.touched.connect(lambda: self.check())
        self._reading = LatestTask(self)
        self._reading.done.connect(self._on_read)

    @property
    def notice(self) -> Notice | None:
        """The question that is open, with its answers; None when there is none."""
        question, shown = self._question, self._shown()
        if question is None or shown is None or shown[0] != question.key:
            return None
        fits = _fits(question.content, shown[1])
        compare = self._toggle_difference if fits is not None else None
        return changed_elsewhere(
            question.content, self._keep, self._take, compare, is_dirty=shown[1].document.is_dirty
        )

    def follow(self, content: EditContent) -> None:
        """Turn to the sample that is shown: what was read of it, compared at once."""
        self._content = content
        dataset = self._session.dataset
        if dataset is not None:
            sample = dataset.sample(content.sample_id)
            self._watch.watch(dataset.mask_path(sample, content.label_set))
        self._compare(content)

    def leave(self) -> None:
        """The sample is left."""
        self._content = self._question = None
        self._watch.watch(None)
        self._reading.forget()
        self._hide_difference()

    def shut_down(self) -> None:
        """End the thread and the watching."""
        self._watch.watch(None)
        self._reading.shut_down()

    def check(self, *, is_certain: bool = False) -> None:
        """Look whether the file of the shown mask is still the one that was opened.

        Out of sight nothing is looked at: `check` is called again when the editor is shown.

        Args:
            is_certain: Read it even if time and size are those that are known.
        """
        shown, known = self._shown(), self._content
        dataset, workspace = self._session.dataset, self._session.workspace
        if shown is None or dataset is None or workspace is None or not self._view.isVisible():
            return
        key, mask = shown
        if self._saver.is_saving(key):
            return  # it is us; looked at again when that is done
        path = dataset.mask_path(dataset.sample(key.sample_id), key.label_set)
        if is_certain or signature(path) != mask.signature:
            self._reading.request(
                lambda: read_for_editing(dataset, workspace, key.sample_id, key.label_set, known)
            )

    def _on_read(self, content: object) -> None:
        if isinstance(content, EditContent):
            self._compare(content)

    def _compare(self, content: EditContent) -> None:
        shown = self._shown()
        if shown is None or shown[0] != MaskKey(content.label_set, content.sample_id):
            return
        key, mask = shown
        if self._saver.is_saving(key) or mask.file_hash is None:
            return
        if content.file_hash == mask.file_hash:
            mask.signature = content.signatures[1]
            self._settle()
            return
        read = _fits(content, mask)
        if read is not None and np.array_equal(read, mask.document.mask):
            _take_over(mask, content)
            mask.document.mark_saved(None, content.file_hash)
            self._settle()
        elif mask.document.is_dirty or content.state is MaskState.MISSING:
            # Of a deleted file this may be the last copy, be it saved or not.
            self._question = _Question(key, content)
            self.changed.emit()
        else:
            self._settle()
            self.file_is_newer.emit(content)

    def _settle(self) -> None:
        self._hide_difference()
        self._question = None
        self.changed.emit()

    def _keep(self) -> None:
        """Go on with the strokes; the file may be replaced by a save."""
        question, shown = self._question, self._shown()
        if question is not None and shown is not None:
            _take_over(shown[1], question.content)
            shown[1].document.forget_saved(question.content.file_hash)
            self._settle()

    def _take(self) -> None:
        """Show what the file holds, as a step that can be undone where the sizes are the same."""
        question, shown = self._question, self._shown()
        if question is None or shown is None:
            return
        content, mask = question.content, shown[1]
        read = _fits(content, mask)
        if read is None:
            self._settle()
            self.file_is_newer.emit(content)
            return
        canvas = self._view.canvas
        canvas.cancel()
        canvas.replace("Take the file", read)
        _take_over(mask, content)
        mask.document.mark_saved(None, content.file_hash)
        self._settle()
        self._session.message.emit("The file was taken; undo brings your strokes back.")

    def _toggle_difference(self) -> None:
        question, shown = self._question, self._shown()
        read = _fits(question.content, shown[1]) if question and shown else None
        canvas = self._view.canvas
        if shown is None or read is None:
            return
        if self._differs:
            self._hide_difference()
            return
        differs = (read != shown[1].document.mask).astype(np.uint8)
        color = theme.color("error")
        table = [(0, 0, 0, 0), (color.red(), color.green(), color.blue(), 255)]
        canvas.set_overlay(DIFFERENCE_LAYER, differs, table + [(0, 0, 0, 0)] * 254)
        self._differs = True
        self._session.message.emit(f"{np.count_nonzero(differs)} pixels differ.")

    def _hide_difference(self) -> None:
        if self._differs:
            self._differs = False
            self._view.canvas.set_overlay(DIFFERENCE_LAYER, None)


def _fits(content: EditContent, mask: OpenMask) -> Array | None:
    """The file's mask, if it can stand in for the one that is edited."""
    read = content.mask
    if content.state is not MaskState.GOOD or read is None:
        return None
    return read if read.shape == mask.document.mask.shape else None


def _take_over(mask: OpenMask, content: EditContent) -> None:
    mask.file_hash, mask.signature = content.file_hash, content.signatures[1]
