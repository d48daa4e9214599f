"""Choosing a recipe: its name, and in words what it is for."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.training.recipes.catalogue import Recipe
from widgets import theme
from widgets.training.asking.recipe_menu import RecipeMenu

_NARROW = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
# Those of the program have none: most are.
_ICONS = {"saved": "bookmark-outline", "file": "file-code-outline"}


class RecipeChooser(QWidget):
    """A list of recipes to choose from, with title and purpose of the one chosen."""

    chosen = Signal(object)
    """The `Recipe` that is now chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recipes: list[Recipe] = []
        self._is_open = False
        self.box = QComboBox()
        self.box.setObjectName("recipe")
        self.box.setAccessibleName("Recipe")
        self.box.setToolTip("The training configuration to begin with")
        self.box.setSizeAdjustPolicy(_NARROW)
        self.menu = RecipeMenu()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self._words.linkActivated.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        head = QHBoxLayout()
        head.setSpacing(theme.GRID // 2)
        head.addWidget(self.box, 1)
        head.addWidget(self.menu)
        column.addLayout(head)
        column.addWidget(self._words)
        self.box.currentIndexChanged.connect(self._on_chosen)
        theme.signals.changed.connect(self._show_words)
        theme.signals.changed.connect(self._refresh_icons)

    @property
    def recipe(self) -> Recipe | None:
        """The recipe that is chosen; None when there are none."""
        index = self.box.currentIndex()
        return self._recipes[index] if 0 <= index < len(self._recipes) else None

    def set_recipes(self, recipes: Sequence[Recipe]) -> None:
        """Offer these recipes; the one chosen stays so while it is among them, else the first."""
        key = self.recipe.key if self.recipe is not None else ""
        self._recipes = list(recipes)
        self.box.blockSignals(True)
        self.box.clear()
        for recipe in self._recipes:
            self.box.addItem(recipe.name, recipe.key)
            self.box.setItemData(self.box.count() - 1, recipe.title, Qt.ItemDataRole.ToolTipRole)
        self.box.setCurrentIndex(max(0, self.box.findData(key)))
        self.box.blockSignals(False)
        self._refresh_icons()
        self._on_chosen()

    @property
    def recipes(self) -> list[Recipe]:
        """The recipes to choose from."""
        return list(self._recipes)

    def choose(self, name: str) -> None:
        """Choose the recipe of that name or path, if there is one."""
        index = self.box.findData(name)
        if index >= 0:
            self.box.setCurrentIndex(index)

    def _refresh_icons(self) -> None:
        for index, recipe in enumerate(self._recipes):
            icon = _ICONS.get(recipe.origin)
            self.box.setItemIcon(index, QIcon() if icon is None else theme.icon(icon, "muted"))

    def _on_chosen(self) -> None:
        self.menu.show_recipe(self.recipe)
        self._show_words()
        if self.recipe is not None:
            self.chosen.emit(self.recipe)

    def _toggle(self) -> None:
        self._is_open = not self._is_open
        self._show_words()

    def _show_words(self) -> None:
        recipe = self.recipe
        if recipe is None:
            self._words.setText("No recipes are installed.")
            return
        first, _, rest = recipe.purpose.partition(". ")
        purpose = recipe.purpose if self._is_open or not rest else f"{first}."
        link = "less" if self._is_open else "more"
        muted, accent = theme.color("muted").name(), theme.color("accent").name()
        text = f"<b>{html.escape(recipe.title)}</b>"
        if purpose:
            text += f'<br><span style="color:{muted}">{html.escape(purpose)}</span>'
        if rest:
            text += f' <a href="#" style="color:{accent}">{link}</a>'
        self._words.setText(text)
