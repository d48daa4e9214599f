"""Where LabelMe files come from, which label set they go into, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.labelme.problem_list import ProblemList

_WIDTH = 560


@dataclass(frozen=True)
class ImportChoice:
    """What is to be imported.

    Attributes:
        source: A LabelMe file, or a folder of them.
        label_set: The label set to write into.
        overwrite: Replace masks that are there already.
    """

    source: Path
    label_set: str
    overwrite: bool


class ImportDialog(QDialog):
    """Asks what to import. Nothing is replaced unless the box is ticked.

    Args:
        label_sets: The label sets there are.
        suggested: The one to begin with; it may be new.
        ask_for_folder: Lets the user choose a folder; "" when none was chosen.
        ask_for_file: Lets the user choose a file; likewise.
    """

    chosen = Signal(object)
    """The ImportChoice."""

    def __init__(
        self,
        label_sets: Sequence[str],
        suggested: str,
        ask_for_folder: Callable[[], str],
        ask_for_file: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("LabelMeImport")
        self.setWindowTitle("Import LabelMe files")
        self.setMinimumWidth(_WIDTH)
        title = QLabel("Import LabelMe files")
        title.setProperty("role", "title")
        words = QLabel(
            "The sample of each file is found by its name. Polygons, rectangles, circles, lines, "
            "points and masks are drawn in their order; what cannot be drawn is listed."
        )
        words.setWordWrap(True)
        words.setProperty("role", "muted")
        self.source = QLineEdit()
        self.source.setPlaceholderText("A folder of .json files, or one of them")
        self.source.setToolTip("Where the files are; folders in the folder are looked into too")
        self.folder_button = QPushButton("Folder…")
        self.folder_button.setToolTip("Choose a folder of LabelMe files")
        self.file_button = QPushButton("File…")
        self.file_button.setToolTip("Choose one LabelMe file")
        self.label_set = QComboBox()
        self.label_set.setEditable(True)
        self.label_set.addItems(list(dict.fromkeys((suggested, *label_sets))))
        self.label_set.setCurrentText(suggested)
        self.label_set.setToolTip("The label set to write into; a new name makes a new one")
        self.overwrite_box = QCheckBox("Replace masks that are there already")
        self.overwrite_box.setToolTip(
            "Else samples that have a mask there are left as they are. The first version of every "
            "mask that is replaced is kept"
        )
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Import nothing (Esc)")
        self.import_button = QPushButton("Import")
        self.import_button.setToolTip("Draw the masks and write them (Enter)")
        self.import_button.setProperty("role", "primary")
        self.import_button.setDefault(True)
        for button in (self.folder_button, self.file_button, self.cancel_button):
            button.setAutoDefault(False)
        place = QHBoxLayout()
        place.setSpacing(theme.GRID)
        place.addWidget(self.source, 1)
        place.addWidget(self.folder_button)
        place.addWidget(self.file_button)
        form = QFormLayout()
        form.setSpacing(theme.GRID)
        form.addRow("From", place)
        form.addRow("Into", self.label_set)
        form.addRow("", self.overwrite_box)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GRID)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.import_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(form)
        column.addStretch(1)
        column.addLayout(foot)
        self.folder_button.clicked.connect(lambda: self._take(ask_for_folder()))
        self.file_button.clicked.connect(lambda: self._take(ask_for_file()))
        self.source.textChanged.connect(self._refresh)
        self.label_set.currentTextChanged.connect(self._refresh)
        self.cancel_button.clicked.connect(self.reject)
        self.import_button.clicked.connect(self._on_import)
        self._refresh()

    def _take(self, path: str) -> None:
        if path:
            self.source.setText(path)

    def _refresh(self) -> None:
        is_complete = bool(self.source.text().strip() and self.label_set.currentText().strip())
        self.import_button.setEnabled(is_complete)

    def _on_import(self) -> None:
        choice = ImportChoice(
            Path(self.source.text().strip()).expanduser(),
            self.label_set.currentText().strip(),
            self.overwrite_box.isChecked(),
        )
        self.accept()
        self.chosen.emit(choice)


class ImportReport(QDialog):
    """What became of a conversion where something was left out: a sentence and the list.

    Args:
        title: What was done.
        summary: What became of it, in a sentence.
        problems: What was left out or cut off, one sentence or more each.
    """

    def __init__(
        self, title: str, summary: str, problems: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("LabelMeReport")
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        heading = QLabel(title)
        heading.setProperty("role", "title")
        self.summary = QLabel(summary)
        self.summary.setWordWrap(True)
        self.problems = ProblemList()
        self.close_button = QPushButton("Close")
        self.close_button.setToolTip("Close (Enter or Esc)")
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(heading)
        column.addWidget(self.summary)
        column.addWidget(self.problems, 1)
        column.addLayout(foot)
        self.problems.show_problems(problems)
