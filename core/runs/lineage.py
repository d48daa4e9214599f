"""Which runs follow from which, and which masks were repaired between them."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import PetsegError
from core.runs.record import RunRecord
from core.runs.run import Run


def related(runs: Iterable[Run]) -> tuple[Run, Run] | None:
    """The first two of some runs of which one was trained again from the other: parent, child."""
    by_id = {run.id: run for run in runs}
    for run in by_id.values():
        try:
            parent = by_id.get(run.record.parent or "")
        except PetsegError:
            continue  # a run that cannot be read is nobody's child
        if parent is not None:
            return parent, run
    return None


def repaired_between(parent: RunRecord, child: RunRecord) -> tuple[str, ...]:
    """The samples of both runs whose masks the child learned otherwise, sorted."""
    before, after = parent.dataset.fingerprint, child.dataset.fingerprint
    return tuple(sorted(each for each in before if after.get(each, before[each]) != before[each]))
