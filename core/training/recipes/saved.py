"""Recipes that a user saved under a name: a base and what is changed of it, as data.

Each is a small JSON file in the user's folder of settings. Nothing of it is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text

_NAME = re.compile(r"[\w()+][\w .()+-]{0,59}")
_SUFFIX = ".json"


class SavedRecipe(BaseModel):
    """The content of a saved recipe's file; its name is the file's.

    Attributes:
        base: The recipe that it changes: a name, or the path of a config file.
        overrides: Form fields and dotted config keys, with values.
        init: How training begins; None where it says nothing. See `TrainRequest.init`.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = 1
    base: str
    overrides: dict[str, Any] = Field(default_factory=dict)
    init: str | None = None


def saved_folder() -> Path:
    """Where the recipes of this user are kept; it need not exist yet."""
    return Path(platformdirs.user_config_path("petseg")) / "recipes"


def saved_names() -> list[str]:
    """The names of the saved recipes, sorted."""
    try:
        files = [
            path
            for path in saved_folder().iterdir()
            if path.suffix == _SUFFIX and not path.name.startswith(".")
        ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PetsegError(
            f"The saved recipes cannot be listed ({error.strerror or error})", path=saved_folder()
        ) from error
    return sorted((path.stem for path in files), key=str.casefold)


def load_saved(name: str) -> SavedRecipe:
    """Read a saved recipe.

    Raises:
        PetsegError: there is none of that name, or its file is damaged.
    """
    path = _path(name)
    try:
        return SavedRecipe.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise PetsegError(
            f"The saved recipe {name!r} cannot be read ({first})",
            path=path,
            remedy="Delete the file, or restore it from a copy.",
        ) from error


def save_recipe(
    name: str,
    base: str,
    overrides: Mapping[str, Any],
    init: str | None = None,
    *,
    taken: tuple[str, ...] = (),
    replace: bool = False,
) -> Path:
    """Save a recipe under a name.

    Args:
        name: What to call it.
        base: The recipe that it changes.
        overrides: Form fields and dotted keys, with values; plain data.
        init: How training begins.
        taken: Names that cannot be used because others have them.
        replace: Whether a saved recipe of that name may be overwritten.

    Raises:
        PetsegError: the name is taken or cannot be used, or the file cannot be written.
    """
    name = check_name(name, taken, replace=replace)
    content = SavedRecipe(base=base, overrides=dict(overrides), init=init)
    atomic_write_text(_path(name), content.model_dump_json(indent=1) + "\n")
    return _path(name)


def rename_saved(name: str, new_name: str, *, taken: tuple[str, ...] = ()) -> None:
    """Give a saved recipe another name. Runs that were made of it keep the old one.

    Raises:
        PetsegError: the name is taken or cannot be used, or the file cannot be renamed.
    """
    if new_name.strip() == name:
        return
    is_same_file = new_name.strip().casefold() == name.casefold()
    new_name = check_name(new_name, taken, replace=is_same_file)
    _do(lambda: _path(name).rename(_path(new_name)), name, "renamed")


def delete_saved(name: str) -> SavedRecipe:
    """Delete a saved recipe and return what it said, so that it can be saved again.

    Raises:
        PetsegError: there is none of that name, or it cannot be deleted.
    """
    content = load_saved(name)
    _do(_path(name).unlink, name, "deleted")
    return content


def check_name(name: str, taken: tuple[str, ...] = (), *, replace: bool = False) -> str:
    """The name without blanks around it.

    Raises:
        PetsegError: it cannot be a name, or is taken.
    """
    name = name.strip()
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise PetsegError(
            f"{name!r} cannot be a recipe's name" if name else "The recipe has no name",
            remedy="Use up to 60 letters, digits, blanks and . ( ) + - signs, with a letter or "
            "digit first.",
        )
    used = {each.casefold() for each in taken}
    if name.casefold() in used:
        raise PetsegError(
            f"{name} is the name of a recipe of the program", remedy="Choose another name."
        )
    if not replace and name.casefold() in {each.casefold() for each in saved_names()}:
        raise PetsegError(f"There is already a recipe named {name}", remedy="Choose another name.")
    return name


def _path(name: str) -> Path:
    return saved_folder() / f"{name}{_SUFFIX}"


def _do(work: Any, name: str, done: str) -> None:
    try:
        work()
    except OSError as error:
        raise PetsegError(
            f"The recipe {name} could not be {done} ({error.strerror or error})", path=_path(name)
        ) from error
