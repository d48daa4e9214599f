"""What the linked views show of one sample, read from files off the UI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from widgets.comparison.layers.layer_content import (
    LayerFiles,
    PairLayers,
    RunLayers,
    SampleLayers,
)
from widgets.comparison.layers.layer_reading import add_regions, load_layers
from widgets.latest_task import LatestTask

__all__ = [
    "LayerFiles",
    "LayerLoader",
    "PairLayers",
    "RunLayers",
    "SampleLayers",
    "add_regions",
    "load_layers",
]

_KEPT = 12


class LayerLoader(QObject):
    """Reads samples in a thread; only the sample asked for last is delivered.

    It is delivered as soon as it can be seen, and again with its regions of errors. The last few
    samples are kept, and the neighbours of the one asked for are read ahead, so that walking
    through a list finds the next one ready.
    """

    loaded = Signal(object)
    """The `SampleLayers` of the sample asked for last; twice, if it was not whole at first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Apart, so that a sample that is asked for need not wait for the regions of another.
        self._reading, self._dividing = LatestTask(self), LatestTask(self)
        self._reading.done.connect(self._on_read)
        self._dividing.done.connect(self._on_divided)
        self._read_now: LayerFiles | None = None
        self._divided_now: LayerFiles | None = None
        self._wanted: LayerFiles | None = None
        self._ahead: list[LayerFiles] = []
        self._kept: OrderedDict[LayerFiles, SampleLayers] = OrderedDict()

    def request(self, files: LayerFiles, ahead: Iterable[LayerFiles] = ()) -> None:
        """Ask for a sample, and for others to be read after it."""
        self._wanted = files
        self._ahead = list(ahead)
        kept = self._kept.get(files)
        if kept is not None:
            self._kept.move_to_end(files)
            self.loaded.emit(kept)
        self._go_on()

    def has(self, files: LayerFiles) -> bool:
        """Whether a sample would be delivered at once, and whole."""
        kept = self._kept.get(files)
        return kept is not None and kept.is_whole

    def cancel(self) -> None:
        """Deliver nothing more until something is asked for again."""
        self._wanted, self._ahead = None, []
        self._read_now = self._divided_now = None
        self._reading.forget()
        self._dividing.forget()

    def forget(self) -> None:
        """Read files anew from now on, because some have changed."""
        self.cancel()
        self._kept.clear()

    def shut_down(self) -> None:
        """End the threads."""
        self._reading.shut_down()
        self._dividing.shut_down()

    def _go_on(self) -> None:
        """Begin what is most urgent: of the wanted sample first, then of its neighbours."""
        following = ([self._wanted] if self._wanted is not None else []) + self._ahead
        unread = next((files for files in following if files not in self._kept), None)
        if unread is not None and unread != self._read_now:
            self._read_now = unread
            self._reading.request(partial(_read_first, unread))
        known = ((files, self._kept.get(files)) for files in following)
        for files, layers in known:
            if layers is None or layers.is_whole:
                continue
            if files != self._divided_now:
                self._divided_now = files
                self._dividing.request(partial(_divide, files, layers))
            return

    def _on_read(self, result: tuple[LayerFiles, SampleLayers]) -> None:
        self._read_now = None
        self._take(*result)

    def _on_divided(self, result: tuple[LayerFiles, SampleLayers]) -> None:
        self._divided_now = None
        self._take(*result)

    def _take(self, files: LayerFiles, layers: SampleLayers) -> None:
        self._kept[files] = layers
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if files == self._wanted:
            self.loaded.emit(layers)
        self._go_on()


def _read_first(files: LayerFiles) -> tuple[LayerFiles, SampleLayers]:
    return files, load_layers(files, regions=False)


def _divide(files: LayerFiles, layers: SampleLayers) -> tuple[LayerFiles, SampleLayers]:
    return files, add_regions(layers, files)
