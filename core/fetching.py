"""Fetching a file over HTTP: taken up where it broke, checked, and there whole or not at all.

Used for models of several hundred megabytes over lines that break. The checksum decides, never
what a server says: a page of a hotel's network in place of a file is thrown away.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import socket
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import PetsegError
from core.files import sync_folder

Progress = Callable[[int, int], None]
"""Told the bytes so far and in all; 0 in all while that is unknown."""

# Whether a host answers at all should be known soon; a slow line may take its time.
_CONNECT_SECONDS = 5.0
_READ_SECONDS = 20.0
# A connection that breaks is taken up again where it broke, after these pauses.
_PAUSES = (0.1, 0.5, 3.0)
_LOOK_SECONDS = 0.05
_BLOCK = 1 << 18
_AGENT = {"User-Agent": "petseg-workbench"}


class FetchProblem(StrEnum):
    """What can stand in the way of a fetch."""

    CANCELLED = "cancelled"
    """The user did not want it any more."""
    NO_NETWORK = "no network"
    """No address can be reached, or the connection breaks again and again."""
    REFUSED = "refused"
    """The host answers, but has no such file or does not give it."""
    WRONG_FILE = "wrong file"
    """What came is not what the checksum says; it was thrown away."""
    DISK = "disk"
    """It cannot be written."""


class FetchError(PetsegError):
    """A fetch that failed.

    Args:
        what: See `PetsegError`.
        problem: What kind of failure it is.
        address: Where the file was to come from.
        target: Where it belongs: whoever gets it some other way puts it there.
        path: See `PetsegError`.
        remedy: See `PetsegError`.
    """

    def __init__(
        self,
        what: str,
        problem: FetchProblem,
        *,
        address: str,
        target: Path,
        path: Path | str | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(what, path=path, remedy=remedy)
        self.problem = problem
        self.address = address
        self.target = target


def fetch_file(
    addresses: Sequence[str],
    target: Path,
    checksum: str,
    *,
    title: str,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    keep_part: bool = True,
) -> Path:
    """Fetch a file, unless it is there already and intact.

    Args:
        addresses: Where the file can be had, the best first; the next is tried when one fails.
        target: Where it belongs. Missing folders are made.
        checksum: Algorithm and hexadecimal digest, `sha256:…`; the first digits of it are enough.
        title: What the file is called in errors ("EfficientSAM (10M)").
        on_progress: Called in this thread while bytes come.
        cancelled: Asked twenty times a second; True ends the fetch.
        keep_part: Keep what has come when the fetch ends early, so that the next one goes on from
            there.

    Raises:
        FetchError: it was cancelled, or the file cannot be had or written.
    """
    if is_intact(target, checksum):
        return target
    job = _Job(addresses, target, checksum, title)
    thread = threading.Thread(target=job.work, name="fetch", daemon=True)
    thread.start()
    told: tuple[int, int] | None = None
    try:
        while True:
            thread.join(_LOOK_SECONDS)
            if on_progress is not None and job.progress != told and job.progress != (0, 0):
                told = job.progress
                on_progress(*told)
            if not thread.is_alive():
                break
            if cancelled is not None and cancelled():
                raise job.error("was cancelled", FetchProblem.CANCELLED)
        if job.failure is not None:
            raise job.failure
    finally:
        if thread.is_alive():
            job.abort()
            thread.join(_CONNECT_SECONDS)
        if not keep_part and job.part.exists():
            job.part.unlink()
    return target


def knock(
    addresses: Sequence[str], target: Path, *, title: str, cancelled: Callable[[], bool]
) -> tuple[str, int]:
    """Find the first address that answers, and how many bytes it has; 0 when it does not say.

    Raises:
        FetchError: none can be reached, or it was cancelled.
    """
    job = _Job(addresses, target, "", title)
    trouble: Exception | None = None
    for address in addresses:
        if cancelled():
            raise job.error("was cancelled", FetchProblem.CANCELLED)
        try:
            with job.open(address, method="HEAD") as answer:
                return address, _length(answer)
        except urllib.error.HTTPError as error:
            error.close()
            if address == addresses[-1]:
                return address, 0  # some hosts refuse the question but give the file
        except (OSError, http.client.HTTPException) as error:
            trouble = error
    raise job.unreachable() from trouble


def is_intact(path: Path, checksum: str) -> bool:
    """Whether a file is there and has that checksum (see `fetch_file`).

    A file that cannot be read is as good as none.
    """
    try:
        return _matches(path, checksum, lambda: False)
    except OSError:
        return False


def host_of(address: str) -> str:
    """The host of an address, with its port when it names one."""
    return urllib.parse.urlsplit(address).netloc


class _Aborted(Exception):  # noqa: N818 - a wish, not an error
    """The fetch was ended from outside."""


class _Broken(Exception):  # noqa: N818 - it is taken up again
    """The connection ended before the file did."""


class _Job:
    """One fetch, worked on in a thread of its own so that a silent host can be left at once.

    Attributes:
        part: What has come so far, beside the target.
        progress: Bytes so far and in all.
        failure: Why it ended without the file.
    """

    def __init__(self, addresses: Sequence[str], target: Path, checksum: str, title: str) -> None:
        self.part = target.with_name(f".{target.name}.part")
        self.progress = (0, 0)
        self.failure: BaseException | None = None
        self._addresses = addresses
        self._address = addresses[0]
        self._target = target
        self._checksum = checksum
        self._title = title
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._aborted = threading.Event()

    def abort(self) -> None:
        """End the work, also while it waits for bytes that never come."""
        with self._lock:
            self._aborted.set()
            if self._socket is not None:
                _hang_up(self._socket)

    def work(self) -> None:
        """Fetch, check and put in place; what went wrong is in `failure`."""
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._fetch()
        except _Aborted:
            pass
        except FetchError as error:
            self.failure = error
        except OSError as error:
            self.failure = self._unwritable(error)
        except BaseException as error:
            self.failure = error  # a bug of ours: raised where it is seen

    def _fetch(self) -> None:
        failure: FetchError | None = None
        for address in self._addresses:
            self._address = address
            try:
                self._receive_whole()
            except FetchError as error:
                if error.problem is FetchProblem.DISK:
                    raise
                # That a host has no such file says more than that another cannot be reached.
                if failure is None or failure.problem is FetchProblem.NO_NETWORK:
                    failure = error
                continue
            self._put_in_place()
            return
        assert failure is not None
        raise failure

    def _receive_whole(self) -> None:
        """Get the file from one address, in as many pieces as it takes, and check it."""
        for pause in (*_PAUSES, None):
            went_on_from = self._size_of_part()
            try:
                self._receive(went_on_from)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == 416 and went_on_from:  # the piece is longer than the file
                    self.part.unlink()
                    continue
                raise self._not_from(f"it answers {error.code}", FetchProblem.REFUSED) from error
            except (_Broken, OSError, http.client.HTTPException) as error:
                if self._aborted.is_set():
                    raise _Aborted from error
                if isinstance(error, urllib.error.URLError):  # nobody answered: no use to insist
                    raise self.unreachable() from error
                if pause is None:
                    reason = "the connection breaks again and again"
                    raise self._not_from(reason, FetchProblem.NO_NETWORK) from error
                self._aborted.wait(pause)
                continue
            if _matches(self.part, self._checksum, self._aborted.is_set):
                return
            self.part.unlink()
            if not went_on_from:
                break
            # The piece from before was not of this file: once more from its beginning.
        raise self.error(
            f"could not be fetched: what {host_of(self._address)} sent is not the file that was "
            "expected, so it was thrown away",
            FetchProblem.WRONG_FILE,
            remedy="Try again later.",
        )

    def _receive(self, begin: int) -> None:
        wanted = {"Range": f"bytes={begin}-"} if begin else {}
        with self.open(self._address, wanted) as answer:
            resumes = answer.status == http.client.PARTIAL_CONTENT and _starts_at(answer, begin)
            done = begin if resumes else 0
            length = _length(answer)
            total = done + length if length else 0
            self._check_space(length)
            self.progress = (done, total)
            with _open_part(self, resumes) as stream:
                while block := answer.read1(_BLOCK):
                    if self._aborted.is_set():
                        raise _Aborted
                    self._write(stream, block)
                    done += len(block)
                    self.progress = (done, max(total, done) if total else 0)
            if total and done < total:
                raise _Broken

    def open(
        self, address: str, headers: dict[str, str] | None = None, *, method: str = "GET"
    ) -> Any:
        """Ask for an address; redirects are followed, but never from https to http."""
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(),
            _Http(self._take_hold),
            _Https(self._take_hold),
        ):
            opener.add_handler(handler)
        request = urllib.request.Request(address, headers=_AGENT | (headers or {}), method=method)
        return opener.open(request, timeout=_CONNECT_SECONDS)

    def _take_hold(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._socket = connection.sock
            if self._aborted.is_set():
                raise _Aborted
        connection.sock.settimeout(_READ_SECONDS)

    def _check_space(self, more: int) -> None:
        free = shutil.disk_usage(self._target.parent).free
        if more > free:
            raise self.error(
                f"cannot be written (it takes {_megabytes(more)}, and {_megabytes(free)} are free)",
                FetchProblem.DISK,
                path=self._target.parent,
                remedy="Make room there and try again.",
            )

    def _write(self, stream: BinaryIO, block: bytes) -> None:
        try:
            stream.write(block)
        except OSError as error:
            raise self._unwritable(error) from error

    def _put_in_place(self) -> None:
        with self.part.open("rb+") as stream:
            os.fsync(stream.fileno())
        self.part.replace(self._target)
        sync_folder(self._target.parent)
        self.progress = (self._target.stat().st_size,) * 2

    def _size_of_part(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def error(
        self, what: str, problem: FetchProblem, *, path: Path | None = None, remedy: str = ""
    ) -> FetchError:
        """An error about this file."""
        return FetchError(
            f"{self._title} {what}" if problem is not FetchProblem.CANCELLED
            else f"The fetch of {self._title} {what}",
            problem, address=self._address, target=self._target, path=path, remedy=remedy,
        )  # fmt: skip

    def unreachable(self) -> FetchError:
        """The error for a host that nobody answers for."""
        return self.error(
            f"could not be fetched: {host_of(self._address)} cannot be reached from this computer",
            FetchProblem.NO_NETWORK,
            remedy="Connect it to the internet and try again, or copy the file from another "
            "computer.",
        )

    def _not_from(self, reason: str, problem: FetchProblem) -> FetchError:
        host = host_of(self._address)
        return self.error(f"could not be fetched from {host} ({reason})", problem)

    def _unwritable(self, error: OSError) -> FetchError:
        return self.error(
            f"cannot be written ({error.strerror or error})",
            FetchProblem.DISK,
            path=_existing(Path(error.filename or self._target)),
            remedy="Make room there, or make the folder writable, and try again.",
        )


def _open_part(job: _Job, resumes: bool) -> BinaryIO:
    try:
        return job.part.open("ab" if resumes else "wb")
    except OSError as error:
        raise job._unwritable(error) from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.lower().startswith("https:"):
            raise urllib.error.HTTPError(newurl, code, "redirected to http", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


Hold = Callable[[http.client.HTTPConnection], None]


class _Http(urllib.request.HTTPHandler):
    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self._hold = hold

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_held(http.client.HTTPConnection, self._hold), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, hold: Hold) -> None:
        super().__init__(context=ssl.create_default_context())
        self._hold = hold

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        context = ssl.create_default_context()
        return self.do_open(_held(http.client.HTTPSConnection, self._hold), req, context=context)


def _held(kind: type[http.client.HTTPConnection], hold: Hold) -> Any:
    """A kind of connection that shows itself as soon as it stands."""

    class Held(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            hold(self)

    return Held


def _hang_up(connection: socket.socket) -> None:
    # Closing would not wake a thread that waits in a read; this does.
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended by itself


def _matches(path: Path, checksum: str, given_up: Callable[[], bool]) -> bool:
    algorithm, _, digits = checksum.partition(":")
    digest = hashlib.new(algorithm)
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                if given_up():
                    raise _Aborted
                digest.update(block)
    except FileNotFoundError:
        return False
    return digest.hexdigest().startswith(digits.lower())


def _length(answer: Any) -> int:
    text = answer.headers.get("Content-Length") or ""
    return int(text) if text.isdigit() else 0


def _starts_at(answer: Any, begin: int) -> bool:
    return str(answer.headers.get("Content-Range", "")).startswith(f"bytes {begin}-")


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
