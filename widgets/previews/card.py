"""One sample of the strip: the photo with a mask over it, its name, and its Dice."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.previews.pictures import PreviewPicture

_MIN = QSize(72, 72)
_WANTED = QSize(168, 150)


class PreviewCard(QWidget):
    """Shows the prediction; the truth while the mouse is held on it, or always when told to."""

    opened = Signal(str)
    """The sample was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = PreviewPicture("", None, None, None)
        self._shows_truth = False
        self._is_held = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_MIN)
        theme.signals.changed.connect(self.update)

    @property
    def picture(self) -> PreviewPicture:
        """What it has to show."""
        return self._picture

    @property
    def shows_truth(self) -> bool:
        """Whether the true mask is shown at the moment."""
        return (self._shows_truth or self._is_held) and self._picture.truth is not None

    @property
    def image(self) -> QImage | None:
        """The picture shown at the moment."""
        return self._picture.truth if self.shows_truth else self._picture.predicted

    @property
    def caption(self) -> str:
        """What is written below the picture, besides the name."""
        if self.shows_truth:
            return "truth"
        dice = self._picture.dice
        return "" if dice is None else f"Dice {dice:.1f}"

    def sizeHint(self) -> QSize:
        """A thumbnail and its line of text."""
        return _WANTED

    def set_picture(self, picture: PreviewPicture) -> None:
        """Show another picture."""
        self._picture = picture
        dice = "not measured" if picture.dice is None else f"{picture.dice:.2f} %"
        self.setToolTip(
            picture.problem
            or f"{picture.sample}\nDice of this image {dice}\n"
            "Hold the mouse button: truth · double click: open in the editor"
        )
        self.setAccessibleName(f"{picture.sample}, Dice {dice}")
        self.update()

    def set_truth_shown(self, shown: bool) -> None:
        """Show the true mask in place of the predicted one."""
        self._shows_truth = shown
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the truth while the button is held."""
        self._is_held = event.button() == Qt.MouseButton.LeftButton
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Back to the prediction."""
        self._is_held = False
        self.update()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Open the sample."""
        self._is_held = False
        self.opened.emit(self._picture.sample)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint picture and caption."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        line = self.fontMetrics().height() + 2
        area = self.rect().adjusted(0, 0, 0, -line)
        image = self.image
        if image is None:
            painter.fillRect(area, theme.color("sunken"))
            painter.setPen(theme.color("muted"))
            words = "cannot be read" if self._picture.problem else "…"
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
            shown = area
        else:
            size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(area.topLeft(), size)
            shown.moveLeft(area.left() + (area.width() - size.width()) // 2)
            painter.drawImage(shown, image)
        self._draw_caption(
            painter, QRect(self.rect().left(), area.bottom() + 2, self.width(), line)
        )

    def _draw_caption(self, painter: QPainter, row: QRect) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        caption = self.caption
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        width = painter.fontMetrics().horizontalAdvance(caption)
        painter.setFont(self.font())
        name = self._picture.sample.rpartition("/")[2]
        room = max(row.width() - width - theme.GRID, 0)
        name = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        total = self.fontMetrics().horizontalAdvance(name) + theme.GRID + width
        left = row.left() + max((row.width() - total) // 2, 0)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("muted"))
        painter.drawText(row.adjusted(left - row.left(), 0, 0, 0), flags, name)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        painter.drawText(row.adjusted(left - row.left() + total - width, 0, 0, 0), flags, caption)
