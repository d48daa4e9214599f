"""Runs LabelMe. Only ever started as a process of its own: `python -m` this module.

LabelMe is under the GPL and brings Qt 5, so this is the one module that imports it, and only once
it is a process by itself. OpenCV, where it is installed, points Qt to plugins of its own as soon as
it is imported, and Qt 5 then aborts: so it is imported first, and what it set is dropped.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys

_SET_BY_OPENCV = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def main() -> None:
    """Run LabelMe with this process's arguments."""
    with contextlib.suppress(ImportError):
        importlib.import_module("cv2")
    for name in _SET_BY_OPENCV:
        os.environ.pop(name, None)
    sys.argv[0] = "labelme"
    importlib.import_module("labelme.__main__").main()


if __name__ == "__main__":
    main()
