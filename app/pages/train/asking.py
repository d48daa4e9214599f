"""The form of a new run and the rest of the program: recipes, weights, checks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.jobs import Jobs
from app.pages.train.looking import Looking
from app.pages.train.previewing import Previewing
from app.session import Session
from core.errors import PetsegError
from core.training.recipes.catalogue import find_recipe, program_recipes, recipes_and_problems
from core.training.recipes.foreign import ForeignConfig, is_trusted, read_foreign, trust
from core.training.recipes.reading import Recipe
from core.training.recipes.saved import delete_saved, rename_saved, save_recipe
from core.training.weights.catalogue import is_cached, weights_for
from core.training.weights.fetching import DOWNLOAD, NOTHING
from widgets.training.asking.trust_dialog import TrustDialog
from widgets.training.asking.weights_field import WeightsChoice
from widgets.training.form import TrainingForm

_CONFIGS = "Config files (*.py)"


class Asking(QObject):
    """Fills the form and carries out what it asks for, but for the start itself.

    Args:
        form: The form.
        session: Knows the dataset.
        jobs: Runs what takes longer than a moment.
        page: The page that dialogs belong to.
    """

    def __init__(self, form: TrainingForm, session: Session, jobs: Jobs, page: QWidget) -> None:
        super().__init__(page)
        self._form = form
        self._session = session
        self._page = page
        self._opened: list[Path] = []
        self.looking = Looking(form, session, jobs, self)
        self.previewing = Previewing(form, session, jobs, page, self.looking)
        form.recipe_shown.connect(self._offer_weights)
        menu = form.recipes.menu
        menu.save_requested.connect(self._save)
        menu.rename_requested.connect(self._rename)
        menu.delete_requested.connect(self._delete)
        menu.open_requested.connect(self._ask_for_config)
        self.refresh_recipes()

    def refresh_recipes(self) -> None:
        """Offer the recipes there are now."""
        try:
            found, problems = recipes_and_problems()
            found += [find_recipe(str(path)) for path in self._opened]
        except PetsegError as error:
            self._session.problem.emit(str(error))
            return
        self._form.set_recipes(found)
        if problems:
            self._session.problem.emit(str(problems[0]))

    def open_config(self, path: Path) -> None:
        """Use a config file as a recipe, once the user has said that it is trusted."""
        try:
            config = read_foreign(path)
            find_recipe(str(path))  # says what is wrong with it before anybody is asked
        except PetsegError as error:
            self._session.problem.emit(str(error))
            return
        if is_trusted(config):
            self._offer_config(config)
            return
        dialog = TrustDialog(config, self._page)
        dialog.trusted.connect(self._trust)
        dialog.open()

    def shut_down(self) -> None:
        """End what is under way."""
        self.looking.shut_down()
        self.previewing.shut_down()

    # Recipes

    def _save(self, name: str) -> None:
        recipe = self._form.recipes.recipe
        if recipe is None:
            return
        try:
            values = self._form.values_of_recipe()
            overrides = {**recipe.overrides, **values.overrides}
            if values.overrides.get("epochs") is not None:
                overrides.pop("max_iters", None)
            base = recipe.base or recipe.key
            save_recipe(
                name, base, overrides, str(values.init) if values.init is not None else None,
                taken=_taken(), replace=recipe.origin == "saved" and name.strip() == recipe.name,
            )  # fmt: skip
        except PetsegError as error:
            self._form.show_problem(str(error))
            return
        self.refresh_recipes()
        self._form.recipes.choose(name.strip())
        self._session.message.emit(f"Saved as the recipe {name.strip()}.")

    def _rename(self, old: str, new: str) -> None:
        try:
            rename_saved(old, new, taken=_taken())
        except PetsegError as error:
            self._form.show_problem(str(error))
            return
        self.refresh_recipes()
        self._form.recipes.choose(new.strip())

    def _delete(self, name: str) -> None:
        try:
            content = delete_saved(name)
        except PetsegError as error:
            self._form.show_problem(str(error))
            return

        def restore() -> None:
            save_recipe(name, content.base, content.overrides, content.init)
            self.refresh_recipes()
            self._form.recipes.choose(name)

        self.refresh_recipes()
        self._session.undoable.emit(f"Deleted the recipe {name}.", restore)

    def _ask_for_config(self) -> None:
        # Not modal by exec(): the window goes on, and a run's events with it.
        dialog = QFileDialog(self._page, "Open a config file", str(Path.home()), _CONFIGS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_config(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _trust(self, config: ForeignConfig) -> None:
        try:
            trust(config)
        except PetsegError as error:
            self._session.problem.emit(str(error))
            return
        self._offer_config(config)

    def _offer_config(self, config: ForeignConfig) -> None:
        path = config.path.resolve()
        if path not in self._opened:
            self._opened.append(path)
        self.refresh_recipes()
        self._form.recipes.choose(str(path))

    # Weights

    def _offer_weights(self, recipe: Recipe) -> None:
        try:
            fitting = weights_for(recipe)
        except PetsegError as error:
            self._session.problem.emit(str(error))
            return
        choices = [
            WeightsChoice(each.id, each.title, each.trained_on, each.megabytes, is_cached(each.id))
            for each in fitting
        ]
        self._form.set_weights(choices, _init_of(recipe, [each.id for each in fitting]))


def _init_of(recipe: Recipe, fitting: list[str]) -> str | None:
    """How a recipe begins: as it was saved, else with the weights that it was made for."""
    if recipe.init is not None and recipe.init != DOWNLOAD:
        return recipe.init
    if recipe.backbone_weights in fitting:
        return recipe.backbone_weights
    return fitting[0] if recipe.init == DOWNLOAD and fitting else NOTHING


def _taken() -> tuple[str, ...]:
    return tuple(recipe.name for recipe in program_recipes())
