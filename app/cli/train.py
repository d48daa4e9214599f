"""`petseg train`: makes a run, starts its worker and watches it until it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from app.cli import options
from app.cli.errors import INTERRUPTED, JobFailed, argument
from app.cli.opening import (
    chosen_device,
    chosen_label_set,
    chosen_run,
    chosen_splits,
    opened,
    run_store,
)
from app.cli.output import facts, percent
from app.cli.progress import Report, note, progress

if TYPE_CHECKING:
    from core.dataset import Dataset
    from core.runs.store import Run, RunStore
    from core.training.request import TrainRequest

T = TypeVar("T")

_SHOWN_LINES = 15
"""How much of a config file is shown before the question whether it is trusted."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "train",
        epilog=options.example(
            "petseg train pets --recipe demo-cpu",
            "petseg train pets --recipe demo-cpu --labels labels_fixed --set max_iters=200",
            "petseg train pets --resume 20260504-123015-demo-cpu",
            "petseg train pets --recipe demo-cpu --folds 4 --name judges",
        ),
    )(train)


def train(
    folder: options.DatasetFolder,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The recipe; `petseg recipes` lists them. Or the path of a config file.",
            show_default=False,
        ),
    ] = None,
    labels: options.LabelSet = None,
    name: Annotated[str | None, options.new_name("the run", "its id")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change a field of the recipe (max_iters, epochs, batch_size, lr, …) or a dotted "
            "config key. May be given several times.",
            show_default=False,
        ),
    ] = None,
    device: options.Device = "auto",
    init: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|download|ID|none",
            help="Weights for the backbone to start from: a file, the published ones that fit the "
            "recipe, published ones by their id, or none.",
            show_default=False,
        ),
    ] = None,
    gpus: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="Train with N processes together, one on each GPU (with --device cpu: on the "
            "CPU). They share the batch.",
        ),
    ] = 1,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="Train K runs instead of one: each leaves out another part of the samples, which "
            "validates it and which it then predicts. `petseg suspects --folds` ranks the masks.",
            show_default=False,
        ),
    ] = None,
    fold_splits: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="The splits whose samples are dealt out into folds; by default train.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Go on with a run (or with folds, by the name of their group) that was paused, "
            "stopped, failed or crashed, from its last checkpoint and with its own settings.",
            show_default=False,
        ),
    ] = None,
    queue_only: options.QueueOnly = False,
    trust_config: Annotated[
        bool,
        typer.Option(
            "--trust-config",
            help="A recipe that is a config file from elsewhere is code: say that you trust it.",
        ),
    ] = False,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """Train a model and watch it.

    The training is a process of its own and goes on when this command's terminal is closed; it is
    seen in the window and by `petseg runs`. Ctrl+C stops it: it finishes the iteration, saves and
    validates. A second Ctrl+C cancels it at once. `petseg runs --pause` pauses it.
    """
    chosen = {"--recipe": recipe, "--labels": labels, "--name": name, "--set": settings,
              "--init": init, "--gpus": gpus if gpus > 1 else None,
              "--folds": folds, "--fold-splits": fold_splits, "--queue": queue_only}  # fmt: skip
    if resume is not None:
        given = [option for option, value in chosen.items() if value]
        if given:
            raise typer.BadParameter(
                f"a run goes on with its own settings; leave {', '.join(given)} away",
                param_hint="'--resume'",
            )
        _go_on(opened(folder, workspace), resume, device)
        return
    if recipe is None:
        raise typer.BadParameter("name a recipe, or a run to --resume", param_hint="'--recipe'")
    if fold_splits is not None and folds is None:
        raise typer.BadParameter("say how many --folds", param_hint="'--fold-splits'")
    dataset = opened(folder, workspace)
    label_set = chosen_label_set(dataset, labels)
    overrides = _chosen_overrides(recipe, settings or [])
    device = chosen_device(device)
    _check_gpus(device, gpus)
    _trust(recipe, is_said=trust_config)

    from core.training.request import TrainRequest

    request = TrainRequest(
        dataset=dataset,
        recipe=recipe,
        label_set=label_set,
        name=name,
        overrides=overrides,
        device=device,
        gpus=gpus,
        init=init,
    )
    if folds is not None:
        _train_folds(request, folds, _fold_splits(dataset, fold_splits), queue_only=queue_only)
        return
    run = make_run(request)
    note(f"Run {run.name}: recipe {recipe}, masks of {label_set}.")
    queue_or_watch(run, dataset, queue_only=queue_only)


def _fold_splits(dataset: Dataset, text: str | None) -> list[str]:
    """The splits of `--fold-splits`, or train."""
    with argument("--fold-splits"):
        splits = chosen_splits(dataset, text or "train")
    return splits or []


def _train_folds(request: TrainRequest, folds: int, splits: list[str], *, queue_only: bool) -> None:
    from app.cli.folds import watch_folds
    from core.training.folds.dealing import check_folds
    from core.training.folds.request import create_folds

    with argument("--folds"):
        check_folds(folds)
    runs = _making(partial(create_folds, request, folds=folds, splits=splits), request.dataset)
    note(
        f"{folds} runs wait in the queue as {runs[0].record.group}: recipe {request.recipe}, "
        f"masks of {request.label_set}."
    )
    if not queue_only:
        watch_folds(request.dataset, runs)


def make_run(request: TrainRequest) -> Run:
    """Check a request and make its run; what the checks warn of is printed."""
    from core.training.request import create_run

    return _making(partial(create_run, request.dataset, request=request), request.dataset)


def _making(create: Callable[..., T], dataset: Dataset) -> T:
    """Make runs with `create`, with progress; what the checks warn of is printed."""
    from core.training.checks.finding import Finding, Level

    def tell(findings: list[Finding]) -> None:
        for finding in findings:
            if finding.level is Level.WARNING:
                note(f"warning: {finding}")

    weights: Report | None = None
    with ExitStack() as stack:
        samples = stack.enter_context(progress("Reading samples"))

        def fetched(done: int, total: int) -> None:
            nonlocal weights
            if weights is None:
                stack.close()  # a terminal has room for one bar
                weights = stack.enter_context(progress("Fetching weights (kB)"))
            weights(done // 1000, total // 1000)

        return create(
            runs_dir=run_store(dataset).runs_dir,
            on_progress=samples,
            on_findings=tell,
            on_fetch=fetched,
        )


def _trust(recipe_name: str, *, is_said: bool) -> None:
    """Remember that the user trusts a config file, with its bases, as they are now.

    On a terminal the user is asked; elsewhere `--trust-config` has to say it.
    """
    from core.training.recipes.catalogue import find_recipe
    from core.training.recipes.foreign import is_trusted, read_foreign, trust

    with argument("--recipe"):
        recipe = find_recipe(recipe_name)
        config = read_foreign(recipe.path) if recipe.is_foreign else None
    if config is None or is_trusted(config):
        return
    if not is_said and sys.stdin.isatty() and sys.stderr.isatty():
        note(f"{config.path} is a config file from elsewhere. It is code that runs as you. Begins:")
        for line in config.texts[config.main].splitlines()[:_SHOWN_LINES]:
            note(f"    {line}")
        is_said = typer.confirm("Do you trust it?", err=True)
    if is_said:
        trust(config)
        note(f"Trusted: {config.path}")


def _go_on(dataset: Dataset, run_name: str, device: str) -> None:
    """Resume a run, or those of a group: they go through the queue as new ones do."""
    from app.cli.folds import go_on_with_folds
    from core.runs.groups import groups_of_runs
    from core.runs.queue import RunQueue
    from core.runs.resuming import check_resumable
    from core.runs.supervisor import Supervisor

    store = run_store(dataset)
    group = groups_of_runs(store).get(run_name)
    if group is not None:
        go_on_with_folds(dataset, group, chosen_device(device))
        return
    run = chosen_run(dataset, run_name)
    with argument("--resume"):
        check_resumable(run)
    if device != "auto":
        run.update(device=chosen_device(device))
    iteration = RunQueue(store, Supervisor()).resume(run)
    note(f"Run {run.name}: resumed from iteration {iteration}.")
    watch_run(run, store)


def queue_or_watch(run: Run, dataset: Dataset, *, queue_only: bool) -> None:
    """Leave a run in the queue and say so, or start it and watch it until it ends."""
    if queue_only:
        note(f"It waits in the queue as {run.id}.")
    else:
        watch_run(run, run_store(dataset))


def watch_run(run: Run, store: RunStore) -> None:
    """Start a run when its device is free, watch it until it ends, and print how good it is."""
    from app.cli.training_watch import Watch
    from core.runs.supervisor import Supervisor

    interrupted = Watch(run, store, Supervisor()).until_the_end()
    _finish(run, interrupted)


def _check_gpus(device: str, count: int) -> None:
    if count > 1:
        from core.runs.devices import candidates_for, gpu_devices

        with argument("--gpus"):
            candidates_for(device, count, gpu_devices() if device == "auto" else [])


def _chosen_overrides(recipe_name: str, settings: list[str]) -> dict[str, Any]:
    from core.training.recipes.catalogue import find_recipe
    from core.training.recipes.overrides import parse_override
    from core.training.request import resolve_fields

    with argument("--recipe"):
        recipe = find_recipe(recipe_name)
    with argument("--set"):
        overrides = dict(parse_override(text) for text in settings)
        resolve_fields(recipe, overrides)
    return overrides


def _finish(run: Run, interrupted: bool) -> None:
    """Print where the run is and how good; raise when it did not finish."""
    from core.runs.store import RunState

    summary = run.summary()
    best = summary.best
    facts(
        [
            ("run", run.name),
            ("state", summary.state.value),
            *(
                [("best mDice", f"{percent(best.mDice)} at iteration {best.iteration}")]
                if best
                else []
            ),
            ("folder", str(run.folder)),
        ]
    )
    if summary.state is RunState.FINISHED:
        return
    reason = summary.reason or f"The run is {summary.state.value}."
    if summary.state in (RunState.CRASHED, RunState.FAILED):
        reason += f" The worker's log: {run.log_path}"
    raise JobFailed(reason, INTERRUPTED if interrupted else 1)
