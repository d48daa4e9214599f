"""recipes, train, runs, predict and eval, with real workers on a very small dataset."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.opening import run_store
from core.dataset import open_dataset
from core.runs.events import EventWriter, Started, Validation, read_events
from core.runs.store import DatasetRecord, Run, RunState
from core.runs.worker_file import read_worker_file
from tests.app.cli.calling import Command, Outcome, child_environment, petseg_command

RECIPE = "demo-cpu"
QUICK = (
    "--set", "max_iters=4", "--set", "val_interval=2", "--set", "batch_size=2",
    "--set", "crop_size=64", "--device", "cpu",
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(drawn_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A dataset with one finished run called `first`, and what `petseg train` said of it."""
    dataset = Path(shutil.copytree(drawn_demo, tmp_path_factory.mktemp("trained") / "pets"))
    done = subprocess.run(
        petseg_command("train", dataset, "--recipe", RECIPE, "--name", "first", *QUICK),
        cwd=tmp_path_factory.getbasetemp(),
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return dataset, Outcome(done.returncode, done.stdout, done.stderr)


def test_that_recipes_are_listed_with_their_purpose(command: Command) -> None:
    outcome = command("recipes")
    assert outcome.code == 0
    for name in ("demo-cpu", "deeplabv3plus-mnv2"):
        assert f"{name}: " in outcome.out
    listed = json.loads(command("recipes", "--json", "-").out)
    assert all(recipe["purpose"] and recipe["fields"]["max_iters"] for recipe in listed)


def test_that_training_tells_losses_and_dice_and_ends_with_the_folder(
    trained: tuple[Path, Outcome],
) -> None:
    dataset, outcome = trained
    assert outcome.code == 0, outcome.err
    assert "iteration 4/4  loss " in outcome.err
    assert "validation at 2: mDice " in outcome.err
    assert "cat " in outcome.err
    assert "dog " in outcome.err
    facts = dict(line.split(maxsplit=1) for line in outcome.out.splitlines())
    assert facts["state"] == "finished"
    assert "mDice" in facts["best"]
    assert Path(facts["folder"]).parent == dataset / ".petseg" / "runs"
    assert (Path(facts["folder"]) / "events.jsonl").exists()


def test_that_samples_that_cannot_be_used_are_named(trained: tuple[Path, Outcome]) -> None:
    dataset, outcome = trained
    planted = json.loads((dataset / "demo_defects.json").read_text())["defects"]
    illegal = next(each["sample"] for each in planted if each["check"] == "class_values")
    assert illegal in outcome.err


def test_that_runs_are_listed(trained: tuple[Path, Outcome], command: Command) -> None:
    dataset, _ = trained
    assert "first" in command("runs", dataset).out
    (run,) = json.loads(command("runs", dataset, "--json").out)
    assert set(run) >= {"id", "recipe", "state", "best", "started", "seconds"}
    assert (run["recipe"], run["state"]) == (RECIPE, "finished")
    assert 0 <= run["best"]["mDice"] <= 100
    assert run["best"]["iteration"] in (2, 4)


def test_that_a_run_is_evaluated_with_predictions_made_on_the_way(
    trained: tuple[Path, Outcome], command: Command, tmp_path: Path
) -> None:
    dataset, _ = trained
    outcome = command("eval", dataset, "first", "--json", tmp_path / "val.json")
    assert outcome.code == 0, outcome.err
    data = json.loads((tmp_path / "val.json").read_text())
    assert set(data) >= {"run", "split", "label_set", "samples", "mDice", "mAcc", "aAcc", "classes"}
    assert (data["split"], data["label_set"], data["samples"]) == ("val", "labels", 7)
    assert [entry["name"] for entry in data["classes"]] == ["background", "cat", "dog"]
    assert f"mDice {data['mDice']:.2f}" in outcome.out
    # The figures that the worker got while it trained are those that its predictions give.
    best = json.loads(command("runs", dataset, "--json").out)[0]["best"]
    assert data["mDice"] == pytest.approx(best["mDice"], abs=0.01)


def test_that_predictions_are_written_once(trained: tuple[Path, Outcome], command: Command) -> None:
    dataset, _ = trained
    first = command("predict", dataset, "first", "--split", "test", "--device", "cpu")
    assert first.code == 0, first.err
    assert "Predicting test: 6 of 6" in first.err
    folder = Path(first.out.split("folder")[1].strip())
    assert len(list(folder.glob("*.png"))) == 6
    again = command("predict", dataset, "first", "--split", "test", "--device", "cpu")
    counts = {
        line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in again.out.splitlines()
    }
    assert (counts["predicted"], counts["as before"]) == ("0", "6")


def test_that_a_run_compared_with_itself_shows_no_difference(
    trained: tuple[Path, Outcome], command: Command
) -> None:
    dataset, _ = trained
    outcome = command("compare", dataset, "first", "first", "--json", "-")
    assert outcome.code == 0, outcome.err
    data = json.loads(outcome.out)
    assert set(data) >= {"split", "a", "b", "delta", "samples"}
    assert data["delta"]["mDice"] == 0
    assert set(data["delta"]["classes"]) == {"background", "cat", "dog"}
    assert {sample["delta"] for sample in data["samples"]} == {0}
    assert "+0.00" in command("compare", dataset, "first", "first").out


def test_that_an_unreadable_image_is_named_and_the_rest_is_predicted(
    trained: tuple[Path, Outcome], command: Command, tmp_path: Path
) -> None:
    dataset = Path(shutil.copytree(trained[0], tmp_path / "pets"))
    photo = sorted((dataset / "img" / "test").iterdir())[0]
    photo.write_bytes(b"not a photo")
    run = run_store(open_dataset(dataset)).find("first")
    shutil.rmtree(run.folder / "predictions", ignore_errors=True)
    outcome = command("predict", dataset, "first", "--split", "test", "--device", "cpu")
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert photo.stem in outcome.err.splitlines()[-1]
    assert len(list((run.folder / "predictions" / "test").glob("*.png"))) == 5


@pytest.mark.parametrize(
    "arguments", [("predict", "nope"), ("eval", "nope"), ("compare", "nope", "nope")]
)
def test_that_an_unknown_run_is_a_bad_argument(
    command: Command, demo: Path, arguments: tuple[str, ...]
) -> None:
    outcome = command(arguments[0], demo, *arguments[1:])
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert "nope" in outcome.err


def test_that_an_unknown_split_is_a_bad_argument(
    trained: tuple[Path, Outcome], command: Command
) -> None:
    outcome = command("eval", trained[0], "first", "--split", "nope")
    assert outcome.code == 2
    assert "train, val, test" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--recipe", "nope"), "demo-cpu"),
        (("--recipe", RECIPE, "--labels", "nope"), "labels"),
        (("--recipe", RECIPE, "--device", "tpu"), "cuda:0"),
        (("--recipe", RECIPE, "--set", "max_iters"), "key=value"),
        (("--recipe", RECIPE, "--set", "max_iters=many"), "max_iters"),
        (("--recipe", RECIPE, "--set", "max_iter=3"), "max_iters"),
        (("--recipe", RECIPE, "--set", "lr=-1"), "lr"),
    ],
)
def test_that_training_refuses_what_it_does_not_know_before_a_run_is_made(
    command: Command, demo: Path, arguments: tuple[str, ...], named: str
) -> None:
    outcome = command("train", demo, *arguments)
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert named in outcome.err
    assert not (demo / ".petseg" / "runs").exists()


def test_that_missing_weights_are_named(command: Command, demo: Path) -> None:
    outcome = command("train", demo, "--recipe", RECIPE, "--init", demo / "none.pth")
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert "none.pth" in outcome.err


def test_that_a_worker_without_torch_fails_with_one_line_and_keeps_the_run(
    command: Command, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "torch.py").write_text("raise ImportError('libtorch is damaged')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    outcome = command("train", demo, "--recipe", RECIPE, *QUICK)
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert "torch" in outcome.err.splitlines()[-1]
    (run,) = json.loads(command("runs", demo, "--json").out)
    assert run["state"] == "failed"


@pytest.fixture
def training(demo: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A `petseg train` process that has begun a training too long to finish."""
    child = subprocess.Popen(
        petseg_command(
            "train", demo, "--recipe", RECIPE, *QUICK, "--set", "max_iters=100000",
            "--set", "val_interval=100000",
        ),
        cwd=tmp_path,
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("iteration"):
                break
        yield child
    finally:
        child.kill()
        child.communicate()


def test_that_ctrl_c_stops_politely_with_a_model_saved_and_validated(
    training: subprocess.Popen[str], demo: Path
) -> None:
    training.send_signal(signal.SIGINT)
    out, err = training.communicate(timeout=120)
    assert training.returncode == 130
    assert "Stopping" in err
    assert "validation at" in err
    assert "Traceback" not in err
    assert "stopped" in out
    (run,) = run_store(open_dataset(demo)).list()
    assert run.state().value == "stopped"
    assert list(run.checkpoints_dir.glob("*.pth"))


def test_that_a_second_ctrl_c_cancels_at_once(training: subprocess.Popen[str], demo: Path) -> None:
    assert training.stderr is not None
    training.send_signal(signal.SIGINT)
    for line in training.stderr:
        if line.startswith("Stopping"):
            break
    training.send_signal(signal.SIGINT)
    _, err = training.communicate(timeout=120)
    assert training.returncode == 130
    assert "Traceback" not in err
    (run,) = run_store(open_dataset(demo)).list()
    assert run.state().is_over


def wait_until(dataset: Path, name: str, condition: Callable[[Run], bool]) -> Run:
    """Wait until a run of that name exists and is so."""
    end = time.monotonic() + 120
    while True:
        for run in run_store(open_dataset(dataset)).list():
            if run.name == name and condition(run):
                return run
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_that_a_killed_run_is_resumed_to_its_planned_end_with_the_same_curves(
    command: Command, process: Command, demo: Path, tmp_path: Path
) -> None:
    arguments = ("train", demo, "--recipe", RECIPE, "--name", "mine", *QUICK,
                 "--set", "max_iters=60", "--set", "val_interval=20")  # fmt: skip
    first = subprocess.Popen(
        petseg_command(*arguments), cwd=tmp_path, env=child_environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    run = wait_until(demo, "mine", lambda run: list(run.checkpoints_dir.glob("iter_*.pth")) != [])
    os.kill(read_worker_file(run.folder).pid, signal.SIGKILL)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 1
    assert "killed by signal 9" in said
    (listed,) = json.loads(command("runs", demo, "--json").out)
    assert listed["state"] == "crashed"
    assert listed["checkpoint"] in (20, 40)
    outcome = process("train", demo, "--resume", "mine", "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert f"Going on from iteration {listed['checkpoint']} of 60" in outcome.err
    assert "iteration 60/60" in outcome.err
    assert dict(line.split(maxsplit=1) for line in outcome.out.splitlines())["state"] == "finished"
    (run,) = run_store(open_dataset(demo)).list()
    validated = [e.iteration for e in read_events(run.events_path) if isinstance(e, Validation)]
    assert sorted(set(validated)) == [20, 40, 60]
    again = command("train", demo, "--resume", "mine")
    assert again.code == 2
    assert again.is_one_clear_line
    assert "has finished" in again.err


def make_run(dataset: Path, name: str, **changes: object) -> Run:
    """A run that no worker has touched."""
    record = DatasetRecord(root=dataset)
    run = run_store(open_dataset(dataset)).create(
        recipe=RECIPE, label_set="labels", dataset=record, name=name, device="cpu"
    )
    if changes:
        run.update(**changes)
    return run


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState.CRASHED, "no checkpoint"),
        (RunState.PAUSED, "no checkpoint"),
        (RunState.FINISHED, "has finished"),
        (RunState.QUEUED, "waits in the queue"),
    ],
)
def test_that_a_run_that_cannot_go_on_is_refused_in_words(
    command: Command, demo: Path, state: RunState, words: str
) -> None:
    make_run(demo, "mine", state=state, attempt=1)
    outcome = command("train", demo, "--resume", "mine")
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert words in outcome.err


def test_that_a_resumed_run_takes_no_new_settings(command: Command, demo: Path) -> None:
    make_run(demo, "mine", state=RunState.PAUSED)
    outcome = command("train", demo, "--resume", "mine", "--set", "lr=1", "--recipe", RECIPE)
    assert outcome.code == 2
    assert "--recipe, --set" in outcome.err


def test_that_without_a_recipe_nothing_is_trained(command: Command, demo: Path) -> None:
    outcome = command("train", demo)
    assert outcome.code == 2
    assert "--resume" in outcome.err


def test_that_more_gpus_than_there_are_is_a_bad_argument(
    command: Command, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 0\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    outcome = command("train", demo, "--recipe", RECIPE, "--gpus", "2")
    assert outcome.code == 2
    assert "this machine has 1" in outcome.err


def test_that_the_queue_is_listed_moved_and_paused(command: Command, demo: Path) -> None:
    for name in ("a", "b"):
        make_run(demo, name)
    outcome = command("runs", demo, "--first", "b", "--no-queue")
    assert outcome.code == 0, outcome.err
    assert "queued, 1 in line" in next(
        line for line in outcome.out.splitlines() if line.startswith("b ")
    )
    assert "The queue is paused" in outcome.out
    listed = json.loads(command("runs", demo, "--queue", "--json").out)
    assert {run["id"]: run["queue_place"] for run in listed if run["name"] == "b"}.popitem()[1] == 1
    assert "The queue is paused" not in command("runs", demo).out
    assert "stopped" in command("runs", demo, "--cancel", "a").out


def test_that_a_silent_worker_and_a_paused_run_are_listed_as_such(
    command: Command, demo: Path
) -> None:
    silent = make_run(demo, "silent", state=RunState.RUNNING)
    with EventWriter(silent.events_path) as events:
        events.write(Started(time=1.0, pid=1, device="cpu", max_iters=9, total_samples=4))
    make_run(demo, "rests", state=RunState.PAUSED, reason="Paused: resume it to go on.")
    said = command("runs", demo).out
    assert "running, no sign of life for " in said
    assert "rests: Paused" in said
    outcome = command("runs", demo, "--pause", "rests")
    assert outcome.code == 2
    assert "the run rests is paused, not running" in outcome.err
