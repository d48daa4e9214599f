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

_LEAST = (48, 36)
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
        self._name = name
        self._at_rest = self._saying = ("", "")
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
        word = self._word
        return f"{word} · {self._name}" if self._name else word

    @property
    def figure(self) -> str:
        """The figure at the right of the title, as far as there is room for it."""
        return self._figure.text()

    def set_name(self, name: str) -> None:
        """Say whose panel it is: the run's name, or the label set's."""
        self._name = name
        self.view.setAccessibleName(self.title)
        self._show_title()

    def set_owner(self, letter: str, name: str, colors: Sequence[tuple[int, int, int]]) -> None:
        """Say whose panel it is now: another run's, or that of two."""
        self.letter = letter
        self._colors = [QColor(*color) for color in colors]
        self.set_name(name)
        self.update()

    def set_figure(self, text: str, tooltip: str = "", *, short: str = "") -> None:
        """Show a figure of the sample beside the title, such as its mDice.

        Args:
            text: The figure.
            tooltip: More about it.
            short: The same in fewer words, for a narrow panel.
        """
        self._at_rest = (text, short)
        self._say(*self._at_rest)
        self._figure.setToolTip(tooltip or text)

    def set_reading(self, text: str) -> None:
        """Show what is under the cursor in place of the figure; "" shows the figure again."""
        self._say(*((text, "") if text else self._at_rest))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the name beside the figure."""
        super().resizeEvent(event)
        self._show_title()
        self._say(*self._saying)

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
    def _word(self) -> str:
        return f"{self.kind.value} {self.letter}".rstrip()

    def _show_title(self) -> None:
        """Head the panel; a very narrow one with its run's letter, if it has one."""
        needed = self._title.fontMetrics().horizontalAdvance(self._word) + 12
        has_room = needed <= self.width() or not self.letter
        self._title.setText(self.title if has_room else self.letter)

    def _say(self, text: str, short: str) -> None:
        """Show a figure; in a narrow panel it gives way to what the panel is."""
        self._saying = (text, short)
        taken = self._title.fontMetrics().horizontalAdvance(f"{self._word}…") + 2 * theme.GRID + 12
        metrics, room = self._figure.fontMetrics(), self.width() - taken
        fitting = (each for each in (text, short) if metrics.horizontalAdvance(each) <= room)
        self._figure.setText(next(fitting, ""))
