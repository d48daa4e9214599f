"""The classes: which one is painted, and how much of the mask each covers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.dataset.model import ClassInfo
from widgets import theme

_HEIGHT = 30
_SPACING = 2
_SWATCH = 14
_NUMBER_WIDTH = 62


class ClassRow(QAbstractButton):
    """One class: colour, key, name, and its share of the mask."""

    def __init__(
        self, value: int, name: str, color: QColor, key: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.value = value
        self._color = color
        self._key = key
        self._share = ""
        self.setText(name)
        self.setObjectName(f"Class_{value}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        theme.signals.changed.connect(self.update)
        self.show_count(0, 0)

    @property
    def share(self) -> str:
        """The share that is shown."""
        return self._share

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(160, _HEIGHT)

    def show_count(self, count: int, total: int) -> None:
        """Show how many of the mask's pixels have the class."""
        share = 100 * count / total if total else 0.0
        self._share = "< 0.01 %" if 0 < share < 0.005 else f"{share:.2f} %" if count else "–"
        paints = f"Paint {self.text()}" + (f" ({self._key})" if self._key else "")
        self.setToolTip(f"{paints}\n{count:,} pixels")
        self.setAccessibleName(f"{self.text()}, {count} pixels")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the row; the chosen class is framed, not only tinted."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse() or self.hasFocus():
            painter.setBrush(theme.color("selection" if self.isChecked() else "hover"))
            framed = self.isChecked() or self.hasFocus()
            painter.setPen(QPen(theme.color("accent" if framed else "border"), 1))
            painter.drawRoundedRect(frame, 4, 4)
        middle = self.height() / 2
        swatch = QRectF(8, middle - _SWATCH / 2, _SWATCH, _SWATCH)
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.setBrush(self._color)
        painter.drawRoundedRect(swatch, 3, 3)
        self._paint_key(painter, QRect(30, self.height() // 2 - 9, 18, 18))
        painter.setPen(theme.color("text"))
        room = self.width() - 56 - _NUMBER_WIDTH - 12
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(56, 0, room, self.height()), flags, name)
        painter.setPen(theme.color("muted"))
        numbers = QRect(self.width() - _NUMBER_WIDTH - 8, 0, _NUMBER_WIDTH, self.height())
        painter.drawText(numbers, flags | int(Qt.AlignmentFlag.AlignRight), self._share)

    def _paint_key(self, painter: QPainter, area: QRect) -> None:
        if not self._key:
            return
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setPen(theme.color("muted"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), self._key)


class ClassPalette(QWidget):
    """A row for each class, one for the ignored pixels, and one for each illegal value present."""

    class_chosen = Signal(int)
    rows_changed = Signal()
    """There are more or fewer rows."""
    locked_changed = Signal(object)
    """The values (a frozenset) of the classes that are locked."""
    current_shown = Signal(object)
    """The row (a widget) that is marked now: it should be in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Classes")
        self._rows: dict[int, ClassRow] = {}
        self._illegal: dict[int, ClassRow] = {}
        self._lines: dict[int, QWidget] = {}
        self._locks: dict[int, QToolButton] = {}
        self._current: int | None = None
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def set_classes(self, classes: Sequence[ClassInfo], ignore_index: int) -> None:
        """Show other classes."""
        was_locked = self.locked
        for row in (*self._rows.values(), *self._illegal.values()):
            self._remove(row)
        self._rows, self._illegal = {}, {}
        for info in classes:
            key = str(info.index) if info.index <= 99 else ""
            self._add(ClassRow(info.index, info.name, QColor(*info.color), key))
        if ignore_index not in self._rows:
            self._add(ClassRow(ignore_index, "ignored", QColor(*theme.IGNORE_COLOR), "I"))
        if self._current is not None:
            self.show_current(self._current)
        self.rows_changed.emit()
        if was_locked:
            self.locked_changed.emit(self.locked)

    @property
    def locked(self) -> frozenset[int]:
        """The values of the classes that are locked."""
        return frozenset(value for value, lock in self._locks.items() if lock.isChecked())

    def lock(self, value: int) -> QToolButton | None:
        """The lock of a class."""
        return self._locks.get(value)

    def rows_height(self) -> int:
        """The height of all rows."""
        rows = len(self._rows) + len(self._illegal)
        return rows * _HEIGHT + max(rows - 1, 0) * _SPACING

    def row(self, value: int) -> ClassRow | None:
        """The row of a class or of an illegal value."""
        return self._rows.get(value) or self._illegal.get(value)

    def show_current(self, value: int) -> None:
        """Mark the class that is painted."""
        self._current = value
        row = self._rows.get(value)
        if row is not None:
            row.setChecked(True)
            self.current_shown.emit(row)

    def show_counts(self, counts: Sequence[int] | None) -> None:
        """Show the number of pixels of each of the 256 values; None for no mask."""
        total = int(sum(counts)) if counts is not None else 0
        for value, row in self._rows.items():
            row.show_count(int(counts[value]) if counts is not None else 0, total)
        present = {
            value: int(count)
            for value, count in enumerate(counts if counts is not None else ())
            if count and value not in self._rows
        }
        if present.keys() != self._illegal.keys():
            self._show_illegal(set(present))
        for value, count in present.items():
            row = self._illegal[value]
            row.show_count(count, total)
            row.setToolTip(f"{count:,} pixels have the value {value}, which is no class.")

    def _add(self, row: ClassRow) -> None:
        self._rows[row.value] = row
        self._group.addButton(row)
        lock = self._locks[row.value] = self._lock_button(row)
        line = self._lines[row.value] = QWidget()
        pair = QHBoxLayout(line)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(2)
        pair.addWidget(row)
        pair.addWidget(lock)
        self._column.addWidget(line)
        row.clicked.connect(lambda _checked=False: self.class_chosen.emit(row.value))

    def _lock_button(self, row: ClassRow) -> QToolButton:
        lock = QToolButton()
        lock.setObjectName(f"Lock_{row.value}")
        lock.setCheckable(True)
        lock.setFixedSize(24, _HEIGHT)
        lock.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._show_lock(lock, row.text())
        lock.toggled.connect(lambda _on: self._show_lock(lock, row.text()))
        lock.toggled.connect(lambda _on: self.locked_changed.emit(self.locked))
        return lock

    def _show_lock(self, lock: QToolButton, name: str) -> None:
        locked = lock.isChecked()
        theme.set_icon(lock, "lock" if locked else "lock-open-variant-outline", "muted")
        lock.setIconSize(QSize(14, 14))
        lock.setToolTip(
            f"{name} is locked: strokes leave it as it is"
            if locked
            else f"Lock {name}: strokes will leave it as it is"
        )
        lock.setAccessibleName(f"Lock {name}")

    def _show_illegal(self, values: set[int]) -> None:
        for value in self._illegal.keys() - values:
            self._remove(self._illegal.pop(value))
        for value in sorted(values - self._illegal.keys()):
            row = ClassRow(value, f"value {value}: no class", QColor(*theme.ILLEGAL_COLOR), "")
            row.setCheckable(False)
            self._illegal[value] = row
            self._column.addWidget(row)
        self.rows_changed.emit()

    def _remove(self, row: ClassRow) -> None:
        self._group.removeButton(row)
        self._locks.pop(row.value, None)
        line = self._lines.pop(row.value, row)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
