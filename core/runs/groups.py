"""Runs that belong together, such as the folds of a dataset."""

from __future__ import annotations

from core.errors import PetsegError
from core.runs.store import Run, RunStore


def groups_of_runs(store: RunStore) -> dict[str, list[Run]]:
    """The run of each fold of each group, in the order of the folds; the newest group first.

    A fold that was trained once more is the newest of its runs. Runs whose record cannot be read
    belong to no group.
    """
    groups: dict[str, dict[int, Run]] = {}
    for run in store.list():
        try:
            record = run.record
        except PetsegError:
            continue  # the list of runs says so
        if record.group is not None:
            groups.setdefault(record.group, {}).setdefault(record.fold or 0, run)
    return {name: [runs[fold] for fold in sorted(runs)] for name, runs in groups.items()}


def runs_of_group(store: RunStore, name: str) -> list[Run]:
    """The runs of a group, in the order of their folds.

    Raises:
        PetsegError: there is no such group.
    """
    groups = groups_of_runs(store)
    if name not in groups:
        known = ", ".join(list(groups)[:5]) or "none yet"
        raise PetsegError(
            f"There are no folds named {name!r}",
            path=store.runs_dir,
            remedy=f"The newest are: {known}. `petseg train --folds` makes them.",
        )
    return groups[name]
