"""The list of runs, and what can be done with the one that is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Signal, SignalInstance
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.runs.store import RunState, RunSummary
from widgets import theme
from widgets.training.run_delegate import RunDelegate
from widgets.training.run_model import RunModel
from widgets.training.words import is_to_compare

_NO_RUNS = "No runs yet."


class RunPanel(QWidget):
    """Shows all runs and emits what the user wants with them; it does nothing by itself."""

    chosen = Signal(str)
    """The id of the run that the user or `choose` turned to; "" for none."""
    stop_requested = Signal(str)
    cancel_requested = Signal(str)
    compare_requested = Signal(str)
    log_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunModel(self)
        self.list = QListView()
        self.stop_button = QPushButton("Stop")
        self.cancel_button = QPushButton("Cancel")
        self.compare_button = QPushButton("Compare")
        self.log_button = QPushButton("Open log")
        self._note = QLabel()
        self._stack = QStackedWidget()
        self._asked: Mapping[str, str] = {}
        self._lay_out()
        self._connect()
        self.update_runs((), {})

    @property
    def current(self) -> RunSummary | None:
        """The run that is chosen."""
        return self.model.run(self.list.currentIndex())

    def update_runs(self, runs: Sequence[RunSummary], asked: Mapping[str, str]) -> None:
        """Show these runs. The choice stays while its run is there."""
        self._asked = dict(asked)
        self.model.update(runs, asked)
        self._stack.setCurrentIndex(1 if runs else 0)
        going_on = sum(run.state is RunState.RUNNING for run in runs)
        self._note.setVisible(going_on > 0)
        self._note.setText(
            "The run goes on when you close the window."
            if going_on == 1
            else f"The {going_on} runs go on when you close the window."
        )
        self._refresh_buttons()

    def choose(self, run_id: str | None) -> None:
        """Turn to a run."""
        self.list.setCurrentIndex(self.model.index_of(run_id))

    def _lay_out(self) -> None:
        title = QLabel("Runs")
        title.setProperty("role", "heading")
        unit = QLabel("best mDice, %")
        unit.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(unit)
        self.list.setObjectName("runs")
        self.list.setAccessibleName("Runs")
        self.list.setModel(self.model)
        self.list.setItemDelegate(RunDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        empty = QLabel(_NO_RUNS)
        empty.setProperty("role", "muted")
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
        column.addWidget(self._note)
        column.addLayout(self._buttons())

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        for number, (button, icon, name, tip) in enumerate(
            (
                (
                    self.stop_button,
                    "stop-circle-outline",
                    "stop",
                    "Finish the iteration, save, evaluate, and end",
                ),
                (self.cancel_button, "close-circle-outline", "cancel", "End at once"),
                (
                    self.compare_button,
                    "compare",
                    "compare",
                    "See the predictions on the Compare page",
                ),
                (
                    self.log_button,
                    "text-box-outline",
                    "open_log",
                    "Open the whole log in the system's text viewer",
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
        self.list.doubleClicked.connect(lambda _index: self._emit_if(self.compare_button))
        self.stop_button.clicked.connect(lambda: self._emit(self.stop_requested))
        self.cancel_button.clicked.connect(lambda: self._emit(self.cancel_requested))
        self.compare_button.clicked.connect(lambda: self._emit(self.compare_requested))
        self.log_button.clicked.connect(lambda: self._emit(self.log_requested))
        theme.signals.changed.connect(self.list.viewport().update)

    def _emit(self, signal: SignalInstance) -> None:
        run = self.current
        if run is not None:
            signal.emit(run.id)

    def _emit_if(self, button: QPushButton) -> None:
        if button.isEnabled():
            button.click()

    def _on_current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        run = self.model.run(index)
        self._refresh_buttons()
        self.chosen.emit(run.id if run is not None else "")

    def _refresh_buttons(self) -> None:
        run = self.current
        state = run.state if run is not None else None
        asked = self._asked.get(run.id) if run is not None else None
        self.stop_button.setEnabled(state is RunState.RUNNING and asked is None)
        self.cancel_button.setEnabled(
            state is RunState.QUEUED or (state is RunState.RUNNING and asked != "cancel")
        )
        self.cancel_button.setToolTip(
            "Take the run out of the queue"
            if state is RunState.QUEUED
            else "End at once; nothing more is saved"
        )
        self.compare_button.setEnabled(run is not None and is_to_compare(run))
        self.log_button.setEnabled(run is not None)
