"""pyqtgraph, set up once for the whole program. Import it from here."""

from __future__ import annotations

import os

os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"

# Qt's binding has to be loaded before pyqtgraph looks for one.
import PySide6.QtWidgets  # noqa: F401, I001
import pyqtgraph as pg

pg.setConfigOptions(antialias=True)

__all__ = ["pg"]
