"""What an edit costs: it should follow the dab and the view, not the size of the image."""

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


def milliseconds(work: Callable[[int], object], times: int) -> tuple[float, float]:
    """Median and 99th percentile of a call, which gets its number, after a few to warm up."""
    for number in range(5):
        work(number)
    taken = []
    for number in range(times):
        start = time.perf_counter()
        work(number)
        taken.append(1000 * (time.perf_counter() - start))
    return float(np.median(taken)), float(np.percentile(taken, 99))


def stroke(canvas: MaskCanvas, zoom: float | None, times: int = 300) -> tuple[float, float]:
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

    figures = milliseconds(move, times)
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(600, 400))
    return figures


@pytest.mark.parametrize("zoom", [1.0, 3.0, 8.0])
def test_that_a_dab_costs_the_same_on_a_large_mask_as_on_a_small_one(qtbot, masks, photos, zoom):
    figures = {
        size: stroke(shown_canvas(qtbot, masks[size], photos[size]), zoom)
        for size in (SMALL, LARGE)
    }
    ratio = figures[LARGE][0] / figures[SMALL][0]
    for size, (median, p99) in figures.items():
        print(f"zoom {zoom}: {size}² dab + repaint median {median:.2f} ms, p99 {p99:.2f} ms")
    print(f"zoom {zoom}: {LARGE}² over {SMALL}² = {ratio:.2f}")
    assert ratio < 10


def test_what_a_dab_costs_with_the_whole_of_a_large_image_in_view(qtbot, masks, photos):
    median, p99 = stroke(shown_canvas(qtbot, masks[LARGE], photos[LARGE]), None)
    print(f"fitted: {LARGE}² dab + repaint median {median:.2f} ms, p99 {p99:.2f} ms")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("zoom", [0.1, 0.5, 1.0, 3.0, 8.0])
def test_what_panning_costs_at_every_zoom(qtbot, masks, photos, size, zoom):
    canvas = shown_canvas(qtbot, masks[size], photos[size])
    middle = size / 2

    def pan(number: int) -> None:
        canvas.transform.set(zoom, (middle + number % 7, middle + number % 5))
        QApplication.processEvents()

    median, p99 = milliseconds(pan, 60)
    print(f"pan {size}² at zoom {zoom}: whole view median {median:.2f} ms, p99 {p99:.2f} ms")


def test_what_undo_and_flood_fill_cost_on_a_large_mask(masks):
    document = MaskDocument(masks[LARGE])
    size = (5000, 5000)
    empty = np.zeros(size, np.uint8)
    median, p99 = milliseconds(lambda _number: flood(empty, (9, 9)), 10)
    print(f"flood fill of all of 5000²: median {median:.1f} ms, p99 {p99:.1f} ms")
    region = flood(document.mask, (4000, 4000))
    document.apply("Fill", region, 2)
    document.undo()
    forth = milliseconds(lambda _number: (document.redo(), document.undo()), 20)
    print(
        f"undo + redo of a fill of {region.area:,} px: median {forth[0]:.1f} ms, "
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

    median, p99 = milliseconds(move, 100)
    print(f"16384², 1000 px: a piece of a stroke median {median:.2f} ms, p99 {p99:.2f} ms")
    start = time.perf_counter()
    document.end_stroke()
    ended = time.perf_counter()
    document.undo()
    print(
        f"16384², 1000 px: ending the stroke {1000 * (ended - start):.1f} ms, "
        f"undo {1000 * (time.perf_counter() - ended):.1f} ms, "
        f"kept in {document.history_bytes:,} bytes"
    )
