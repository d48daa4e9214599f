"""What fills and clicks on pieces cost, and that the pointer never waits for a large piece."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from core.masks.pieces.finding import component, flood, holes_of
from core.masks.pieces.morphology import grow, shrink, smooth
from core.masks.suggestions.disagreement_map import DisagreementMap
from widgets.canvas import MaskCanvas

pytestmark = pytest.mark.benchmark

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
FILLED, LARGE = 5000, 8192


def blobs(size: int) -> np.ndarray:
    """A mask of many pieces, the same picture at any size."""
    field = cv2.GaussianBlur(np.random.default_rng(0).random((256, 256)), (0, 0), 6)
    levels = np.quantile(field, [0.5, 0.8])
    return np.digitize(cv2.resize(field, (size, size)), levels).astype(np.uint8)


def best_ms(work: Callable[..., object], *arguments: object, rounds: int = 5, **more) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work(*arguments, **more)
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


def test_the_time_of_a_flood_fill():
    whole = np.zeros((FILLED, FILLED), np.uint8)
    noise = (np.random.default_rng(1).random(whole.shape) < 0.35).astype(np.uint8)
    noise[FILLED // 2, FILLED // 2] = 0
    comb = whole.copy()
    comb[1:, 1::2] = 1
    middle = (FILLED // 2, FILLED // 2)
    print()
    for name, mask, point in (
        ("the whole mask", whole, middle),
        ("one of many pieces", blobs(FILLED), middle),
        ("noise (a worst case)", noise, middle),
        ("a comb (a worst case)", comb, (0, 0)),
    ):
        area = flood(mask, point).area
        took = best_ms(flood, mask, point)
        print(f"flood fill at {FILLED}², {name}: {took:.1f} ms for {area:,} pixels")
    document = MaskDocument(whole)
    took = best_ms(lambda: document.apply("Fill", flood(whole, middle), 1), rounds=1)
    print(f"the same with writing the whole mask and its undo step: {took:.1f} ms")


def test_the_time_of_reshaping_a_piece():
    print()
    for size in (512, LARGE):
        mask = np.zeros((size, size), np.uint8)
        cv2.circle(mask, (200, 200), 100, 1, -1)
        piece = component(mask, (200, 200))
        took = best_ms(component, mask, (200, 200))
        print(f"finding a piece of 200 px at {size}²: {took:.2f} ms")
        for change in (grow, shrink, smooth):
            print(f"  {change.__name__} by 8 px: {best_ms(change, mask, piece, 8):.2f} ms")
        print(f"  holes: {best_ms(holes_of, mask, piece):.2f} ms")


def test_the_time_of_pointing_at_pieces(qtbot):
    """Moves of the mouse over pieces of every size: the longest is what is felt."""
    print()
    mask = blobs(LARGE)
    canvas = MaskCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1200, 800)
    canvas.set_image(np.zeros((LARGE, LARGE, 3), np.uint8))
    canvas.set_document(MaskDocument(mask), CLASSES)
    canvas.show()
    qtbot.waitExposed(canvas)
    for tool in ("piece", "hole"):
        canvas.set_tool(tool)
        for state in ("as the pieces are found", "over pieces"):
            times = []
            for step in range(300):
                place = QPoint(250 + 2 * step, 150 + step)
                begun = time.perf_counter()
                QTest.mouseMove(canvas, place)
                times.append((time.perf_counter() - begun) * 1000)
                qtbot.wait(1 if state == "over pieces" else 0)
            print(
                f"{tool} at {LARGE}², {state}: median {np.median(times):.1f} ms, "
                f"99th percentile {np.percentile(times, 99):.1f} ms, longest {max(times):.1f} ms"
            )
        qtbot.waitUntil(lambda: not canvas.computing.is_busy, timeout=20_000)
    canvas.shut_down()


def test_the_time_of_comparing_with_a_prediction():
    print()
    for size in (512, 2048, LARGE):
        mask = blobs(size)
        predicted = np.roll(mask, size // 100, axis=1)
        confidence = np.full(mask.shape, 200, np.uint8)
        made = DisagreementMap(mask, predicted, confidence, least=20)
        took = best_ms(DisagreementMap, mask, predicted, confidence, rounds=1, least=20)
        print(f"comparing at {size}²: {took:.0f} ms for {len(made.found):,} places")
        place = min(made.found, key=lambda each: each.area)
        mask[place.region.rect.slices][place.region.stencil] = place.said
        took = best_ms(made.update, mask, place.region.rect, rounds=1)
        print(f"  after taking one of {place.area:,} pixels: {took:.1f} ms")
