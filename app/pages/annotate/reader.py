"""Brings samples to the editor: the wanted one first, its neighbours ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from app.pages.annotate.content import EditContent, is_current, read_for_editing
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from widgets.latest_task import LatestTask

_CACHE_BYTES = 512 * 1024 * 1024


class SampleReader(QObject):
    """Reads samples off the UI thread and keeps the last ones, within a bound of memory."""

    read = Signal(object)
    """The EditContent of the sample that was asked for last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[tuple[str, str], EditContent] = OrderedDict()
        self._wanted = LatestTask(self)
        self._wanted.done.connect(self._on_wanted)
        self._ahead = LatestTask(self)
        self._ahead.done.connect(self._on_ahead)

    def ask(self, dataset: Dataset, workspace: Workspace, sample_id: str, label_set: str) -> None:
        """Read a sample; `read` brings it, at once when it was read ahead."""
        kept = self._kept.get((label_set, sample_id))
        if kept is not None and is_current(kept, dataset):
            self._wanted.forget()
            self._kept.move_to_end((label_set, sample_id))
            self.read.emit(kept)
            return
        self._ahead.forget()
        self._wanted.request(
            lambda: read_for_editing(dataset, workspace, sample_id, label_set, kept)
        )

    def read_ahead(
        self, dataset: Dataset, workspace: Workspace, sample_ids: Sequence[str], label_set: str
    ) -> None:
        """Read samples that will probably be asked for next."""
        missing = [
            sample_id for sample_id in sample_ids if (label_set, sample_id) not in self._kept
        ]
        if missing:
            self._ahead.request(
                lambda: [
                    read_for_editing(dataset, workspace, sample_id, label_set)
                    for sample_id in missing
                ]
            )

    def forget(self) -> None:
        """Let go of everything: another dataset is open."""
        self._wanted.forget()
        self._ahead.forget()
        self._kept.clear()

    def keep(self, content: EditContent) -> None:
        """Take over what was read of a sample elsewhere."""
        self._keep(content)

    def shut_down(self) -> None:
        """End the threads."""
        self.forget()
        self._wanted.shut_down()
        self._ahead.shut_down()

    def _on_wanted(self, content: object) -> None:
        if isinstance(content, EditContent):
            self._keep(content)
            self.read.emit(content)

    def _on_ahead(self, contents: object) -> None:
        if isinstance(contents, list):
            for content in contents:
                self._keep(content)

    def _keep(self, content: EditContent) -> None:
        key = (content.label_set, content.sample_id)
        self._kept[key] = content
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self._used() > _CACHE_BYTES:
            self._kept.popitem(last=False)

    def _used(self) -> int:
        return sum(content.nbytes for content in self._kept.values())
