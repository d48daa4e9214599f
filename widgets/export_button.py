"""A small button that takes a panel away: as a picture, or as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from widgets import theme

Rows = Sequence[Sequence[object]]

_SCALE = 2
_MARGIN = 16


def csv_text(rows: Rows) -> str:
    """Rows as comma-separated values; None is an empty cell, floats are written in full."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_text(cell) for cell in row] for row in rows)
    return out.getvalue()


def picture_of(widgets: Sequence[QWidget]) -> QPixmap:
    """Widgets below each other as they are on the screen, with twice the pixels each way."""
    width = max(widget.width() for widget in widgets) + 2 * _MARGIN
    height = sum(widget.height() + _MARGIN for widget in widgets) + _MARGIN
    picture = QPixmap(width * _SCALE, height * _SCALE)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(theme.color("window"))  # the page's ground
    top = _MARGIN
    for widget in widgets:
        widget.render(picture, QPoint(_MARGIN, top))
        top += widget.height() + _MARGIN
    return picture


class ExportButton(QToolButton):
    """A button with a menu: save or copy the picture, save or copy the table.

    It asks for nothing and writes nothing: whoever listens does.

    Args:
        name: What is taken away, in words that follow "the" ("confusion matrix").
        picture: Makes the picture; None where there is none to take.
        table: Makes the rows of the table, the first with the titles; None where there is none.
        parent: Its parent.
    """

    picture_wanted = Signal(str, object)
    """What it shows, and the picture (`QImage`), to be saved."""
    table_wanted = Signal(str, str)
    """What it holds, and the table as comma-separated text, to be saved."""

    def __init__(
        self,
        name: str,
        picture: Callable[[], QPixmap] | None,
        table: Callable[[], Rows] | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._picture, self._table = name, picture, table
        self.setObjectName("ExportButton")
        self.setToolTip(f"Take the {name} away, as a picture or as a table")
        self.setAccessibleName(f"Export the {name}")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        theme.set_icon(self, "export-variant")
        menu = QMenu(self)
        if picture is not None:
            menu.addAction("Save as a picture (PNG)…", self.save_picture)
            menu.addAction("Copy the picture", self.copy_picture)
        if picture is not None and table is not None:
            menu.addSeparator()
        if table is not None:
            menu.addAction("Save as a table (CSV)…", self.save_table)
            menu.addAction("Copy the table", self.copy_table)
        self.setMenu(menu)

    def save_picture(self) -> None:
        """Ask for the picture to be saved."""
        if self._picture is not None:
            self.picture_wanted.emit(self._name, self._picture().toImage())

    def save_table(self) -> None:
        """Ask for the table to be saved."""
        if self._table is not None:
            self.table_wanted.emit(self._name, csv_text(self._table()))

    def copy_picture(self) -> None:
        """Put the picture into the clipboard."""
        if self._picture is not None:
            QGuiApplication.clipboard().setPixmap(self._picture())

    def copy_table(self) -> None:
        """Put the table into the clipboard, with tabs between its columns."""
        if self._table is not None:
            lines = ("\t".join(map(_text, row)) for row in self._table())
            QGuiApplication.clipboard().setText("\n".join(lines))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
