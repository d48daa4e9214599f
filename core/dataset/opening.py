"""Opening a folder as a dataset."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from core.dataset.classes import guess_classes
from core.dataset.layout import find_layout, find_samples
from core.dataset.model import Dataset
from core.dataset.settings import FILE_NAME, load_settings
from core.errors import PetsegError
from core.files import is_writable_folder

WORKSPACE_FOLDER = ".petseg"


def open_dataset(root: Path | str, *, workspace: Path | str | None = None) -> Dataset:
    """Open a folder as a dataset: layout, label sets and classes are found by themselves.

    Nothing is written. Classes come from `dataset.toml` when there is one, else from the masks.

    Args:
        root: The dataset's folder.
        workspace: Where to keep flags, originals and runs; by default `.petseg` in `root`, or a
            folder of the user's own when `root` is read-only. The environment variable
            PETSEG_WORKSPACE stands in for it.

    Raises:
        PetsegError: there is no such folder, or no image in it, or its settings are damaged.
    """
    folder = Path(root).expanduser().resolve()
    layout = find_layout(folder)
    samples = find_samples(folder, layout)
    if not any(sample.image is not None for sample in samples):
        raise PetsegError(
            "The folder of images is empty",
            path=folder / layout.image_folder,
            remedy="Put photos there, one folder per split (train, val, test).",
        )
    notes: tuple[str, ...] = ()
    settings_file = folder / FILE_NAME
    ignore_index = 255
    if settings_file.exists():
        settings = load_settings(settings_file)
        classes, ignore_index = settings.class_infos(), settings.ignore_index
    else:
        masks = [path for sample in samples for path in sample.masks.values()]
        classes, note = guess_classes(masks, layout.image_folder, ignore_index)
        notes = (note,)
    return Dataset(
        root=folder,
        classes=classes,
        ignore_index=ignore_index,
        label_sets=layout.label_sets,
        splits=tuple(split for split in layout.splits if split),
        samples=samples,
        image_folder=layout.image_folder,
        workspace_dir=_workspace_for(folder, workspace),
        layout=layout.description,
        notes=notes,
    )


def _workspace_for(root: Path, chosen: Path | str | None) -> Path:
    chosen = chosen or os.environ.get("PETSEG_WORKSPACE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    inside = root / WORKSPACE_FOLDER
    if is_writable_folder(inside) or (not inside.exists() and is_writable_folder(root)):
        return inside
    digest = hashlib.blake2b(str(root).encode(), digest_size=5).hexdigest()
    return Path(platformdirs.user_data_path("petseg")) / "workspaces" / f"{root.name}-{digest}"
