"""Which config file a run's worker executes."""

from __future__ import annotations

from pathlib import Path

from core.runs.record import RunRecord
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.foreign import read_foreign, require_trust


def config_file_of(folder: Path, record: RunRecord) -> Path:
    """The config file of a run's recipe, safe to execute.

    The program's own come from the installed `configs/`. A config from elsewhere is the copy in
    the run's folder, if the user of this machine trusts its text.

    Args:
        folder: The run's folder.
        record: The run's record.

    Raises:
        PetsegError: there is no such recipe, or its text is not trusted.
    """
    if not record.config_file:
        return find_recipe(record.base_recipe or record.recipe).path
    path = folder / record.config_file
    require_trust(read_foreign(path))
    return path


def recipe_key_of(folder: Path, record: RunRecord) -> str:
    """What makes the same run anew, with the run's own overrides: a name, or a path.

    A saved recipe may have been changed or deleted since; its base is what counts.

    Args:
        folder: The run's folder.
        record: The run's record.
    """
    if record.config_file:
        return str(folder / record.config_file)
    return record.base_recipe or record.recipe
