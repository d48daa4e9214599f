"""What the comparison says in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.files import PredictionStatus
from core.evaluation.scores import SampleScore

NO_DATASET = (
    "No dataset is open",
    "Open one, train a model on it, and see here where the model is wrong.",
)
NO_RUNS = (
    "No finished run yet",
    "Train a model first: the Train page has recipes that take minutes."
    " Its predictions are then shown here, the worst ones first.",
)
MEASURING = ("Measuring the predictions…", "")
PREDICT_FIRST = ("Nothing is predicted yet", "Predict the split to see where the run is wrong.")
PREDICTING = ("Nothing is predicted yet", "The worst samples appear here when it is done.")
NOTHING_MEASURED = ("Nothing is measured", "Choose the run again to measure its predictions.")
NONE_CHOSEN = (
    "None of the chosen samples is among these",
    "Press Esc to see all samples of the split again.",
)
FILTERED_OUT = ("No sample has that in its name", "Clear the filter to see all of them.")

SUSPECTS_BUTTON = "Label suspects"
SUSPECTS_TIP = "Sort the masks by how far all folds believe them, the least believed first"


def one_fold(name: str, fold: int, folds: int, group: str) -> str:
    """What is shown of a run that is one fold of several."""
    return (
        f"{name} is fold {fold} of {folds} of {group}, and shows the samples that it has not"
        " learned. All folds together tell which masks are probably wrong."
    )


def several_folds(group: str) -> str:
    """What is shown of several folds."""
    return (
        f"Each of these folds of {group} shows the samples that it has not learned. The masks that"
        " they believe least are probably wrong."
    )


def suspects_shown(count: int, split: str, group: str) -> str:
    """That masks are sorted by how far folds believe them."""
    masks = "1 mask" if count == 1 else f"{count:,} masks"
    where = f" of {split}" if split else ""
    return f"{masks}{where}, the one that the folds of {group} believe least first."


def masks_judged(group: str, label_set: str) -> str:
    """That masks are judged while something else is looked at."""
    return (
        f"The folds of {group} have judged the masks of {label_set}. Choose one of these folds, and"
        f" click {SUSPECTS_BUTTON} to see them."
    )


def no_fold_to_judge(group: str) -> str:
    """Why there are no label suspects yet."""
    return f"No fold of {group} has saved a checkpoint yet: let them train first."


def nothing_to_show(runs: Sequence[str]) -> str:
    """Why runs that were asked for are not shown; `runs` are their names."""
    names, is_one = ", ".join(runs), len(runs) == 1
    return (
        f"{names} {'has' if is_one else 'have'} nothing to show yet. Let"
        f" {'it' if is_one else 'them'} train until the first checkpoint is saved, then compare"
        " again."
    )


def run_details(recipe: str, state: str, best: float | None) -> str:
    """More about a run, for a tooltip."""
    score = "" if best is None else f", best validation mDice {best:.2f} %"
    return f"Recipe {recipe}, {state}{score}"


def caption(samples: int, split: str, label_set: str, *, runs: int, is_measuring: bool) -> str:
    """What the table of metrics is about."""
    if is_measuring and not samples:
        return MEASURING[0]
    if not samples:
        return ""
    images = "1 image" if samples == 1 else f"{samples:,} images"
    where = f" of {split}" if split else ""
    both = " in common" if runs > 1 else ""
    return f"Dataset-pooled: {images}{where}{both}, truth {label_set}"


def left_out(samples: Mapping[str, str], *, limit: int = 3, separator: str = ", ") -> str:
    """Which samples were not measured, and why; "" for none."""
    if not samples:
        return ""
    count = len(samples)
    start = "1 sample is left out" if count == 1 else f"{count:,} samples are left out"
    listed = [f"{sample} ({reason})" for sample, reason in list(samples.items())[:limit]]
    if count > limit:
        listed.append(f"and {count - limit:,} more")
    first = ": " if separator != "\n" else ":\n"
    return start + first + separator.join(listed)


def missing(
    name: str, split: str, status: PredictionStatus, wanted: Augmentation | None = None
) -> str:
    """What a run has not predicted; `wanted` are the views that were asked for, if any."""
    where = split or "the dataset"
    if not status.predicted:
        return f"{name} has no predictions of {where} yet."
    if status.is_stale and wanted is not None and status.augment not in (None, wanted):
        assert status.augment is not None
        return (
            f"{name} has predicted {where} from {_views(status.augment)};"
            f" {_views(wanted)} are wanted now."
        )
    if status.is_stale:
        return f"{name} has another checkpoint by now than the one that predicted {where}."
    total = status.predicted + len(status.missing)
    return f"{name} has predicted {status.predicted:,} of {total:,} images of {where}."


def _views(augment: Augmentation) -> str:
    return "the photos as they are" if augment.is_plain else f"other views ({augment.words()})"


def unreadable(runs: Mapping[str, str]) -> str:
    """Which runs cannot be looked at because their folder is damaged; "" for none."""
    if not runs:
        return ""
    start = "1 run cannot be read" if len(runs) == 1 else f"{len(runs)} runs cannot be read"
    listed = [f"{run} ({why})" for run, why in list(runs.items())[:3]]
    return f"{start}: {', '.join(listed)}"


def predict_button(count: int) -> str:
    """What the button says that predicts so many images."""
    return "Predict 1 image" if count == 1 else f"Predict {count:,} images"


def progress(title: str, done: int, total: int) -> str:
    """How far a prediction is."""
    return f"{title}: {done:,} of {total:,} images" if total else f"{title}: loading the model"


def figure(score: SampleScore | None) -> str:
    """What the title of a prediction says of the sample."""
    if score is None or score.mDice is None:
        return ""
    return f"mDice {score.mDice:.2f} %"


def not_shown(sample: str, is_listed: bool) -> tuple[str, str]:
    """Why a place of the worklist cannot be shown, and what to do about it."""
    if is_listed:
        return "The run of this place is not compared", "Choose it above."
    return (
        f"{sample} is not among the samples shown",
        "Choose its split, and the run of this entry, above.",
    )
