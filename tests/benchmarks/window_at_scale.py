"""The real window over a dataset of many samples; prints one JSON object with what it measured.

Run by `test_scale_benchmark.py` in a process of its own, so that its memory is the window's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.dataset_page import DatasetPage
from app.settings import Settings

BEAT = 10
"""How often the event loop is asked whether it answers, in ms."""


class Heart:
    """Notes how long the window did not answer."""

    def __init__(self) -> None:
        self.longest = 0
        self._since = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setInterval(BEAT)
        self._timer.timeout.connect(self._beat)
        self._since.start()
        self._timer.start()

    def take(self) -> int:
        """The longest pause since the last time, in ms."""
        longest, self.longest = self.longest, 0
        return longest

    def _beat(self) -> None:
        self.longest = max(self.longest, self._since.restart() - BEAT)


def wait(application: QApplication, done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.001)


def main(root: Path, workspace: Path, watch: float) -> None:
    application = make_application(Settings())
    window = MainWindow(Settings())
    window.resize(1280, 720)
    window.show()
    application.processEvents()
    heart = Heart()
    process = psutil.Process()
    empty = process.memory_info().rss
    page = window.page(DatasetPage)
    assert isinstance(page, DatasetPage)
    begun = time.perf_counter()
    window.open_dataset(root, workspace)
    wait(application, lambda: window.session.dataset is not None, 60)
    page.gallery.viewport().repaint()
    opened = time.perf_counter() - begun
    opening_pause = heart.take()
    wait(application, lambda: False, watch)
    scanning_pause = heart.take()
    typing = []
    page.filter_bar.focus_search()
    for letter in "0077":
        start = time.perf_counter()
        QTest.keyClick(page.filter_bar.search, letter)
        page.gallery.viewport().repaint()
        typing.append(1000 * (time.perf_counter() - start))
        application.processEvents()
    page.filter_bar.clear()
    scrolls = []
    bar = page.gallery.verticalScrollBar()
    for step in range(40):
        start = time.perf_counter()
        bar.setValue(bar.maximum() * step // 40)
        page.gallery.viewport().repaint()
        scrolls.append(1000 * (time.perf_counter() - start))
        application.processEvents()
    table = window.session.checking.table
    figures = {
        "samples": len(window.session.shown),
        "opened_s": round(opened, 3),
        "opening_pause_ms": opening_pause,
        "scanning_pause_ms": scanning_pause,
        "typing_ms": round(max(typing), 1),
        "scroll_ms": round(sorted(scrolls)[len(scrolls) * 9 // 10], 1),
        "scanned": table.samples if table is not None else 0,
        "flagged": len(window.session.flags),
        "empty_mb": round(empty / 1e6),
        "rss_mb": round(process.memory_info().rss / 1e6),
    }
    window.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
