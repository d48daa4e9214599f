"""What can be done with recipes besides choosing one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton, QWidget

from core.training.recipes.reading import Recipe
from widgets import theme


class RecipeMenu(QToolButton):
    """A button with a menu: save, rename, delete, open. It asks for names and does nothing else."""

    save_requested = Signal(str)
    """Save the form's values as a recipe of that name."""
    rename_requested = Signal(str, str)
    """Give a saved recipe another name: the old one, the new one."""
    delete_requested = Signal(str)
    """Delete a saved recipe."""
    open_requested = Signal()
    """Open a config file from elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipe: Recipe | None = None
        self.setObjectName("recipe_menu")
        self.setToolTip("Save, rename or delete a recipe, or open a config file")
        self.setAccessibleName("Recipe menu")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        theme.set_icon(self, "dots-vertical")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.save_action = self._add(
            menu, "Save as a recipe…", "Keep these settings under a name", self._ask_to_save
        )
        self.rename_action = self._add(
            menu, "Rename…", "Give this saved recipe another name", self._ask_to_rename
        )
        self.delete_action = self._add(
            menu, "Delete", "Delete this saved recipe; it can be undone", self._delete
        )
        menu.addSeparator()
        self.open_action = self._add(
            menu,
            "Open a config file…",
            "Train with a config of MMSegmentation from elsewhere; it is code, so you are asked",
            self.open_requested.emit,
        )
        self.setMenu(menu)
        self.show_recipe(None)

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Offer what can be done with this one."""
        self._recipe = recipe
        is_saved = recipe is not None and recipe.origin == "saved"
        self.save_action.setEnabled(recipe is not None)
        self.rename_action.setEnabled(is_saved)
        self.delete_action.setEnabled(is_saved)

    def _add(self, menu: QMenu, text: str, tip: str, callback: object) -> QAction:
        action = menu.addAction(text)
        action.setToolTip(tip)
        action.triggered.connect(lambda: callback())  # type: ignore[operator]
        return action

    def _ask_to_save(self) -> None:
        start = self._recipe.name if self._recipe and self._recipe.origin == "saved" else ""
        self._ask("Save as a recipe", "Name of the recipe:", start, self.save_requested.emit)

    def _ask_to_rename(self) -> None:
        if self._recipe is not None:
            old = self._recipe.name
            self._ask(
                "Rename the recipe", "New name:", old,
                lambda new: self.rename_requested.emit(old, new),
            )  # fmt: skip

    def _delete(self) -> None:
        if self._recipe is not None:
            self.delete_requested.emit(self._recipe.name)

    def _ask(self, title: str, label: str, start: str, answer: object) -> None:
        # Not modal by exec(): the window goes on, and a run's events with it.
        dialog = QInputDialog(self)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(start)
        dialog.setInputMode(QInputDialog.InputMode.TextInput)
        dialog.textValueSelected.connect(answer)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
