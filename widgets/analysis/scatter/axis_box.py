"""Chooses what goes along an axis: a figure, and of which run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from widgets import theme
from widgets.analysis.scatter.figures import Axis, SampleFigure
from widgets.comparison.samples.measures import LETTERS

_LABEL_WIDTH = 40
_RUN_WIDTH = 80


class AxisBox(QWidget):
    """Two boxes: the figure, and beside it the run where there are several.

    Args:
        label: Where the axis goes, with its key: "&Right".
        parent: Its parent.
    """

    changed = Signal()
    """The user chose something else."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        where = label.replace("&", "").lower()
        self._figures: Sequence[SampleFigure] = ()
        self.figure_box, self.run_box = QComboBox(), QComboBox()
        name = QLabel(label)
        name.setBuddy(self.figure_box)
        name.setFixedWidth(_LABEL_WIDTH)
        self.figure_box.setToolTip(f"What goes {where} (Alt+{label[label.index('&') + 1]})")
        self.figure_box.setAccessibleName(f"What goes {where}")
        self.figure_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.figure_box.setMinimumContentsLength(8)
        self.run_box.setToolTip("Of which run, or how much more one run has than another")
        self.run_box.setAccessibleName(f"Run of what goes {where}")
        self.run_box.setFixedWidth(_RUN_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(name)
        row.addWidget(self.figure_box, 1)
        row.addWidget(self.run_box)
        for box in (self.figure_box, self.run_box):
            box.activated.connect(lambda _place: self._on_activated())

    @property
    def axis(self) -> Axis | None:
        """What is chosen; None where there is nothing to choose."""
        place = self.figure_box.currentIndex()
        if not 0 <= place < len(self._figures):
            return None
        figure = self._figures[place]
        run, against = self.run_box.currentData() or (0, None)
        return Axis(figure, run, against) if figure.of_run else Axis(figure)

    def offer(self, figures: Sequence[SampleFigure], runs: int, axis: Axis) -> None:
        """Offer figures of so many runs, and choose an axis."""
        if list(figures) != list(self._figures):
            self._figures = list(figures)
            self.figure_box.clear()
            self.figure_box.addItems([each.head for each in figures])
            view = self.figure_box.view()
            view.setMinimumWidth(view.sizeHintForColumn(0) + 3 * theme.GRID)
        choices: list[tuple[int, int | None]] = [(run, None) for run in range(runs)]
        choices += [(run, 0) for run in range(1, runs)]
        if [self.run_box.itemData(at) for at in range(self.run_box.count())] != choices:
            self.run_box.clear()
            for run, against in choices:
                less = "" if against is None else f" − {LETTERS[against]}"
                self.run_box.addItem(f"{LETTERS[run]}{less}", (run, against))
        self.figure_box.setCurrentIndex([each.id for each in figures].index(axis.figure.id))
        self.run_box.setCurrentIndex(choices.index((axis.run, axis.against)))
        self._show_run_box()

    def _show_run_box(self) -> None:
        axis = self.axis
        self.run_box.setVisible(
            axis is not None and axis.figure.of_run and self.run_box.count() > 1
        )

    def _on_activated(self) -> None:
        self._show_run_box()
        self.changed.emit()
