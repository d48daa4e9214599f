"""The recipes there are: those of the program, those a user saved, and config files by path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME
from core.training.recipes.reading import Recipe, configs_folder, is_path, read_recipe
from core.training.recipes.saved import load_saved, saved_names

__all__ = [
    "Recipe", "configs_folder", "find_recipe", "read_recipe", "recipes", "recipes_and_problems",
]  # fmt: skip


def recipes() -> list[Recipe]:
    """The recipes that can be used, those of the program first, each group sorted by name."""
    return recipes_and_problems()[0]


def recipes_and_problems() -> tuple[list[Recipe], list[PetsegError]]:
    """The recipes, and what is wrong with those saved ones that cannot be used.

    Raises:
        PetsegError: a recipe of the program cannot be read.
    """
    found = program_recipes()
    problems = []
    for name in saved_names():
        try:
            found.append(_saved(name))
        except PetsegError as error:
            problems.append(error)
    return found, problems


def program_recipes() -> list[Recipe]:
    """The recipes that come with the program, sorted by name."""
    folder = configs_folder()
    return [read_recipe(path) for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


def find_recipe(name: str) -> Recipe:
    """The recipe of that name, or the config file at that path.

    A config file is only read as text here; before it is executed it has to be trusted, see
    `core.training.recipes.foreign`.

    Raises:
        PetsegError: there is none, or it cannot be read.
    """
    own = configs_folder() / f"{name}.py"
    if is_path(name):
        path = Path(name).expanduser().resolve()
        if not path.is_file():
            raise PetsegError(
                "There is no such config file", path=path, remedy="Check the path of the recipe."
            )
        return read_recipe(path)
    if own.is_file() and name != "__init__":
        return read_recipe(own)
    if name in saved_names():
        return _saved(name)
    known = [recipe.name for recipe in program_recipes()] + saved_names()
    raise PetsegError(
        f"There is no recipe {name!r}", remedy=f"The recipes are: {', '.join(known)}."
    )


def _saved(name: str) -> Recipe:
    content = load_saved(name)
    if not is_path(content.base) and content.base in saved_names():
        raise PetsegError(
            f"The saved recipe {name!r} builds on another saved one ({content.base})",
            remedy="Save it anew from the form.",
        )
    try:
        base = find_recipe(content.base)
        fields = {
            key: BY_NAME[key].parse(value)
            for key, value in content.overrides.items()
            if key in BY_NAME
        }
    except PetsegError as error:
        raise PetsegError(
            f"The saved recipe {name!r} cannot be used ({error.what})",
            path=error.path,
            remedy=error.remedy,
        ) from error
    in_order = {
        key: fields.get(key, base.fields.get(key))
        for key in BY_NAME
        if key in fields or key in base.fields
    }
    return replace(
        base,
        name=name,
        title=f"Saved: {base.name} with changes" if content.overrides else f"Saved: {base.name}",
        fields=in_order,
        origin="saved",
        base=base.name if base.origin == "program" else str(base.path),
        overrides={key: fields.get(key, value) for key, value in content.overrides.items()},
        init=content.init,
    )
