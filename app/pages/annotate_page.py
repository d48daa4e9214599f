"""The Annotate page: the mask of the current sample, and the tools that mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.actions import Action
from app.jobs import Jobs
from app.pages.annotate.commands import commands
from app.pages.annotate.companions import companions
from app.pages.annotate.desk import Desk, Remembering
from app.pages.annotate.keeping.questions import Answer, ask_about_unsaved
from app.pages.annotate.keeping.saver import MaskSaver
from app.pages.annotate.keeping.versions import Versions
from app.pages.annotate.showing.open_masks import MaskKey, OpenMasks
from app.pages.annotate.showing.pictures import renderer
from app.pages.annotate.showing.showing import Showing
from app.pages.page import Page
from app.session import Session
from app.settings import Settings
from core.dataset import Dataset
from widgets.canvas import MaskCanvas
from widgets.editor import EditorView
from widgets.empty_state import EmptyState
from widgets.flags.severity import counted


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
        self.ask: Callable[[QWidget, Sequence[str]], Answer] = self._ask
        self.view = EditorView()
        self.showing = Showing(session, self.view, self.masks, self.saver, self)
        self._verdict: tuple[str, str] | None = None
        self._wanted_place: tuple[str, Sequence[int]] | None = None
        self._pictured: Dataset | None = None
        self._is_stale = self._strip_is_stale = True
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
        desk = Desk(session, jobs, self.view, self.showing.shown, self.save)
        self.versions = Versions(desk, self.showing.original, self._on_history_changed)
        self.companions = companions(desk)
        self._connect()

    @property
    def canvas(self) -> MaskCanvas:
        """The canvas."""
        return self.view.canvas

    # What the frame asks of a page

    def actions_table(self) -> list[Action]:
        """The page's commands."""
        table = commands(self.view, self.step, self.save) + self.versions.actions()
        return table + [action for one in self.companions for action in one.actions()]

    def actions_installed(self, actions: Mapping[str, QAction]) -> None:
        """Offer what has no button of its own in the menu of the options."""
        offered = [one.actions() for one in self.companions]
        table = [*self.versions.actions(), *(action for part in offered for action in part)]
        self.view.options.set_more([actions[action.id] for action in table])

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
        self.view.side.set_folded(settings.editor_folded)
        for one in self.companions:
            if isinstance(one, Remembering):
                one.restore(settings)

    def remember(self, settings: Settings) -> None:
        """Leave sizes and the mask's opacity in the settings."""
        columns = self.view.columns
        settings.splitters = {**settings.splitters, columns.objectName(): columns.sizes()}
        settings.overlay_opacity = self.view.opacity
        settings.editor_folded = sorted(self.view.side.folded)
        for one in self.companions:
            if isinstance(one, Remembering):
                one.remember(settings)

    def may_close(self) -> bool:
        """Ask what to do with unsaved masks; False when the user wants to go on editing."""
        self.canvas.cancel()
        unsaved = self.unsaved()
        if not unsaved:
            return True
        answer = self.ask(self, [self.showing.unsaved.name_of(key) for key in unsaved])
        if answer is Answer.SAVE:
            return self.save_all()
        if answer is Answer.DISCARD:
            self.discard_all()
        return answer in (Answer.DISCARD, Answer.KEEP)

    def shut_down(self) -> None:
        """End the reading of files."""
        self.view.filmstrip.shut_down()
        self.canvas.shut_down()
        for one in self.companions:
            one.shut_down()
        self.showing.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was chosen on another page."""
        super().showEvent(event)
        if self._strip_is_stale:
            self._show_strip()
        if self._is_stale:
            self._show_current()
        self.showing.conflicts.check()

    def event(self, event: QEvent) -> bool:
        """Coming back from another program: it may have written the mask that is shown."""
        if event.type() == QEvent.Type.WindowActivate:
            self.showing.conflicts.check()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no control of the page wants are the canvas's: digits choose a class."""
        self.canvas.keyPressEvent(event)

    # Doing

    def unsaved(self) -> list[MaskKey]:
        """The masks with changes that no file holds, those of an earlier time included."""
        return self.showing.unsaved.keys()

    def save(self) -> None:
        """Write the mask that is shown."""
        dataset, workspace = self.session.dataset, self.session.workspace
        shown, keeping = self.showing.shown(), self.showing.keeping
        if dataset is None or workspace is None or shown is None:
            self.session.message.emit("There is no mask to save.")
            return
        key, mask = shown
        if keeping.is_read_only:
            self.session.message.emit(f"The masks are edited in {keeping.holder}.")
            return
        self.canvas.cancel()
        if not mask.document.is_dirty and not mask.is_new:
            self.session.message.emit("Nothing to save: the file holds this mask already.")
            return
        self.saver.save_later(dataset, workspace, key)
        self._refresh_state()

    def save_all(self) -> bool:
        """Write every unsaved mask, at once; False when one could not be written."""
        problems = self.showing.unsaved.save()
        if problems:
            first, *others = problems
            more = f" {counted(len(others), 'more mask')} could not be written." if others else ""
            self.session.problem.emit(f"{first}{more} Nothing of them is lost.")
        return not problems

    def discard_all(self) -> None:
        """Drop every unsaved change, and its journal."""
        self.showing.unsaved.discard()
        self.showing.key = None
        self._show_current()

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
        session.place_requested.connect(self._on_place)
        session.shown_changed.connect(self._show_strip)
        session.files_changed.connect(self._on_files_changed)
        session.flags_changed.connect(self._on_flags_changed)
        session.sample_checked.connect(self._on_checked)
        self.showing.left.connect(self._on_left)
        self.showing.presented.connect(self._on_presented)
        self.showing.changed.connect(self._on_history_changed)
        self.saver.saved.connect(self._on_saved)
        self.saver.failed.connect(self._on_save_failed)
        self.saver.changed_elsewhere.connect(self._on_changed_elsewhere)
        canvas.said.connect(session.message)
        canvas.edited.connect(lambda _rect: self._forget_verdict())
        canvas.history_changed.connect(self._on_history_changed)
        view.options.revert_clicked.connect(self.versions.revert)
        view.options.revert_to_original_clicked.connect(self.versions.revert_to_original)
        view.options.revert_button.menu().addAction(
            "History of this mask…", self.versions.show_history
        )
        view.options.save_clicked.connect(self.save)
        view.sample_bar.step_clicked.connect(self.step)
        view.sample_bar.next_flagged_clicked.connect(lambda: self.step(1, flagged=True))
        view.filmstrip.sample_chosen.connect(session.set_current)

    # What the session tells

    def _on_dataset_changed(self) -> None:
        self.showing.turn_to_dataset()
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
            self.showing.look_at_files()
            self._show_current()

    def _on_checked(self, sample_id: str) -> None:
        key = self.showing.key
        if key is None or sample_id != key.sample_id:
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
        current = self.session.current
        if current is not None:
            self._show_position()
            self.view.filmstrip.show_current(current)
        if self.showing.show_current() and current is not None:
            self.view.sample_bar.show_sample(current)
            self._show_flags()

    def _on_left(self) -> None:
        self._verdict = None
        for one in self.companions:
            one.on_left()

    def _on_presented(self, sample_id: str) -> None:
        for one in self.companions:
            one.on_shown()
        self._go_to_place()
        self.sample_shown.emit(sample_id)

    def _on_place(self, sample_id: str, box: Sequence[int]) -> None:
        self._wanted_place = sample_id, box
        self._go_to_place()

    def _go_to_place(self) -> None:
        """Go to the place that another page has asked for, once its sample is on the canvas."""
        key, wanted = self.showing.key, self._wanted_place
        if wanted is None or key is None or not self.showing.is_ready:
            return
        if wanted[0] == key.sample_id:
            self.view.show_place(wanted[1])
        self._wanted_place = None

    # Showing what has changed

    def _on_history_changed(self) -> None:
        if self.showing.mask is not None:
            self.showing.keeping.sync_later(self.showing.mask)
            self.showing.tell_if_news()
        self._refresh_state()
        self._mark_unsaved()

    def _forget_verdict(self) -> None:
        self._verdict = None

    def _on_saved(self, key: MaskKey) -> None:
        if key.label_set == self.session.label_set:
            self.session.mask_saved(key.sample_id)
        self.view.filmstrip.refresh([key.sample_id])
        self.session.message.emit(f"Saved {key.sample_id}.")
        self._mark_unsaved()
        if key == self.showing.key:
            self._verdict = ("Saved", "muted")
            self.showing.tell()
            self.showing.conflicts.check()
        self._refresh_state()

    def _on_save_failed(self, _key: MaskKey, problem: str) -> None:
        self.session.problem.emit(problem)
        self._refresh_state()

    def _on_changed_elsewhere(self, key: MaskKey) -> None:
        if key == self.showing.key:
            self.showing.conflicts.check(is_certain=True)  # which asks
            self.session.message.emit("Not saved: choose above which version is to stay.")
        else:
            self.session.problem.emit(
                f"{key.sample_id} was not saved: another program changed its file. Open it to "
                "choose between your strokes and the file."
            )
        self._refresh_state()

    def _refresh_state(self) -> None:
        mask, key, bar = self.showing.mask, self.showing.key, self.view.sample_bar
        is_dirty = mask is not None and mask.document.is_dirty
        is_saving = key is not None and self.saver.is_saving(key)
        can_save = mask is not None and (is_dirty or mask.is_new) and not is_saving
        can_save = can_save and not self.showing.keeping.is_read_only
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
        label_set = self.session.label_set
        unsaved = {key.sample_id for key in self.unsaved() if key.label_set == label_set}
        self.view.filmstrip.set_unsaved(unsaved)
        self.session.set_unsaved(unsaved)

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

    def _ask(self, parent: QWidget, names: Sequence[str]) -> Answer:
        return ask_about_unsaved(parent, names, can_keep=self.showing.unsaved.can_be_kept)
