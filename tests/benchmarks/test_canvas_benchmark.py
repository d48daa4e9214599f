"""What an edit costs: it should follow the dab and the view, not the size of the image."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.pieces import flood
from core.masks.regions import segment
from widgets.canvas import ImagePyramid, MaskCanvas

pytestmark = pytest.mark.benchmark

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SMALL, LARGE = 256, 8192


def blobs(size: int) -> np.ndarray:
    """A mask of many pieces, the same picture at any size."""
    field = cv2.GaussianBlur(np.random.default_rng(0).random((256, 256)), (0, 0), 6)
    levels = np.quantile(field, [0.5, 0.8])
    return np.digitize(cv2.resize(field, (size, size)), levels).astype(np.uint8)


def photo(size: int) -> np.ndarray:
    """Noise, which cannot be cheaper to show than a photo."""
    tile = np.random.default_rng(1).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    return np.tile(tile, (size // 256, size // 256, 1))


@pytest.fixture(scope="module")
def masks() -> dict[int, np.ndarray]:
    return {size: blobs(size) for size in (SMALL, LARGE)}


@pytest.fixture(scope="module")
def photos() -> dict[int, ImagePyramid]:
    return {size: ImagePyramid(photo(size)) for size in (SMALL, LARGE)}


def shown_canvas(qtbot, mask: np.ndarray, image: ImagePyramid) -> MaskCanvas:
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1200, 800)
    canvas.set_image(image)
    canvas.set_document(MaskDocument(mask), CLASSES, 255)
    canvas.set_brush_size(64)
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


class Cost(NamedTuple):
    """What a call takes, in milliseconds. The CPU time holds on a busy machine too."""

    median: float
    p99: float
    cpu: float

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, p99 {self.p99:.2f} ms (CPU {self.cpu:.2f} ms)"


def cost(work: Callable[[int], object], times: int) -> Cost:
    """Measure a call, which gets its number, after a few to warm up."""
    for number in range(5):
        work(number)
    taken, cpu = [], []
    for number in range(times):
        start, cpu_start = time.perf_counter(), time.thread_time()
        work(number)
        taken.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.thread_time() - cpu_start))
    return Cost(float(np.median(taken)), float(np.percentile(taken, 99)), float(np.median(cpu)))


def stroke(canvas: MaskCanvas, zoom: float | None, times: int = 300) -> Cost:
    """From mouse move to repainted view, at each point of a spiral stroke in the middle."""
    center = canvas.image_rect.width / 2
    if zoom is None:
        canvas.fit()
    else:
        canvas.transform.set(zoom, (center, center))
    QApplication.processEvents()
    QTest.mousePress(canvas, LEFT, NONE, QPoint(600, 400))

    def move(number: int) -> None:
        angle = number / 9
        radius = 40 + number / 2
        place = QPoint(600 + int(radius * np.cos(angle)), 400 + int(radius * np.sin(angle)))
        QTest.mouseMove(canvas, place)
        QApplication.processEvents()

    measured = cost(move, times)
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(600, 400))
    return measured


@pytest.mark.parametrize("zoom", [1.0, 3.0, 8.0])
def test_that_a_dab_costs_the_same_on_a_large_mask_as_on_a_small_one(qtbot, masks, photos, zoom):
    figures = {
        size: stroke(shown_canvas(qtbot, masks[size], photos[size]), zoom)
        for size in (SMALL, LARGE)
    }
    for size, measured in figures.items():
        print(f"zoom {zoom}: {size}² dab + repaint {measured}")
    ratio = figures[LARGE].cpu / figures[SMALL].cpu
    print(f"zoom {zoom}: {LARGE}² over {SMALL}² = {ratio:.2f} (CPU)")


def test_what_a_dab_costs_with_the_whole_of_a_large_image_in_view(qtbot, masks, photos):
    measured = stroke(shown_canvas(qtbot, masks[LARGE], photos[LARGE]), None)
    print(f"fitted: {LARGE}² dab + repaint {measured}")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("zoom", [0.1, 0.5, 1.0, 3.0, 8.0])
def test_what_panning_costs_at_every_zoom(qtbot, masks, photos, size, zoom):
    canvas = shown_canvas(qtbot, masks[size], photos[size])
    middle = size / 2

    def pan(number: int) -> None:
        canvas.transform.set(zoom, (middle + number % 7, middle + number % 5))
        QApplication.processEvents()

    print(f"pan {size}² at zoom {zoom}: whole view {cost(pan, 60)}")


def test_what_undo_and_flood_fill_cost_on_a_large_mask(masks):
    document = MaskDocument(masks[LARGE])
    size = (5000, 5000)
    empty = np.zeros(size, np.uint8)
    print(f"flood fill of all of 5000²: {cost(lambda _number: flood(empty, (9, 9)), 10)}")
    region = flood(document.mask, (4000, 4000))
    document.apply("Fill", region, 2)
    document.undo()
    forth = cost(lambda _number: (document.redo(), document.undo()), 20)
    print(
        f"undo + redo of a fill of {region.area:,} px: {forth}, "
        f"kept in {document.history_bytes:,} bytes"
    )


def test_what_a_dab_costs_the_document_at_sixteen_thousand_pixels_with_a_brush_of_a_thousand():
    size = (16384, 16384)
    document = MaskDocument(np.zeros(size, np.uint8))
    document.class_counts()
    document.begin_stroke("Brush")

    def move(number: int) -> None:
        start, end = (3000 + 20 * number, 5000), (3020 + 20 * number, 5010)
        document.set(segment(size, start, end, 1000), 1)

    print(f"16384², 1000 px: a piece of a stroke {cost(move, 100)}")
    start = time.perf_counter()
    document.end_stroke()
    ended = time.perf_counter()
    document.undo()
    print(
        f"16384², 1000 px: ending the stroke {1000 * (ended - start):.1f} ms, "
        f"undo {1000 * (time.perf_counter() - ended):.1f} ms, "
        f"kept in {document.history_bytes:,} bytes"
    )
