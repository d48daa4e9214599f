"""Opening a folder as a dataset."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import NamedTuple

import platformdirs
from pydantic import ValidationError

from core.dataset.encoding.classes import guess_settings
from core.dataset.layouts.detection import find_layout
from core.dataset.layouts.layout import Layout
from core.dataset.layouts.left_out import left_out
from core.dataset.layouts.listing import list_samples
from core.dataset.layouts.listing_cache import recall_tree
from core.dataset.model import Dataset
from core.dataset.sample_table import SampleTable
from core.dataset.settings import (
    FILE_NAME,
    DatasetSettings,
    default_color,
    load_settings,
    validation_words,
)
from core.errors import PetsegError
from core.files import is_writable_folder

WORKSPACE_FOLDER = ".petseg"

_MASKS_TO_LOOK_AT = 48


def open_dataset(
    root: Path | str, *, workspace: Path | str | None = None, layout: str | None = None
) -> Dataset:
    """Open a folder as a dataset: layout, label sets and classes are found by themselves.

    Nothing is written (see `remember_listing` for making the next opening quicker). Classes come
    from `dataset.toml` when there is one, else from the masks.

    Args:
        root: The dataset's folder.
        workspace: Where to keep flags, originals and runs; by default `.petseg` in `root`, or a
            folder of the user's own when `root` is read-only. The environment variable
            PETSEG_WORKSPACE stands in for it.
        layout: Where photos and masks are, in the notation of `core.dataset.layouts.layout`; by
            default what `dataset.toml` says, else what is found.

    Raises:
        AmbiguousLayout: the folder can be read in several ways.
        PetsegError: there is no such folder, or no image in it, or its settings are damaged.
    """
    folder = _real_folder(root)
    workspace_dir = _workspace_for(folder, workspace)
    tree = recall_tree(folder, workspace_dir)
    given = _read_settings(folder / FILE_NAME)
    found = find_layout(tree, layout if layout is not None else given.settings.layout)
    listed = list_samples(tree, found)
    if not listed.table.has_photo().any():
        for split in found.splits:
            place = found.photos.in_split(split)
            if problem := tree.folder(place).problem:
                raise PetsegError(
                    f"The folder of images cannot be read ({problem})",
                    path=folder / place,
                    remedy="Check that you may read it.",
                )
        raise PetsegError(
            "The folder of images is empty",
            path=folder / found.photos.in_split(""),
            remedy="Put photos there, one folder per split (train, val, test)"
            + (f", or correct the layout in {FILE_NAME}." if given.settings.layout else "."),
        )
    settings, notes = given.settings, list(listed.notes)
    if not given.names_classes:
        guessed, note = _guessed(listed.table, found, given)
        settings, notes = guessed, [note, *notes]
    notes += [*left_out(tree, found, listed.table), *tree.problems()]
    tree.release_names()
    return Dataset(
        root=folder,
        classes=settings.class_infos(),
        ignore_index=settings.ignore_index,
        label_sets=found.label_sets,
        splits=listed.splits,
        samples=listed.table,
        image_folder=found.image_folder,
        workspace_dir=workspace_dir,
        layout=found.description,
        notes=tuple(notes),
        places=found,
        tree=tree,
        coding=settings.coding(),
    )


class _Given(NamedTuple):
    """What `dataset.toml` says, and whether it names the classes."""

    settings: DatasetSettings
    names_classes: bool
    is_there: bool


def _read_settings(path: Path) -> _Given:
    """Read `dataset.toml`. It may say the layout alone and leave the classes to be found."""
    placeholder = [{"name": "background", "color": default_color(0)}]
    if not _exists(path):
        return _Given(DatasetSettings.model_validate({"classes": placeholder}), False, False)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        data = {"classes": None}
    if "classes" in data:
        return _Given(load_settings(path), True, True)
    try:
        settings = DatasetSettings.model_validate({**data, "classes": placeholder})
    except ValidationError as error:
        raise PetsegError(
            f"The dataset's settings are not valid ({validation_words(error)})",
            path=path,
            remedy="Correct that line, or delete the file to start from what is found.",
        ) from None
    return _Given(settings, False, True)


def _guessed(table: SampleTable, layout: Layout, given: _Given) -> tuple[DatasetSettings, str]:
    masks = table.spread_masks(_MASKS_TO_LOOK_AT)
    guessed, note = guess_settings(masks, layout.image_folder, given.settings.ignore_index)
    if given.is_there:
        guessed = given.settings.model_copy(update={"classes": guessed.classes})
    return guessed, note


def _real_folder(root: Path | str) -> Path:
    try:
        return Path(os.path.realpath(Path(root).expanduser()))
    except (OSError, RuntimeError, ValueError) as error:
        raise PetsegError(
            f"The folder cannot be found ({error})", path=root, remedy="Check the path."
        ) from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that may not be looked into; listing it says so
        return False


def _workspace_for(root: Path, chosen: Path | str | None) -> Path:
    chosen = chosen or os.environ.get("PETSEG_WORKSPACE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    inside = root / WORKSPACE_FOLDER
    if is_writable_folder(inside) or (not _exists(inside) and is_writable_folder(root)):
        return inside
    digest = hashlib.blake2b(os.fsencode(root), digest_size=5).hexdigest()
    return Path(platformdirs.user_data_path("petseg")) / "workspaces" / f"{root.name}-{digest}"
