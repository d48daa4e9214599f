"""What the chart tabs have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.dataset.model import ClassInfo
from widgets import theme
from widgets.eda.choice import Choice
from widgets.eda.data import EdaData
from widgets.eda.look import Fill, draw_bar, small_font
from widgets.plots.style import class_color

_SWATCH = 12
_KEY_HEIGHT = 18
# Lines of controls side by side are of one height, so that what is below begins at one height.
_CONTROLS = 30


class ChartTab(QWidget):
    """One tab of charts. It is given numbers, and says which samples were chosen."""

    chosen = Signal(object)
    """A `Choice`; it takes the place of an earlier one."""
    unchosen = Signal()
    """The user took the choice back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: EdaData | None = None
        self._split: int | None = None
        theme.signals.changed.connect(self._restyle)

    @property
    def data(self) -> EdaData:
        """The numbers shown.

        Raises:
            RuntimeError: there are none yet; a tab is not used before `set_data`.
        """
        if self._data is None:
            raise RuntimeError("the charts have no numbers yet")
        return self._data

    @property
    def has_data(self) -> bool:
        """Whether there are numbers."""
        return self._data is not None

    @property
    def split(self) -> int | None:
        """The split shown, by its place; None for all."""
        return self._split

    def set_data(self, data: EdaData, split: int | None) -> None:
        """Show other numbers, of a split or of all of them; nothing is chosen then."""
        self._data, self._split = data, split
        self.refresh()

    def refresh(self, *, keep: bool = False) -> None:
        """Draw the charts anew.

        Args:
            keep: Whether the numbers are the same, so that what is chosen may stay so.
        """
        raise NotImplementedError

    def forget_choice(self) -> None:
        """Show that nothing is chosen, without telling of it."""
        raise NotImplementedError

    def choose(self, choice: Choice) -> None:
        """Tell what was chosen."""
        self.chosen.emit(choice)

    def _restyle(self) -> None:
        if self._data is not None:
            self.refresh(keep=True)


class ColorKey(QWidget):
    """Says what colours and fills of bars mean; nothing to click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, QColor | None, Fill]] = []
        self.setFont(small_font())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def set_entries(self, entries: Sequence[tuple[str, QColor | None, Fill]]) -> None:
        """Show words with their colour (None for that of muted text) and their fill."""
        self._entries = list(entries)
        self.setAccessibleName(", ".join(text for text, _color, _fill in entries))
        self.setVisible(bool(entries))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Swatches and words in a row."""
        advance = self.fontMetrics().horizontalAdvance
        return QSize(
            sum(advance(text) + _SWATCH + 18 for text, _c, _f in self._entries), _KEY_HEIGHT
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them."""
        painter = QPainter(self)
        x = 0
        for text, color, fill in self._entries:
            swatch = self.rect().adjusted(0, 0, 0, 0)
            swatch.setRect(x, (self.height() - _SWATCH) // 2, _SWATCH, _SWATCH)
            draw_bar(painter, swatch.toRectF(), color or theme.color("muted"), fill)
            painter.setPen(theme.color("muted"))
            width = self.fontMetrics().horizontalAdvance(text)
            place = self.rect().adjusted(x + _SWATCH + 5, 0, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            x += _SWATCH + width + 18


def color_of(info: ClassInfo, data: EdaData) -> QColor:
    """The colour of a class in charts."""
    return class_color(info.name, data.classes)


def make_combo(name: str, tooltip: str, width: int = 128) -> QComboBox:
    """A small box to choose from."""
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(tooltip)
    combo.setMaxVisibleItems(30)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    combo.setMinimumWidth(width)
    combo.setMaximumWidth(220)
    return combo


def make_line(*widgets: QWidget | None) -> QHBoxLayout:
    """Controls side by side; None stands for the room that is left."""
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme.GRID)
    line.addStrut(_CONTROLS)
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return line


def muted_label(text: str = "") -> QLabel:
    """A quiet line of words."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
