"""The values under the crosshair, as a small table over a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from widgets import theme

_MOST_SIGNS = 20


@dataclass(frozen=True)
class Reading:
    """The value of one curve.

    Attributes:
        run: What the run is called; "" where only one is shown.
        text: What the curve is called.
        color: Colour of the curve.
        value: The value in words.
        x: Its place on the x axis.
    """

    run: str
    text: str
    color: QColor
    value: str
    x: float


class Readout(QLabel):
    """Hidden while there is nothing to read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setContentsMargins(6, 3, 6, 3)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_readings(self, head: str, readings: Sequence[Reading], *, named: bool) -> None:
        """Write the readings below a line that says where they are; none hides the table.

        Args:
            head: Where they are.
            readings: What is read there.
            named: Whether runs are named; without their names the table hides little of the plot.
        """
        self.setVisible(bool(readings))
        if not readings:
            return
        if any(reading.run for reading in readings):
            self.setText(head + _by_run(readings, named=named))
        else:
            lines = (f"{_swatch(r.color)} {escape(r.text)} <b>{r.value}</b>" for r in readings)
            self.setText("<br>".join([head, *lines]))
        self.adjustSize()

    def place(self, area: QRect, across: float) -> None:
        """Stand beside a line.

        Args:
            area: Where the curves are, in px of the parent.
            across: Where the line is in it, 0 at the left to 1 at the right.
        """
        at = area.left() + round(across * area.width())
        # On the side where there is more room.
        width = self.width()
        offset = at + theme.GRID if across < 0.5 else at - width - theme.GRID
        offset = max(area.left(), min(offset, area.right() - width))
        self.move(offset, area.top())


def _by_run(readings: Sequence[Reading], *, named: bool) -> str:
    """A row a run and a column a curve."""
    names = list(dict.fromkeys(reading.text for reading in readings))
    rows: dict[str, dict[str, Reading]] = {}
    for reading in readings:
        rows.setdefault(reading.run, {})[reading.text] = reading
    cell = "<td align='right' style='padding-left:8px'>"
    lines = []
    if len(names) > 1 and named:
        heads = "".join(f"{cell}{escape(name)}</td>" for name in names)
        lines.append(f"<tr><td></td>{heads}</tr>")
    for run, found in rows.items():
        values = "".join(
            f"{cell}<b>{found[name].value}</b></td>" if name in found else f"{cell}</td>"
            for name in names
        )
        color = next(iter(found.values())).color
        title = escape(shortened(run)) if named else ""
        lines.append(f"<tr><td>{_swatch(color)} {title}</td>{values}</tr>")
    return f"<table cellspacing='0' cellpadding='0'>{''.join(lines)}</table>"


def shortened(name: str) -> str:
    """A name with its middle left out where it is long: runs often differ at their ends."""
    if len(name) <= _MOST_SIGNS:
        return name
    half = (_MOST_SIGNS - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


def _swatch(color: QColor) -> str:
    return f"<span style='color:{color.name()}'>■</span>"
