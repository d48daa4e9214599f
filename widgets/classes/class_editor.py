"""Editing the classes of a dataset: names, colours, how many there are, and the ignore index."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.dataset.settings import (
    ClassSettings,
    DatasetSettings,
    default_color,
    validation_words,
)
from widgets import theme
from widgets.classes.color_button import ColorButton

_MOST = 253


class _ClassRow(QWidget):
    """One class: its index, colour and name, and its codes in the mask files."""

    changed = Signal()

    def __init__(self, index: int, entry: ClassSettings) -> None:
        super().__init__()
        self.entry = entry
        number = QLabel(str(index))
        number.setProperty("role", "muted")
        number.setFixedWidth(32)
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number.setToolTip(f"Class {index} in the masks")
        self.color = ColorButton(entry.color, entry.name)
        self.color.setObjectName(f"ClassColor_{index}")
        self.name = QLineEdit(entry.name)
        self.name.setObjectName(f"ClassName_{index}")
        self.name.setPlaceholderText("Name")
        self.name.setAccessibleName(f"Name of class {index}")
        codes = QLabel(", ".join([*map(str, entry.mask_values), *entry.mask_colors]))
        codes.setProperty("role", "muted")
        codes.setToolTip("What stands for the class in mask files")
        codes.setVisible(bool(codes.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(number)
        row.addWidget(self.color)
        row.addWidget(self.name, 1)
        row.addWidget(codes)
        self.color.color_changed.connect(lambda _color: self.changed.emit())
        self.name.textChanged.connect(lambda _text: self.changed.emit())

    def fields(self) -> dict[str, object]:
        """The class as it is written now."""
        return {**self.entry.model_dump(), "name": self.name.text(), "color": self.color.color}


class ClassEditor(QDialog):
    """A dialog for the classes of a dataset. It changes nothing itself; see `chosen`.

    The order of classes is that of the values in the masks, so classes are added and removed at
    the end only. Removing one leaves its pixels in the masks, where a check reports them.

    Args:
        settings: The settings to begin with.
        in_use: Indices of classes that masks hold, to warn before one is removed.
    """

    chosen = Signal(object)
    """The edited `DatasetSettings`, when the user saves."""

    def __init__(
        self,
        settings: DatasetSettings,
        in_use: Collection[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._before = settings
        self._in_use = set(in_use)
        self.setWindowTitle("Classes")
        self.setMinimumSize(480, 400)
        heading = QLabel("Classes")
        heading.setProperty("role", "title")
        hint = QLabel("The order is that of the values in the masks; 0 is the background.")
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)

        self._rows: list[_ClassRow] = []
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inner)

        self.add_button = self._flat("&Add class", "plus", "Add a class at the end (Alt+A)")
        self.add_button.clicked.connect(self._add)
        self.remove_button = self._flat("&Remove last", "minus", "")
        self.remove_button.clicked.connect(self._remove)
        self.safe_button = self._flat(
            "&Safe colours",
            "palette-outline",
            "Give all classes colours that colour-blind people can tell apart (Alt+S)",
        )
        self.safe_button.clicked.connect(self._use_safe_colors)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        for button in (self.add_button, self.remove_button, self.safe_button):
            tools.addWidget(button)
        tools.addStretch()

        self.ignore_index = QSpinBox()
        self.ignore_index.setRange(0, 255)
        self.ignore_index.setValue(settings.ignore_index)
        self.ignore_index.setToolTip(
            "Mask value that no check, loss or metric counts (Alt+I); usually 255"
        )
        self.ignore_index.valueChanged.connect(self._check)
        ignore_label = QLabel("&Ignored value")
        ignore_label.setBuddy(self.ignore_index)
        ignore = QHBoxLayout()
        ignore.setSpacing(8)
        ignore.addWidget(ignore_label)
        ignore.addWidget(self.ignore_index)
        ignore.addStretch()

        self.problem = QLabel()
        self.problem.setObjectName("Problem")
        self.problem.setWordWrap(True)
        self.problem.setMinimumHeight(self.problem.fontMetrics().height() * 2)
        self.save_button = QPushButton("Save")
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.save_button.setToolTip("Write dataset.toml (Ctrl+Return)")
        self.save_button.clicked.connect(self._save)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.setToolTip("Change nothing (Esc)")
        cancel.clicked.connect(self.reject)
        QShortcut("Ctrl+Return", self, self.save_button.click)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.save_button)

        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(hint)
        column.addSpacing(8)
        column.addWidget(self._scroll, 1)
        column.addLayout(tools)
        column.addLayout(ignore)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        for entry in settings.classes:
            self._append(entry)
        self._check()
        self._rows[0].name.setFocus()

    def settings(self) -> DatasetSettings:
        """The settings as they are written now.

        Raises:
            ValidationError: they are not valid; `problem` says why.
        """
        return DatasetSettings.model_validate(
            {
                **self._before.model_dump(),
                "classes": [row.fields() for row in self._rows],
                "ignore_index": self.ignore_index.value(),
            }
        )

    def _flat(self, text: str, icon: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "flat")
        button.setAutoDefault(False)
        button.setToolTip(tooltip)
        theme.set_icon(button, icon)
        return button

    def _append(self, entry: ClassSettings) -> _ClassRow:
        row = _ClassRow(len(self._rows), entry)
        row.changed.connect(self._check)
        self._rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _add(self) -> None:
        index = len(self._rows)
        taken = {row.name.text().strip() for row in self._rows}
        names = (f"class {number}" for number in range(index, index + len(taken) + 1))
        name = next(each for each in names if each not in taken)
        row = self._append(ClassSettings(name=name, color=default_color(index)))
        row.name.setFocus()
        row.name.selectAll()
        self._check()
        # The row has its place only after the layout was made anew.
        QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))

    def _remove(self) -> None:
        row = self._rows.pop()
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._rows[-1].name.setFocus()
        self._check()

    def _use_safe_colors(self) -> None:
        for index, row in enumerate(self._rows):
            row.color.set_color(default_color(index))
        self._check()

    def _check(self) -> None:
        last = len(self._rows) - 1
        self.add_button.setEnabled(len(self._rows) < _MOST)
        self.remove_button.setEnabled(last > 0)
        loses = (
            f" Masks hold class {last}: its pixels become illegal." if last in self._in_use else ""
        )
        self.remove_button.setToolTip(f"Remove class {last} (Alt+R).{loses}")
        problem = self._problem()
        warning = "" if problem else self._warning()
        self.problem.setText(problem or warning)
        self.problem.setProperty("role", "error" if problem else "warning")
        self.problem.style().unpolish(self.problem)
        self.problem.style().polish(self.problem)
        self.save_button.setEnabled(not problem)

    def _problem(self) -> str:
        empty = [number for number, row in enumerate(self._rows) if not row.name.text().strip()]
        if empty:
            return f"Class {empty[0]} needs a name."
        names = [row.name.text().strip() for row in self._rows]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            return f"Two classes are called {twice}."
        ignored = self.ignore_index.value()
        if ignored < len(self._rows):
            return f"The ignored value {ignored} is the class {names[ignored]}."
        try:
            self.settings()
        except ValidationError as error:
            return validation_words(error)
        return ""

    def _warning(self) -> str:
        lost = sorted(index for index in self._in_use if index >= len(self._rows))
        if lost and lost[0] < len(self._before.classes):
            name = self._before.classes[lost[0]].name
            return f"Masks hold {name}, which is removed: its pixels will be reported as illegal."
        colors = [row.color.color.upper() for row in self._rows]
        same = next((place for place, color in enumerate(colors) if color in colors[:place]), None)
        if same is not None:
            first, second = self._rows[colors.index(colors[same])], self._rows[same]
            return f"{first.name.text()} and {second.name.text()} have the same colour."
        return ""

    def _save(self) -> None:
        if self._problem():
            return
        self.chosen.emit(self.settings())
        self.accept()
