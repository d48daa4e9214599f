"""The three trackers behind one face. Loaded only by worker processes, in the tracking thread.

TensorBoard and ClearML are written through MMEngine's visualizer backends. Its backend for MLflow
knows only the store of files that MLflow has given up, so MLflow is spoken to by its own client.
Nothing goes over a network unless the user has set the tracker up so: ClearML works offline without
a `clearml.conf` or credentials, MLflow keeps a database in the workspace without an
`MLFLOW_TRACKING_URI`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from core.training.tracking.figures import RunFacts

_MOST_AT_ONCE = 100


class Tracker(Protocol):
    """One run as a tracker keeps it. Any exception means that the tracker fails.

    Attributes:
        id: What the tracker calls the run, to go on with it after a resume; "" for nothing.
        where: Where the figures go, in words that say how to look at them.
        told: The last iteration that it has of each kind of figures (`train`, `val`), from earlier
            attempts.
    """

    id: str
    where: str
    told: dict[str, int]

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Take the figures of an iteration."""

    def close(self, is_complete: bool) -> None:
        """Write everything down; `is_complete` is whether the run came to its end."""


def make_tracker(kind: str, facts: RunFacts, folder: Path, known_id: str) -> Tracker:
    """Begin, or go on, to track a run.

    Args:
        kind: The tracker's id.
        facts: What it is told of the run.
        folder: Where local stores lie.
        known_id: What the tracker called the run in an earlier attempt; "" for a new one.
    """
    match kind:
        case "tensorboard":
            return _TensorBoard(facts, folder / kind)
        case "mlflow":
            return _MLflow(facts, folder / kind, known_id)
        case "clearml":
            return _ClearML(facts, folder / kind, known_id)
    raise ValueError(kind)


class _TensorBoard:
    def __init__(self, facts: RunFacts, folder: Path) -> None:
        from mmengine.visualization import TensorboardVisBackend

        name = facts.id if facts.name == facts.id else f"{facts.name} ({facts.id})"
        self.id = re.sub(r"[^\w .()+=-]", "_", name)
        self.where = f"TensorBoard: tensorboard --logdir {folder}"
        self.told = _last_in_tensorboard(folder / self.id)
        self._backend = TensorboardVisBackend(save_dir=str(folder / self.id))
        if self.told:
            return
        rows = "\n".join(f"| {key} | {value} |" for key, value in facts.settings.items())
        writer = self._backend.experiment
        writer.add_text("run", f"{facts.name}\n\n| setting | value |\n|---|---|\n{rows}")

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        self._backend.add_scalars(dict(figures), step=iteration)
        self._backend.experiment.flush()

    def close(self, is_complete: bool) -> None:
        self._backend.close()


class _MLflow:
    def __init__(self, facts: RunFacts, folder: Path, known_id: str) -> None:
        # Asked for by people who read what packages send home without being asked.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        # A server that is away is known after seconds, not after minutes.
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
        import mlflow

        address = os.environ.get("MLFLOW_TRACKING_URI", "")
        artifacts = None
        if not address:
            folder.mkdir(parents=True, exist_ok=True)
            address = f"sqlite:///{(folder / 'mlflow.db').as_posix()}"
            artifacts = (folder / "artifacts").as_uri()
        self.where = f"MLflow: mlflow ui --backend-store-uri {address}"
        self._client = mlflow.MlflowClient(tracking_uri=address)
        self._metric = mlflow.entities.Metric
        self.told = {}
        if known_id:
            self.told = {"train": self._last(known_id, "train/lr")}
            self.told["val"] = self._last(known_id, "val/mDice")
        self.id = known_id or self._begin(facts, artifacts, mlflow.entities.Param)
        self._client.set_terminated(self.id, "RUNNING")

    def _begin(self, facts: RunFacts, artifacts: str | None, param: Any) -> str:
        client = self._client
        experiment = client.get_experiment_by_name(facts.project)
        experiment_id = (
            experiment.experiment_id
            if experiment is not None
            else client.create_experiment(facts.project, artifact_location=artifacts)
        )
        run = client.create_run(experiment_id, run_name=facts.name, tags={"petseg.run": facts.id})
        run_id = str(run.info.run_id)
        params = [param(_mlflow_name(key), value) for key, value in facts.settings.items() if value]
        for start in range(0, len(params), _MOST_AT_ONCE):
            client.log_batch(run_id, params=params[start : start + _MOST_AT_ONCE])
        if facts.config.is_file():
            client.log_artifact(run_id, str(facts.config))
        return run_id

    def _last(self, run_id: str, name: str) -> int:
        history = self._client.get_metric_history(run_id, name)
        return max((each.step for each in history), default=-1)

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        import time

        now = round(time.time() * 1000)
        self._client.log_batch(
            self.id,
            metrics=[
                self._metric(_mlflow_name(key), float(value), now, iteration)
                for key, value in figures.items()
            ],
        )

    def close(self, is_complete: bool) -> None:
        self._client.set_terminated(self.id, "FINISHED" if is_complete else "KILLED")


class _ClearML:
    def __init__(self, facts: RunFacts, folder: Path, known_id: str) -> None:
        offline = not _clearml_is_set_up()
        if offline:
            os.environ.setdefault("CLEARML_OFFLINE_MODE", "1")
            os.environ.setdefault("CLEARML_CACHE_DIR", str(folder))
        hooks = sys.exit, sys.excepthook
        from clearml import Task
        from mmengine.visualization import ClearMLVisBackend

        # Reporting from a forked copy of a process that trains is asking for trouble.
        Task._report_subprocess_enabled = False
        again = f" (attempt {facts.attempt})" if facts.attempt > 1 else ""
        self._backend = ClearMLVisBackend(
            init_kwargs={
                "project_name": facts.project,
                "task_name": facts.name + (again if offline else ""),
                "reuse_last_task_id": False,
                # An offline session is a file of its own, which cannot be gone on with.
                "continue_last_task": known_id if known_id and not offline else False,
                "auto_connect_arg_parser": False,
                "auto_connect_frameworks": False,
                "auto_resource_monitoring": False,
                "auto_connect_streams": False,
            },
            artifact_suffix=(),
        )
        self._task = self._backend.experiment.Task.current_task()
        sys.exit, sys.excepthook = hooks  # the worker says itself how it ends
        self.id = str(self._task.id)
        self.told = {}
        if known_id and not offline:
            # It would count from the last iteration that it has; ours count from the beginning.
            self._task.set_initial_iteration(0)
            last = int(self._task.get_last_iteration())
            self.told = {"train": last, "val": last - 1}  # which of the two came last is not said
        self._task.connect(dict(facts.settings), name="settings")
        if facts.config.is_file():
            self._task.connect_configuration(str(facts.config), name="config")
        self.where = (
            "ClearML, offline; to import them: clearml-task --import-offline-session "
            f"{self._task.get_offline_mode_folder()}.zip"
            if offline
            else f"ClearML: {self._task.get_output_log_web_page()}"
        )

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        self._backend.add_scalars(dict(figures), step=iteration)

    def close(self, is_complete: bool) -> None:
        if not is_complete:
            self._task.mark_stopped(force=True, status_message="The run did not come to its end")
        self._backend.close()


def _last_in_tensorboard(folder: Path) -> dict[str, int]:
    """The last iteration of each kind of figures in the files of a run."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    told: dict[str, int] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                kind = value.tag.partition("/")[0]
                told[kind] = max(told.get(kind, -1), int(event.step))
    return told


def _clearml_is_set_up() -> bool:
    if os.environ.get("CLEARML_OFFLINE_MODE", "").lower() in ("1", "true", "yes"):
        return False
    named = os.environ.get("CLEARML_CONFIG_FILE")
    config = Path(named).expanduser() if named else Path.home() / "clearml.conf"
    return config.is_file() or "CLEARML_API_ACCESS_KEY" in os.environ


def _mlflow_name(name: str) -> str:
    """MLflow takes letters, digits and a few signs."""
    return re.sub(r"[^\w./ :-]", "_", name)[:250]
