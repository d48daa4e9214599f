"""The list of runs, and what can be done with the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.runs.store import RunState, RunSummary
from widgets import theme
from widgets.training.queue_bar import QueueBar
from widgets.training.run_list import RunList
from widgets.training.run_menu import run_menu
from widgets.training.run_model import PLACE_ROLE, RunModel, arranged
from widgets.training.run_offers import Offers, cancel_tip, offers_for, resume_tip
from widgets.training.words import leaving_words

_NO_RUNS = "No runs yet. Choose a recipe on the left and start."
_PAUSE_TIP = "Finish the iteration, save, and make room until the run is resumed"
_STOP_TIP = "Finish the iteration, save, evaluate, and end"


class RunPanel(QWidget):
    """Shows all runs and emits what the user wants with them; it does nothing by itself."""

    chosen = Signal(str)
    """The id of the run that the user or `choose` turned to; "" for none."""
    shown_changed = Signal(object)
    """The ids of the runs to be shown in the plots: the ticked ones and the chosen one."""
    pause_requested = Signal(str)
    resume_requested = Signal(str)
    stop_requested = Signal(str)
    cancel_requested = Signal(str)
    retry_requested = Signal(str)
    """A failed run that is to be tried again with what its failure suggests."""
    compare_requested = Signal(str)
    log_requested = Signal(str)
    config_requested = Signal(str)
    folder_requested = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    move_requested = Signal(str, str)
    """A waiting run, and which way: "first", "up" or "down"."""
    place_requested = Signal(str, int)
    """A waiting run, and its new place in the queue, counted from 0."""
    queue_pause_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunModel(self)
        self.list = RunList(self.model)
        self.queue = QueueBar()
        self.pause_button = QPushButton("Pause")
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.compare_button = QPushButton("Compare")
        self.log_button = QPushButton("Open log")
        self.more_button = QPushButton("More")
        self._note = QLabel()
        self._stack = QStackedWidget()
        self._asked: Mapping[str, str] = {}
        self._waiting: Sequence[str] = ()
        self._is_paused = False
        self._resumes = False
        self._lay_out()
        self._connect()
        self.update_runs((), {})

    @property
    def current(self) -> RunSummary | None:
        """The run that is chosen."""
        return self.model.run(self.list.currentIndex())

    @property
    def shown(self) -> list[str]:
        """The ids of the runs to be shown in the plots, in the order in which they were added."""
        return self.model.shown

    def color_of(self, run_id: str) -> tuple[int, int, int] | None:
        """The colour (RGB) of a shown run; it keeps it for as long as it is shown."""
        return self.model.color_of(run_id)

    def update_runs(
        self,
        runs: Sequence[RunSummary],
        asked: Mapping[str, str],
        waiting: Sequence[str] = (),
        *,
        is_paused: bool = False,
    ) -> None:
        """Show these runs. The choice and the ticks stay while their runs are there.

        Args:
            runs: The runs, newest first.
            asked: What running workers were asked for, by run id.
            waiting: Ids of the queued runs, the next one first.
            is_paused: Whether the queue starts nothing new.
        """
        self._asked, self._waiting, self._is_paused = dict(asked), list(waiting), is_paused
        self.model.update(arranged(runs, waiting), asked, waiting)
        self._stack.setCurrentIndex(1 if runs else 0)
        going_on = sum(run.state is RunState.RUNNING for run in runs)
        self.queue.setVisible(bool(waiting) or is_paused)
        self._note.setText(leaving_words(going_on, len(waiting)))
        self._note.setVisible(bool(self._note.text()))
        self._refresh_buttons()

    def choose(self, run_id: str | None) -> None:
        """Turn to a run."""
        self.list.setCurrentIndex(self.model.index_of(run_id))

    def menu(self) -> QMenu | None:
        """The menu of the chosen run, not shown yet; None when none is chosen."""
        run = self.current
        if run is None:
            return None
        return run_menu(self, run, self._offers(), self._verbs())

    # Building

    def _lay_out(self) -> None:
        title = QLabel("Runs")
        title.setProperty("role", "heading")
        unit = QLabel("best mDice, %")
        unit.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(unit)
        empty = QLabel(_NO_RUNS)
        empty.setProperty("role", "muted")
        empty.setWordWrap(True)
        empty.setContentsMargins(0, theme.GRID, 0, 0)
        empty_page = QWidget()
        empty_column = QVBoxLayout(empty_page)
        empty_column.setContentsMargins(0, 0, 0, 0)
        empty_column.addWidget(empty)
        empty_column.addStretch(1)
        self._stack.addWidget(empty_page)
        self._stack.addWidget(self.list)
        self._note.setProperty("role", "muted")
        self._note.setWordWrap(True)
        column = QVBoxLayout(self)
        margin = theme.GRID
        column.setContentsMargins(margin, 2 * margin, 2 * margin, margin)
        column.setSpacing(theme.GRID)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(self.queue)
        column.addWidget(self._note)
        column.addLayout(self._buttons())

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        for number, (button, icon, name, tip) in enumerate(
            (
                (self.pause_button, "pause-circle-outline", "pause", _PAUSE_TIP),
                (self.stop_button, "stop-circle-outline", "stop", f"{_STOP_TIP} (Ctrl+.)"),
                (self.cancel_button, "close-circle-outline", "cancel", "End at once"),
                (
                    self.compare_button,
                    "compare",
                    "compare",
                    "See the predictions on the Compare page (double click on the run)",
                ),
                (
                    self.log_button,
                    "text-box-outline",
                    "open_log",
                    "Open the whole log in the system's text viewer (Ctrl+L)",
                ),
                (
                    self.more_button,
                    "dots-horizontal",
                    "more",
                    "Rename, config, folder, delete (right click on the run)",
                ),
            )
        ):
            button.setObjectName(name)
            button.setToolTip(tip)
            theme.set_icon(button, icon)
            grid.addWidget(button, number // 2, number % 2)
        return grid

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.list.doubleClicked.connect(lambda _index: self._click(self.compare_button))
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.model.shown_changed.connect(self.shown_changed)
        self.model.rename_requested.connect(self.rename_requested)
        self.model.move_requested.connect(self.place_requested)
        self.pause_button.clicked.connect(self._pause_or_resume)
        for button, signal in (
            (self.stop_button, self.stop_requested),
            (self.cancel_button, self.cancel_requested),
            (self.compare_button, self.compare_requested),
            (self.log_button, self.log_requested),
        ):
            button.clicked.connect(lambda _checked=False, signal=signal: self._emit(signal))
        self.more_button.clicked.connect(
            lambda: self._pop_up(self.more_button.mapToGlobal(QPoint(0, 0)))
        )
        self.queue.up_requested.connect(lambda: self._move("up"))
        self.queue.down_requested.connect(lambda: self._move("down"))
        self.queue.pause_requested.connect(self.queue_pause_requested)
        delete = QShortcut(QKeySequence("Del"), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)
        theme.signals.changed.connect(self.list.viewport().update)

    # What the user does

    def _verbs(self) -> dict[str, Callable[[], None]]:
        signals = {
            "resume": self.resume_requested,
            "pause": self.pause_requested,
            "retry": self.retry_requested,
            "compare": self.compare_requested,
            "config": self.config_requested,
            "folder": self.folder_requested,
            "delete": self.delete_requested,
        }
        verbs = {name: self._emitter(signal) for name, signal in signals.items()}
        verbs["first"] = lambda: self._move("first")
        verbs["rename"] = lambda: self.list.edit(self.list.currentIndex())
        return verbs

    def _emitter(self, signal: SignalInstance) -> Callable[[], None]:
        return lambda: self._emit(signal)

    def _emit(self, signal: SignalInstance) -> None:
        run = self.current
        if run is not None:
            signal.emit(run.id)

    def _click(self, button: QPushButton) -> None:
        if button.isEnabled():
            button.click()

    def _pause_or_resume(self) -> None:
        self._emit(self.resume_requested if self._resumes else self.pause_requested)

    def _delete(self) -> None:
        if self._offers().delete:
            self._emit(self.delete_requested)

    def _move(self, step: str) -> None:
        run = self.current
        if run is not None:
            self.move_requested.emit(run.id, step)

    def _open_menu(self, at: QPoint) -> None:
        if self.list.indexAt(at).isValid():
            self._pop_up(self.list.viewport().mapToGlobal(at))

    def _pop_up(self, at: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.popup(at)

    # What is shown

    def _on_current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        run = self.model.run(index)
        self._refresh_buttons()
        self.chosen.emit(run.id if run is not None else "")
        self.model.set_chosen(run.id if run is not None else "")

    def _offers(self) -> Offers:
        run = self.current
        return offers_for(run, self._asked.get(run.id) if run is not None else None)

    def _refresh_buttons(self) -> None:
        run, offers = self.current, self._offers()
        self._show_pause(run, offers)
        self.stop_button.setEnabled(offers.stop)
        self.cancel_button.setEnabled(offers.cancel)
        self.cancel_button.setToolTip(f"{cancel_tip(run)} (Ctrl+Shift+.)")
        self.compare_button.setEnabled(offers.compare)
        self.log_button.setEnabled(run is not None)
        self.more_button.setEnabled(run is not None)
        place = self.list.currentIndex().data(PLACE_ROLE)
        self.queue.show_queue(len(self._waiting), is_paused=self._is_paused, place=place)

    def _show_pause(self, run: RunSummary | None, offers: Offers) -> None:
        """One button pauses what runs and resumes what does not."""
        resumes = run is not None and run.state.is_over
        if resumes != self._resumes:
            self._resumes = resumes
            self.pause_button.setText("Resume" if resumes else "Pause")
            icon = "play-circle-outline" if resumes else "pause-circle-outline"
            theme.set_icon(self.pause_button, icon)
        self.pause_button.setEnabled(offers.resume if resumes else offers.pause)
        tip = resume_tip(run) if resumes else _PAUSE_TIP
        self.pause_button.setToolTip(f"{tip} (Ctrl+Shift+P)")
