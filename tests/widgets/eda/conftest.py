"""A shown panel of charts, and a listener to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.eda.driving import Listener
from widgets import theme
from widgets.eda.panel import EdaPanel
from widgets.plots.graphs import pg


@pytest.fixture(autouse=True)
def _every_move_counts():
    """A test moves the mouse faster than any hand; pyqtgraph would pass over most of it."""
    limit = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", 0)
    yield
    pg.setConfigOption("mouseRateLimit", limit)


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[EdaPanel]:
    theme.apply(QApplication.instance(), "dark")
    panel = EdaPanel()
    qtbot.addWidget(panel)
    panel.resize(1200, 240)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    if theme.active() != "dark":
        theme.apply(QApplication.instance(), "dark")


@pytest.fixture
def told(panel: EdaPanel) -> Listener:
    return Listener(panel)
