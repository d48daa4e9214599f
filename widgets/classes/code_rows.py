"""The table of what mask files hold, with a class to choose for each value or colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QToolButton, QWidget

from core.dataset.encoding.coding import code_words
from core.dataset.encoding.report import FoundCode
from core.dataset.settings import ClassSettings
from widgets import theme
from widgets.classes.color_button import swatch
from widgets.elided_label import ElidedLabel

NOTHING, IGNORED = -1, -2
"""What a row says instead of a class index."""

_COLUMNS = ("Code", "Pixels", "Masks", "Class", "", "Example")


class CodeRows(QWidget):
    """One row per value or colour: swatch, share, masks, class and an example."""

    shown = Signal(object)
    """The `FoundCode` of the row that the user turned to."""
    changed = Signal(object)
    """The `FoundCode` that got another class."""
    class_wanted = Signal(object)
    """The `FoundCode` that the user wants a new class for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._codes: list[FoundCode] = []
        self.combos: list[QComboBox] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(len(_COLUMNS) - 1, 1)
        for column, title in enumerate(_COLUMNS):
            label = QLabel(title)
            label.setProperty("role", "muted")
            self._grid.addWidget(label, 0, column)

    @property
    def codes(self) -> list[FoundCode]:
        """The rows' codes, from above."""
        return list(self._codes)

    def set_codes(self, codes: Sequence[FoundCode]) -> None:
        """Show other codes; classes are given by `set_classes`."""
        for place in reversed(range(len(_COLUMNS), self._grid.count())):
            item = self._grid.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._grid.setRowStretch(len(self._codes) + 1, 0)
        self._codes, self.combos = list(codes), []
        for number, found in enumerate(self._codes):
            self._add_row(number + 1, found)
        self._grid.setRowStretch(len(self._codes) + 1, 1)

    def set_classes(self, classes: Sequence[ClassSettings], chosen: Sequence[int]) -> None:
        """Offer classes.

        Args:
            classes: The classes.
            chosen: Of each row, the class's index, or NOTHING or IGNORED.
        """
        for combo, index in zip(self.combos, chosen, strict=True):
            combo.clear()
            for place, entry in enumerate(classes):
                combo.addItem(swatch(QColor(entry.color)), entry.name, place)
            combo.insertSeparator(combo.count())
            combo.addItem("Ignored", IGNORED)
            combo.addItem("No class (report it)", NOTHING)
            combo.setCurrentIndex(combo.findData(index))

    def chosen(self) -> list[int]:
        """Of each row, the index of its class, or NOTHING or IGNORED."""
        return [int(combo.currentData()) for combo in self.combos]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A row whose list gets the focus is the one to show."""
        if event.type() == QEvent.Type.FocusIn and watched in self.combos:
            place = next(n for n, combo in enumerate(self.combos) if combo is watched)
            self.shown.emit(self._codes[place])
        return super().eventFilter(watched, event)

    def _add_row(self, row: int, found: FoundCode) -> None:
        words = code_words(found.code)
        code = QPushButton(words)
        code.setProperty("role", "flat")
        code.setAutoDefault(False)
        code.setStyleSheet("text-align: left;")
        color = (found.code,) * 3 if isinstance(found.code, int) else found.code
        code.setIcon(swatch(QColor(*(min(part, 255) for part in color))))
        code.setToolTip(f"Show {found.example.name}, which holds most of it")
        code.clicked.connect(lambda: self.shown.emit(found))
        share, masks = QLabel(percent(found.share)), QLabel(str(found.masks))
        for number in (share, masks):
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        combo = QComboBox()
        combo.setObjectName(f"Code_{words}")
        combo.setAccessibleName(f"Class of {words}")
        combo.setToolTip(f"What {words} stands for")
        combo.setMinimumWidth(160)
        combo.installEventFilter(self)
        combo.activated.connect(lambda _index: self.changed.emit(found))
        self.combos.append(combo)
        new = QToolButton()
        new.setObjectName(f"New_{words}")
        new.setToolTip(f"Make a new class for {words}")
        new.setAccessibleName(new.toolTip())
        theme.set_icon(new, "plus")
        new.clicked.connect(lambda: self.class_wanted.emit(found))
        example = ElidedLabel(found.example.name)
        example.setProperty("role", "muted")
        for column, widget in enumerate((code, share, masks, combo, new, example)):
            self._grid.addWidget(widget, row, column)


def percent(share: float) -> str:
    """A share, 0 to 1, in percent."""
    return "< 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"
