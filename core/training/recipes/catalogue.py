"""The recipes: what the files in `configs/` say of themselves.

They are read as text (`ast`), never executed here: the title and purpose are the docstring's, the
values of the form's fields are literals at the top level. So the window can list recipes without
loading MMEngine.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME


@dataclass(frozen=True)
class Recipe:
    """A named training configuration.

    Attributes:
        name: The file's name without suffix.
        title: First line of the docstring.
        purpose: The rest of the docstring, what the recipe is for.
        path: The config file.
        fields: Values of the form's fields, in the form's order.
        config_keys: Every top-level name of the config: where a dotted override may begin.
    """

    name: str
    title: str
    purpose: str
    path: Path
    fields: Mapping[str, Any]
    config_keys: frozenset[str]


def recipes() -> list[Recipe]:
    """All recipes, sorted by name."""
    folder = configs_folder()
    return [_read(path) for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]


def find_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        PetsegError: there is none.
    """
    known = recipes()
    for recipe in known:
        if recipe.name == name:
            return recipe
    raise PetsegError(
        f"There is no recipe {name!r}",
        remedy=f"The recipes are: {', '.join(recipe.name for recipe in known)}.",
    )


def configs_folder() -> Path:
    """The folder of the recipes."""
    return Path(str(resources.files("configs")))


def read_recipe(path: Path) -> Recipe:
    """Read a config file as a recipe, without executing it.

    Raises:
        PetsegError: the file cannot be read or is not valid Python, or a field has a bad value.
    """
    return _read(path)


def _read(path: Path) -> Recipe:
    literals, names = _literals(path, ())
    docstring = ast.get_docstring(_parse(path)) or path.stem
    title, _, purpose = docstring.partition("\n")
    fields = {
        name: field.parse(literals[name]) for name, field in BY_NAME.items() if name in literals
    }
    return Recipe(
        name=path.stem,
        title=title.strip().rstrip("."),
        purpose=" ".join(purpose.split()),
        path=path,
        fields=fields,
        config_keys=frozenset(names),
    )


def _literals(path: Path, inside: tuple[Path, ...]) -> tuple[dict[str, Any], set[str]]:
    """The top-level literals of a file and its bases, and all names assigned there."""
    if path in inside:
        raise PetsegError("The config is its own base", path=path, remedy="Correct its _base_.")
    own: dict[str, Any] = {}
    names: set[str] = set()
    bases: list[str] = []
    for statement in _parse(path).body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if not isinstance(target, ast.Name):
            continue
        if target.id != "_base_":
            names.add(target.id)
        try:
            value = ast.literal_eval(statement.value)
        except ValueError:
            continue  # an expression such as dict(...): part of the config, but no field
        if target.id == "_base_":
            bases = [value] if isinstance(value, str) else list(value)
        else:
            own[target.id] = value
    literals: dict[str, Any] = {}
    for base in bases:
        base_literals, base_names = _literals((path.parent / base).resolve(), (*inside, path))
        literals.update(base_literals)
        names |= base_names
    literals.update(own)
    return literals, names


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"), filename=str(path))
    except (OSError, SyntaxError, UnicodeDecodeError, ValueError) as error:
        raise PetsegError(
            f"The recipe cannot be read ({error})",
            path=path,
            remedy="Correct the file, or install the program again.",
        ) from error
