"""recipes, train, runs, predict and eval, with real workers on a very small dataset."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.opening import run_store
from core.dataset import open_dataset
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
    assert child.stderr is not None
    for line in child.stderr:
        if line.startswith("iteration"):
            break
    yield child
    if child.poll() is None:
        child.kill()
        for run in run_store(open_dataset(demo)).list():
            os.killpg(json.loads((run.folder / "worker.json").read_text())["pid"], signal.SIGKILL)
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
