"""Going to the next image: from the key to the repainted canvas. Figures are printed."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.app.annotate.desk import CONTROL, Desk
from tests.making import blob, make_dataset

pytestmark = pytest.mark.benchmark

SAMPLES = 6
LARGE = (3648, 5472)
"""20 megapixels, as a camera takes them."""


def large_dataset(root: Path) -> Path:
    """Photos of 20 megapixels with as much detail as photos have, and masks of many pieces."""
    rng = np.random.default_rng(0)
    height, width = LARGE
    for number in range(SAMPLES):
        coarse = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
        photo = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        photo += rng.integers(0, 12, photo.shape, np.uint8)
        field = cv2.GaussianBlur(rng.random((256, 256)), (0, 0), 6)
        levels = np.quantile(field, [0.5, 0.8])
        mask = np.digitize(cv2.resize(field, (width, height)), levels).astype(np.uint8)
        for role, suffix, pixels in (("img", ".jpg", photo), ("labels", ".png", mask)):
            path = root / role / "train" / f"{number:03d}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cv2.imencode(suffix, pixels)[1].tobytes())
    return root


def switch(desk: Desk, key: Qt.Key, *, ahead: bool = True) -> float:
    """Milliseconds from the key to the repainted canvas."""
    session, showing = desk.session, desk.page.showing
    target = session.neighbour(1 if key == Qt.Key.Key_D else -1)
    assert target is not None
    if ahead:
        desk.qtbot.waitUntil(lambda: showing.reader.has(target, session.label_set), timeout=30_000)
    start = time.perf_counter()
    desk.key(key)
    while not (showing.is_ready and showing.key is not None and showing.key.sample_id == target):
        assert not ahead, "a sample that was read ahead is shown at once"
        desk.qtbot.wait(1)
    desk.canvas.repaint()
    return (time.perf_counter() - start) * 1e3


def paint(desk: Desk) -> None:
    """A stroke that changes something, whatever was painted before."""
    desk.canvas.set_current_class((int(desk.canvas.pixels[99, 99]) + 1) % 3)
    desk.click(99, 99)


@pytest.mark.parametrize("size", ["256 × 256", "20 megapixels"])
def test_that_the_next_image_is_there_at_once(qtbot: QtBot, tmp_path: Path, size: str, capsys):
    root = make_dataset(tmp_path, SAMPLES, 256) if size.startswith("256") else None
    desk = Desk(qtbot, root or large_dataset(tmp_path))
    desk.session.open(desk.root)
    desk.show("train/000")
    plain, edited = [], []
    for key in (Qt.Key.Key_D, Qt.Key.Key_A) * 4:
        plain.append(switch(desk, key))
    for key in (Qt.Key.Key_D, Qt.Key.Key_A) * 4:
        paint(desk)
        edited.append(switch(desk, key))
    paint(desk)
    with qtbot.waitSignal(desk.page.saver.saved, timeout=30_000):
        desk.key(Qt.Key.Key_S, CONTROL)
    switch(desk, Qt.Key.Key_D)
    again = switch(desk, Qt.Key.Key_A, ahead=False)
    with capsys.disabled():
        print(
            f"\nnext image, {size}: {np.median(plain):.0f} ms (at most {max(plain):.0f}), "
            f"with unsaved strokes {np.median(edited):.0f} ms (at most {max(edited):.0f}), "
            f"back to one that was saved {again:.0f} ms"
        )
    assert np.array_equal(desk.canvas.pixels.shape, blob(256).shape if root else LARGE)
    desk.close()
