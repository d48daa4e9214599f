"""Fetching a model's weights through osam. Loaded only by the helper's process."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

from core.assist.catalogue import model_of
from core.assist.osam_models import blobs, files_of, model_type, sources
from core.assist.problems import AssistError, Problem

# Whether a host answers at all should be known soon; osam itself would try three times.
_KNOCK_SECONDS = (4.0, 6.0)
_READ_SECONDS = (5.0, 20.0)
_REPORT_SECONDS = 0.05

Report = Callable[[int, int], None]


def fetch(name: str, report: Report, cancel: threading.Event) -> None:
    """Fetch the files of a model that are missing, and check what they hold.

    Args:
        name: What osam calls the model.
        report: Called with bytes so far and in all.
        cancel: Ends the fetch when it is set; nothing stays behind.

    Raises:
        AssistError: it was cancelled, the host cannot be reached, the files are not what they
            should be, or they cannot be written.
    """
    from osam.types import PullCancelledError

    kind, model = model_type(name), model_of(name)
    total = _knock(kind, model.title, cancel)
    progress = _Progress(report, max(total, 0) or model.megabytes * 1_000_000)
    try:
        kind.pull(progress=progress, cancel=cancel, timeout=_READ_SECONDS)
    except PullCancelledError as error:
        raise _cancelled() from error
    # osam wraps whatever went wrong; its cause says which.
    except (RuntimeError, OSError) as error:
        if cancel.is_set():
            raise _cancelled() from error
        raise _in_words(error, name, model.title) from error
    progress.finish()


def _knock(kind: Any, title: str, cancel: threading.Event) -> int:
    """Ask the host for the sizes of the files: bytes in all, 0 when it does not say.

    Raises:
        AssistError: the host cannot be reached.
    """
    import requests

    total, problem = 0, ""
    files = blobs(kind)
    for blob in files:
        for source in sources(blob):
            if cancel.is_set():
                raise _cancelled()
            try:
                answer = requests.head(source, timeout=_KNOCK_SECONDS, allow_redirects=True)
            except requests.RequestException as error:
                problem = problem or _host(source)
                last = error
                continue
            size = answer.headers.get("Content-Length", "0") if answer.ok else "0"
            total += int(size) if size.isdigit() else 0
            break
        else:
            raise AssistError(
                f"{title} could not be fetched: {problem} cannot be reached from this computer",
                Problem.NO_NETWORK,
                remedy="Connect it to the internet and try again, or copy the files from "
                "another computer (Details says which, and where to).",
            ) from last
    return total


class _Progress:
    """Adds up what osam says of one file after the other; a file begun anew counts once."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._files: dict[str, int] = {}
        self._told = 0.0

    def __call__(self, filename: str, so_far: int, _in_all: int | None) -> None:
        self._files[filename] = so_far
        now = time.monotonic()
        if now - self._told >= _REPORT_SECONDS:
            self._told = now
            done = sum(self._files.values())
            self._report(done, max(self._total, done))

    def finish(self) -> None:
        done = sum(self._files.values())
        self._report(max(done, 1), max(done, 1))


def _cancelled() -> AssistError:
    return AssistError("The fetch was cancelled", Problem.CANCELLED)


def _in_words(error: Exception, name: str, title: str) -> AssistError:
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    host, folder = files_of(name).host, files_of(name).files[0].path.parent
    if "hash" in str(cause).lower():
        return AssistError(
            f"{title} could not be fetched: what {host} sent is not the file that was expected, "
            "so it was thrown away",
            remedy="Try again later.",
        )
    if isinstance(cause, OSError) and cause.errno and cause.strerror and _is_of_disk(cause):
        return AssistError(
            f"{title} could not be written ({cause.strerror})",
            path=folder,
            remedy="Make room there, or make the folder writable, and try again.",
        )
    return AssistError(
        f"{title} could not be fetched from {host} ({' '.join(str(cause).split())[:160]})",
        Problem.NO_NETWORK,
        remedy="Try again.",
    )


def _is_of_disk(error: OSError) -> bool:
    import requests

    return not isinstance(error, requests.RequestException | ConnectionError | TimeoutError)


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).netloc
