"""Masks that came back from LabelMe: read, compared with the ones here, and taken over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.pages.annotate.desk import Desk
from app.pages.annotate.showing.open_masks import MaskKey
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.images import Array, decode_mask, read_image
from core.interop.labelme.exchange import Exchange
from core.interop.labelme.reading import DrawnMask
from core.labels.pair import MaskPair
from core.masks.saving import save_mask

STEP_NAME = "LabelMe"


def key_of(exchange: Exchange) -> MaskKey:
    """Which mask was lent."""
    return MaskKey(exchange.label_set, exchange.sample.id)


def in_editor(desk: Desk) -> dict[MaskKey, Array]:
    """A copy of the mask that is shown, with what was painted and not saved yet."""
    shown = desk.shown()
    return {} if shown is None else {shown[0]: shown[1].document.mask.copy()}


@dataclass(frozen=True, eq=False)
class Returned:
    """A mask as LabelMe saved it.

    Attributes:
        exchange: What was lent.
        drawn: What its file says now.
        before: The mask here when it came back, uint8 H×W.
        before_hash: Of the file that `before` was read from, "" when there is none; None when
            `before` is the one in the editor.
        changed_px: Pixels that differ; all of them when the sizes do.
    """

    exchange: Exchange
    drawn: DrawnMask
    before: Array
    before_hash: str | None
    changed_px: int


class Reading(NamedTuple):
    """What reading several files gave."""

    returned: list[Returned]
    failures: list[tuple[Exchange, PetsegError]]


def read_all(
    dataset: Dataset, exchanges: Sequence[Exchange], painted: Mapping[MaskKey, Array]
) -> Reading:
    """Read what LabelMe saved, and the masks it is to be compared with.

    Args:
        dataset: The dataset.
        exchanges: What was saved.
        painted: The masks that are shown, with what was painted and not saved yet.
    """
    reading = Reading([], [])
    for exchange in exchanges:
        try:
            drawn = exchange.read()
            before, digest = painted.get(key_of(exchange)), None
            if before is None:
                before, digest = _of_file(dataset, key_of(exchange), drawn.mask.shape)
        except PetsegError as error:
            reading.failures.append((exchange, error))
            continue
        changed = (
            int(np.count_nonzero(before != drawn.mask))
            if before.shape == drawn.mask.shape
            else drawn.mask.size
        )
        reading.returned.append(Returned(exchange, drawn, before, digest, changed))
    return reading


def mask_to_lend(dataset: Dataset, key: MaskKey) -> Array:
    """The mask of a file, for LabelMe; an empty one where there is none yet.

    Raises:
        PetsegError: it cannot be read, or there is neither mask nor photo.
    """
    sample = dataset.sample(key.sample_id)
    if key.label_set in sample.masks:
        path = sample.masks[key.label_set]
        return decode_mask(read_bytes(path), path, dataset.coding)
    if sample.image is None:
        raise PetsegError(f"{sample.id} has neither a photo nor a mask", path=dataset.root)
    height, width = read_image(sample.image).shape[:2]
    return np.zeros((height, width), np.uint8)


def pair_of(returned: Returned, before: Array) -> Callable[[], MaskPair]:
    """What reads photo and masks for the preview; to be called off the UI thread."""
    sample = returned.exchange.sample

    def read() -> MaskPair:
        photo, problem = None, ""
        if sample.image is not None:
            try:
                photo = read_image(sample.image)
            except PetsegError as error:
                problem = str(error)
        return MaskPair(sample.id, photo, before, returned.drawn.mask, photo_problem=problem)

    return read


class Written(NamedTuple):
    """What became of masks that were to be written."""

    done: list[Returned]
    left: list[Returned]
    failures: list[str]


def write_all(
    dataset: Dataset,
    workspace: Workspace,
    wanted: Sequence[Returned],
    on_progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Written:
    """Write masks into their files. A file that is another by now is left as it is."""
    written = Written([], [], [])
    for number, each in enumerate(wanted, 1):
        if cancelled():
            written.left.append(each)
            continue
        try:
            save_mask(
                dataset,
                workspace,
                dataset.sample(each.exchange.sample.id),
                each.exchange.label_set,
                each.drawn.mask,
                expected=each.before_hash,
                note="taken over from LabelMe",
            )
            written.done.append(each)
        except PetsegError as error:
            written.left.append(each)
            written.failures.append(str(error))
        on_progress(number, len(wanted))
    return written


def _of_file(dataset: Dataset, key: MaskKey, shape: tuple[int, ...]) -> tuple[Array, str]:
    """The mask of a file and the file's hash; an empty mask and "" without a file."""
    path = dataset.mask_path(dataset.sample(key.sample_id), key.label_set)
    if not path.exists():
        return np.zeros(shape, np.uint8), ""
    data = read_bytes(path)
    return decode_mask(data, path, dataset.coding), content_hash(data)
