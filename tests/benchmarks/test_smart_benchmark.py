"""What tools that look at the photo cost, on photos of 256² and of 20 megapixels."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.geometry import EMPTY, Rect
from core.masks.smart.grabcut import Hints, Mark, propose
from core.masks.smart.scissors import EdgeMap
from core.masks.smart.superpixels import Tiling, superpixels
from core.masks.smart.wand import alike
from widgets.canvas import ImagePyramid, MaskCanvas

pytestmark = pytest.mark.benchmark

SIZES = {"256²": (256, 256), "20 megapixels": (3648, 5472)}
CLASSES = (ClassInfo(0, "background", (0, 0, 0)), ClassInfo(1, "cat", (230, 159, 0)))
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def photos() -> dict[str, np.ndarray]:
    """A light ellipse, half as wide as the photo, on smooth ground with noise; BGRA."""
    made = {}
    for name, (height, width) in SIZES.items():
        rng = np.random.default_rng(0)
        ground = rng.integers(40, 110, (6, 8, 4), np.uint8)
        photo = cv2.resize(ground, (width, height), interpolation=cv2.INTER_CUBIC)
        middle, axes = (width // 2, height // 2), (width // 4, height // 4)
        cv2.ellipse(photo, middle, axes, 15, 0, 360, (150, 190, 210, 255), -1)
        photo += rng.integers(0, 20, photo.shape, np.uint8)
        photo[..., 3] = 255
        made[name] = photo
    return made


def cost(work: Callable[[], object], times: int = 5) -> str:
    """How long a call takes, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return f"median {np.median(taken):.1f} ms, longest {max(taken):.1f} ms"


def middle_of(photo: np.ndarray) -> tuple[int, int]:
    return photo.shape[1] // 2, photo.shape[0] // 2


@pytest.mark.parametrize("name", SIZES)
def test_what_the_wand_costs(photos, name):
    photo = photos[name]
    point = middle_of(photo)
    area = alike(photo, point, 24).area
    print(f"{name}: wand, an area of {area:,} px: {cost(lambda: alike(photo, point, 24))}")
    corner = alike(photo, (9, 9), 2).area
    print(f"{name}: wand, an area of {corner:,} px: {cost(lambda: alike(photo, (9, 9), 2))}")
    everywhere = cost(lambda: alike(photo, point, 24, contiguous=False))
    print(f"{name}: wand, all over the photo: {everywhere}")


@pytest.mark.parametrize("name", SIZES)
def test_what_a_smart_region_costs(photos, name):
    photo = photos[name]
    height, width = photo.shape[:2]
    x, y = middle_of(photo)
    large = Rect(x - width // 4 - 5, y - height // 4 - 5, width // 2 + 10, height // 2 + 10)
    small = Rect(x + width // 4 - 60, y - 40, 80, 80)
    stroke = Mark(((x - width / 8, y), (x + width / 8, y)), width / 60, True)
    for words, hints in (
        ("a box of half the photo", Hints(large)),
        ("the same and a stroke", Hints(large, (stroke,))),
        ("a stroke alone", Hints(EMPTY, (stroke,))),
        ("a box of 80 px", Hints(small)),
    ):
        taken = cost(lambda hints=hints: propose(photo, hints), 3)
        print(f"{name}: smart region, {words}: {taken}")


@pytest.mark.parametrize("name", SIZES)
def test_what_superpixels_and_scissors_cost(photos, name):
    photo = photos[name]
    point = middle_of(photo)
    for size in (8, 16, 64):
        tile = Tiling(*photo.shape[:2], size).tile_at(point)
        taken = cost(lambda tile=tile, size=size: superpixels(photo, tile, size), 3)
        print(f"{name}: superpixels of {size} px, a tile of {tile.width} × {tile.height}: {taken}")
    for factor in (1, 4):
        print(
            f"{name}: scissors' map, shrunk {factor} times: "
            f"{cost(lambda factor=factor: EdgeMap(photo, point, factor), 3)}"
        )
    edges = EdgeMap(photo, point)
    target = point[0] + 100, point[1] + 90
    print(f"{name}: scissors' path: {cost(lambda: edges.path(target), 20)}")


@pytest.mark.parametrize("name", SIZES)
def test_how_long_the_window_waits_for_a_wand_that_is_dragged(qtbot, photos, name):
    photo = photos[name]
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1200, 800)
    canvas.set_image(ImagePyramid(np.ascontiguousarray(photo[..., 2::-1])))
    canvas.set_document(MaskDocument(np.zeros(photo.shape[:2], np.uint8)), CLASSES, 255)
    canvas.set_tool("wand")
    canvas.show()
    qtbot.waitExposed(canvas)
    start = canvas.pixel_center(*middle_of(photo))
    QTest.mousePress(canvas, LEFT, NONE, start)
    taken = []
    for number in range(120):
        begun = time.perf_counter()
        QTest.mouseMove(canvas, start + QPoint(number, 0))
        QApplication.processEvents()
        taken.append(1000 * (time.perf_counter() - begun))
        qtbot.wait(5)
    qtbot.waitUntil(lambda: not canvas.computing.is_busy)
    QTest.mouseRelease(canvas, LEFT, NONE, start + QPoint(119, 0))
    print(
        f"{name}: wand dragged, the UI thread at each move: median {np.median(taken):.1f} ms, "
        f"p99 {np.percentile(taken, 99):.1f} ms"
    )
    assert canvas.document is not None
    assert canvas.document.is_dirty
    canvas.shut_down()
