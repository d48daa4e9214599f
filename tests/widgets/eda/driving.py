"""Using the charts by mouse, and hearing what they tell."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.eda.bars import BarPlot
from widgets.eda.panel import EdaPanel
from widgets.eda.plot import ChartPlot

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Listener:
    """What the panel told."""

    def __init__(self, panel: EdaPanel) -> None:
        self.chosen: list[tuple[str, list[int]]] = []
        self.cleared = 0
        panel.samples_chosen.connect(self._note)
        panel.selection_cleared.connect(self._count)

    def _note(self, words: str, positions: np.ndarray) -> None:
        self.chosen.append((words, positions.tolist()))

    def _count(self) -> None:
        self.cleared += 1


def open_tab(panel: EdaPanel, title: str) -> Any:
    """The charts of a tab, brought to the front and laid out."""
    panel.show_tab(title)
    QApplication.sendPostedEvents()
    chart = panel.chart(title)
    assert chart is not None
    panel.grab()  # lays everything out, as painting does
    return chart


def at(plot: ChartPlot, x: float, y: float) -> QPoint:
    return plot.mapFromScene(plot.view.mapViewToScene(QPointF(x, y)))


def middle(plot: BarPlot, number: int) -> QPoint:
    bar = plot.bars[number]
    return at(plot, (bar.left + bar.right) / 2, (bar.bottom + bar.top) / 2)


def click(qtbot: QtBot, plot: ChartPlot, place: QPoint) -> None:
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.mouseClick(plot.viewport(), LEFT, NONE, place)
    # A second click soon after would be a double click.
    qtbot.mouseMove(plot.viewport(), QPoint(2, 2))


def drag(qtbot: QtBot, plot: ChartPlot, first: QPoint, last: QPoint) -> None:
    view = plot.viewport()
    qtbot.mouseMove(view, first)
    qtbot.mousePress(view, LEFT, NONE, first)
    for step in range(1, 6):
        qtbot.mouseMove(view, first + (last - first) * (step / 5))
    qtbot.mouseRelease(view, LEFT, NONE, last)
