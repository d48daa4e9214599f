"""Whether a run has learned the classes that the dataset has now.

Predictions hold indices of classes: after a change of the dataset's list they mean something else,
and figures made from them would be wrong without anything to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.predicting.files import RunLike
from core.training.recipes.config_json import load_config

CONFIG_NAME = "config.json"

_MOST = 3


def require_same_classes(dataset: Dataset, run: RunLike) -> None:
    """See that a run's predictions mean the dataset's classes.

    A run without a config, or with one that cannot be read, passes: nothing is known of it. One
    that learned the same classes under other names passes too; `renamed_classes` says so.

    Raises:
        PetsegError: it has learned other classes.
    """
    count, learned = _learned(run)
    classes = [info.name for info in dataset.classes]
    reason = why_other(count, learned, classes) if count else ""
    if reason:
        raise PetsegError(
            f"The run {run.name} has learned other classes: {reason.rstrip('.')}",
            path=run.folder / CONFIG_NAME,
            remedy="Choose a run trained on these classes, train anew, or restore the class list.",
        )


def renamed_classes(dataset: Dataset, run: RunLike) -> str:
    """Which of the dataset's classes a run has learned under another name, as a sentence.

    Nobody but people can tell whether a new name is another word or another thing, so whoever shows
    figures of such a run shows this too. Empty where there is no such class, where the classes are
    refused (see `require_same_classes`), and where their names are not known.
    """
    count, learned = _learned(run)
    classes = [info.name for info in dataset.classes]
    if not count or why_other(count, learned, classes):
        return ""
    words = renaming(learned, classes)
    return f"The run {run.name} {words}" if words else ""


def why_other(count: int, learned: Sequence[str], classes: Sequence[str]) -> str:
    """Why a run's classes are not those of a dataset, as a sentence; empty when they are.

    New names at the same places may be only other words (see `renaming`); a name that stands at
    another place, capital letters or not, is another class.

    Args:
        count: How many classes the run predicts.
        learned: Their names; empty where they are not known.
        classes: The names of the dataset's classes.
    """
    if count != len(classes):
        listed = f" ({', '.join(learned)})" if learned else ""
        return (
            f"the run knows {count} classes{listed}, but the dataset has {len(classes)} "
            f"({', '.join(classes)})."
        )
    if _are_moved(learned, classes):
        return (
            f"the run knows the classes {', '.join(learned)}, but the dataset has them in the "
            f"order {', '.join(classes)}."
        )
    return ""


def renaming(learned: Sequence[str], classes: Sequence[str]) -> str:
    """Which classes have other names than those that were learned, as the end of a sentence.

    Args:
        learned: The names of the run's classes; empty where they are not known.
        classes: The names of the dataset's classes, as many, at the same places.
    """
    pairs = [
        (place, before, now)
        for place, (before, now) in enumerate(zip(learned, classes, strict=False))
        if before != now
    ]
    if not pairs:
        return ""
    said = [f"class {place} as {before!r}, now {now!r}" for place, before, now in pairs[:_MOST]]
    if len(pairs) > _MOST:
        said.append(f"and {len(pairs) - _MOST} more under other names")
    same = "the same class" if len(pairs) == 1 else "the same classes"
    return f"has learned {'; '.join(said)}. They count as {same}: train anew where they are not."


def _are_moved(learned: Sequence[str], classes: Sequence[str]) -> bool:
    """Whether a name of one list stands at another place of the other."""
    for names, others in (
        (learned, classes),
        ([name.casefold() for name in learned], [name.casefold() for name in classes]),
    ):
        places: dict[str, set[int]] = {}
        for place, name in enumerate(names):
            places.setdefault(name, set()).add(place)
        if any(place not in places.get(name, {place}) for place, name in enumerate(others)):
            return True
    return False


def _learned(run: RunLike) -> tuple[int, tuple[str, ...]]:
    """How many classes a run has learned, and which; 0 where nothing is known."""
    path = run.folder / CONFIG_NAME
    if not path.exists():
        return 0, ()
    try:
        config = load_config(path)
    except PetsegError:
        return 0, ()  # whoever predicts with the run says it
    learned = learned_classes(config)
    return learned_count(config) or len(learned), learned


def learned_classes(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes that a run learned; empty where its config does not name them."""
    loader = config.get("val_dataloader") or config.get("test_dataloader")
    dataset = _table(_table(loader).get("dataset"))
    while "metainfo" not in dataset and (inner := dataset.get("datasets", dataset.get("dataset"))):
        dataset = _table(inner[0] if isinstance(inner, list | tuple) else inner)
    names = _table(dataset.get("metainfo")).get("classes")
    return tuple(str(name) for name in names) if isinstance(names, list | tuple) else ()


def learned_count(config: Mapping[str, Any]) -> int | None:
    """How many classes a run's model predicts; None where its config does not say so."""
    head = _table(config.get("model")).get("decode_head")
    if isinstance(head, list | tuple):  # a cascade, of which the last one decides
        head = head[-1] if head else None
    count = _table(head).get("num_classes")
    # A single channel stands for two classes.
    return max(2, count) if isinstance(count, int) else None


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
