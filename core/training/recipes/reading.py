"""What a config file says of itself, read as text (`ast`) and never executed here.

Title and purpose are the docstring's, the values of the form's fields are literals at the top
level. So the window can list recipes without loading MMEngine.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from core.errors import PetsegError
from core.training.recipes.fields import BY_NAME

Origin = Literal["program", "saved", "file"]


@dataclass(frozen=True)
class Recipe:
    """A named training configuration.

    Attributes:
        name: The file's name without suffix, or what the user called it.
        title: First line of the docstring.
        purpose: The rest of the docstring, what the recipe is for.
        path: The config file; of a saved recipe, its base's.
        fields: Values of the form's fields, in the form's order.
        config_keys: Every top-level name of the config: where a dotted override may begin.
        origin: Whether it comes with the program, was saved by the user, or is a config file from
            elsewhere, which is code and has to be trusted before it is executed.
        base: Name of the recipe that a saved one changes; empty for others.
        overrides: What a saved recipe changes: form fields and dotted config keys.
        init: How a saved recipe begins; None where it says nothing. See `TrainRequest.init`.
        backbone_weights: Id of the published weights that it was made for; None for none.
    """

    name: str
    title: str
    purpose: str
    path: Path
    fields: Mapping[str, Any]
    config_keys: frozenset[str]
    origin: Origin = "program"
    base: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    init: str | None = None
    backbone_weights: str | None = None

    @property
    def key(self) -> str:
        """What `find_recipe` finds it by: its name, or the path of a config file."""
        return str(self.path) if self.origin == "file" else self.name

    @property
    def is_foreign(self) -> bool:
        """Whether its config file comes from elsewhere, and has to be trusted."""
        return self.origin == "file" or (self.origin == "saved" and is_path(self.base))


def is_path(name: str) -> bool:
    """Whether a recipe is named by a path rather than by a name."""
    separators = [sign for sign in (os.sep, os.altsep) if sign]
    return name.endswith(".py") or any(sign in name for sign in separators)


def configs_folder() -> Path:
    """The folder of the recipes that come with the program."""
    return Path(str(resources.files("configs")))


def read_recipe(path: Path) -> Recipe:
    """Read a config file as a recipe, without executing it.

    Raises:
        PetsegError: the file cannot be read or is not valid Python, or a field has a bad value.
    """
    literals, names = _literals(path, ())
    docstring = ast.get_docstring(_parse(path)) or path.stem
    title, _, purpose = docstring.partition("\n")
    try:
        fields = {
            name: field.parse(literals[name]) for name, field in BY_NAME.items() if name in literals
        }
    except PetsegError as error:
        raise PetsegError(
            f"A field of the recipe has a value that it cannot have ({error.what})",
            path=path,
            remedy=error.remedy,
        ) from error
    weights = literals.get("backbone_weights")
    return Recipe(
        name=path.stem,
        title=title.strip().rstrip("."),
        purpose=" ".join(purpose.split()),
        path=path,
        fields=fields,
        config_keys=frozenset(names),
        backbone_weights=weights if isinstance(weights, str) else None,
        origin="program" if path.parent == configs_folder() else "file",
    )


def bases_of(path: Path) -> list[str]:
    """What a config file inherits from, as its `_base_` says.

    Raises:
        PetsegError: the file cannot be read, or its `_base_` is no plain list of names.
    """
    for statement in _parse(path).body:
        if _name_of(statement) != "_base_":
            continue
        assert isinstance(statement, ast.Assign)
        try:
            value = ast.literal_eval(statement.value)
        except ValueError:
            value = None
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
            raise PetsegError(
                "The _base_ of the config is no plain list of file names",
                path=path,
                remedy="Write the names of its bases as text.",
            )
        return list(names)
    return []


def find_base(path: Path, base: str) -> Path | None:
    """The file of a base: beside the config, else among the program's own.

    None for one inside another package (`mmseg::…`), which MMEngine finds by itself.
    """
    if "::" in base:
        return None
    beside = (path.parent / base).resolve()
    own = (configs_folder() / base).resolve()
    return own if not beside.is_file() and own.is_file() else beside


def _literals(path: Path, inside: tuple[Path, ...]) -> tuple[dict[str, Any], set[str]]:
    """The top-level literals of a file and its bases, and all names assigned there."""
    if path in inside:
        raise PetsegError("The config is its own base", path=path, remedy="Correct its _base_.")
    own: dict[str, Any] = {}
    names: set[str] = set()
    for statement in _parse(path).body:
        name = _name_of(statement)
        if not name or name == "_base_":
            continue
        assert isinstance(statement, ast.Assign)
        names.add(name)
        try:
            own[name] = ast.literal_eval(statement.value)
        except ValueError:
            continue  # an expression such as dict(...): part of the config, but no field
    literals: dict[str, Any] = {}
    for base in bases_of(path):
        found = find_base(path, base)
        if found is not None:
            base_literals, base_names = _literals(found, (*inside, path))
            literals.update(base_literals)
            names |= base_names
    literals.update(own)
    return literals, names


def _name_of(statement: ast.stmt) -> str:
    """The name that a plain assignment gives a value to; "" for anything else."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ""
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"), filename=str(path))
    except (OSError, SyntaxError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise PetsegError(
            f"The recipe cannot be read ({error})",
            path=path,
            remedy="Correct the file, or install the program again.",
        ) from error
