"""What the backbone begins with: published weights, a file, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import theme
from widgets.training.asking.value_editor import CalmComboBox
from widgets.training.file_field import FileField

NOTHING = "none"

_FILE = "file"
_TITLE = "Weights of the backbone"


_TIPS = {
    _FILE: "A .pth file of your own; nothing in it is executed",
    NOTHING: "Random numbers: it has to learn to see from your photos alone",
}


@dataclass(frozen=True, slots=True)
class WeightsChoice:
    """Published weights that fit a recipe.

    Attributes:
        id: What `TrainRequest.init` takes.
        title: What people call them.
        trained_on: The data they learned from.
        megabytes: How much is fetched.
        is_here: Whether they are on this computer already.
    """

    id: str
    title: str
    trained_on: str
    megabytes: int
    is_here: bool

    @property
    def tip(self) -> str:
        """What they are and what choosing them does."""
        here = "on this computer" if self.is_here else f"{self.megabytes} MB are fetched once"
        return f"{self.title}, trained on {self.trained_on}: {here}"


class WeightsField(QWidget):
    """A list of what there is; for a file, a line with its path below."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = CalmComboBox()
        self.box.setObjectName("init")
        self.box.setAccessibleName(_TITLE)
        self.box.setSizeAdjustPolicy(
            CalmComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.file = FileField(_TITLE, "Weights (*.pth *.pt);;All files (*)")
        self.file.edit.setObjectName("init_file")
        self.file.edit.setPlaceholderText("path of a .pth file")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(self.box)
        column.addWidget(self.file)
        self._choices: list[WeightsChoice] = []
        self.set_choices([], None)
        theme.signals.changed.connect(self._refresh_icons)
        self.box.currentIndexChanged.connect(self._on_chosen)
        self.file.changed.connect(self.changed)

    def set_choices(self, choices: Sequence[WeightsChoice], init: str | None) -> None:
        """Offer weights, and choose how to begin.

        Args:
            choices: Those that fit the recipe, the usual ones first.
            init: One's id, a path, `none`; None where nobody has said, which chooses none.
        """
        self._choices = list(choices)
        self.box.blockSignals(True)
        self.box.clear()
        for choice in choices:
            # The backbone goes without saying: the recipe has one.
            self.box.addItem(choice.trained_on, choice.id)
            self.box.setItemData(
                self.box.count() - 1,
                choice.tip,
                Qt.ItemDataRole.ToolTipRole,
            )
        self.box.addItem("A file…", _FILE)
        self.box.addItem("None", NOTHING)
        index = self.box.findData(init or NOTHING)
        self.box.setCurrentIndex(index if index >= 0 else self.box.findData(_FILE))
        self.file.set_path(Path(init) if init and index < 0 else None)
        self.box.blockSignals(False)
        self._refresh_icons()
        self._on_chosen()

    def value(self) -> str | Path | None:
        """How to begin, as `TrainRequest.init` takes it.

        Raises:
            PetsegError: a file is chosen, and there is none at that path.
        """
        chosen = self.box.currentData()
        return self.file.path(required=True) if chosen == _FILE else chosen

    def choose_file(self) -> None:
        """Choose a file, and bring the keyboard to its path."""
        self.box.setCurrentIndex(self.box.findData(_FILE))
        self.file.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_nothing(self) -> None:
        """Begin without weights."""
        self.box.setCurrentIndex(self.box.findData(NOTHING))

    def _refresh_icons(self) -> None:
        """An arrow marks what has to be fetched."""
        for index, choice in enumerate(self._choices):
            icon = QIcon() if choice.is_here else theme.icon("download-outline", "muted")
            self.box.setItemIcon(index, icon)

    def _on_chosen(self) -> None:
        self.file.setVisible(self.box.currentData() == _FILE)
        self.box.setToolTip(
            "What the backbone begins with.\n"
            + (self.box.currentData(Qt.ItemDataRole.ToolTipRole) or _TIPS[self.box.currentData()])
        )
        self.changed.emit()
