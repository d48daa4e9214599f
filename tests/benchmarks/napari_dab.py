"""What a dab costs in napari's labels layer; prints JSON.

Run by `test_canvas_benchmark.py` with the interpreter that PETSEG_NAPARI_PYTHON names, which has
napari and a Qt installed. It imports nothing of this program, and needs a screen (Xvfb will do).
"""

from __future__ import annotations

import argparse
import json
import time

import napari
import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

BRUSH, VIEW = 64, (1200, 800)


def main() -> None:
    """Paint a spiral with real mouse moves, and print what each took until it was on the screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=8192)
    parser.add_argument("--zoom", type=float, default=1.0)
    parser.add_argument("--dabs", type=int, default=60)
    arguments = parser.parse_args()
    size = arguments.size
    viewer = napari.Viewer(show=True)
    tile = np.random.default_rng(1).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    viewer.add_image(np.tile(tile, (size // 256, size // 256, 1)), rgb=True)
    labels = viewer.add_labels(np.zeros((size, size), np.uint8))
    labels.brush_size = BRUSH
    labels.mode = "paint"
    labels.selected_label = 1
    native = viewer.window._qt_viewer.canvas.native
    native.setFixedSize(*VIEW)
    for _ in range(10):
        QApplication.processEvents()
    camera = viewer.scene.camera if hasattr(viewer, "scene") else viewer.camera
    camera.center = (size / 2, size / 2)
    camera.zoom = arguments.zoom
    QApplication.processEvents()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = QPoint(VIEW[0] // 2, VIEW[1] // 2)
    QTest.mousePress(native, left, none, middle)
    taken = []
    for number in range(arguments.dabs + 5):
        labels.selected_label = 1 + number % 2
        QApplication.processEvents()
        radius, angle = 40 + number / 2, number / 9
        place = middle + QPoint(int(radius * np.cos(angle)), int(radius * np.sin(angle)))
        start = time.perf_counter()
        QTest.mouseMove(native, place)
        QApplication.processEvents()
        taken.append(1000 * (time.perf_counter() - start))
    QTest.mouseRelease(native, left, none, middle)
    painted = int(np.count_nonzero(labels.data))
    print(
        json.dumps(
            {
                "napari": napari.__version__,
                "size": size,
                "view": [native.width(), native.height()],
                "painted": painted,
                "median_ms": float(np.median(taken[5:])),
                "p99_ms": float(np.percentile(taken[5:], 99)),
            }
        )
    )
    viewer.close()


if __name__ == "__main__":
    main()
