"""The Annotate page: the mask of the current sample, and the tools that mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.actions import Action
from app.jobs import Jobs
from app.pages.annotate.commands import commands
from app.pages.annotate.companions import Desk, companions
from app.pages.annotate.content import EditContent, MaskState, resized
from app.pages.annotate.open_masks import MaskKey, OpenMask, OpenMasks
from app.pages.annotate.pictures import renderer
from app.pages.annotate.questions import Answer, ask_about_unsaved
from app.pages.annotate.reader import SampleReader
from app.pages.annotate.saver import MaskSaver
from app.pages.page import Page
from app.session import Session
from app.settings import Settings
from core.dataset import Dataset
from core.images import Array, read_mask
from core.masks.document import MaskDocument
from widgets.canvas import MaskCanvas
from widgets.editor import EditorView
from widgets.empty_state import EmptyState
from widgets.flags.severity import counted

_SLOW_MS = 200


class AnnotatePage(Page):
    """Shows one sample at a time for editing; masks of other samples stay open behind it."""

    title = "Edit"
    icon_name = "pencil-outline"
    hint = "Mend the masks"

    sample_shown = Signal(str)
    """A sample id whose photo and mask are on the canvas."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.masks = OpenMasks()
        self.saver = MaskSaver(jobs, self.masks, self)
        self.ask: Callable[[QWidget, Sequence[str]], Answer] = ask_about_unsaved
        self.view = EditorView()
        self._reader = SampleReader(self)
        self._key: MaskKey | None = None
        self._content: EditContent | None = None
        self._mask: OpenMask | None = None
        self._verdict: tuple[str, str] | None = None
        self._pictured: Dataset | None = None
        self._is_stale = self._strip_is_stale = True
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self.nothing_open = EmptyState(
            "pencil-outline",
            "No dataset is open",
            "Open a folder of photos and masks; then every mask can be mended here.",
        )
        self.nothing_open.add_button(
            "Open a folder…",
            session.open_folder_requested.emit,
            icon="folder-open-outline",
            primary=True,
        )
        self.nothing_open.add_button(
            "Try the demo", session.open_demo_requested.emit, icon="creation-outline"
        )
        self._room = QStackedWidget()
        self._room.addWidget(self.nothing_open)
        self._room.addWidget(self.view)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._room)
        self.companions = companions(Desk(session, jobs, self.view, self._shown_mask, self.save))
        self._connect()

    @property
    def canvas(self) -> MaskCanvas:
        """The canvas."""
        return self.view.canvas

    # What the frame asks of a page

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        table = commands(self.view, self.step, self.save)
        return table + [action for one in self.companions for action in one.actions()]

    def activate(self) -> None:
        """Let the keys work the canvas at once."""
        if self.session.dataset is not None:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def restore(self, settings: Settings) -> None:
        """Take over sizes and the mask's opacity from the settings."""
        columns = self.view.columns
        sizes = settings.splitters.get(columns.objectName())
        if sizes and len(sizes) == columns.count():
            columns.setSizes(sizes)
        self.view.set_opacity(settings.overlay_opacity)

    def remember(self, settings: Settings) -> None:
        """Leave sizes and the mask's opacity in the settings."""
        columns = self.view.columns
        settings.splitters = {**settings.splitters, columns.objectName(): columns.sizes()}
        settings.overlay_opacity = self.view.opacity

    def may_close(self) -> bool:
        """Ask what to do with unsaved masks; False when the user wants to go on editing."""
        self.canvas.cancel()
        unsaved = self.unsaved()
        if not unsaved:
            return True
        answer = self.ask(self, [self._name_of(key) for key in unsaved])
        if answer is Answer.SAVE:
            return self.save_all()
        if answer is Answer.DISCARD:
            self.discard_all()
        return answer is Answer.DISCARD

    def shut_down(self) -> None:
        """End the reading of files."""
        self._slow.stop()
        self._reader.shut_down()
        self.view.filmstrip.shut_down()
        self.canvas.shut_down()
        for one in self.companions:
            one.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was chosen on another page."""
        super().showEvent(event)
        if self._strip_is_stale:
            self._show_strip()
        if self._is_stale:
            self._show_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no control of the page wants are the canvas's: digits choose a class."""
        self.canvas.keyPressEvent(event)

    # Doing

    def unsaved(self) -> list[MaskKey]:
        """The masks with changes that no file holds."""
        return self.masks.unsaved()

    def save(self) -> None:
        """Write the mask that is shown."""
        dataset, workspace, key = self.session.dataset, self.session.workspace, self._key
        if dataset is None or workspace is None or key is None or self._mask is None:
            self.session.message.emit("There is no mask to save.")
            return
        self.canvas.cancel()
        if not self._mask.document.is_dirty and not self._mask.is_new:
            self.session.message.emit("Nothing to save: the file holds this mask already.")
            return
        self.saver.save_later(dataset, workspace, key)
        self._refresh_state()

    def save_all(self) -> bool:
        """Write every unsaved mask, at once; False when one could not be written."""
        dataset, workspace = self.session.dataset, self.session.workspace
        if dataset is None or workspace is None:
            return True
        problems = self.saver.save_now(dataset, workspace, self.unsaved())
        if problems:
            self.session.problem.emit(" ".join(problems.values()))
        return not problems

    def discard_all(self) -> None:
        """Drop every unsaved change."""
        for key in self.unsaved():
            self.masks.drop(key)
        self._key = None
        self._show_current()

    def revert(self) -> None:
        """Go back to the mask as it was saved last, as a step that can be undone."""
        dataset, key, mask = self.session.dataset, self._key, self._mask
        if dataset is None or key is None or mask is None:
            return
        if mask.is_new:
            self.session.message.emit("No file holds this mask yet; undo takes changes back.")
            return
        path = dataset.mask_path(dataset.sample(key.sample_id), key.label_set)

        def done(saved: Array) -> None:
            if self._key == key and self._replace("Revert", saved):
                mask.document.mark_saved()
                self._on_history_changed()

        self.jobs.start(
            f"Reading {key.sample_id}", lambda _job: read_mask(path, dataset.coding), done
        )

    def revert_to_original(self) -> None:
        """Go back to the first version of the mask, as a step that can be undone."""
        original = self._content.original if self._content is not None else None
        if original is None:
            self.session.message.emit("There is no earlier version of this mask.")
        else:
            self._replace("Revert to the first version", original)

    def _replace(self, name: str, pixels: Array) -> bool:
        document = self.canvas.document
        if document is None or document.in_stroke:
            return False
        if pixels.shape != document.mask.shape:
            self.session.message.emit("That version has another size than the photo.")
            return False
        self.canvas.replace(name, pixels)
        return True

    def step(self, step: int, *, flagged: bool = False) -> None:
        """Go on by a number of samples, or to the next flagged one that way."""
        target = self.session.neighbour(step, flagged=flagged)
        if target is not None:
            self.session.set_current(target)
        elif self.session.shown:
            what = "flagged sample" if flagged else "sample"
            where = "after" if step > 0 else "before"
            self.session.message.emit(f"There is no {what} {where} this one.")

    def _connect(self) -> None:
        session, canvas, view = self.session, self.canvas, self.view
        session.dataset_changed.connect(self._on_dataset_changed)
        session.label_set_changed.connect(self._on_label_set_changed)
        session.current_changed.connect(lambda _sample: self._show_current())
        session.shown_changed.connect(self._show_strip)
        session.files_changed.connect(self._on_files_changed)
        session.flags_changed.connect(self._on_flags_changed)
        session.sample_checked.connect(self._on_checked)
        self._reader.read.connect(self._on_read)
        self._slow.timeout.connect(self._say_opening)
        self.saver.saved.connect(self._on_saved)
        self.saver.failed.connect(self._on_save_failed)
        canvas.said.connect(session.message)
        canvas.edited.connect(lambda _rect: self._forget_verdict())
        canvas.history_changed.connect(self._on_history_changed)
        view.options.revert_clicked.connect(self.revert)
        view.options.revert_to_original_clicked.connect(self.revert_to_original)
        view.options.save_clicked.connect(self.save)
        view.sample_bar.step_clicked.connect(self.step)
        view.sample_bar.next_flagged_clicked.connect(lambda: self.step(1, flagged=True))
        view.filmstrip.sample_chosen.connect(session.set_current)

    # What the session tells

    def _on_dataset_changed(self) -> None:
        self.masks.clear()
        self._reader.forget()
        self._key = None
        dataset = self.session.dataset
        self._room.setCurrentIndex(0 if dataset is None else 1)
        if dataset is not None:
            self.view.set_classes(dataset.classes, dataset.ignore_index)
            self._set_pictures(forget=True)
            self._show_strip()
            self.view.filmstrip.set_flags(self.session.flags)
        self._show_current()

    def _on_label_set_changed(self, _name: str) -> None:
        if self.session.dataset is not None:
            self._set_pictures(forget=False)
            self._mark_unsaved()
            self._show_current()

    def _on_flags_changed(self, changed: set[str] | None) -> None:
        self.view.filmstrip.set_flags(self.session.flags, changed)
        if self.session.dataset is not self._pictured:
            self._set_pictures(forget=False)  # a mask that was missing has a file now
        self._show_position()
        if changed is None or self.session.current in changed:
            self._show_flags()

    def _on_files_changed(self, changed: set[str]) -> None:
        """Masks were written elsewhere: the one on the screen is read again."""
        if self.session.current in changed:
            if self._mask is None or not self._mask.document.is_dirty:
                self._key = None  # what is on the screen is not what the file holds
            self._show_current()

    def _on_checked(self, sample_id: str) -> None:
        if self._key is None or sample_id != self._key.sample_id:
            return
        flags = self.session.flags.get(sample_id, [])
        if flags:
            self._verdict = (f"Saved · {counted(len(flags), 'flag')} left", "warning")
        else:
            self._verdict = ("No flags left: saved", "ok")
        self._refresh_state()

    # Showing a sample

    def _show_current(self) -> None:
        """Show the current sample, once the page is in sight."""
        if not self.isVisible():
            self._is_stale = True
            return
        self._is_stale = False
        session = self.session
        dataset, workspace, current = session.dataset, session.workspace, session.current
        if dataset is None or workspace is None or current is None:
            self._leave("No sample is chosen. Choose one on the Data page.")
            self.canvas.set_image(None)
            return
        key = MaskKey(session.label_set, current)
        self._show_position()
        self.view.filmstrip.show_current(current)
        if key == self._key:
            return
        self._leave()
        self._key = key
        self.view.sample_bar.show_sample(current)
        self._show_flags()
        self._slow.start()
        self._reader.ask(dataset, workspace, current, key.label_set)

    def _shown_mask(self) -> tuple[MaskKey, OpenMask] | None:
        if self._key is None or self._mask is None:
            return None
        return self._key, self._mask

    def _leave(self, message: str = "") -> None:
        for one in self.companions:
            one.on_left()
        self._key = self._content = self._mask = self._verdict = None
        self.view.show_nothing(message)
        self._refresh_state()

    def _on_read(self, content: EditContent) -> None:
        if self._key != MaskKey(content.label_set, content.sample_id):
            return
        self._slow.stop()
        self._content = content
        self.view.show_image(content.image, content.image_problem)
        if content.image is not None:
            mask = self.masks.get(self._key, content.signatures[1]) or _opened(content)
            if mask is not None:
                self._edit(mask)
            else:
                self._offer_repair(content)
        self.view.show_original(content.original)
        self._read_ahead()
        for one in self.companions:
            one.on_shown()
        self.sample_shown.emit(content.sample_id)

    def _edit(self, mask: OpenMask) -> None:
        if self._key is None:
            return
        self.masks.put(self._key, mask)
        self._mask = mask
        self.view.notice.dismiss()
        if mask.is_new:
            self.view.notice.tell(
                f"This sample has no mask in {self._key.label_set or 'any label set'} yet. "
                "Paint one; saving writes it."
            )
        self.view.edit(mask.document)

    def _offer_repair(self, content: EditContent) -> None:
        """Say what is wrong with the mask's file, and offer the ways out."""
        empty = (
            "Start from an empty mask",
            "Draw the mask anew; the file stays as it is until you save",
            lambda: self._mend(None),
        )
        mask, shape = content.mask, content.image_shape
        if mask is None or shape is None:
            self.view.notice.tell(content.mask_problem, [empty])
            return
        self.view.show_unfit(mask)
        self.view.notice.tell(
            f"The mask has another size than the photo: {mask.shape[1]} × {mask.shape[0]} instead "
            f"of {shape[1]} × {shape[0]} pixels. It is shown stretched.",
            [
                (
                    "Resize to the photo",
                    "Scale the mask by nearest neighbour; written when you save",
                    lambda: self._mend(mask),
                ),
                empty,
            ],
        )

    def _mend(self, mask: Array | None) -> None:
        """Go on with a mask of the photo's size, made from the file's mask or from nothing."""
        content = self._content
        if content is None or content.image_shape is None:
            return
        shape = content.image_shape
        pixels = np.zeros(shape, np.uint8) if mask is None else resized(mask, shape)
        self._edit(OpenMask(MaskDocument(pixels, saved=False), content.signatures[1]))

    def _read_ahead(self) -> None:
        session, key = self.session, self._key
        if session.dataset is None or session.workspace is None or key is None:
            return
        places = (session.neighbour(1), session.neighbour(1, flagged=True), session.neighbour(-1))
        wanted = list(dict.fromkeys(place for place in places if place is not None))
        self._reader.read_ahead(session.dataset, session.workspace, wanted, key.label_set)

    def _say_opening(self) -> None:
        if self._key is not None and self._content is None:
            self.canvas.set_image(None)
            self.canvas.set_message(f"Opening {self._key.sample_id} …")

    # Showing what has changed

    def _on_history_changed(self) -> None:
        self._refresh_state()
        self._mark_unsaved()

    def _forget_verdict(self) -> None:
        self._verdict = None

    def _on_saved(self, key: MaskKey) -> None:
        if key.label_set == self.session.label_set:
            self.session.mask_saved(key.sample_id)
        self.view.filmstrip.refresh([key.sample_id])
        self._mark_unsaved()
        if key == self._key:
            self.view.notice.dismiss()
            self._verdict = ("Saved", "muted")
        self._refresh_state()

    def _on_save_failed(self, _key: MaskKey, problem: str) -> None:
        self.session.problem.emit(problem)
        self._refresh_state()

    def _refresh_state(self) -> None:
        mask, key, bar = self._mask, self._key, self.view.sample_bar
        is_dirty = mask is not None and mask.document.is_dirty
        is_saving = key is not None and self.saver.is_saving(key)
        can_save = mask is not None and (is_dirty or mask.is_new) and not is_saving
        self.view.options.show_saving(can_save=can_save, can_revert=mask is not None)
        if is_saving:
            bar.show_state("Saving …", "muted")
        elif is_dirty:
            bar.show_state("● Unsaved changes", "warning")
        elif self._verdict is not None:
            bar.show_state(*self._verdict)
        elif mask is not None and mask.is_new:
            bar.show_state("No mask yet", "muted")
        else:
            bar.show_state("", "muted")

    def _mark_unsaved(self) -> None:
        unsaved = self.masks.unsaved(self.session.label_set)
        self.view.filmstrip.set_unsaved({key.sample_id for key in unsaved})
        self.session.set_unsaved(key.sample_id for key in unsaved)

    def _show_strip(self) -> None:
        if not self.isVisible():
            self._strip_is_stale = True
            return
        self._strip_is_stale = False
        self.view.filmstrip.show_samples(self.session.shown, self.session.current)
        self._show_position()

    def _show_position(self) -> None:
        shown, current = self.session.shown, self.session.current
        number = shown.index(current) + 1 if current in shown else None
        self.view.sample_bar.show_position(number, len(shown))
        self.view.sample_bar.set_next_flagged_enabled(len(self.session.flags) > 0)

    def _show_flags(self) -> None:
        session, current = self.session, self.session.current
        if current is not None:
            checked = session.is_checked(current)
            self.view.show_flags(session.flags.get(current, []), checked=checked)

    def _set_pictures(self, *, forget: bool) -> None:
        dataset, workspace = self.session.dataset, self.session.workspace
        if dataset is not None and workspace is not None:
            source = renderer(dataset, workspace, self.session.label_set)
            self.view.filmstrip.set_source(source, forget=forget)
            self._pictured = dataset

    def _name_of(self, key: MaskKey) -> str:
        own = key.label_set == self.session.label_set
        return key.sample_id if own else f"{key.sample_id} ({key.label_set})"


def _opened(content: EditContent) -> OpenMask | None:
    """The mask as it can be edited without asking; None when it has to be mended first."""
    if content.state is MaskState.GOOD and content.mask is not None:
        return OpenMask(MaskDocument(content.mask), content.signatures[1])
    if content.state is MaskState.MISSING and content.image_shape is not None:
        return OpenMask(MaskDocument(np.zeros(content.image_shape, np.uint8)), None)
    return None
