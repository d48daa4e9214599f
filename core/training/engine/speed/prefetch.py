"""The next batches are made while the model computes. Loaded only by worker processes.

One thread loads, in the loader's own order. Which random numbers a sample gets depends on its
number alone (`core.training.engine.seeding`), so batches are the same as without the thread. The
numbers of transforms are numpy's and Python's, those of a training step torch's: while a thread
loads, the step leaves the former alone.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import torch

_AHEAD = 2


class PrefetchingLoader:
    """A data loader whose batches are made ahead by a thread.

    Everything else, such as `dataset`, `sampler` or `batch_size`, is the loader's own.

    Args:
        loader: The loader, without processes of its own.
        ahead: How many batches may be ready.
        pin: Whether batches are put into memory from which a GPU fetches without waiting.
    """

    def __init__(self, loader: Any, ahead: int = _AHEAD, *, pin: bool = False) -> None:
        self.loader = loader
        self._ahead = ahead
        self._pin = pin
        self._thread: _Thread | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def __len__(self) -> int:
        return len(self.loader)

    def __iter__(self) -> Iterator[Any]:
        """Batches in the loader's order; an iteration that was begun before ends."""
        self.close()
        self._thread = _Thread(iter(self.loader), self._ahead, pinned if self._pin else None)
        return self._thread

    def close(self) -> None:
        """End the thread, once it is done with the batch it is at."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None


class _Thread(Iterator[Any]):
    """Takes from an iterator in a thread, and hands on what it took or what was raised."""

    def __init__(
        self, source: Iterator[Any], ahead: int, finish: Callable[[Any], Any] | None
    ) -> None:
        self._source = source
        self._finish = finish
        self._ready: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue()
        self._room = threading.Semaphore(ahead)
        self._is_closed = False
        self._ended: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="next batches", daemon=True)
        self._thread.start()

    def __next__(self) -> Any:
        if self._ended is not None:
            raise self._ended
        batch, self._ended = self._ready.get()
        if self._ended is not None:
            raise self._ended
        self._room.release()
        return batch

    def close(self) -> None:
        self._is_closed = True
        self._room.release()
        self._thread.join()
        with contextlib.suppress(queue.Empty):
            while True:
                self._ready.get_nowait()

    def _work(self) -> None:
        while True:
            self._room.acquire()
            if self._is_closed:
                return
            try:
                batch = next(self._source)
                if self._finish is not None:
                    batch = self._finish(batch)
            except BaseException as error:  # raised again where the batch is waited for
                self._ready.put((None, error))
                return
            self._ready.put((batch, None))


def pinned(batch: Any) -> Any:
    """The same batch, its tensors in pinned memory. Not measured on a GPU."""
    if isinstance(batch, torch.Tensor):
        return batch.pin_memory()
    if isinstance(batch, dict):
        return {key: pinned(value) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        return type(batch)(pinned(value) for value in batch)
    truth = getattr(batch, "gt_sem_seg", None)
    if truth is not None:
        truth.data = pinned(truth.data)
    return batch


def use_prefetching(loader: Any, *, pin: bool = False) -> Any:
    """Let a loader work ahead in a thread, if it has no processes that do so."""
    if getattr(loader, "num_workers", 0) > 0:
        return loader
    return PrefetchingLoader(loader, pin=pin)
