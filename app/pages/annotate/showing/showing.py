"""The sample on the canvas: read, brought back from its journal, mended, followed by its file."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.pages.annotate.keeping.conflicts import Conflicts
from app.pages.annotate.keeping.journals import Keeping
from app.pages.annotate.keeping.saver import MaskSaver
from app.pages.annotate.keeping.unsaved import UnsavedMasks
from app.pages.annotate.showing.content import EditContent
from app.pages.annotate.showing.notices import Notice, no_mask_yet, read_only, unfit
from app.pages.annotate.showing.open_masks import MaskKey, OpenMask, OpenMasks
from app.pages.annotate.showing.opening import brought_back, mended, opened
from app.pages.annotate.showing.reader import SampleReader
from app.session import Session
from core.images import Array
from core.masks.journal.reader import Restored
from widgets.editor import EditorView

_SLOW_MS = 200


class Showing(QObject):
    """Brings samples to the editor, with what is to be said of them above the canvas."""

    left = Signal()
    """The sample that was shown is being left."""
    presented = Signal(str)
    """A sample's photo and mask are on the canvas."""
    changed = Signal()
    """The state of the shown mask, or of any unsaved one, may be another."""

    def __init__(
        self,
        session: Session,
        view: EditorView,
        masks: OpenMasks,
        saver: MaskSaver,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._masks = masks
        self.key: MaskKey | None = None
        self.content: EditContent | None = None
        self.mask: OpenMask | None = None
        self.is_ready = False
        """Whether the sample of `key` is on the canvas, its mask ready to be edited."""
        self._told = ""
        self.keeping = Keeping(self)
        self.unsaved = UnsavedMasks(session, masks, self.keeping, saver)
        self.conflicts = Conflicts(session, view, self.shown, saver, self)
        self.reader = SampleReader(self)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._slow.timeout.connect(self._say_opening)
        self.reader.read.connect(self._on_read)
        saver.saved.connect(self._on_saved)
        self.keeping.restored.connect(self._on_restored)
        self.keeping.found.connect(self._on_found)
        self.keeping.problem.connect(session.problem)
        self.conflicts.file_is_newer.connect(self._on_file_is_newer)
        self.conflicts.changed.connect(self._on_conflict_changed)

    def shown(self) -> tuple[MaskKey, OpenMask] | None:
        """The mask that is shown and can be edited; None when there is none."""
        if self.key is None or self.mask is None:
            return None
        return self.key, self.mask

    def original(self) -> Array | None:
        """The first version of the shown mask; None when there is none."""
        return self.content.original if self.content is not None else None

    def turn_to_dataset(self) -> None:
        """Another dataset is open, or none: its journals are looked for."""
        self._masks.clear()
        self.reader.forget()
        self.key = None
        self.unsaved.forget()
        self.keeping.open(self._session.workspace)
        self._session.set_edited_by(self.keeping.holder)

    def show_current(self) -> bool:
        """Show the session's current sample; False when it is shown already, or there is none."""
        session = self._session
        dataset, workspace, current = session.dataset, session.workspace, session.current
        if dataset is None or workspace is None or current is None:
            self._leave("No sample is chosen. Choose one on the Data page.")
            self._view.canvas.set_image(None)
            return False
        key = MaskKey(session.label_set, current)
        if key == self.key:
            return False
        self._leave()
        self.key = key
        self._slow.start()
        self.reader.ask(dataset, workspace, current, key.label_set)
        return True

    def reopen(self) -> None:
        """Show the current sample anew, from its file or journal."""
        self.key = None
        self.show_current()
        self.changed.emit()

    def look_at_files(self) -> None:
        """The shown sample's mask may have been written by somebody else."""
        if self.mask is None:
            self.key = None  # what could not be edited may be another by now
        self.conflicts.check()

    def tell(self) -> None:
        """Say above the canvas what matters most of what there is to say."""
        notice = self._notice()
        self._told = "" if notice is None else notice.text
        if notice is None:
            self._view.notice.dismiss()
        else:
            self._view.notice.tell(*notice)

    def tell_if_news(self) -> None:
        """Say what matters most, if it was this that spoke last and it is something else now."""
        notice = self._notice()
        text = "" if notice is None else notice.text
        if text != self._told == self._view.notice.text:
            self.tell()

    def shut_down(self) -> None:
        """End the reading of files; journals that are not needed any more are deleted."""
        self._slow.stop()
        self.reader.shut_down()
        self.conflicts.shut_down()
        self.keeping.shut_down()

    def _leave(self, message: str = "") -> None:
        self.left.emit()
        self.conflicts.leave()
        self.key = self.content = self.mask = None
        self.is_ready = False
        self._view.show_nothing(message)
        self.changed.emit()

    def _on_read(self, content: EditContent) -> None:
        if self.key != MaskKey(content.label_set, content.sample_id):
            return
        self._slow.stop()
        self.content = content
        self._view.show_image(content.image, content.image_problem)
        if content.image is not None:
            mask = self._masks.get(self.key, content.signatures[1], content.file_hash)
            if mask is None and self.keeping.has_journal(self.key):
                self.keeping.restore(self.key)  # goes on in _on_restored
                return
            self._show_mask(mask or opened(content))
        self._present(content)

    def _on_restored(self, key: MaskKey, restored: Restored | None) -> None:
        """A journal was read: go on from there with the sample that waited for it."""
        content = self.content
        if key != self.key or content is None or self.mask is not None:
            return
        mask = None
        if restored is not None and restored.document.mask.shape != content.image_shape:
            self.keeping.refuse(key)
            self._session.problem.emit(
                f"The unsaved strokes of {key.sample_id} belong to a photo of another size. They "
                "are kept in the workspace, and the mask is shown as its file holds it."
            )
        elif restored is not None:
            self.keeping.resume(restored)
            mask = brought_back(content, restored)
            if restored.lost and not restored.is_damaged:
                self._session.message.emit(
                    f"The last record of {key.sample_id} was not whole and was left out."
                )
            if mask is None:
                self.keeping.drop(key)
        self._show_mask(mask or opened(content))
        self._present(content)

    def _present(self, content: EditContent) -> None:
        self._view.show_original(content.original)
        self._read_ahead()
        self.is_ready = True
        self.changed.emit()
        self.presented.emit(content.sample_id)

    def _show_mask(self, mask: OpenMask | None) -> None:
        """Edit a mask, or say what is wrong with the file's."""
        key, content, canvas = self.key, self.content, self._view.canvas
        if key is None or content is None:
            return
        holder = self.keeping.holder
        canvas.set_read_only(f"The masks are edited in {holder}." if holder else "")
        if mask is not None:
            self._masks.put(key, mask)
            self.mask = mask
            self.keeping.begin(key, mask, content)
            self.keeping.opened(key)
            self._view.edit(mask.document)
            self.conflicts.follow(content)
        elif content.mask is not None:
            self._view.show_unfit(content.mask)
        self.tell()

    def _mend(self, *, from_file: bool) -> None:
        """Go on with a mask of the photo's size, made from the file's mask or from nothing."""
        if self.content is not None:
            self._show_mask(mended(self.content, from_file=from_file))
            self.changed.emit()

    def _on_file_is_newer(self, content: EditContent) -> None:
        """The shown mask was written outside; nothing unsaved is lost by showing it."""
        if self.key != MaskKey(content.label_set, content.sample_id):
            return
        self.left.emit()
        self._masks.drop(self.key)
        self.keeping.drop(self.key)
        self.reader.keep(content)
        self.content, self.mask = content, None
        self._view.canvas.set_document(None)
        self._show_mask(opened(content))
        self._present(content)
        self._session.message.emit(
            f"The mask of {content.sample_id} was changed outside the editor and read again."
        )

    def _on_saved(self, key: MaskKey) -> None:
        dataset, workspace = self._session.dataset, self._session.workspace
        if dataset is not None and workspace is not None:
            self.reader.read_again(dataset, workspace, key.sample_id, key.label_set)

    def _on_conflict_changed(self) -> None:
        self.tell()
        self.changed.emit()

    def _notice(self) -> Notice | None:
        key, content, keeping = self.key, self.content, self.keeping
        if key is None or content is None or content.image is None:
            return None
        if keeping.is_read_only:
            return read_only(keeping.holder, self._try_again)
        if self.mask is None:
            return unfit(
                content,
                lambda: self._mend(from_file=False),
                lambda: self._mend(from_file=True),
            )
        notice = self.conflicts.notice or self.unsaved.notice(self.tell, self.reopen)
        if notice is None and self.mask.is_new:
            return no_mask_yet(key.label_set)
        return notice

    def _try_again(self) -> None:
        is_free = self.keeping.try_again()
        self._session.set_edited_by(self.keeping.holder)
        if not is_free:
            self._session.message.emit(f"The masks are still edited in {self.keeping.holder}.")
            return
        self._masks.clear()
        self.reopen()

    def _on_found(self) -> None:
        """Strokes of an earlier time were found, or are wanted again."""
        self.unsaved.note_found()
        count = len(self.keeping.pending)
        if count and not self._view.isVisible():
            masks = "1 mask" if count == 1 else f"{count} masks"
            self._session.message.emit(
                f"Unsaved strokes of {masks} from the last time were restored: see the Edit page."
            )
        for key in self.keeping.pending:
            mask = self._masks.peek(key)
            if mask is None:
                continue
            if mask.document.is_dirty:
                self.keeping.opened(key)  # it was brought back already
            else:
                self._masks.drop(key)
                if key == self.key:
                    self.reopen()
        self.changed.emit()
        self.tell()

    def _read_ahead(self) -> None:
        session, key = self._session, self.key
        if session.dataset is None or session.workspace is None or key is None:
            return
        places = (session.neighbour(1), session.neighbour(1, flagged=True), session.neighbour(-1))
        wanted = list(dict.fromkeys(place for place in places if place is not None))
        self.reader.read_ahead(session.dataset, session.workspace, wanted, key.label_set)

    def _say_opening(self) -> None:
        if self.key is not None and self.content is None:
            self._view.canvas.set_image(None)
            self._view.canvas.set_message(f"Opening {self.key.sample_id} …")
