"""Fetching a model's weights. Loaded only by the helper's process.

It puts the files where osam expects them, with the library and from the addresses that osam uses.
osam's own way to do it begins anew three times whatever went wrong, and gives no reason.
"""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.assist.catalogue import model_of
from core.assist.messages import WeightFile
from core.assist.osam_models import addresses, is_intact, weights_of
from core.assist.problems import AssistError, Problem

# Whether a host answers at all should be known soon.
_KNOCK_SECONDS = (4.0, 6.0)
_READ_SECONDS = (5.0, 20.0)
# A connection that breaks is taken up again where it broke, that many times.
_RETRIES = 3
_REPORT_SECONDS = 0.05

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A file that is missing: where it comes from, what it should be, and its size or 0."""

    file: WeightFile
    hash: str
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
    import gdown
    from gdown.exceptions import DownloadCancelled

    model = model_of(name)
    parcels = [
        _knock(file, digest, addresses(file.url, digest), model.title, cancel)
        for file, digest in weights_of(name)
        if not _is_kept(file, digest)
    ]
    progress = _Progress(report, parcels, model.megabytes * 1_000_000)
    for parcel in parcels:
        try:
            gdown.cached_download(
                url=parcel.address,
                path=str(parcel.file.path),
                hash=parcel.hash,
                quiet=True,
                progress=progress,
                timeout=_READ_SECONDS,
                retries=_RETRIES,
                cancel=cancel,
            )
        except DownloadCancelled as error:
            raise _cancelled() from error
        # Each library below raises its own; whichever it is, the user learns what it was.
        except Exception as error:
            if cancel.is_set():
                raise _cancelled() from error
            raise _in_words(error, parcel, model.title) from error
        progress.next_file(parcel.file.path.stat().st_size)


def _is_kept(file: WeightFile, digest: str) -> bool:
    try:
        return is_intact(file, digest)
    except OSError:  # it is fetched anew, which says in words what is wrong with its folder
        return False


def _knock(
    file: WeightFile,
    digest: str,
    sources: Sequence[str],
    title: str,
    cancel: threading.Event,
) -> _Parcel:
    """Find the first address of a file that answers."""
    import requests

    problem: Exception | None = None
    for source in sources:
        if cancel.is_set():
            raise _cancelled()
        try:
            answer = requests.head(source, timeout=_KNOCK_SECONDS, allow_redirects=True)
        except requests.RequestException as error:
            problem = error
            continue
        if answer.ok or source == sources[-1]:
            size = answer.headers.get("Content-Length", "0") if answer.ok else "0"
            return _Parcel(file, digest, source, int(size) if size.isdigit() else 0)
    raise AssistError(
        f"{title} could not be fetched: {_host(sources[-1])} cannot be reached from this computer",
        Problem.NO_NETWORK,
        remedy="Connect it to the internet and try again, or copy the files from another computer.",
    ) from problem


class _Progress:
    """Adds up what is said of one file after the other."""

    def __init__(self, report: Report, parcels: Sequence[_Parcel], estimate: int) -> None:
        known = all(parcel.size for parcel in parcels)
        self._report = report
        self._total = sum(parcel.size for parcel in parcels) if known else estimate
        self._before = 0
        self._told = 0.0

    def __call__(self, so_far: int, _in_all: int | None) -> None:
        now = time.monotonic()
        if now - self._told >= _REPORT_SECONDS:
            self._told = now
            self._say(self._before + so_far)

    def next_file(self, size: int) -> None:
        self._before += size
        self._say(self._before)

    def _say(self, done: int) -> None:
        self._report(done, max(self._total, done))


def _cancelled() -> AssistError:
    return AssistError("The fetch was cancelled", Problem.CANCELLED)


def _in_words(error: Exception, parcel: _Parcel, title: str) -> AssistError:
    import requests

    host, reason = _host(parcel.address), " ".join(str(error).split())[:160]
    if isinstance(error, AssertionError):  # so gdown says that a hash is another
        return AssistError(
            f"{title} could not be fetched: what {host} sent is not the file that was expected, "
            "so it was thrown away",
            remedy="Try again later.",
        )
    if isinstance(error, requests.HTTPError) and error.response is not None:
        reason = f"it answers {error.response.status_code}"
    elif isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return AssistError(
            f"{title} cannot be written ({error.strerror or reason})",
            path=_existing(Path(error.filename or parcel.file.path)),
            remedy="Make room there, or make the folder writable, and try again.",
        )
    return AssistError(f"{title} could not be fetched from {host} ({reason})", Problem.NO_NETWORK)


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).netloc
