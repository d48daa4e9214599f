"""Masks as they were: which version a run had, and where its bytes are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from core.dataset.model import Dataset, Sample
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.files import content_hash, read_bytes
from core.masks.saving import original_path
from core.qa.repairs.undo_store import kept_versions


def version_at(workspace: Workspace, sample: Sample, label_set: str, moment: datetime) -> str:
    """Content hash of a mask's file at a moment, as far as the edit log knows.

    Returns:
        The hash; "" where the mask was not written since by this program, so that it is as it was.
    """
    seconds = moment.timestamp()
    later = (edit for edit in workspace.edits_of(label_set, sample.id) if edit.time > seconds)
    first = next(later, None)
    return "" if first is None else first.before


class EarlierMasks:
    """Finds the bytes of masks as they were before they were changed.

    They are kept in two places: the first version of every changed mask among the originals, and
    what undoing repairs and decisions needs in the undo store. What an editor's save replaced in
    between is kept nowhere.

    Args:
        dataset: The dataset.
        workspace: Its workspace.
    """

    def __init__(self, dataset: Dataset, workspace: Workspace) -> None:
        self._dataset = dataset
        self._workspace = workspace
        self._kept: Mapping[str, Path] | None = None

    def find(self, sample: Sample, label_set: str, wanted: str) -> bytes | None:
        """The bytes of a mask whose content hash is `wanted`; None where they are not kept."""
        suffix = self._dataset.mask_path(sample, label_set).suffix
        original = original_path(self._workspace, sample, label_set, suffix)
        if self._kept is None:
            self._kept = kept_versions(self._workspace)
        for path in (original, self._kept.get(wanted)):
            if path is None or not path.exists():
                continue
            try:
                data = read_bytes(path)
            except PetsegError:
                continue  # as good as lost
            if content_hash(data) == wanted:
                return data
        return None
