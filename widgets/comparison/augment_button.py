"""From which views photos are predicted: mirrored too, and in several sizes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from core.errors import PetsegError
from core.evaluation.predicting.augmentation import (
    PLAIN,
    Augmentation,
    make_augmentation,
    parse_scales,
)

SIZES: tuple[tuple[float, ...], ...] = (
    (1.0,),
    (0.75, 1.0, 1.25),
    (1.0, 1.25, 1.5),
    (0.5, 0.75, 1.0, 1.25, 1.5),
)
"""The sizes on offer, as factors of the photo's."""


class AugmentButton(QToolButton):
    """A button that says how many views there are; its menu chooses them."""

    chosen = Signal(object)
    """The `Augmentation` that the user wants photos to be predicted with from now on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("AugmentButton")
        self.setProperty("role", "button")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._augment = PLAIN
        self._menu = QMenu(self)
        self.flip_action = QAction("Mirrored too", self)
        self.flip_action.setCheckable(True)
        self.flip_action.triggered.connect(lambda _on: self._choose())
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.size_actions: list[QAction] = []
        self.sizes_edit = QLineEdit()
        self._problem = QLabel()
        self._fill()
        self.setMenu(self._menu)
        self.show_augment(PLAIN)

    @property
    def augment(self) -> Augmentation:
        """What is chosen."""
        return self._augment

    def show_augment(self, augment: Augmentation) -> None:
        """Show other views, without telling of it."""
        self._augment = augment
        views = "1 view" if augment.views == 1 else f"{augment.views} views"
        self.setText(f"Predict from {views} ▾")
        self.setToolTip(
            "Test-time augmentation: photos are predicted mirrored and in several sizes too, and"
            f" the mean counts. It takes as many times as long.\nNow: {augment.words()}"
        )
        self.setAccessibleName(f"Predict from {views}")
        self.flip_action.setChecked(augment.flip)
        for action, scales in zip(self.size_actions, SIZES, strict=True):
            action.setChecked(scales == augment.scales)
        self.sizes_edit.setText(_listed(augment.scales))
        self._problem.hide()

    def _fill(self) -> None:
        self._menu.addAction(self.flip_action)
        self._menu.addSection("Sizes")
        for scales in SIZES:
            action = self._menu.addAction(_listed(scales) if len(scales) > 1 else "As it is")
            action.setCheckable(True)
            action.triggered.connect(lambda _on, scales=scales: self._choose(scales))
            self._group.addAction(action)
            self.size_actions.append(action)
        self.sizes_edit.setAccessibleName("Other sizes, as factors of the photo's")
        self.sizes_edit.setToolTip("Other sizes: up to 8 factors from 0.25 to 4, then Enter")
        self.sizes_edit.returnPressed.connect(self._on_typed)
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addWidget(QLabel("Other sizes"))
        column.addWidget(self.sizes_edit)
        column.addWidget(self._problem)
        typed = QWidgetAction(self)
        typed.setDefaultWidget(room)
        self._menu.addAction(typed)

    def _on_typed(self) -> None:
        try:
            scales = parse_scales(self.sizes_edit.text())
        except PetsegError as error:
            self._problem.setText(str(error))
            self._problem.show()
            return
        self._menu.close()
        self._choose(scales)

    def _choose(self, scales: tuple[float, ...] | None = None) -> None:
        wanted = scales if scales is not None else self._augment.scales
        augment = make_augmentation(flip=self.flip_action.isChecked(), scales=wanted)
        is_new = augment != self._augment
        self.show_augment(augment)
        if is_new:
            self.chosen.emit(augment)


def _listed(scales: tuple[float, ...]) -> str:
    return ", ".join(f"{scale:g}" for scale in scales)
