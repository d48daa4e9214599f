"""Thumbnails made off the UI thread: what is on screen first, what scrolled away not at all."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from core.dataset.thumbnails import Thumbnail

_log = logging.getLogger(__name__)

_THREADS = 2
_MEMORY_BYTES = 96 * 1024 * 1024

Render = Callable[[str, int], Thumbnail]
"""Draws the thumbnail of a sample id at a size in device pixels; called from worker threads."""

_Version = tuple[int, int, int]


@dataclass(frozen=True)
class Tile:
    """A thumbnail that is ready to be painted.

    Attributes:
        image: The picture; None when the sample cannot be shown.
        photo_problem, mask_problem: Why not, as sentences; "" when all is well.
        has_mask: Whether there is a mask file.
    """

    image: QImage | None
    photo_problem: str = ""
    mask_problem: str = ""
    has_mask: bool = True
    version: _Version = (0, 0, 0)

    @property
    def cost(self) -> int:
        """Bytes of memory it takes."""
        return 256 + (self.image.sizeInBytes() if self.image is not None else 0)


class _Delivery(QObject):
    """Brings tiles to the UI thread. Outlives the loader as long as a worker still needs it."""

    made = Signal(object, object)


class _Work:
    """What the workers share: the list of wanted thumbnails, the next one first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted: list[tuple[str, _Version]] = []
        self.under_way: set[tuple[str, _Version]] = set()
        self.workers = 0
        self.stopped = False
        self.render: Render | None = None
        self.delivery = _Delivery()

    def stop(self) -> None:
        """Let the workers end after the thumbnail they are at."""
        with self.lock:
            self.stopped = True
            self.wanted = []

    def take(self) -> tuple[str, _Version, Render] | None:
        """The next thumbnail to make; None ends the worker."""
        with self.lock:
            if not self.wanted or self.stopped or self.render is None:
                self.workers -= 1
                return None
            task = self.wanted.pop()
            self.under_way.add(task)
            return (*task, self.render)

    def hand_over(self, sample_id: str, version: _Version, tile: Tile) -> None:
        with self.lock:
            self.under_way.discard((sample_id, version))
            stopped = self.stopped
        if not stopped:
            self.delivery.made.emit(sample_id, tile)


class _Worker(QRunnable):
    def __init__(self, work: _Work) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        while (task := self._work.take()) is not None:
            sample_id, version, render = task
            try:
                tile = _tile(render(sample_id, version[1]), version)
            except Exception as error:
                # A defect of the program, not of the file: said in the log and on the tile.
                _log.exception("no thumbnail of %s", sample_id)
                tile = Tile(None, f"The thumbnail could not be drawn: {error}", version=version)
            self._work.hand_over(sample_id, version, tile)


class ThumbnailLoader(QObject):
    """Keeps the thumbnails of the samples on screen ready, within a bound of memory."""

    ready = Signal(object)
    """The thumbnail of a sample id is there, or is another one now."""

    def __init__(self, parent: QObject | None = None, *, memory_bytes: int = _MEMORY_BYTES) -> None:
        super().__init__(parent)
        self._memory_bytes = memory_bytes
        self._used_bytes = 0
        self._tiles: OrderedDict[str, Tile] = OrderedDict()
        self._epoch = 0
        self._size = 128
        self._refreshed: dict[str, int] = {}
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(_THREADS)
        self._work = _Work()
        self._work.delivery.made.connect(self._keep)
        # Also when nobody calls shut_down: no worker may deliver to a widget that is gone.
        self.destroyed.connect(self._work.stop)

    def set_source(self, render: Render | None, *, forget: bool = True) -> None:
        """Say how thumbnails are drawn from now on.

        Args:
            render: Draws one; None for none.
            forget: Whether those at hand are of other samples. Otherwise they are shown until
                they are drawn anew.
        """
        with self._work.lock:
            self._work.render = render
            self._work.wanted = []
        self._epoch += 1
        self._refreshed = {}
        if forget:
            self._tiles.clear()
            self._used_bytes = 0

    def set_size(self, pixels: int) -> None:
        """Set the longest side of thumbnails, in device pixels."""
        self._size = pixels

    def refresh(self, sample_ids: Collection[str] | None = None) -> None:
        """Draw those thumbnails anew when they are wanted next; all for None."""
        if sample_ids is None:
            self._epoch += 1
            self._refreshed = {}
            return
        for sample_id in sample_ids:
            self._refreshed[sample_id] = self._refreshed.get(sample_id, 0) + 1

    def tile(self, sample_id: str) -> Tile | None:
        """The thumbnail at hand, perhaps of an earlier size; None when there is none yet."""
        return self._tiles.get(sample_id)

    def want(self, sample_ids: Sequence[str]) -> None:
        """Ask for thumbnails, the most urgent first; what was asked for before is forgotten."""
        missing = []
        for sample_id in sample_ids:
            version = self._version(sample_id)
            tile = self._tiles.get(sample_id)
            if tile is None or tile.version != version:
                missing.append((sample_id, version))
            else:
                self._tiles.move_to_end(sample_id)
        missing.reverse()
        with self._work.lock:
            if self._work.render is None or self._work.stopped:
                return
            under_way = self._work.under_way
            self._work.wanted = [task for task in missing if task not in under_way]
            more = min(_THREADS - self._work.workers, len(self._work.wanted))
            self._work.workers += max(more, 0)
        for _ in range(more):
            self._pool.start(_Worker(self._work))

    def shut_down(self) -> None:
        """End the workers; afterwards nothing is loaded any more."""
        self._work.stop()
        self._pool.waitForDone()

    def _version(self, sample_id: str) -> _Version:
        return self._epoch, self._size, self._refreshed.get(sample_id, 0)

    def _keep(self, sample_id: str, tile: Tile) -> None:
        now = self._version(sample_id)
        if (tile.version[0], tile.version[2]) != (now[0], now[2]):
            return  # of another dataset, or of a mask that was saved meanwhile
        old = self._tiles.pop(sample_id, None)
        self._used_bytes += tile.cost - (old.cost if old is not None else 0)
        self._tiles[sample_id] = tile
        while self._used_bytes > self._memory_bytes and len(self._tiles) > 1:
            self._used_bytes -= self._tiles.popitem(last=False)[1].cost
        self.ready.emit(sample_id)


def _tile(thumbnail: Thumbnail, version: _Version) -> Tile:
    image: QImage | None = None
    if thumbnail.pixels is not None:
        height, width = thumbnail.pixels.shape[:2]
        rgb = QImage(thumbnail.pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        # A copy that owns its memory, in the format that is painted fastest.
        image = rgb.convertToFormat(QImage.Format.Format_RGB32)
    return Tile(image, thumbnail.photo_problem, thumbnail.mask_problem, thumbnail.has_mask, version)
