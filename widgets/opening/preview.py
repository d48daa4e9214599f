"""What a layout would make of a folder: an example with its mask over it, and the counts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.dataset.layouts.layout import Candidate
from core.dataset.model import ClassInfo
from core.dataset.settings import default_color, hex_to_color
from widgets import theme
from widgets.canvas.layered_view import LayeredView
from widgets.elided_label import ElidedLabel
from widgets.latest_task import LatestTask
from widgets.opening import words
from widgets.opening.example import Example, read_example

_MASK = "mask"


class LayoutPreview(QWidget):
    """Shows a candidate. Its example is decoded off the UI thread.

    Args:
        root: The dataset's folder, which paths are shown below.
    """

    def __init__(self, root: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self.view = LayeredView()
        self.view.setAccessibleName("Example")
        self.view.setMinimumSize(320, 240)
        self.problem_label = QLabel()
        self.problem_label.setProperty("role", "warning")
        self.problem_label.setWordWrap(True)
        self.problem_label.setTextFormat(Qt.TextFormat.PlainText)
        self.problem_label.hide()
        self.facts = {name: ElidedLabel() for name in ("Photo", "Mask", "Label sets", "Splits")}
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(2 * theme.GRID)
        form.setVerticalSpacing(theme.GRID // 2)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, label in self.facts.items():
            title = QLabel(name)
            title.setProperty("role", "muted")
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            form.addRow(title, label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.view, 1)
        column.addWidget(self.problem_label)
        column.addLayout(form)
        self._task = LatestTask(self)
        self._task.done.connect(self._show_example)

    def show_candidate(self, candidate: Candidate) -> None:
        """Show what a layout would make of the folder."""
        self.facts["Photo"].setText(words.example_name(candidate.image, self._root))
        self.facts["Mask"].setText(words.example_name(candidate.mask, self._root))
        self.facts["Label sets"].setText(words.label_sets(candidate))
        self.facts["Splits"].setText(words.splits(candidate))
        self.view.set_message("Reading an example…" if self.view.image_rect.is_empty else "")
        self._task.request(partial(read_example, candidate))

    def shut_down(self) -> None:
        """Wait for the decoding that is under way; nothing is shown any more."""
        self._task.shut_down()

    def _show_example(self, example: Example) -> None:
        self.view.set_overlay(_MASK, None)
        self.view.set_image(example.image)
        if example.mask is not None:
            self.view.set_overlay(_MASK, example.mask, theme.class_table(_CLASSES))
        self.view.fit()
        nothing = example.image is None and example.mask is None
        self.view.set_message("There is no example to show" if nothing else "")
        self.problem_label.setText("\n".join(example.problems))
        self.problem_label.setVisible(bool(example.problems))


_CLASSES = tuple(
    ClassInfo(index, f"class {index}", hex_to_color(default_color(index))) for index in range(255)
)
