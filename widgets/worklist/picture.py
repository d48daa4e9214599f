"""The worklist as a picture: how far it is, and its places one below the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel

from widgets.export_button import picture_of
from widgets.worklist.entry_table import EntryTable
from widgets.worklist.model import WorklistModel

MOST_ROWS = 200
"""More places make no picture that anybody reads; the table has all of them."""


def picture_of_places(model: WorklistModel, said: str) -> QPixmap:
    """Draw the places that are listed, whether the list is on the screen or folded.

    Args:
        model: The places.
        said: What is said above them.
    """
    rows = model.rowCount()
    if rows > MOST_ROWS:
        said = f"{said} · the first {MOST_ROWS:,} of {rows:,} listed"
    title = QLabel(said)
    title.setProperty("role", "heading")
    table = EntryTable(model)
    table.setFrameShape(QFrame.Shape.NoFrame)
    for bars in (table.setVerticalScrollBarPolicy, table.setHorizontalScrollBarPolicy):
        bars(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    for widget in (title, table):
        widget.ensurePolished()
    table.show_whole(min(rows, MOST_ROWS))
    title.resize(max(title.sizeHint().width(), table.width()), title.sizeHint().height())
    table.resize(title.width(), table.height())
    return picture_of([title, table])
