"""What the linked views show of one sample: where it lies, and its layers once they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.dataset.encoding.coding import MaskCoding
from core.evaluation.comparing.agreement import AgreementCounts
from core.evaluation.errors.error_map import ErrorCounts
from core.evaluation.errors.regions import ErrorRegion
from core.images import Array
from widgets.canvas import ImagePyramid
from widgets.comparison.layers.region_layer import Numbers


@dataclass(frozen=True, slots=True)
class LayerFiles:
    """Where the layers of one sample are.

    Attributes:
        sample: The sample's id.
        image: The photo; None when there is none.
        truth: The mask the runs are held against; None when there is none.
        predictions: One file per run; None for a run without a prediction of this sample.
        ignore_index: Value in the mask that is not judged.
        coding: How mask files encode the classes (`Dataset.coding`).
        confidences: One file per run; None, or nothing at all, where there is no confidence.
        num_classes: Number of classes; None to take whatever there is, without regions of errors.
        background: The class that is no object; None where every class is one.
        pair: Places of the two runs of which is told who is right where; None for none.
        regions: Per run, regions of errors that are known already; None to find them.
        not_asked: Per run, whether it is a fold that other folds answer for: it has learned the
            sample, or the sample is in none.
    """

    sample: str
    image: Path | None
    truth: Path | None
    predictions: tuple[Path | None, ...]
    ignore_index: int = 255
    coding: MaskCoding | None = None
    confidences: tuple[Path | None, ...] = ()
    num_classes: int | None = None
    background: int | None = 0
    pair: tuple[int, int] | None = None
    regions: tuple[tuple[ErrorRegion, ...] | None, ...] = ()
    not_asked: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class RunLayers:
    """What one run says of a sample.

    Attributes:
        prediction: Class indices, uint8 H×W; None when `problem` says why there are none.
        errors: The error map, uint8 H×W; None without a truth or a prediction of its size.
        lines: The hatching of `errors`.
        counts: Pixels by kind of error.
        problem: Why something is missing, as a sentence; "" when nothing is.
        confidence: How sure the run is, uint8 H×W, 0 to 255 for 0 to 1.
        confidence_problem: Why there is none, as a sentence.
        regions: The regions of errors, the largest first.
        labels: Which pixel lies in which of them, int32 H×W, counted from 1; None without any.
        outlines: The same as a layer shows it, uint8 H×W.
        is_left_out: It says nothing because it is a fold that is not asked about the sample.
    """

    prediction: Array | None = None
    errors: Array | None = None
    lines: Array | None = None
    counts: ErrorCounts | None = None
    problem: str = ""
    confidence: Array | None = None
    confidence_problem: str = ""
    regions: tuple[ErrorRegion, ...] = ()
    labels: Numbers | None = None
    outlines: Array | None = None
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class PairLayers:
    """Who of two runs is right where.

    Attributes:
        places: The places of the two runs.
        found: The agreement map, uint8 H×W; None where one of them cannot be judged.
        lines: Its hatching.
        counts: Its pixels by who is right.
    """

    places: tuple[int, int]
    found: Array | None = None
    lines: Array | None = None
    counts: AgreementCounts | None = None


@dataclass(frozen=True, slots=True)
class SampleLayers:
    """All layers of one sample, decoded.

    Attributes:
        sample: The sample's id.
        photo: The photo; None when `photo_problem` says why there is none.
        photo_problem: A sentence; "" when there is a photo.
        truth: The mask, uint8 H×W; None when `truth_problem` says why there is none.
        truth_problem: A sentence; "" when there is a mask.
        runs: What each run says.
        pair: Who of two runs is right where; None when that was not asked.
        is_whole: Whether regions of errors were looked for, too; they take longer than the rest.
    """

    sample: str
    photo: ImagePyramid | None
    photo_problem: str
    truth: Array | None
    truth_problem: str
    runs: tuple[RunLayers, ...]
    pair: PairLayers | None = None
    is_whole: bool = True
