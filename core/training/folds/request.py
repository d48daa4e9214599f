"""Asking for the runs of all folds at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.runs.queue_file import queue_lock
from core.runs.store import Run, RunStore
from core.training.checks.finding import Finding
from core.training.checks.planned import TRAIN
from core.training.folds.dealing import check_folds, deal_folds
from core.training.request import FoldOf, TrainRequest, plan_run, read_samples, understand


def create_folds(
    request: TrainRequest,
    runs_dir: Path,
    folds: int,
    *,
    splits: Sequence[str] = (TRAIN,),
    on_progress: Callable[[int, int], None] | None = None,
    on_findings: Callable[[list[Finding]], None] | None = None,
    on_fetch: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Run]:
    """Make one queued run for each fold: it learns from the others and is validated on its own.

    All have the request's settings and belong to one group, named like the request (or by the
    moment and the recipe); the runs are called `GROUP-fold1`, `GROUP-fold2` and so on. Every photo
    and mask of the splits is read once. Samples are dealt out by `deal_folds` with the recipe's
    seed; other splits are neither learned nor looked at.

    All folds are checked before the first run is made, and no program starts one of them before the
    last is made.

    Args:
        request: What is asked for.
        runs_dir: The workspace's folder of runs.
        folds: How many.
        splits: The splits whose samples are dealt out.
        on_progress: Called with (done, total) while samples are read.
        on_findings: Called with what the checks say of the first fold; the others differ little.
        on_fetch: Called with bytes so far and in all while weights are fetched.
        cancelled: Asked now and then; True ends the work, and no run stays.

    Raises:
        PetsegError: as `create_run`, the samples are too few for the folds, or another program
            holds the queue. No run stays.
        UntrustedConfigError: the recipe is a config file that the user has not trusted.
    """
    check_folds(folds)
    dataset = request.dataset
    dataset.in_splits(splits)  # says it in words when there is no such split
    asked = understand(request)
    store = RunStore(runs_dir)
    group = _free_group(store, request, folds)
    found = read_samples(request, asked, splits, on_progress=on_progress, cancelled=cancelled)
    seed = int(asked.fields.get("seed") or 0)
    dealt = deal_folds(found.usable, folds, seed=seed, background=background_of(dataset))

    def part(fold: int) -> FoldOf:
        held_out = tuple(sample for sample, its in dealt.items() if its == fold)
        return FoldOf(group, fold, folds, held_out, tuple(splits))

    plans = []
    for fold in range(1, folds + 1):
        if cancelled is not None and cancelled():
            raise PetsegError("Preparing the folds was cancelled")
        plans.append(
            plan_run(
                replace(request, name=fold_name(group, fold), fold=part(fold)),
                asked,
                found,
                runs_dir,
                on_findings=on_findings if fold == 1 else None,
                on_fetch=on_fetch,
                cancelled=cancelled,
            )
        )
    return _make_all(store, plans, cancelled or (lambda: False))


def _make_all(
    store: RunStore, plans: Sequence[Mapping[str, Any]], cancelled: Callable[[], bool]
) -> list[Run]:
    """Make all runs or none."""
    made: list[Run] = []
    # Whoever looks for runs to start waits meanwhile: none begins that may be taken back.
    with queue_lock(store.runs_dir):
        try:
            for plan in plans:
                if cancelled():
                    raise PetsegError("Preparing the folds was cancelled")
                made.append(store.create(**plan))
        except BaseException:
            for run in made:
                shutil.rmtree(run.folder, ignore_errors=True)
            raise
    return made


def fold_name(group: str, fold: int) -> str:
    """What the run of a fold is called."""
    return f"{group}-fold{fold}"


def _free_group(store: RunStore, request: TrainRequest, folds: int) -> str:
    """A group of which no fold's name is taken: told before anything is read."""
    runs = store.list()
    groups = {run.record.group for run in runs if not _is_broken(run)}
    if request.name is not None:
        store.check_name(request.name)
        if request.name in groups:
            raise PetsegError(
                f"There are already folds named {request.name!r}",
                path=store.runs_dir,
                remedy="Choose another name.",
            )
        for fold in range(1, folds + 1):
            store.check_name(fold_name(request.name, fold))
        return request.name
    names = {run.name for run in runs}
    base = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{Path(request.recipe).stem}"
    return next(
        group
        for group in (base, *(f"{base}-{number}" for number in range(2, 1000)))
        if group not in groups
        and names.isdisjoint(fold_name(group, fold) for fold in range(1, folds + 1))
    )


def _is_broken(run: Run) -> bool:
    try:
        return not run.record
    except PetsegError:
        return True
