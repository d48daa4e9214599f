"""Fetching a model's weights. Loaded only by the helper's process.

It puts the files where osam expects them, from the addresses that osam uses. osam's own way to do
it begins anew three times whatever went wrong, and gives no reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.assist.catalogue import model_of
from core.assist.messages import WeightFile
from core.assist.osam_models import addresses, weights_of
from core.assist.problems import AssistError, Problem
from core.fetching import FetchError, FetchProblem, fetch_file, is_intact, knock

Report = Callable[[int, int], None]

_KINDS = {
    FetchProblem.CANCELLED: Problem.CANCELLED,
    FetchProblem.NO_NETWORK: Problem.NO_NETWORK,
    FetchProblem.REFUSED: Problem.NO_NETWORK,
}


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A file that is missing: where it comes from, what it should be, and its size or 0."""

    file: WeightFile
    checksum: str
    address: str
    size: int


def fetch(name: str, report: Report, cancel: threading.Event) -> None:
    """Fetch the files of a model that are missing or damaged, and check what they hold.

    Args:
        name: What osam calls the model.
        report: Called with bytes so far and in all.
        cancel: Ends the fetch when it is set; of the file under way nothing stays.

    Raises:
        AssistError: it was cancelled, the host cannot be reached, the files are not what they
            should be, or they cannot be written.
    """
    model = model_of(name)
    try:
        parcels = [
            _parcel(file, checksum, model.title, cancel)
            for file, checksum in weights_of(name)
            if not is_intact(file.path, checksum)
        ]
        progress = _Progress(report, parcels, model.megabytes * 1_000_000)
        for parcel in parcels:
            fetch_file(
                [parcel.address],
                parcel.file.path,
                parcel.checksum,
                title=model.title,
                on_progress=progress,
                cancelled=cancel.is_set,
                keep_part=False,
            )
            progress.next_file(parcel.file.path.stat().st_size)
    except FetchError as error:
        kind = _KINDS.get(error.problem, Problem.OTHER)
        raise AssistError(error.what, kind, path=error.path, remedy=error.remedy) from error


def _parcel(file: WeightFile, checksum: str, title: str, cancel: threading.Event) -> _Parcel:
    sources = addresses(file.url, checksum)
    address, size = knock(sources, file.path, title=title, cancelled=cancel.is_set)
    return _Parcel(file, checksum, address, size)


class _Progress:
    """Adds up what is said of one file after the other."""

    def __init__(self, report: Report, parcels: Sequence[_Parcel], estimate: int) -> None:
        known = all(parcel.size for parcel in parcels)
        self._report = report
        self._total = sum(parcel.size for parcel in parcels) if known else estimate
        self._before = 0

    def __call__(self, so_far: int, _in_all: int) -> None:
        if so_far:
            self._say(self._before + so_far)

    def next_file(self, size: int) -> None:
        self._before += size
        self._say(self._before)

    def _say(self, done: int) -> None:
        self._report(done, max(self._total, done))
