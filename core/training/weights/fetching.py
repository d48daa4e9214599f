"""Getting published weights into the user's cache, and what `--init` means.

Nothing is loaded here: what a file holds is looked at by the worker alone, which executes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import PetsegError
from core.fetching import FetchError, FetchProblem, Progress, fetch_file, is_intact
from core.training.recipes.reading import Recipe
from core.training.weights.catalogue import (
    PublishedWeights,
    cached_path,
    find_weights,
    is_published,
    weights_for,
)

DOWNLOAD, NOTHING = "download", "none"
"""Words for `--init` besides a file and an id."""

_LOOK_SECONDS = 0.05


class WeightsError(FetchError):
    """Published weights that could not be fetched.

    `address` is what to fetch by hand, `target` where it belongs; `problem` says what was wrong.

    Attributes:
        weights: Which weights.
    """

    def __init__(self, error: FetchError, weights: PublishedWeights) -> None:
        what, remedy = error.what, ""
        if error.problem is not FetchProblem.CANCELLED:
            remedy = (
                f"Fetch {error.address} some other way and save it as {error.target}; or choose a "
                "file of your own (--init FILE), or train without weights (--init none)."
            )
        super().__init__(
            what,
            error.problem,
            address=error.address,
            target=error.target,
            path=error.path,
            remedy=remedy,
        )
        self.weights = weights


def fetch(
    weights_id: str,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Fetch published weights, unless they lie in the cache already.

    A fetch that ended early goes on where it was. A file in the cache with another checksum is
    damaged: it is removed and fetched anew. Two programs that fetch the same wait for each other.

    Args:
        weights_id: Their id (see `core.training.weights.catalogue`).
        on_progress: Called in this thread with bytes so far and in all.
        cancelled: Asked twenty times a second; True ends the fetch.

    Returns:
        The file in the cache.

    Raises:
        WeightsError: they could not be fetched; it says what to fetch and where to put it.
        PetsegError: there are no weights of that id.
    """
    weights = find_weights(weights_id)
    target = cached_path(weights_id)
    if is_intact(target, weights.checksum):
        return target
    try:
        with _alone(weights, target, cancelled or (lambda: False)):
            if target.is_file() and not is_intact(target, weights.checksum):
                target.unlink()
            return fetch_file(
                weights.addresses,
                target,
                weights.checksum,
                title=f"{weights.title} ({weights.trained_on})",
                on_progress=on_progress,
                cancelled=cancelled,
            )
    except FetchError as error:
        raise WeightsError(error, weights) from error


@contextmanager
def _alone(
    weights: PublishedWeights, target: Path, cancelled: Callable[[], bool]
) -> Iterator[None]:
    """Inside, no other program fetches the same file."""

    def error(what: str, problem: FetchProblem) -> FetchError:
        return FetchError(what, problem, address=weights.addresses[0], target=target)

    lock = FileLock(target.with_name(f".{target.name}.lock"))
    while True:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            break
        except Timeout:
            if cancelled():
                what = f"The fetch of {weights.title} was cancelled"
                raise error(what, FetchProblem.CANCELLED) from None
            time.sleep(_LOOK_SECONDS)
        except OSError as reason:
            what = f"The folder for weights cannot be written ({reason.strerror or reason})"
            raise error(what, FetchProblem.DISK) from reason
    try:
        yield
    finally:
        lock.release()


def resolve_init(
    text: str | Path | None,
    recipe: Recipe,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path | None:
    """The file that a user means by `--init`, fetched when need be.

    Args:
        text: `download` for the usual weights of the recipe's backbone, `none` (or nothing), the
            id of published weights, or a path.
        recipe: The recipe to train.
        on_progress: See `fetch`.
        cancelled: See `fetch`.

    Returns:
        The file; None for a start without weights. Whether a given file exists is not looked at.

    Raises:
        PetsegError: there are no published weights for the recipe.
        WeightsError: see `fetch`.
    """
    word = "" if text is None else str(text).strip()
    if word in ("", NOTHING):
        return None
    if word == DOWNLOAD:
        fitting = weights_for(recipe)
        if not fitting:
            raise PetsegError(
                f"There are no published weights for the recipe {recipe.name}",
                remedy="Give a file of weights with --init FILE, or train without (--init none).",
            )
        return fetch(fitting[0].id, on_progress, cancelled)
    path = Path(word).expanduser()
    if is_published(word) and not path.exists():
        return fetch(word, on_progress, cancelled)
    return path
