"""A program that paints with real mouse events until it is killed, and says what it has done.

Run as `python -m tests.app.annotate.painting_child FOLDER STROKES`: the strokes of the first
sample are saved halfway, then it goes on to the next sample. Every line is one of
`down`                     a stroke is under way;
`up SAMPLE HASH`           a stroke has ended, with the hash of all pixels;
`saved SAMPLE`             the file holds the mask.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.jobs import Jobs
from app.pages.annotate_page import AnnotatePage
from app.session import Session
from core.files import content_hash

FIRST, SECOND = "train/001", "train/002"
LEFT = Qt.MouseButton.LeftButton


def say(*words: str) -> None:
    print(*words, flush=True)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        QTest.qWait(5)


def show(page: AnnotatePage, sample: str) -> None:
    page.session.set_current(sample)
    wait_until(lambda: page.showing.mask is not None)
    assert page.showing.key is not None
    assert page.showing.key.sample_id == sample


def stroke(page: AnnotatePage, sample: str, number: int) -> None:
    canvas = page.canvas
    canvas.set_current_class(1 + number % 2)
    y = 4 + number * 5 % 56
    QTest.mousePress(canvas, LEFT, pos=canvas.pixel_center(3, y))
    for x in range(6, 50, 4):
        QTest.mouseMove(canvas, canvas.pixel_center(x, y + x % 3) + QPoint(1, 0))
        if x == 30:
            say("down")
    QTest.mouseRelease(canvas, LEFT, pos=canvas.pixel_center(50, y))
    say("up", sample, content_hash(canvas.pixels.tobytes()))


def main() -> None:
    root, strokes = Path(sys.argv[1]), int(sys.argv[2])
    application = QApplication([])
    jobs = Jobs()
    session = Session(jobs)
    page = AnnotatePage(session, jobs)
    page.resize(1200, 700)
    page.show()
    session.open(root)
    show(page, FIRST)
    page.canvas.set_brush_size(4)
    for number in range(strokes):
        stroke(page, FIRST, number)
        if number == strokes // 2:
            page.save()
            wait_until(lambda: not page.unsaved())
            say("saved", FIRST)
    show(page, SECOND)
    number = 0
    while True:
        stroke(page, SECOND, number)
        application.sendPostedEvents()
        number += 1


if __name__ == "__main__":
    main()
