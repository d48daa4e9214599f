"""What the linked views show of one sample, read from files off the UI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.dataset.encoding.coding import MaskCoding
from core.errors import PetsegError
from core.evaluation.errors.error_map import ErrorCounts, count_errors, error_map
from core.evaluation.predicting.files import decode_prediction
from core.images import Array, read_image, read_mask
from widgets.canvas import ImagePyramid
from widgets.comparison.layers.error_layer import hatching
from widgets.latest_task import LatestTask

_KEPT = 12


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
    """

    sample: str
    image: Path | None
    truth: Path | None
    predictions: tuple[Path | None, ...]
    ignore_index: int = 255
    coding: MaskCoding | None = None


@dataclass(frozen=True, slots=True)
class RunLayers:
    """What one run says of a sample.

    Attributes:
        prediction: Class indices, uint8 H×W; None when `problem` says why there are none.
        errors: The error map, uint8 H×W; None without a truth or a prediction of its size.
        lines: The hatching of `errors`.
        counts: Pixels by kind of error.
        problem: Why something is missing, as a sentence; "" when nothing is.
    """

    prediction: Array | None = None
    errors: Array | None = None
    lines: Array | None = None
    counts: ErrorCounts | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SampleLayers:
    """All layers of one sample, decoded."""

    sample: str
    photo: ImagePyramid | None
    photo_problem: str
    truth: Array | None
    truth_problem: str
    runs: tuple[RunLayers, ...]


def load_layers(files: LayerFiles) -> SampleLayers:
    """Read the layers of a sample; what cannot be read is said in words and left out."""
    photo, photo_problem = None, ""
    if files.image is None:
        photo_problem = "There is no photo for this mask."
    else:
        try:
            photo = ImagePyramid(read_image(files.image))
        except PetsegError as error:
            photo_problem = str(error)
    truth, truth_problem = _mask(
        files.truth, lambda path: read_mask(path, files.coding), "This sample has no mask."
    )
    runs = tuple(_run_layers(path, truth, files.ignore_index) for path in files.predictions)
    return SampleLayers(files.sample, photo, photo_problem, truth, truth_problem, runs)


class LayerLoader(QObject):
    """Reads samples in a thread; only the sample asked for last is delivered.

    The last few samples are kept, and the neighbours of the one asked for are read ahead, so that
    walking through a list finds the next one ready.
    """

    loaded = Signal(object)
    """The `SampleLayers` of the sample asked for last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = LatestTask(self)
        self._task.done.connect(self._on_read)
        self._wanted: LayerFiles | None = None
        self._ahead: list[LayerFiles] = []
        self._kept: OrderedDict[LayerFiles, SampleLayers] = OrderedDict()

    def request(self, files: LayerFiles, ahead: Iterable[LayerFiles] = ()) -> None:
        """Ask for a sample, and for others to be read after it."""
        self._wanted = files
        self._ahead = [each for each in ahead if each not in self._kept]
        kept = self._kept.get(files)
        if kept is None:
            self._read(files)
            return
        self._kept.move_to_end(files)
        self.loaded.emit(kept)
        self._read_ahead()

    def has(self, files: LayerFiles) -> bool:
        """Whether a sample would be delivered at once."""
        return files in self._kept

    def cancel(self) -> None:
        """Deliver nothing more until something is asked for again."""
        self._wanted, self._ahead = None, []
        self._task.forget()

    def forget(self) -> None:
        """Read files anew from now on, because some have changed."""
        self.cancel()
        self._kept.clear()

    def shut_down(self) -> None:
        """End the thread."""
        self._task.shut_down()

    def _read(self, files: LayerFiles) -> None:
        self._task.request(lambda: (files, load_layers(files)))

    def _on_read(self, result: tuple[LayerFiles, SampleLayers]) -> None:
        files, layers = result
        self._kept[files] = layers
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if files == self._wanted:
            self.loaded.emit(layers)
        self._read_ahead()

    def _read_ahead(self) -> None:
        if self._ahead:
            self._read(self._ahead.pop(0))


def _mask(
    path: Path | None, read: Callable[[Path], Array], absent: str
) -> tuple[Array | None, str]:
    if path is None:
        return None, absent
    try:
        return read(path), ""
    except PetsegError as error:
        return None, str(error)


def _run_layers(path: Path | None, truth: Array | None, ignore_index: int) -> RunLayers:
    prediction, problem = _mask(path, decode_prediction, "Not predicted yet.")
    if prediction is None or truth is None:
        return RunLayers(prediction=prediction, problem=problem)
    if prediction.shape != truth.shape:
        height, width = truth.shape
        return RunLayers(
            prediction=prediction,
            problem=f"The prediction is {prediction.shape[1]}×{prediction.shape[0]} pixels, but"
            f" the mask is {width}×{height}. Predict the split again.",
        )
    errors = error_map(truth, prediction, ignore_index)
    return RunLayers(prediction, errors, hatching(errors), count_errors(errors))
