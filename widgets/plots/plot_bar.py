"""The row above the plots: which are shown, along what, how smooth, and what can be taken away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from widgets import theme
from widgets.arrow_slider import ArrowSlider
from widgets.flow_layout import FlowBox
from widgets.plots.catalogue import PLOT_KINDS
from widgets.plots.clock import XAxis
from widgets.plots.options import MOST_SMOOTHING, PACE, QUALITY, PlotOptions

_SETS: dict[str, tuple[str, ...]] = {
    "Quality": QUALITY,
    "Speed": PACE,
    "All": tuple(PLOT_KINDS),
}
_AXES = (
    (XAxis.ITERATION, "iteration"),
    (XAxis.EPOCH, "epoch"),
    (XAxis.TIME, "time"),
)
_SMOOTHING_STEPS = 100
_SLIDER_WIDTH = 48
_SMOOTH = "Smooth"
_GOAL_TIP = "Set the goal line; it can also be dragged"
_RUN_GOAL_TIP = (
    "The goal line stands at the goal of the chosen run. Set it here, or drag it, and it stays "
    "there whichever run is chosen; a run's message still comes at the run's own goal"
)


class PlotBar(FlowBox):
    """Shows `PlotOptions` and tells when the user wants others; it does nothing by itself."""

    changed = Signal(object)
    """The `PlotOptions` that the user wants."""
    picture_requested = Signal()
    copy_requested = Signal()
    table_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, spacing=theme.GRID // 2)
        self._options = PlotOptions()
        self.plots_button = QToolButton()
        self.axis = QComboBox()
        self.smoothing = ArrowSlider(Qt.Orientation.Horizontal)
        self._smoothing_words = QLabel()
        self.log = QToolButton()
        self.outliers = QToolButton()
        self.goal_button = QToolButton()
        self.goal = QDoubleSpinBox()
        self.run_goal = QAction("Back to the goal of the chosen run", self)
        self.export_button = QToolButton()
        self._set_actions: dict[str, QAction] = {}
        self._plot_actions: dict[str, QAction] = {}
        self._make_plots_menu()
        self._make_goal_menu()
        self._make_export_menu()
        self._lay_out()
        self._connect()
        self.set_options(self._options)

    @property
    def options(self) -> PlotOptions:
        """What is chosen."""
        return self._options

    def set_options(self, options: PlotOptions) -> None:
        """Show these choices."""
        self._options = options
        for family, action in self._plot_actions.items():
            action.setChecked(family in options.shown)
        name = next((name for name, shown in _SETS.items() if shown == options.shown), None)
        for each, action in self._set_actions.items():
            action.setChecked(each == name)
        count = len(options.shown)
        self.plots_button.setText(name or ("1 plot" if count == 1 else f"{count} plots"))
        widgets = (self.axis, self.smoothing, self.log, self.outliers, self.goal)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.axis.setCurrentIndex(self.axis.findData(options.axis))
        self.smoothing.setValue(round(options.smoothing * _SMOOTHING_STEPS))
        self.log.setChecked(options.log)
        self.outliers.setChecked(options.cut_outliers)
        self.goal.setValue(options.goal)
        del blockers
        self._smoothing_words.setText(f"{options.smoothing:.2f}" if options.smoothing else _SMOOTH)
        self.goal_button.setText(f"{options.goal:g} %")
        self.run_goal.setEnabled(options.own_goal)
        self.settle()

    def set_run_goal(self, goal: float | None) -> None:
        """Offer the goal of the run that is looked at; None where it has none."""
        self.run_goal.setVisible(goal is not None)
        if goal is not None:
            self.run_goal.setText(f"Back to the goal of the chosen run ({goal:g} %)")
        self.goal_button.setToolTip(_GOAL_TIP if goal is None else _RUN_GOAL_TIP)

    def plot_action(self, family: str) -> QAction:
        """The menu entry that shows or hides a plot."""
        return self._plot_actions[family]

    def set_action(self, name: str) -> QAction:
        """The menu entry of a set of plots."""
        return self._set_actions[name]

    def next_axis(self) -> None:
        """Turn to the next thing to align curves by."""
        self.axis.setCurrentIndex((self.axis.currentIndex() + 1) % self.axis.count())

    def _make_plots_menu(self) -> None:
        menu = QMenu(self.plots_button)
        for name, shown in _SETS.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _on, shown=shown: self._change(shown=shown))
            self._set_actions[name] = action
        menu.addSeparator()
        for family, kind in PLOT_KINDS.items():
            action = menu.addAction(kind.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setToolTip(kind.tip)
            action.triggered.connect(lambda _on, family=family: self._toggle(family))
            self._plot_actions[family] = action
        menu.setToolTipsVisible(True)
        self.plots_button.setMenu(menu)

    def _make_goal_menu(self) -> None:
        self.goal.setRange(1, 100)
        self.goal.setDecimals(1)
        self.goal.setSingleStep(0.5)
        self.goal.setSuffix(" %")
        self.goal.setAccessibleName("Goal for the mDice")
        self.goal.setKeyboardTracking(False)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        line.addWidget(QLabel("val mDice to reach"))
        line.addWidget(self.goal)
        entry = QWidgetAction(self.goal_button)
        entry.setDefaultWidget(row)
        menu = QMenu(self.goal_button)
        menu.addAction(entry)
        self.run_goal.setVisible(False)
        menu.addAction(self.run_goal)
        self.goal_button.setMenu(menu)

    def _make_export_menu(self) -> None:
        menu = QMenu(self.export_button)
        for text, signal in (
            ("Picture of the plots (PNG)…", self.picture_requested),
            ("Copy the picture", self.copy_requested),
            ("Table of the curves in view (CSV)…", self.table_requested),
        ):
            menu.addAction(text).triggered.connect(lambda _on=False, signal=signal: signal.emit())
        self.export_button.setMenu(menu)

    def _lay_out(self) -> None:
        for axis, words in _AXES:
            self.axis.addItem(words, axis)
        self.axis.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # The style's size hint leaves out the arrow.
        self.axis.setMinimumWidth(self.axis.sizeHint().width() + theme.GRID)
        self.smoothing.setRange(0, round(MOST_SMOOTHING * _SMOOTHING_STEPS))
        self.smoothing.setPageStep(10)
        self.smoothing.setFixedWidth(_SLIDER_WIDTH)
        self._smoothing_words.setProperty("role", "muted")
        self._smoothing_words.setAlignment(Qt.AlignmentFlag.AlignRight)
        widest = self._smoothing_words.fontMetrics().horizontalAdvance(_SMOOTH)
        self._smoothing_words.setMinimumWidth(widest + 2)
        for button, text in ((self.log, "Log"), (self.outliers, "No outliers")):
            button.setText(text)
            button.setProperty("role", "chip")
            button.setCheckable(True)
        for button in (self.plots_button, self.goal_button, self.export_button):
            button.setProperty("role", "chip")
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.goal_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(self.goal_button, "flag-checkered")
        theme.set_icon(self.export_button, "export-variant")
        for widget, name, tip in (
            (self.plots_button, "plots_shown", "Choose which plots are shown"),
            (self.axis, "plots_axis", "Align the curves by iteration, epoch or time of work (X)"),
            (
                self.smoothing,
                "plots_smoothing",
                "Smooth loss, speed and training accuracy by a moving average (←/→); the raw "
                "curve stays behind it, faintly",
            ),
            (self.log, "plots_log", "Logarithmic y axis for loss and learning rate (L)"),
            (
                self.outliers,
                "plots_outliers",
                "Let the y axes show where most values are, and leave out the few extremes (O)",
            ),
            (self.goal_button, "plots_goal", _GOAL_TIP),
            (self.export_button, "plots_export", "Save the plots as a picture or a table"),
        ):
            widget.setObjectName(name)
            widget.setToolTip(tip)
            widget.setAccessibleName(tip)
        smoothing = QWidget()
        row = QHBoxLayout(smoothing)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self._smoothing_words)
        row.addWidget(self.smoothing)
        for part in (
            self.plots_button,
            self.axis,
            smoothing,
            self.log,
            self.outliers,
            self.goal_button,
            self.export_button,
        ):
            self.add(part)
        self.settle()

    def _connect(self) -> None:
        self.axis.currentIndexChanged.connect(
            lambda _index: self._change(axis=XAxis(self.axis.currentData()))
        )
        self.smoothing.valueChanged.connect(
            lambda value: self._change(smoothing=value / _SMOOTHING_STEPS)
        )
        self.log.toggled.connect(lambda on: self._change(log=on))
        self.outliers.toggled.connect(lambda on: self._change(cut_outliers=on))
        self.goal.valueChanged.connect(lambda value: self._change(goal=value, own_goal=True))
        self.run_goal.triggered.connect(lambda: self._change(own_goal=False))

    def _toggle(self, family: str) -> None:
        wanted = set(self._options.shown) ^ {family}
        if wanted:  # one plot stays: an empty page would tell nothing
            self._change(shown=tuple(each for each in PLOT_KINDS if each in wanted))
        else:
            self.set_options(self._options)

    def _change(self, **changes: object) -> None:
        options = replace(self._options, **changes)  # type: ignore[arg-type]
        self.set_options(options)
        self.changed.emit(options)
