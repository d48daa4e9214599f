"""How long the window takes from the start of the process to its first paint, demo included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.demo.dataset import make_demo

# Seconds since the process began, told at the first paint of the window, and at the first paint
# with the demo's samples in the gallery.
_WINDOW = """
import json, sys, time, psutil
began = psutil.Process().create_time()
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from app.gui import make_application
from app.main_window import MainWindow
from app.pages.dataset_page import DatasetPage
from app.settings import Settings
times = {"imports": time.time() - began}
application = make_application(Settings())
window = MainWindow(Settings())
gallery = window.page(DatasetPage).gallery

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            if watched is window and "window" not in times:
                times["window"] = time.time() - began
            if watched is gallery.viewport() and gallery.model().rowCount():
                times["demo"] = time.time() - began
                application.quit()
        return False

watch = Watch()
window.installEventFilter(watch)
gallery.viewport().installEventFilter(watch)
window.show()
window.open_dataset(Path(sys.argv[1]))
application.exec()
window.close()
print(json.dumps(times))
"""
_BARE = """
import time, psutil
began = psutil.Process().create_time()
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
class Window(QWidget):
    def paintEvent(self, event):
        print(time.time() - began)
        application.quit()
window = Window()
window.show()
application.exec()
"""


def _run(code: str, cache: Path, *arguments: str) -> str:
    # Compiled modules are kept from the second start on, as they are for whoever uses the program.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.benchmark
def test_report_the_time_to_the_first_paint_with_the_demo_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    make_demo(tmp_path / "demo")
    cache = tmp_path / "compiled"
    rounds = [json.loads(_run(_WINDOW, cache, str(tmp_path / "demo"))) for _ in range(6)]
    bare = min(float(_run(_BARE, cache)) for _ in range(5))
    best = {name: min(times[name] for times in rounds) for name in rounds[0]}
    with capsys.disabled():
        print(
            f"\nstart-up, best of 5: imports {best['imports']:.2f} s, window painted "
            f"{best['window']:.2f} s, demo painted {best['demo']:.2f} s; an empty Qt window "
            f"{bare:.2f} s (ratio {best['demo'] / bare:.1f})"
        )
    assert best["window"] <= best["demo"]
