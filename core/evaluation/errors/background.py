"""Which class is the background, if any."""

from __future__ import annotations

from collections.abc import Sequence

from core.dataset import Dataset
from core.dataset.model import ClassInfo

_NAMES = frozenset((
    "background", "_background_", "back", "bg", "backdrop", "other", "others", "rest", "nothing",
    "none", "void", "unlabeled", "unlabelled", "hintergrund", "fond", "fondo", "sfondo", "fundo",
    "achtergrond", "bakgrund", "baggrund", "pozadí", "tło", "fon", "фон", "háttér", "arka plan",
    "背景", "배경",
))  # fmt: skip


def background_of(dataset: Dataset | Sequence[ClassInfo]) -> int | None:
    """The index of the background; None where every class is something, as in Cityscapes.

    By the dataset's convention it is class 0, provided that the class is called so. Class lists
    that begin with a thing ("road", "wall") have none.
    """
    classes = dataset.classes if isinstance(dataset, Dataset) else dataset
    if len(classes) < 2 or classes[0].name.strip().casefold() not in _NAMES:
        return None
    return classes[0].index
