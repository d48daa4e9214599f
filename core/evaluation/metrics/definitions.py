"""What every figure means, how it is computed and who defined it: one table for all who show one.

TP, FP and FN are pixels of a class that are right, wrongly predicted as it, and wrongly predicted
as another; pixels that the truth ignores are in none of them. "Pooled" sums up the counts of all
images and divides once; "per image" divides in every image and takes the mean over the images in
which there is something to divide by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

How = Literal["pooled", "per image"]

_DICE = "Dice 1945, https://doi.org/10.2307/1932409"
_JACCARD = "Jaccard 1912, https://doi.org/10.1111/j.1469-8137.1912.tb05611.x"
_MMSEG = "MMSegmentation, mmseg/evaluation/metrics/iou_metric.py"
_CHENG = "Cheng et al. 2021, Boundary IoU, https://arxiv.org/abs/2103.16562"
_CSURKA = "Csurka et al. 2013, https://doi.org/10.5244/C.27.32"
_KIRILLOV = "matching as Kirillov et al. 2019, https://arxiv.org/abs/1801.00868"
_GUO = "Guo et al. 2017, https://arxiv.org/abs/1706.04599"
_RIJSBERGEN = "van Rijsbergen 1979, Information Retrieval, chapter 7"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure is.

    Attributes:
        id: Its stable name, in JSON and CSV.
        name: What people read.
        unit: "%", or "objects" for counts.
        how: Over all images at once, or as the mean over images.
        formula: How it is computed.
        meaning: What it tells, in a sentence.
        source: Who defined it.
    """

    id: str
    name: str
    unit: str
    how: How
    formula: str
    meaning: str
    source: str


_POOLED = (
    ("mDice", "mDice", "mean over the classes of 2·TP / (2·TP + FP + FN)",
     "How well prediction and mask cover each other, every class weighing the same.",
     f"{_DICE}; {_MMSEG}"),
    ("mIoU", "mIoU", "mean over the classes of TP / (TP + FP + FN)",
     "As mDice, but stricter: pixels in common among those of either.",
     f"{_JACCARD}; {_MMSEG}"),
    ("mAcc", "mAcc", "mean over the classes of TP / (TP + FN)",
     "How much of each class is found; what is predicted too much does not count.", _MMSEG),
    ("aAcc", "aAcc", "right pixels / all pixels",
     "Share of all pixels that are right; mostly background, so it is high early.", _MMSEG),
    ("mPrecision", "mPrecision", "mean over the classes of TP / (TP + FP)",
     "How much of what is predicted is right; what is missed does not count.", _RIJSBERGEN),
    ("dice", "Dice", "2·TP / (2·TP + FP + FN)",
     "Overlap of prediction and mask of a class; the same number as its F1.",
     f"{_DICE}; {_MMSEG}"),
    ("iou", "IoU", "TP / (TP + FP + FN)",
     "Pixels of the class in both among those in either; Dice / (2 − Dice).",
     f"{_JACCARD}; {_MMSEG}"),
    ("acc", "Accuracy", "TP / (TP + FN)",
     "Share of the class's pixels that are found: what MMSegmentation calls accuracy.", _MMSEG),
    ("precision", "Precision", "TP / (TP + FP)",
     "Share of the pixels predicted as the class that are it.", _RIJSBERGEN),
    ("recall", "Recall", "TP / (TP + FN)",
     "Share of the class's pixels that are found; the same number as its accuracy.", _RIJSBERGEN),
)  # fmt: skip

_BOUNDARY = (
    ("boundary_mIoU", "Boundary mIoU", "mean over the classes of their boundary IoU",
     "How well borders fit; the inside of large objects does not drown them.", _CHENG),
    ("boundary_mF1", "Boundary mF1", "mean over the classes of their boundary F1",
     "How much of the borders is met, within a few pixels.", _CSURKA),
    ("boundary_iou", "Boundary IoU",
     "|T ∩ P| / |T ∪ P|, T and P being the pixels of the class at most d from its border in mask "
     "and prediction; d is 2 % of the diagonal unless chosen",
     "IoU of the class along its border only.", _CHENG),
    ("boundary_f1", "Boundary F1",
     "2·p·r / (p + r), p being the share of predicted border pixels at most d from a true one, r "
     "the reverse; d is 0.75 % of the diagonal unless chosen",
     "Whether borders are where they should be, give or take d.", _CSURKA),
)  # fmt: skip

_OBJECTS = (
    ("object_precision", "Object precision", "%", "hits / predicted objects",
     "Share of the predicted objects that are there, with the right class."),
    ("object_recall", "Object recall", "%", "hits / true objects",
     "Share of the objects that are found, with the right class."),
    ("object_f1", "Object F1", "%", "2·hits / (true objects + predicted objects)",
     "Objects found against objects missed and made up."),
    ("hits", "Hits", "objects", "matched pairs of one class; matched means IoU > 0.5",
     "Objects that are found, with the right class."),
    ("misses", "Misses", "objects", "true objects without a match, of 10 pixels or more",
     "Objects that are not found."),
    ("false_alarms", "False alarms", "objects",
     "predicted objects without a match, of 10 pixels or more",
     "Objects predicted where there is none."),
    ("wrong_class", "Wrong class", "objects", "matched pairs of two classes, by the true class",
     "Objects that are found, but as another class."),
)  # fmt: skip

_CALIBRATION = (
    ("ece", "Calibration error",
     "Σ over 15 bins of confidence: share of the pixels · |share of right ones − mean confidence|",
     "How far confidence is from the share of pixels that are right."),
    ("ece_of_objects", "Calibration error of objects",
     "as ece, over the pixels where an object is predicted",
     "The same without the background, which is mostly sure and right."),
)  # fmt: skip


def _all() -> dict[str, Definition]:
    found = [Definition(i, n, "%", "pooled", f, m, s) for i, n, f, m, s in (*_POOLED, *_BOUNDARY)]
    found += [
        Definition(f"image_{i}", f"{n} per image", "%", "per image", *_per_image(f, m), s)
        for i, n, f, m, s in (*_POOLED, *_BOUNDARY)
    ]
    found += [Definition(i, n, u, "pooled", f, m, _KIRILLOV) for i, n, u, f, m in _OBJECTS]
    found += [Definition(i, n, "%", "pooled", f, m, _GUO) for i, n, f, m in _CALIBRATION]
    return {each.id: each for each in found}


def _per_image(formula: str, meaning: str) -> tuple[str, str]:
    return f"mean over the images of: {formula}", f"{meaning} Every image weighs the same."


def markdown_table() -> str:
    """All figures as the table in docs/metrics.md."""
    lines = [
        "| figure | name | unit | averaging | formula | meaning | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in DEFINITIONS.values():
        cells = (each.name, each.unit, each.how, each.formula, each.meaning, each.source)
        escaped = (cell.replace("|", "\\|") for cell in cells)
        lines.append(" | ".join((f"| `{each.id}`", *escaped)) + " |")
    return "\n".join(lines)


DEFINITIONS: Mapping[str, Definition] = _all()
"""All figures by id."""
