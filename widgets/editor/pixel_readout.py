"""What the cursor is on: place, class, intensity, and what a model says there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets import theme
from widgets.elided_label import ElidedLabel

_FIGURE_SPACE = "\u2007"  # as wide as a digit
_SWATCH, _GAP = 10, 12
_WIDEST_CLASS = 132
_LEAST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class PixelReading:
    """One pixel.

    Attributes:
        x: Column.
        y: Row.
        digits: How many digits the image's largest column or row has.
        class_name: The class in the mask; "" when there is no mask.
        class_color: That class's colour; None for one that is not drawn.
        intensity: Red, green and blue, 0 to 255; None without a photo.
        predicted: The class a run predicts; "" when no prediction is loaded.
        confidence: How sure the run is, 0 to 1; None when it kept none.
        run: The run's name.
    """

    x: int
    y: int
    digits: int = _LEAST_DIGITS
    class_name: str = ""
    class_color: QColor | None = None
    intensity: tuple[int, int, int] | None = None
    predicted: str = ""
    confidence: float | None = None
    run: str = ""


class PixelReadout(QWidget):
    """Shows a pixel in fields of fixed widths, so that nothing jumps while the mouse moves.

    Where there is no room for all fields the least important ones are left out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("PixelReadout")
        self.setAccessibleName("Pixel under the cursor")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._names: tuple[str, ...] = ()
        self._digits = _LEAST_DIGITS
        self._has_prediction = False
        self.place = _field("PixelPlace", "Column and row, from the top left corner")
        self.class_name = ElidedLabel()
        self.class_name.setObjectName("PixelClass")
        self._swatch = _Swatch()
        self.intensity = _field(
            "PixelIntensity",
            "Red, green, blue and luminance of the photo, 0 to 255, as its file holds them",
        )
        self.predicted = ElidedLabel()
        self.predicted.setObjectName("PixelPrediction")
        self.predicted.setProperty("role", "muted")
        for field in (self.class_name, self.predicted):
            field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._classes = QWidget()
        pair = QHBoxLayout(self._classes)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(6)
        pair.addWidget(self._swatch)
        pair.addWidget(self.class_name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.addStretch()
        for part in (self.place, self._classes, self.intensity, self.predicted):
            row.addWidget(part)
        self._fit()

    @property
    def text(self) -> str:
        """All that is shown, in one line."""
        fields = (self.place, self.class_name, self.intensity, self.predicted)
        words = (field.text().replace(_FIGURE_SPACE, " ") for field in fields)
        return "  ·  ".join(word for word in words if word)

    def set_class_names(self, names: tuple[str, ...]) -> None:
        """Make the fields wide enough for those classes."""
        self._names = names
        self._fit()

    def set_prediction_loaded(self, loaded: bool) -> None:
        """Keep room for what a run predicts, or not."""
        if loaded != self._has_prediction:
            self._has_prediction = loaded
            self._fit()

    def show_reading(self, reading: PixelReading | None) -> None:
        """Show a pixel; None when the cursor is on none."""
        if reading is None:
            for field in (self.place, self.class_name, self.intensity, self.predicted):
                field.setText("")
            self._swatch.show_color(None, outlined=False)
            return
        digits = max(reading.digits, _LEAST_DIGITS)
        if digits != self._digits:
            self._digits = digits
            self._fit()
        self.place.setText(_place(reading.x, reading.y, digits))
        self.class_name.setText(reading.class_name)
        self._swatch.show_color(reading.class_color, outlined=bool(reading.class_name))
        self.intensity.setText("" if reading.intensity is None else _intensity(reading.intensity))
        self.predicted.setText(_predicted(reading.predicted, reading.confidence))
        if reading.run:
            self.predicted.setToolTip(f"What {reading.run} predicts here, and how sure it is")

    def minimumSizeHint(self) -> QSize:
        """As narrow as the layout likes: fields are left out."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room, or bring it back."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        measure = self.fontMetrics().horizontalAdvance
        widest = max((measure(name) for name in self._names), default=64)
        name = min(widest + 4, _WIDEST_CLASS)
        place = measure(_place(0, 0, self._digits)) + 4
        intensity = measure(_intensity((255, 255, 255))) + 4
        sure = measure(_predicted("", 1.0)) + measure(" ") + 4
        # Fixed both ways: with every text that may grow, Qt lays out the whole window again.
        height = self.fontMetrics().height() + 2
        self.place.setFixedSize(place, height)
        self.class_name.setFixedSize(name, height)
        self.intensity.setFixedSize(intensity, height)
        self.predicted.setFixedSize(name + sure, height)
        # The place is always told; then what matters most gets the room that is left.
        parts = (
            (self._classes, _SWATCH + 6 + name, True),
            (self.predicted, name + sure, self._has_prediction),
            (self.intensity, intensity, True),
        )
        room = self.width() - place
        for part, width, wanted in parts:
            fits = wanted and room >= width + _GAP
            part.setVisible(fits)
            if fits:
                room -= width + _GAP


class _Swatch(QWidget):
    """A class's colour in a small square; empty for a class that is not drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._color: QColor | None = None
        self._outlined = False
        self.setFixedSize(_SWATCH + 1, _SWATCH + 1)

    def show_color(self, color: QColor | None, *, outlined: bool) -> None:
        if (color, outlined) != (self._color, self._outlined):
            self._color, self._outlined = color, outlined
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._outlined:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("muted"), 1))
        if self._color is not None:
            painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(0.5, 0.5, _SWATCH, _SWATCH), 2, 2)


def luminance(rgb: tuple[int, int, int]) -> int:
    """How bright a colour looks, 0 to 255 (ITU-R BT.601, as OpenCV turns colours to grey)."""
    red, green, blue = rgb
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def _place(x: int, y: int, digits: int) -> str:
    return f"x {_padded(x, digits)}  y {_padded(y, digits)}"


def _intensity(rgb: tuple[int, int, int]) -> str:
    red, green, blue = (_padded(value, 3) for value in rgb)
    return f"RGB {red} {green} {blue}  L {_padded(luminance(rgb), 3)}"


def _predicted(name: str, confidence: float | None) -> str:
    if confidence is None:
        return f"Model {name}" if name else ""
    percent = f"{_padded(round(100 * confidence), 3)} %"
    return f"Model {name} {percent}" if name else f"Model {percent}"


def _padded(number: int, digits: int) -> str:
    return str(number).rjust(digits, _FIGURE_SPACE)


def _field(name: str, tooltip: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", "muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setToolTip(tooltip)
    return label
