"""The real worker process on a tiny dataset: a few iterations each, on the CPU."""

from __future__ import annotations

import json
import os
import runpy
import signal
import time
from pathlib import Path

import pytest

from core.runs.events import (
    Checkpoint,
    Failed,
    Finished,
    Iteration,
    Message,
    Started,
    Stopped,
    Validation,
    read_events,
)
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from core.runs.worker_file import read_worker_file
from core.training.recipes.config_json import load_config

FOREVER = {"max_iters": 100_000, "val_interval": 100_000}


def until_training(run: Run) -> None:
    """Wait until the worker has done an iteration."""
    end = time.monotonic() + 240
    while run.progress().iteration == 0:
        assert time.monotonic() < end, run.log_path.read_text()
        assert not run.state().is_over, run.reason()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Run:
    """One run to the end, looked at by several tests."""
    from core.dataset import open_dataset
    from core.training.request import TrainRequest, create_run
    from tests.core.training.conftest import SHORT
    from tests.making import make_dataset

    root = make_dataset(tmp_path_factory.mktemp("finished") / "data", samples=8)
    (root / "labels" / "train" / "000.png").write_bytes(b"no mask")
    dataset = open_dataset(root)
    request = TrainRequest(dataset, "demo-cpu", overrides=SHORT, device="cpu")
    run = create_run(dataset, dataset.workspace_dir / "runs", request)
    supervisor = Supervisor()
    supervisor.start(run)
    supervisor.wait(run)
    return run


def of_type(run: Run, kind: type) -> list:
    return [event for event in read_events(run.events_path) if isinstance(event, kind)]


def test_that_a_run_finishes_with_its_events_in_order(finished):
    assert finished.state() is RunState.FINISHED, finished.reason()
    events = [event.type for event in read_events(finished.events_path)]
    assert events[:2] == ["message", "started"]
    assert events[-1] == "finished"
    assert [e for e in events if e in ("iteration", "validation")] == [
        "iteration", "iteration", "iteration", "validation",
        "iteration", "iteration", "iteration", "validation",
    ]  # fmt: skip


def test_that_its_events_tell_what_happened(finished):
    (started,) = of_type(finished, Started)
    assert (started.device, started.max_iters) == ("cpu", 6)
    assert (started.total_samples, started.val_samples) == (5, 2)
    (message,) = of_type(finished, Message)
    assert "train/000" in message.text
    assert message.level == "warning"
    iterations = of_type(finished, Iteration)
    assert [event.iteration for event in iterations] == [1, 2, 3, 4, 5, 6]
    for event in iterations:
        assert {"loss", "decode.loss_ce", "decode.loss_dice"} <= set(event.losses)
        assert not any("acc" in name for name in event.losses)
        assert event.lr > 0
        assert event.memory_mb
        assert event.memory_mb > 10
    assert iterations[-1].eta is not None
    validations = of_type(finished, Validation)
    assert [event.iteration for event in validations] == [3, 6]
    assert [entry.name for entry in validations[0].classes] == ["background", "cat", "dog"]
    (end,) = of_type(finished, Finished)
    assert end.iteration == 6
    assert end.best is not None
    assert end.best.mDice == max(event.mDice for event in validations)
    assert finished.best() == end.best
    assert finished.record.best == end.best


def test_that_its_metrics_are_mmsegmentation_s(finished):
    # MMSegmentation's own IoUMetric prints to the log what it measures in the same validation.
    import re

    log = finished.log_path.read_text()
    printed = [float(value) for value in re.findall(r"mDice: ([\d.]+)", log)]
    measured = [event.mDice for event in of_type(finished, Validation)]
    assert len(printed) == 2
    assert measured == pytest.approx(printed, abs=0.01)


def test_that_the_best_and_the_last_checkpoint_are_kept_and_reported(finished):
    checkpoints = of_type(finished, Checkpoint)
    last = [event.path for event in checkpoints if not event.best]
    best = [event.path for event in checkpoints if event.best]
    assert last == ["checkpoints/iter_3.pth", "checkpoints/iter_6.pth"]
    kept = {path.name for path in finished.checkpoints_dir.glob("*.pth")}
    assert kept == {"iter_6.pth", Path(best[-1]).name}


def test_that_checkpoints_load_without_executing_anything(finished):
    import torch

    for path in finished.checkpoints_dir.glob("*.pth"):
        checkpoint = torch.load(path, weights_only=True)
        assert checkpoint["state_dict"]
        assert "optimizer" in checkpoint or path.name.startswith("best")


def test_that_nothing_but_the_run_s_own_files_is_written(finished):
    assert sorted(path.name for path in finished.folder.iterdir()) == [
        "checkpoints", "config.json", "config.py", "data.json", "events.jsonl", "previews",
        "run.json", "splits", "worker.json", "worker.log",
    ]  # fmt: skip
    assert {path.suffix for path in finished.checkpoints_dir.iterdir()} == {".pth", ""}
    assert not list(finished.checkpoints_dir.glob("*/"))


def test_that_the_log_is_plain_and_not_drowned_in_parameters(finished):
    log = finished.log_path.read_text()
    assert "\x1b[" not in log
    assert "torch.Size" not in log
    assert "mDice" in log


def test_that_config_py_is_stock_mmsegmentation_and_says_the_same_as_config_json(finished):
    from mmengine.config import Config

    as_code = Config.fromfile(finished.folder / "config.py").to_dict()
    as_data = load_config(finished.config_path)
    assert as_code == as_data
    values = runpy.run_path(str(finished.folder / "config.py"))
    dataset = values["train_dataloader"]["dataset"]
    assert dataset["type"] == "BaseSegDataset"
    assert dataset["metainfo"]["classes"] == ("background", "cat", "dog")
    assert values["model"]["decode_head"]["num_classes"] == 3
    weights = values["model"]["decode_head"]["loss_decode"][0]["class_weight"]
    assert len(weights) == 3
    assert weights[0] < 0.5


def test_that_stock_mmsegmentation_builds_the_data_from_the_config(finished):
    from mmengine.config import Config
    from mmseg.registry import DATASETS
    from mmseg.utils import register_all_modules

    register_all_modules()
    config = Config.fromfile(finished.folder / "config.py")
    dataset = DATASETS.build(config.train_dataloader.dataset)
    assert len(dataset) == 5
    item = dataset[0]
    labels = item["data_samples"].gt_sem_seg.data
    assert item["inputs"].shape[1:] == labels.shape[1:]
    assert set(labels.unique().tolist()) <= {0, 1, 2}


def test_that_stop_finishes_the_iteration_saves_and_validates(make_run, supervisor):
    run = make_run(**FOREVER)
    supervisor.start(run)
    until_training(run)
    supervisor.request_stop(run)
    assert supervisor.wait(run) is RunState.STOPPED
    end = read_events(run.events_path)[-1]
    assert isinstance(end, Stopped)
    assert (end.reason, end.iteration) == ("stop", run.progress().iteration)
    assert (run.checkpoints_dir / f"iter_{end.iteration}.pth").is_file()
    assert of_type(run, Validation)[-1].iteration == end.iteration


def test_that_a_stopped_run_can_be_resumed_from_where_it_stopped(make_run, supervisor):
    run = make_run(max_iters=60, val_interval=60)
    supervisor.start(run)
    until_training(run)
    supervisor.request_stop(run)
    supervisor.wait(run)
    stopped_at = run.progress().iteration
    assert stopped_at < 60
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED
    first, second = of_type(run, Started)
    assert (first.iteration, second.iteration) == (0, stopped_at)
    after = [event.iteration for event in of_type(run, Iteration) if event.time > second.time]
    assert after[0] == stopped_at + 1
    assert after[-1] == 60


def test_that_cancel_ends_it_at_once(make_run, supervisor):
    run = make_run(**FOREVER)
    supervisor.start(run)
    until_training(run)
    supervisor.cancel(run, grace=30)
    assert run.state() is RunState.STOPPED
    end = read_events(run.events_path)[-1]
    assert isinstance(end, Stopped)
    assert end.reason == "cancel"
    assert "Traceback" not in run.log_path.read_text()


def test_that_a_killed_worker_leaves_a_crashed_run(make_run, supervisor):
    run = make_run(**FOREVER)
    supervisor.start(run)
    until_training(run)
    os.kill(read_worker_file(run.folder).pid, signal.SIGKILL)
    assert supervisor.wait(run) is RunState.CRASHED
    assert "signal 9" in run.reason()
    assert run.record.state is RunState.CRASHED


def test_that_a_torch_that_cannot_be_imported_is_a_failed_run_with_a_way_out(
    make_run, supervisor, tmp_path, monkeypatch
):
    broken = tmp_path / "broken" / "torch"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError('libtorch_cpu.so: file too short')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    run = make_run()
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED
    assert "torch cannot be imported: libtorch_cpu.so: file too short" in run.reason()
    assert "make run" in run.reason()
    (failed,) = of_type(run, Failed)
    assert failed.traceback == ""


def test_that_weights_that_fit_are_used_and_others_are_an_error(
    make_run, supervisor, finished, tmp_path
):
    import torch

    fitting = next(finished.checkpoints_dir.glob("best*.pth"))
    run = make_run(init=fitting, max_iters=1)
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED, run.reason()
    assert "tensors of the backbone come from best_mDice" in of_type(run, Message)[0].text
    init = load_config(run.config_path)["model"]["backbone"]["init_cfg"]
    assert init["prefix"] == "backbone."

    torch.save({"something.weight": torch.zeros(3)}, tmp_path / "other.pth")
    run = make_run(init=tmp_path / "other.pth")
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED
    assert "None of the weights in the file fits" in run.reason()
    assert "other.pth" in run.reason()


def test_that_a_file_that_would_run_code_is_not_loaded(make_run, supervisor, tmp_path):
    import torch

    class Evil:
        def __reduce__(self):
            return Path.write_text, (tmp_path / "executed", "yes")

    torch.save({"state_dict": {"conv1.weight": Evil()}}, tmp_path / "evil.pth")
    run = make_run(init=tmp_path / "evil.pth")
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED
    assert "it was not loaded, because loading it could run code" in run.reason()
    assert "evil.pth" in run.reason()
    assert not (tmp_path / "executed").exists()


def test_that_bfloat16_trains_and_stays_out_of_the_config(make_run, supervisor):
    run = make_run(precision="bfloat16", max_iters=2)
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED, run.reason()
    assert any("bfloat16" in event.text for event in of_type(run, Message))
    assert load_config(run.config_path)["optim_wrapper"]["type"] == "OptimWrapper"


def test_that_a_mistaken_override_fails_in_words(make_run, supervisor):
    run = make_run(**{"model.backbone.type": "NoSuchNet"})
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED
    assert "NoSuchNet" in run.reason()
    assert run.reason().count("\n") == 0


def test_that_a_lost_dataset_fails_with_the_file_named(make_run, supervisor, dataset):
    run = make_run()
    for path in (dataset.root / "img" / "train").iterdir():
        path.unlink()
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FAILED
    assert str(dataset.root / "img" / "train") in run.reason()
    assert json.loads((run.folder / "run.json").read_text())["state"] == "failed"


@pytest.mark.slow
def test_that_other_sizes_suffixes_and_ignored_values_train_too(tmp_path, make_run, supervisor):
    from core.dataset import open_dataset
    from tests.making import blob, write_sample

    root = tmp_path / "mixed"
    for number, (size, suffix) in enumerate([(64, ".png"), (90, ".jpg"), (50, ".jpg")] * 2):
        mask = blob(size, 1 + number % 2)
        mask[:3] = 99
        split = "train" if number < 3 else "val"
        write_sample(root, split, f"{number}", {"labels": mask}, suffix=suffix)
    (root / "dataset.toml").write_text(
        "ignore_index = 99\n"
        + "".join(f'[[classes]]\nname = "{name}"\ncolor = "#000000"\n' for name in "abc")
    )
    run = make_run(of=open_dataset(root))
    supervisor.start(run)
    assert supervisor.wait(run) is RunState.FINISHED, run.reason()
    log = run.log_path.read_text()
    printed = float(log.rpartition("mDice: ")[2].split()[0])
    assert of_type(run, Validation)[-1].mDice == pytest.approx(printed, abs=0.01)
