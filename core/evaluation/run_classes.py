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


def require_same_classes(dataset: Dataset, run: RunLike) -> None:
    """See that a run's predictions mean the dataset's classes.

    A run without a config, or with one that cannot be read, passes: nothing is known of it.

    Raises:
        PetsegError: it has learned other classes.
    """
    path = run.folder / CONFIG_NAME
    if not path.exists():
        return
    try:
        config = load_config(path)
    except PetsegError:
        return  # whoever predicts with the run says it
    learned = learned_classes(config)
    count = learned_count(config) or len(learned)
    classes = [info.name for info in dataset.classes]
    reason = why_other(count, learned, classes) if count else ""
    if reason:
        raise PetsegError(
            f"The run {run.name} has learned other classes: {reason.rstrip('.')}",
            path=path,
            remedy="Choose a run trained on these classes, train anew, or restore the class list.",
        )


def why_other(count: int, learned: Sequence[str], classes: Sequence[str]) -> str:
    """Why a run's classes are not those of a dataset, as a sentence; empty when they are.

    New names at the same places are only other words, and a name at another place is another class.

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
    places = {name: place for place, name in enumerate(learned)}
    if any(places.get(name, place) != place for place, name in enumerate(classes)):
        return (
            f"the run knows the classes {', '.join(learned)}, but the dataset has them in the "
            f"order {', '.join(classes)}."
        )
    return ""


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
