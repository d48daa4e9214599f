"""Whether there is something to learn from: samples, classes, and splits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.training.checks.finding import Finding, Level, counted, named
from core.training.checks.planned import TRAIN, VAL, PlannedRun
from core.training.data.preflight import Preflight

_FEW = 20


def check_samples(run: PlannedRun) -> Iterator[Finding]:
    """Samples: how many there are, which are left out, and why."""
    found = run.found
    if found is None:
        return
    train, val = len(found.of_split(TRAIN)), len(found.of_split(VAL))
    if train == 0:
        yield Finding(
            Level.ERROR, "Samples",
            f"Nothing is left to train on in the split train of {run.label_set}{_why(found)}.",
            "Put photos into the folder train with masks of the same names, or mend or include "
            "those that are left out.",
        )  # fmt: skip
    elif val == 0:
        yield Finding(
            Level.WARNING, "Samples",
            f"{counted(train, 'photo')} to train on, and none in the split val: the run is not "
            "validated, and has no best checkpoint.",
            "Put a few photos with masks into the folder val.",
        )  # fmt: skip
    else:
        few = train < _FEW
        yield Finding(
            Level.WARNING if few else Level.OK, "Samples",
            f"{counted(train, 'photo')} to train on, {val} to validate on.",
            "That is very little to learn from." if few else "",
        )  # fmt: skip
    if found.excluded:
        yield Finding(
            Level.OK, "Excluded",
            f"{counted(len(found.excluded), 'sample')} left out because you excluded them: "
            f"{named(found.excluded)}.",
            samples=found.excluded,
        )  # fmt: skip
    if found.unlabelled:
        yield Finding(
            Level.OK, "Without a mask",
            f"{counted(len(found.unlabelled), 'photo')} left out for want of a mask: "
            f"{named(found.unlabelled)}.",
            samples=found.unlabelled,
        )  # fmt: skip
    yield from _unusable(found)


def check_classes(run: PlannedRun) -> Iterator[Finding]:
    """Classes: values in masks that are none, and classes that nobody drew."""
    found = run.found
    if found is None:
        return
    names = [info.name for info in run.dataset.classes]
    if found.illegal:
        ids = tuple(found.illegal)
        values = sorted({value for each in found.illegal.values() for value in each})
        listed = ", ".join(str(value) for value in values[:8])
        have = "mask holds" if len(ids) == 1 else "masks hold"
        yield Finding(
            Level.WARNING, "Classes",
            f"{len(ids)} {have} values that are no class ({listed}; the classes are 0 to "
            f"{len(names) - 1}) and {'is' if len(ids) == 1 else 'are'} left out: {named(ids)}.",
            "Repair them on the Dataset page, or correct the dataset's classes.",
            samples=ids,
        )  # fmt: skip
    train = found.of_split(TRAIN)
    if not train:
        return
    drawn = np.stack([each.pixels for each in train]).sum(axis=0)
    if not drawn.any():
        yield _all_ignored(run, TRAIN, "there is nothing to learn from")
        return
    if len(names) > 1 and not drawn[1:].any():
        yield Finding(
            Level.ERROR, "Classes",
            f"The masks of {run.label_set} hold nothing but {names[0]}.",
            "Draw what the model should learn, or choose another label set.",
        )  # fmt: skip
        return
    yield from _absent(
        names, drawn, TRAIN, "so the model cannot learn it", "so the model cannot learn them"
    )
    val = found.of_split(VAL)
    if val:
        seen = np.stack([each.pixels for each in val]).sum(axis=0)
        if not seen.any():
            yield _all_ignored(run, VAL, "there is nothing to validate on")
            return
        # As MMSegmentation counts: see `core.evaluation.metrics.confusion`.
        yield from _absent(
            names, seen, VAL,
            "so its Dice is in no mean, or 0 as soon as the model predicts a pixel of it",
            "so their Dice is in no mean, or 0 as soon as the model predicts a pixel of them",
        )  # fmt: skip
    if not found.illegal and drawn.all():
        yield Finding(Level.OK, "Classes", f"Every mask holds only classes: {', '.join(names)}.")


def _all_ignored(run: PlannedRun, split: str, so: str) -> Finding:
    return Finding(
        Level.ERROR, "Classes",
        f"The masks of {run.label_set} in {split} hold nothing but ignored pixels "
        f"({run.dataset.ignore_index}), so {so}.",
        f"Draw the classes in masks of {split}, or choose another label set.",
    )  # fmt: skip


def _absent(
    names: list[str], pixels: object, split: str, so: str, so_of_several: str
) -> Iterator[Finding]:
    absent = [name for name, count in zip(names, np.asarray(pixels), strict=True) if not count]
    if absent:
        those = ", ".join(absent)
        words = so if len(absent) == 1 else so_of_several
        yield Finding(Level.WARNING, "Classes", f"No mask in {split} holds {those}, {words}.")


def _unusable(found: Preflight) -> Iterator[Finding]:
    others = {name: why for name, why in found.left_out.items() if name not in found.illegal}
    if others:
        reasons = [f"{name} ({why})" for name, why in others.items()]
        yield Finding(
            Level.WARNING, "Unusable",
            f"{counted(len(others), 'sample')} cannot be used and "
            f"{'is' if len(others) == 1 else 'are'} left out: {named(reasons)}.",
            "Mend or exclude them on the Dataset page.",
            samples=tuple(others),
        )  # fmt: skip


def _why(found: Preflight) -> str:
    parts = []
    if found.excluded:
        parts.append(f"{len(found.excluded)} excluded")
    if found.unlabelled:
        parts.append(f"{len(found.unlabelled)} without a mask")
    if found.left_out:
        first, reason = next(iter(found.left_out.items()))
        parts.append(f"{len(found.left_out)} unusable, such as {first}: {reason}")
    return f" ({'; '.join(parts)})" if parts else ""
