"""Brings samples to the editor: the wanted one first, its neighbours ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.pages.annotate.showing.content import EditContent, is_current, read_for_editing
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from widgets.latest_task import LatestTask

_CACHE_BYTES = 512 * 1024 * 1024

_Key = tuple[str, str]
"""Label set and sample id."""


class SampleReader(QObject):
    """Reads samples off the UI thread and keeps the last ones, within a bound of memory."""

    read = Signal(object)
    """The EditContent of the sample that was asked for last."""

    _one_ahead = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[_Key, EditContent] = OrderedDict()
        self._era = 0  # counts the datasets: nothing of another one is kept
        self._batch = 0  # counts what was asked to be read ahead: only the newest goes on
        self._under_way: _Key | None = None
        self._awaited: _Key | None = None
        self._wanted = LatestTask(self)
        self._wanted.done.connect(self._on_wanted)
        self._ahead = LatestTask(self)
        self._one_ahead.connect(self._on_one_ahead)
        self._again = LatestTask(self)
        self._again.done.connect(self._on_again)

    def ask(self, dataset: Dataset, workspace: Workspace, sample_id: str, label_set: str) -> None:
        """Read a sample; `read` brings it, at once when it was read ahead."""
        key = (label_set, sample_id)
        kept = self._kept.get(key)
        self._awaited = None
        if kept is not None and is_current(kept, dataset):
            self._wanted.forget()
            self._kept.move_to_end(key)
            self.read.emit(kept)
            return
        if kept is None and key == self._under_way:
            self._wanted.forget()
            self._awaited = key  # it is being read ahead just now
            return
        self._batch += 1
        self._wanted.request(
            lambda: read_for_editing(dataset, workspace, sample_id, label_set, kept)
        )

    def read_ahead(
        self, dataset: Dataset, workspace: Workspace, sample_ids: Sequence[str], label_set: str
    ) -> None:
        """Read samples that will probably be asked for next, in that order."""
        missing = [
            sample_id for sample_id in sample_ids if (label_set, sample_id) not in self._kept
        ]
        self._batch += 1
        if not missing:
            return
        era, batch = self._era, self._batch

        def work() -> None:
            try:
                for sample_id in missing:
                    if batch != self._batch:
                        break
                    self._under_way = (label_set, sample_id)
                    content = read_for_editing(dataset, workspace, sample_id, label_set)
                    self._one_ahead.emit(era, content)
            finally:
                self._under_way = None

        self._ahead.request(work)

    def read_again(
        self, dataset: Dataset, workspace: Workspace, sample_id: str, label_set: str
    ) -> None:
        """Read a mask that was written, so that its sample is at hand when it is shown again."""
        kept = self._kept.get((label_set, sample_id))
        if kept is not None:
            self._again.request(
                lambda: read_for_editing(dataset, workspace, sample_id, label_set, kept)
            )

    def has(self, sample_id: str, label_set: str) -> bool:
        """Whether a sample was read already, and can be shown at once."""
        return (label_set, sample_id) in self._kept

    def keep(self, content: EditContent) -> None:
        """Take over what was read of a sample elsewhere."""
        key = (content.label_set, content.sample_id)
        self._kept[key] = content
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._used() > _CACHE_BYTES:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Let go of everything: another dataset is open."""
        self._era += 1
        self._batch += 1
        self._awaited = None
        for task in (self._wanted, self._ahead, self._again):
            task.forget()
        self._kept.clear()

    def shut_down(self) -> None:
        """End the threads."""
        self.forget()
        for task in (self._wanted, self._ahead, self._again):
            task.shut_down()

    def _on_wanted(self, content: object) -> None:
        if isinstance(content, EditContent):
            self.keep(content)
            self.read.emit(content)

    def _on_again(self, content: object) -> None:
        if isinstance(content, EditContent):
            self.keep(content)

    def _on_one_ahead(self, era: int, content: EditContent) -> None:
        if era != self._era:
            return
        self.keep(content)
        if self._awaited == (content.label_set, content.sample_id):
            self._awaited = None
            self.read.emit(content)

    def _used(self) -> int:
        return sum(content.nbytes for content in self._kept.values())
