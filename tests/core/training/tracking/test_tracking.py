"""Each tracker with its own local store, read back; and trackers that fail."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from core.errors import PetsegError
from core.runs.events import EventWriter, Message, read_events
from core.runs.store import RunState
from core.training.tracking import following, packages
from core.training.tracking.packages import require_tracker
from tests.core.training.tracking.tracked_run import make_record, track

ROOT = Path(__file__).parents[4]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run in a workspace; no tracker is set up on this computer."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("MLFLOW_TRACKING_URI", "CLEARML_CONFIG_FILE", "CLEARML_API_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "workspace" / "runs" / "20260102-run"


def messages(folder: Path) -> list[Message]:
    return [event for event in read_events(folder / "events.jsonl") if isinstance(event, Message)]


def store_of(folder: Path, kind: str) -> Path:
    return folder.parent.parent / "tracking" / kind


def forget_how_far(folder: Path) -> None:
    """What a worker that was killed has not written down: how much it told its tracker."""
    path = folder / "tracking.json"
    note = json.loads(path.read_text())
    path.write_text(json.dumps({**note, "offset": 0}))


def test_that_tensorboard_is_told_once_of_iterations_that_a_crash_made_undone(folder):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    track("tensorboard", folder, is_complete=False)
    forget_how_far(folder)
    track("tensorboard", folder, attempt=2)
    (log,) = store_of(folder, "tensorboard").iterdir()
    read = EventAccumulator(str(log)).Reload()
    assert [each.step for each in read.Scalars("train/loss")] == [10, 15, 20, 25]
    assert [each.step for each in read.Scalars("val/mDice")] == [15, 25]
    assert len(read.Tensors("run/text_summary")) == 1


def test_that_tensorboard_shows_losses_rates_and_scores(folder):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    track("tensorboard", folder)
    (log,) = store_of(folder, "tensorboard").iterdir()
    assert "first try" in log.name
    read = EventAccumulator(str(log)).Reload()
    losses = [(each.step, round(each.value, 4)) for each in read.Scalars("train/loss")]
    assert losses == [(10, 0.1), (15, 0.0667)]
    assert [each.value for each in read.Scalars("train/lr")] == [pytest.approx(0.001)] * 2
    assert [(each.step, each.value) for each in read.Scalars("val/mDice")] == [(15, 61.0)]
    assert read.Scalars("val/Dice/cat")[0].value == 61.0
    (text,) = read.Tensors("run/text_summary")
    assert b"labels_fixed" in text.tensor_proto.string_val[0]
    (said,) = messages(folder)
    assert (said.level, "tensorboard --logdir" in said.text) == ("info", True)


def test_that_mlflow_has_the_curves_and_settings_and_goes_on_after_a_resume(folder):
    pytest.importorskip("mlflow")
    track("mlflow", folder, is_complete=False)
    forget_how_far(folder)
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{store_of(folder, 'mlflow') / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("pets")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "KILLED"
    track("mlflow", folder, attempt=2)
    (run,) = client.search_runs([experiment.experiment_id])
    assert (run.info.run_name, run.info.status) == ("first try", "FINISHED")
    assert run.data.params["lr"] == run.data.params["changed.lr"] == "0.003"
    assert run.data.params["crop_size"] == "[64, 64]"
    losses = client.get_metric_history(run.info.run_id, "train/decode.loss_ce")
    assert [each.step for each in losses] == [10, 15, 20, 25]
    scores = client.get_metric_history(run.info.run_id, "val/mDice")
    assert [(each.step, each.value) for each in scores] == [(15, 61.0), (25, 62.0)]
    assert [each.path for each in client.list_artifacts(run.info.run_id)] == ["config.py"]
    assert [said.level for said in messages(folder)] == ["info", "info"]


def test_that_clearml_without_a_server_leaves_a_session_to_import(folder):
    pytest.importorskip("clearml")
    # In a process of its own: ClearML keeps one task for each.
    program = Path(__file__).with_name("tracked_run.py")
    subprocess.run(
        [sys.executable, str(program), "clearml", str(folder)],
        env=_environment(), check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (session,) = store_of(folder, "clearml").rglob("*.zip")
    with zipfile.ZipFile(session) as archive:
        lines = archive.read("metrics.jsonl").decode().splitlines()
        task = json.loads(archive.read("task.json"))
    figures = [each for line in lines for each in json.loads(line)]
    losses = [(e["iter"], round(e["value"], 4)) for e in figures if e["metric"] == "train/loss"]
    assert losses == [(10, 0.1), (15, 0.0667)]
    assert [e["value"] for e in figures if e["metric"] == "val/Dice/cat"] == [61.0]
    assert task["name"] == "first try"
    assert task["hyperparams"]["settings"]["lr"]["value"] == "0.003"
    said = messages(folder)
    assert [each.level for each in said] == ["info"]
    assert str(session) in said[0].text


def _environment() -> Mapping[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_that_a_package_that_is_not_installed_is_named_before_anything_starts(monkeypatch):
    monkeypatch.setattr(packages, "find_spec", lambda _name: None)
    with pytest.raises(PetsegError, match=r"pip install petseg-workbench\[mlflow\]"):
        require_tracker("mlflow")
    assert require_tracker("none") is None
    with pytest.raises(PetsegError, match="no tracker 'wandb'"):
        require_tracker("wandb")


class _Failing:
    id, where = "1", "nowhere"
    told: ClassVar[Mapping[str, int]] = {}

    def __init__(self, fails: int) -> None:
        self.fails = fails
        self.taken: list[int] = []

    def add(self, iteration: int, figures: Mapping[str, float]) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError(28, "No space left on device")
        self.taken.append(iteration)

    def close(self, is_complete: bool) -> None:
        self.is_complete = is_complete


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trackers are told more often than anybody would want to."""
    monkeypatch.setattr(following, "_LOOK_SECONDS", 0.01)


def follow(folder: Path, tracker: object, monkeypatch: pytest.MonkeyPatch, until=None) -> None:
    """Follow a run until its tracker has done what is waited for."""
    monkeypatch.setattr(following, "make_tracker", lambda *_: tracker)
    record = make_record(folder)
    with (
        EventWriter(folder / "events.jsonl") as events,
        following.tracking("tensorboard", folder, record, events),
    ):
        while until is not None and not until():
            following.threading.Event().wait(0.01)


def test_that_a_tracker_that_fails_is_a_warning_and_the_run_goes_on(folder, monkeypatch, quick):
    tracker = _Failing(fails=99)
    follow(folder, tracker, monkeypatch, until=lambda: len(messages(folder)) == 2)
    said = messages(folder)
    assert [each.level for each in said] == ["info", "warning"]
    assert "No space left on device" in said[1].text
    assert "The run goes on" in said[1].text


def test_that_a_tracker_that_comes_back_loses_nothing(folder, monkeypatch, quick):
    tracker = _Failing(fails=2)
    follow(folder, tracker, monkeypatch, until=lambda: len(tracker.taken) == 3)
    assert tracker.taken == [10, 15, 15]
    assert tracker.is_complete
    assert [each.level for each in messages(folder)] == ["info"]


def test_that_a_tracker_that_cannot_even_begin_is_a_warning(folder, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise ConnectionError("the server is away")

    monkeypatch.setattr(following, "make_tracker", refuse)
    record = make_record(folder)
    with (
        EventWriter(folder / "events.jsonl") as events,
        following.tracking("mlflow", folder, record, events),
    ):
        pass
    (said,) = messages(folder)
    assert (said.level, "the server is away" in said.text) == ("warning", True)


def test_that_a_tracker_that_hangs_is_left_alone(folder, monkeypatch):
    release = following.threading.Event()
    monkeypatch.setattr(following, "make_tracker", lambda *_: release.wait(60))
    monkeypatch.setattr(following, "_FAREWELL_SECONDS", 0.05)
    record = make_record(folder)
    with EventWriter(folder / "events.jsonl") as events:
        with following.tracking("mlflow", folder, record, events):
            pass
        (said,) = messages(folder)
        assert "is too slow" in said.text
        release.set()  # what it says now is not heard any more
        for thread in following.threading.enumerate():
            if thread.name == "tracking":
                thread.join()
    assert len(messages(folder)) == 1


def test_that_a_run_that_breaks_off_is_told_so(folder, monkeypatch):
    tracker = _Failing(fails=0)
    monkeypatch.setattr(following, "make_tracker", lambda *_: tracker)
    record = make_record(folder)
    with (
        EventWriter(folder / "events.jsonl") as events,
        pytest.raises(KeyboardInterrupt),
        following.tracking("mlflow", folder, record, events),
    ):
        raise KeyboardInterrupt
    assert tracker.taken == [10, 15, 15]
    assert not tracker.is_complete


def test_that_a_training_is_tracked(make_run, supervisor):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = make_run(tracking="tensorboard", max_iters=2, val_interval=2)
    supervisor.start(run)
    assert supervisor.wait(run, timeout=240) is RunState.FINISHED
    (log,) = store_of(run.folder, "tensorboard").iterdir()
    read = EventAccumulator(str(log)).Reload()
    assert {"train/loss", "train/lr", "val/mDice"} <= set(read.Tags()["scalars"])
    best = run.best()
    assert best is not None
    assert [each.value for each in read.Scalars("val/mDice")] == [pytest.approx(best.mDice)]
