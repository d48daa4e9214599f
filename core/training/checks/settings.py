"""Whether the values of the form fit each other, the photos and the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from core.training.checks.estimates import footprint_of
from core.training.checks.finding import Finding, Level, counted
from core.training.checks.planned import TRAIN, VAL, PlannedRun
from core.training.tracking.packages import BY_ID as TRACKERS


def check_sizes(run: PlannedRun) -> Iterator[Finding]:
    """Sizes: the crop against the photos, and against what the model can divide."""
    crop = run.crop
    if crop is None:
        return
    height, width = crop
    footprint = footprint_of(run.recipe)
    if footprint is not None and (height % footprint.divisor or width % footprint.divisor):
        level = Level.ERROR if footprint.must_divide else Level.WARNING
        yield Finding(
            level, "Sizes",
            f"The crop of {height} × {width} pixels is no multiple of {footprint.divisor}, by "
            "which this model makes its maps smaller"
            + ("." if footprint.must_divide else ", so borders become less exact."),
            f"Take {_nearest(height, footprint.divisor)} × {_nearest(width, footprint.divisor)}.",
            "crop_size",
        )  # fmt: skip
    sizes = Counter(each.size for each in run.found.of_split(TRAIN)) if run.found else Counter()
    smaller = sum(count for size, count in sizes.items() if _is_smaller(_scaled(size, run), crop))
    if smaller:
        yield Finding(
            Level.WARNING, "Sizes",
            f"{counted(smaller, 'photo')} of {sum(sizes.values())} "
            f"{'is' if smaller == 1 else 'are'} smaller than the crop of {height} × {width} once "
            "scaled: the rest of the piece is empty.",
            "Take a smaller crop or a larger image size.",
            "crop_size",
        )  # fmt: skip
    elif sizes:
        photos = _words(next(iter(sizes))) if len(sizes) == 1 else f"{len(sizes)} sizes"
        yield Finding(
            Level.OK, "Sizes", f"Photos of {photos}, pieces of {height} × {width} pixels."
        )


def check_batch(run: PlannedRun) -> Iterator[Finding]:
    """The batch: large enough for batch norm, and not larger than the split."""
    batch = run.fields.get("batch_size")
    if batch is None:
        return
    footprint = footprint_of(run.recipe)
    smallest = footprint.min_batch if footprint is not None else 1
    if batch < smallest:
        yield Finding(
            Level.ERROR, "Batch",
            f"This model cannot be trained on {counted(batch, 'image')} at a time: it normalizes "
            "over the batch.",
            f"Take at least {smallest}.", "batch_size",
        )  # fmt: skip
    elif batch == 1:
        yield Finding(
            Level.WARNING, "Batch", "Batch norm learns little from one image at a time.",
            "Take at least 2, where memory allows.", "batch_size",
        )  # fmt: skip
    train = len(run.found.of_split(TRAIN)) if run.found is not None else 0
    if 0 < train < batch:
        yield Finding(
            Level.WARNING, "Batch",
            f"The batch of {batch} is larger than the {counted(train, 'photo')} to train on: some "
            "are in it twice.",
            field="batch_size",
        )  # fmt: skip


def check_length(run: PlannedRun) -> Iterator[Finding]:
    """The length: whether the run is validated on its way, and warm-up leaves time to learn."""
    fields = run.fields
    length, interval = fields.get("max_iters"), fields.get("val_interval")
    if length is None:
        return
    if interval is not None and interval > length:
        yield Finding(
            Level.WARNING, "Validation",
            f"The run has {length} iterations and is validated every {interval}: only at its end.",
            "Validate more often to see it learn.", "val_interval",
        )  # fmt: skip
    warmup = fields.get("warmup_iters") or 0
    if warmup > length / 2:
        yield Finding(
            Level.WARNING, "Warm-up",
            f"A warm-up of {warmup} iterations is more than half of the run; half of it is used.",
            field="warmup_iters",
        )  # fmt: skip
    if fields.get("early_stop") and run.found is not None and not run.found.of_split(VAL):
        yield Finding(
            Level.WARNING, "Early stop",
            "Without photos to validate on, the run cannot end early.", field="early_stop",
        )  # fmt: skip


def check_class_weights(run: PlannedRun) -> Iterator[Finding]:
    """Class weights: one for each class."""
    weights = run.fields.get("class_weights")
    classes = [info.name for info in run.dataset.classes]
    if not isinstance(weights, list) or len(weights) == len(classes):
        return
    if "class_weights" in run.overrides:
        yield Finding(
            Level.ERROR, "Class weights",
            f"{len(weights)} class weights are given for {len(classes)} classes.",
            f"Give one for each of: {', '.join(classes)}.", "class_weights",
        )  # fmt: skip
    else:
        yield Finding(
            Level.WARNING, "Class weights",
            f"The recipe's {len(weights)} class weights do not fit {len(classes)} classes: auto "
            "is used instead.",
            field="class_weights",
        )  # fmt: skip


def check_tracking(run: PlannedRun) -> Iterator[Finding]:
    """Tracking: whether the package for it is installed."""
    wanted = run.fields.get("tracking", "none")
    kind = TRACKERS.get(str(wanted))
    if kind is not None and kind.missing:
        yield Finding(
            Level.ERROR, "Tracking",
            f"Tracking with {kind.title} needs a package that is not installed: "
            f"{', '.join(kind.missing)}.",
            f"Install it with: pip install petseg-workbench[{wanted}], or choose none.",
            "tracking",
        )  # fmt: skip


def _scaled(size: tuple[int, int], run: PlannedRun) -> tuple[float, float]:
    """A photo's size once it is fitted into the image size, at the usual scale of 1."""
    wanted = run.fields.get("image_size")
    if wanted is None:
        return size
    # MMCV fits the long side to the long side of the scale and the short one to the short one.
    factor = min(max(wanted) / max(size), min(wanted) / min(size))
    return size[0] * factor, size[1] * factor


def _is_smaller(size: tuple[float, float], crop: tuple[int, int]) -> bool:
    return size[0] + 0.5 < crop[0] or size[1] + 0.5 < crop[1]


def _nearest(side: int, divisor: int) -> int:
    return max(divisor, round(side / divisor) * divisor)


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
