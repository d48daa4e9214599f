"""What an edit costs: it should follow the dab and the view, not the size of the image.

With PETSEG_NAPARI_PYTHON, the path of an interpreter that has napari, the same dab is measured
there too. It needs a screen: `xvfb-run`, or a DISPLAY.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.pieces.finding import flood
from core.masks.shapes.regions import segment
from widgets.canvas import ImagePyramid, MaskCanvas

pytestmark = pytest.mark.benchmark

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SMALL, LARGE, HUGE = 256, 8192, 16384
VIEW = (1200, 800)
FIT = None
ZOOMS = [FIT, 0.25, 1.0, 3.0, 8.0, 32.0]
# A pyramid of a photo that large takes 1.4 GB, and making it 0.8 GB more.
_ROOM_FOR_HUGE_PHOTO = 5 << 30


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


def shown_canvas(
    qtbot, mask: np.ndarray, image: ImagePyramid | None, brush: int = 64
) -> MaskCanvas:
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(*VIEW)
    canvas.set_image(image)
    canvas.set_document(MaskDocument(mask), CLASSES, 255)
    canvas.set_brush_size(brush)
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


class Cost(NamedTuple):
    """What a call takes, in milliseconds. The CPU time holds on a busy machine too."""

    median: float
    p99: float
    cpu: float
    cpu_p99: float

    def __str__(self) -> str:
        return (
            f"median {self.median:.2f} ms, p99 {self.p99:.2f} ms "
            f"(CPU {self.cpu:.2f} and {self.cpu_p99:.2f} ms)"
        )


def cost(
    work: Callable[[int], object], times: int, prepare: Callable[[int], object] | None = None
) -> Cost:
    """Measure a call, which gets its number, after a few to warm up; `prepare` is not measured."""
    taken, cpu = [], []
    for number in range(times + 5):
        if prepare is not None:
            prepare(number)
        start, cpu_start = time.perf_counter(), time.thread_time()
        work(number)
        taken.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.thread_time() - cpu_start))
    wall, own = np.array(taken[5:]), np.array(cpu[5:])
    return Cost(
        float(np.median(wall)),
        float(np.percentile(wall, 99)),
        float(np.median(own)),
        float(np.percentile(own, 99)),
    )


def show_middle(canvas: MaskCanvas, zoom: float | None) -> None:
    center = canvas.image_rect.width / 2
    if zoom is FIT:
        canvas.fit()
    else:
        canvas.transform.set(zoom, (center, center))
    QApplication.processEvents()


def spiral(number: int) -> QPoint:
    radius, angle = 40 + number / 2, number / 9
    return QPoint(600 + int(radius * np.cos(angle)), 400 + int(radius * np.sin(angle)))


def stroke(canvas: MaskCanvas, zoom: float | None, times: int = 300) -> Cost:
    """From mouse move to repainted view, at each point of a spiral stroke in the middle.

    The class changes from point to point, so that each dab changes all of its pixels.
    """
    show_middle(canvas, zoom)
    QTest.mousePress(canvas, LEFT, NONE, QPoint(600, 400))

    def choose(number: int) -> None:
        canvas.set_current_class(1 + number % 2)
        QApplication.processEvents()

    def move(number: int) -> None:
        QTest.mouseMove(canvas, spiral(number))
        QApplication.processEvents()

    measured = cost(move, times, choose)
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(600, 400))
    return measured


def words(zoom: float | None) -> str:
    return "fitted" if zoom is FIT else f"zoom {zoom:g}"


@pytest.mark.parametrize("zoom", ZOOMS, ids=words)
def test_that_a_dab_costs_the_same_on_a_large_mask_as_on_a_small_one(qtbot, masks, photos, zoom):
    figures = {
        size: stroke(shown_canvas(qtbot, masks[size], photos[size]), zoom)
        for size in (SMALL, LARGE)
    }
    for size, measured in figures.items():
        print(f"{words(zoom)}: {size}² dab + repaint {measured}")
    ratio = figures[LARGE].cpu / figures[SMALL].cpu
    print(f"{words(zoom)}: {LARGE}² over {SMALL}² = {ratio:.2f} (CPU)")


@pytest.mark.parametrize("helper", ["magnifier", "minimap"])
def test_what_a_helper_adds_to_a_dab(qtbot, masks, photos, helper):
    canvas = shown_canvas(qtbot, masks[LARGE], photos[LARGE])
    getattr(canvas, f"set_{helper}")(True)
    print(f"with the {helper}, zoom 3: {LARGE}² dab + repaint {stroke(canvas, 3.0)}")


@pytest.fixture(scope="module")
def huge() -> tuple[np.ndarray, ImagePyramid | None]:
    has_room = psutil.virtual_memory().available > _ROOM_FOR_HUGE_PHOTO
    return blobs(HUGE), ImagePyramid(photo(HUGE)) if has_room else None


@pytest.mark.parametrize("zoom", [FIT, 0.25, 1.0, 8.0], ids=words)
def test_what_a_dab_of_a_thousand_pixels_costs_at_sixteen_thousand(qtbot, huge, zoom):
    mask, image = huge
    canvas = shown_canvas(qtbot, mask, image, brush=1000)
    measured = stroke(canvas, zoom, times=150)
    without = "" if image is not None else " (without a photo)"
    print(f"{words(zoom)}: {HUGE}², 1000 px: dab + repaint {measured}{without}")


def test_what_undoing_a_stroke_costs(qtbot, masks, photos):
    canvas = shown_canvas(qtbot, masks[LARGE], photos[LARGE])
    canvas.document.class_counts()
    show_middle(canvas, 1.0)
    QTest.mousePress(canvas, LEFT, NONE, QPoint(600, 400))
    for number in range(100):
        QTest.mouseMove(canvas, spiral(number))
    QTest.mouseRelease(canvas, LEFT, NONE, spiral(99))
    canvas.undo()

    def travel(number: int) -> None:
        (canvas.undo if number % 2 else canvas.redo)()
        QApplication.processEvents()

    print(f"undo or redo of a stroke of 100 dabs at {LARGE}² + repaint: {cost(travel, 60)}")
    document = canvas.document
    document.redo()

    def back(_number: int) -> None:
        document.undo()

    undone = cost(back, 60, lambda number: number and document.redo())
    print(f"undo of a stroke of 100 dabs at {LARGE}², the mask alone: {undone}")


def test_how_a_dab_compares_to_naparis_labels_layer(qtbot, masks, photos):
    python = os.environ.get("PETSEG_NAPARI_PYTHON")
    if not python:
        pytest.skip("PETSEG_NAPARI_PYTHON names no interpreter that has napari")
    screen = []
    if not os.environ.get("DISPLAY"):
        if shutil.which("xvfb-run") is None:
            pytest.skip("napari needs a screen, and there is neither a DISPLAY nor xvfb-run")
        screen = ["xvfb-run", "-a", "-s", "-screen 0 1920x1200x24"]
    script = Path(__file__).with_name("napari_dab.py")
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [*screen, python, str(script), "--size", str(LARGE), "--dabs", "60"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=environment,
    )
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert theirs["painted"] > 0
    ours = stroke(shown_canvas(qtbot, np.zeros((LARGE, LARGE), np.uint8), photos[LARGE]), 1.0, 60)
    print(
        f"napari {theirs['napari']} at {LARGE}², zoom 1: dab + repaint median "
        f"{theirs['median_ms']:.1f} ms, p99 {theirs['p99_ms']:.1f} ms; here {ours}: "
        f"{theirs['median_ms'] / ours.median:.0f} times the median, "
        f"{theirs['p99_ms'] / ours.p99:.0f} times the p99"
    )


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("zoom", [0.1, 0.25, 1.0, 3.0, 8.0, 32.0])
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
