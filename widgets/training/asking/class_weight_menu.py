"""Class weights worked out from the masks, with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from core.training.recipes.fields import CLASS_WEIGHTS

_HELP = {
    "auto": "By median frequency, worked out when the run is made",
    "sqrt": "The square roots of these: half as strong",
    "equal": "Every pixel counts the same",
}


class ClassWeightMenu(QToolButton):
    """Offers the weights by each method, and the words that stand for a method."""

    chosen = Signal(object)
    """A value for the field: a word, or one number for each class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_weight_menu")
        self.setToolTip("Class weights from the training masks")
        self.setAccessibleName("Class weights from the masks")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setText("From masks")
        self.setProperty("role", "chip")
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.set_weights({})

    def set_weights(self, weights: Mapping[str, tuple[str, Sequence[float]]]) -> None:
        """Offer weights: by a method's title, what it does and a weight for each class."""
        self._menu.clear()
        for title, (tip, values) in weights.items():
            words = ", ".join(f"{value:g}" for value in values)
            action = self._menu.addAction(f"{title}: {words}")
            action.setToolTip(tip)
            action.triggered.connect(
                lambda _on=False, chosen=list(values): self.chosen.emit(chosen)
            )
        if weights:
            self._menu.addSeparator()
        for word in CLASS_WEIGHTS:
            action = self._menu.addAction(word)
            action.setToolTip(_HELP[word])
            action.triggered.connect(lambda _on=False, chosen=word: self.chosen.emit(chosen))
