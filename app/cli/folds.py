"""The folds of a dataset from a terminal: making their runs, watching them, judging masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.errors import INTERRUPTED, JobFailed
from app.cli.opening import run_store
from app.cli.output import Column, percent, say, table
from app.cli.progress import note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.store import Run
    from core.runs.supervisor import Supervisor


def watch_folds(dataset: Dataset, runs: list[Run], supervisor: Supervisor | None = None) -> None:
    """Train each fold when its turn has come, and let it judge the samples it was not shown.

    One that fails is named and the others go on; Ctrl+C leaves the rest in the queue.

    Args:
        dataset: The dataset.
        runs: The runs of one group.
        supervisor: Starts the workers; another one in tests.

    Raises:
        JobFailed: it was interrupted, or a fold did not finish.
    """
    from app.cli.training_watch import Watch
    from core.runs.store import RunState
    from core.runs.supervisor import Supervisor

    store, supervisor = run_store(dataset), supervisor or Supervisor()
    group = runs[0].record.group or ""
    interrupted = False
    for run in runs:
        record = run.record
        if not run.state().is_over:
            note(f"Fold {record.fold} of {record.folds}: {run.name}")
            interrupted = Watch(run, store, supervisor).until_the_end()
        if interrupted:
            break
        if run.state() is RunState.FINISHED:
            _judge(dataset, run)
    _print(runs)
    done = sum(run.state() is RunState.FINISHED for run in runs)
    if done == len(runs):
        say(f"`petseg suspects {dataset.root} --folds {group}` ranks the masks.")
        return
    waiting = sum(run.state() is RunState.QUEUED for run in runs)
    wait = f", {waiting} wait in the queue" if waiting else ""
    raise JobFailed(
        f"{done} of {len(runs)} folds have finished{wait}; "
        f"`petseg train {dataset.root} --resume {group}` goes on",
        INTERRUPTED if interrupted else 1,
    )


def go_on_with_folds(
    dataset: Dataset, runs: list[Run], device: str, supervisor: Supervisor | None = None
) -> None:
    """Resume the folds that are over but not finished, and watch all that are left.

    Args:
        dataset: The dataset.
        runs: The runs of one group.
        device: Where to go on; `auto` leaves each run where it was.
        supervisor: Starts the workers; another one in tests.

    Raises:
        JobFailed: as `watch_folds`.
    """
    from core.errors import PetsegError
    from core.runs.queue import RunQueue
    from core.runs.store import RunState
    from core.runs.supervisor import Supervisor

    supervisor = supervisor or Supervisor()
    queue = RunQueue(run_store(dataset), supervisor)
    # The last one first: each is put in front of the queue.
    for run in reversed(runs):
        state = supervisor.refresh(run)
        if device != "auto" and state not in (RunState.FINISHED, RunState.RUNNING):
            run.update(device=device)
        if not state.is_over or state is RunState.FINISHED:
            continue
        try:
            iteration = queue.resume(run)
        except PetsegError as error:
            note(f"Fold {run.record.fold} cannot go on. {error}")
        else:
            note(f"Run {run.name}: resumed from iteration {iteration}.")
    watch_folds(dataset, runs, supervisor)


def _judge(dataset: Dataset, run: Run) -> None:
    from core.evaluation.predicting.client import PredictionClient
    from core.evaluation.suspects.judge_runs import judge_with_runs

    device = run.record.devices[0] if run.record.devices else run.record.device
    with PredictionClient() as client, progress("Predicting what it was not shown") as report:
        result = judge_with_runs(
            dataset, [run], run.label_set, client, device=device, on_progress=report
        )
    for problem in result.problems:
        note(problem)


def _print(runs: list[Run]) -> None:
    summaries = [(run.record, run.summary()) for run in runs]
    table(
        [
            Column("fold", number=True),
            Column("run"),
            Column("state"),
            Column("held out", number=True),
            Column("best mDice %", number=True),
            Column("at iteration", number=True),
        ],
        [
            [
                str(record.fold),
                summary.name,
                summary.state.value,
                str(len(record.held_out)),
                percent(summary.best.mDice if summary.best else None),
                str(summary.best.iteration) if summary.best else "",
            ]
            for record, summary in summaries
        ],
    )
