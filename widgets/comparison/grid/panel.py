"""One of the linked views: a title and an image with one kind of layer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets import theme
from widgets.canvas import LayeredView, ViewTransform
from widgets.canvas.marks import two_tone
from widgets.elided_label import ElidedLabel

_LEAST = (72, 54)
_FRAME = 2
_CROSS = 9.0


class PanelKind(Enum):
    """What a panel shows over the photo, with the word for it."""

    PHOTO = "Photo"
    TRUTH = "Truth"
    PREDICTION = "Prediction"
    ERRORS = "Errors"
    CONFIDENCE = "Confidence"
    AGREEMENT = "Who is right"


class LinkedView(LayeredView):
    """A view that shows where the cursor is in the views beside it.

    A double click does not fit the image as elsewhere, but asks for the sample to be opened.
    """

    opened = Signal()

    def __init__(self, transform: ViewTransform, parent: QWidget | None = None) -> None:
        super().__init__(parent, transform)
        self._cross: tuple[int, int] | None = None
        self.setMinimumSize(*_LEAST)

    @property
    def cross(self) -> tuple[int, int] | None:
        """The pixel that is marked because the cursor is on it in another view."""
        return self._cross

    def set_cross(self, pixel: tuple[int, int] | None) -> None:
        """Mark a pixel (column, row) of the image, or none."""
        if pixel != self._cross:
            for each in (self._cross, pixel):
                if each is not None:
                    self.update(self._cross_area(each))
            self._cross = pixel

    def paint_marks(self, painter: QPainter, part: QRect) -> None:
        """Paint the mark on top of the rest."""
        super().paint_marks(painter, part)
        if self._cross is None or self.image_rect.is_empty:
            return
        x, y = self._cross
        center = self.placement.to_view(x + 0.5, y + 0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen in two_tone():
            painter.setPen(pen)
            for dx, dy in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)):
                inner = center + QPointF(3 * dx, 3 * dy)
                painter.drawLine(inner, center + QPointF(_CROSS * dx, _CROSS * dy))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the sample to be opened."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def _cross_area(self, pixel: tuple[int, int]) -> QRect:
        reach = int(_CROSS) + 4
        center = self.pixel_center(*pixel)
        return QRect(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach)


class Panel(QWidget):
    """A titled, framed view. A run's panels are framed in the colour of the run.

    Args:
        kind: What the panel shows.
        view: The view.
        letter: The run's letter; "" for a panel that belongs to no run.
        name: The run's name, or what else the title says.
        colors: The colour of its run, or of both its runs; none for a panel of no run.
        parent: Its parent.
    """

    menu_wanted = Signal(QPoint)
    """The user asks what can be done here, at a point of the screen."""

    def __init__(
        self,
        kind: PanelKind,
        view: LinkedView,
        letter: str = "",
        name: str = "",
        colors: Sequence[tuple[int, int, int]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self.letter = letter
        self.view = view
        self._at_rest = ""
        self._colors = [QColor(*color) for color in colors]
        self.setObjectName(f"Panel {kind.value} {letter}".rstrip())
        self._title = ElidedLabel()
        self._title.setObjectName("PanelTitle")
        font = QFont(self._title.font())
        font.setBold(True)
        self._title.setFont(font)
        self._figure = QLabel()
        self._figure.setObjectName("PanelFigure")
        view.set_pixel_grid(True)
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 3, 6, 3)
        bar.setSpacing(theme.GRID)
        bar.addWidget(self._title, 1)
        bar.addWidget(self._figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(_FRAME, _FRAME, _FRAME, _FRAME)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(view, 1)
        self.set_name(name)
        theme.signals.changed.connect(self.update)

    @property
    def title(self) -> str:
        """What the panel is headed with."""
        return self._title.text()

    @property
    def figure(self) -> str:
        """The figure at the right of the title."""
        return self._figure.text()

    def set_name(self, name: str) -> None:
        """Say whose panel it is: the run's name, or the label set's."""
        word = f"{self.kind.value} {self.letter}".rstrip()
        self._title.setText(f"{word} · {name}" if name else word)
        self.view.setAccessibleName(self._title.text())

    def set_owner(self, letter: str, name: str, colors: Sequence[tuple[int, int, int]]) -> None:
        """Say whose panel it is now: another run's, or that of two."""
        self.letter = letter
        self._colors = [QColor(*color) for color in colors]
        self.set_name(name)
        self.update()

    def set_figure(self, text: str, tooltip: str = "") -> None:
        """Show a figure of the sample beside the title, such as its mDice."""
        self._at_rest = text
        self._say(text)
        self._figure.setToolTip(tooltip)

    def set_reading(self, text: str) -> None:
        """Show what is under the cursor in place of the figure; "" shows the figure again."""
        self._say(text or self._at_rest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the name beside the figure."""
        super().resizeEvent(event)
        self._say(self._figure_text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the panel, and with what is under the cursor."""
        self.menu_wanted.emit(event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the frame: thick and in the colours of its runs, or thin and plain."""
        painter = QPainter(self)
        area = self.rect()
        painter.fillRect(area, theme.color("surface"))
        if not self._colors:
            painter.setPen(QPen(theme.color("border"), 1))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
            return
        for place, color in enumerate(self._colors):
            # Of two runs each has the side on which it is shown.
            width = area.width() // len(self._colors)
            painter.setClipRect(place * width, 0, area.width() - place * width, area.height())
            pen = QPen(color, _FRAME)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(area.adjusted(1, 1, -1, -1))

    @property
    def _figure_text(self) -> str:
        return str(self._figure.property("whole") or "")

    def _say(self, text: str) -> None:
        """Show a figure; in a narrow panel what does not fit is cut, and the name goes first."""
        self._figure.setProperty("whole", text)
        metrics = self._figure.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(self.width() - 48, 48))
        self._figure.setText(shown)
