"""The prediction worker as a real process, with a real (untrained) MMSegmentation model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from core.dataset import Dataset, open_dataset
from core.errors import PetsegError
from core.evaluation.evaluate import (
    confidence_path,
    missing_predictions,
    prediction_path,
    prediction_status,
    read_confidence,
    read_prediction,
)
from core.evaluation.predicting.augmentation import Augmentation
from core.evaluation.predicting.client import PredictionClient
from core.evaluation.predicting.messages import PredictItem, PredictRequest, parse_reply
from core.evaluation.suspects.files import load_quality
from core.evaluation.suspects.judge_runs import judge_with_runs
from core.images import read_image, read_mask
from core.runs.processes import python_command, python_environment
from core.runs.record import DatasetRecord, RunRecord, save_record
from tests.core.evaluation.helpers import (
    CLASSES,
    FakeRun,
    build_model,
    tiny_config,
    write_dataset,
    write_run,
)
from tests.making import write_sample

pytest.importorskip("torch")
pytest.importorskip("mmseg")


@dataclass
class Trained:
    """A config and the model that was built from it."""

    config: dict[str, Any]
    model: Any


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    config = tiny_config(tmp_path_factory.mktemp("trained"))
    return Trained(config, build_model(config))


@pytest.fixture(scope="module")
def client(
    trained: Trained, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PredictionClient]:
    """One worker for the whole module, warm: starting it takes seconds."""
    root = write_dataset(tmp_path_factory.mktemp("warm") / "data", val=1)
    run = write_run(root / "run", trained.config, trained.model)
    with PredictionClient() as client:
        client.predict(run, "val", dataset=open_dataset(root))
        yield client


@pytest.fixture
def start_worker() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts workers without a client; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(stderr: Any = subprocess.DEVNULL, **environment: str) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            python_command("core.evaluation.predicting.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=python_environment(**environment),
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
        worker.stdin.close()
        worker.stdout.close()


@pytest.fixture
def run(dataset: Dataset, trained: Trained) -> FakeRun:
    return write_run(dataset.workspace_dir / "runs" / "tiny", trained.config, trained.model)


def save_run_record(run: FakeRun, root: Path) -> None:
    record = RunRecord(
        id=run.id, name=run.name, recipe="tiny", label_set="labels",
        created=datetime.now(UTC), dataset=DatasetRecord(root=root),
    )  # fmt: skip
    save_record(run.folder, record)


def raw_logits(trained: Trained, image: Path) -> Any:
    """Logits K×H×W straight from MMSegmentation, in this process."""
    return _result(trained, image).seg_logits.data


def reference(trained: Trained, image: Path) -> tuple[np.ndarray, np.ndarray]:
    """Classes and confidence straight from MMSegmentation, in this process."""
    result = _result(trained, image)
    probability = result.seg_logits.data.softmax(0).amax(0).numpy()
    return result.pred_sem_seg.data[0].numpy(), probability


def _result(trained: Trained, image: Path) -> Any:
    import torch
    from mmseg.structures import SegDataSample

    bgr = read_image(image)[..., ::-1].copy()
    shape = bgr.shape[:2]
    sample = SegDataSample(metainfo={"ori_shape": shape, "img_shape": shape})
    data = {"inputs": [torch.from_numpy(bgr.transpose(2, 0, 1))], "data_samples": [sample]}
    with torch.no_grad():
        return trained.model.test_step(data)[0]


def test_that_a_split_is_predicted_as_mmsegmentation_does(client, trained, dataset, run):
    progress: list[tuple[int, int]] = []
    result = client.predict(
        run, "val", dataset=dataset, on_progress=lambda done, total: progress.append((done, total))
    )
    assert (result.predicted, result.reused, result.failed, result.cancelled) == (6, 0, (), False)
    assert (result.checkpoint, result.iteration) == ("best_mDice_iter_40.pth", 40)
    assert progress[0] == (0, 6)
    assert progress[-1] == (6, 6)
    seen = set()
    for sample in dataset.in_splits(["val"]):
        classes, probability = reference(trained, sample.image)
        prediction = read_prediction(run, sample, size=(24, 32), num_classes=len(CLASSES))
        assert (prediction != classes).mean() < 0.005  # a batch of 6 rounds otherwise than of 1
        confidence = read_confidence(run, sample)
        assert np.abs(confidence / 255 - probability).max() < 0.02
        seen |= set(np.unique(prediction))
    assert len(seen) > 1  # the comparison would mean little otherwise


def test_that_what_the_same_checkpoint_has_predicted_is_kept(client, dataset, run):
    client.predict(run, "val", dataset=dataset)
    first, second = dataset.in_splits(["val"])[:2]
    kept = prediction_path(run, second).stat().st_mtime_ns
    prediction_path(run, first).unlink()
    assert [sample.id for sample in missing_predictions(dataset, run, "val")] == [first.id]
    result = client.predict(run, "val", dataset=dataset)
    assert (result.predicted, result.reused) == (1, 5)
    assert prediction_path(run, second).stat().st_mtime_ns == kept
    assert prediction_status(dataset, run, "val").is_complete


def test_that_a_better_checkpoint_makes_the_predictions_stale_and_replaces_them(
    client, dataset, run, trained
):
    client.predict(run, "val", dataset=dataset)
    write_run(run.folder, trained.config, trained.model, iteration=80)
    status = prediction_status(dataset, run, "val")
    assert (status.predicted, status.iteration, status.is_stale) == (6, 40, True)
    result = client.predict(run, "val", dataset=dataset)
    assert (result.predicted, result.iteration) == (6, 80)
    assert prediction_status(dataset, run, "val").is_complete


def test_that_a_replaced_photo_is_predicted_again(client, dataset, run):
    client.predict(run, "val", dataset=dataset)
    photo = np.full((10, 12, 3), 90, np.uint8)
    write_sample(dataset.root, "val", "0", {}, photo=photo, suffix=".jpg")
    result = client.predict(run, "val", dataset=dataset)
    assert result.predicted == 1
    assert read_prediction(run, dataset.sample("val/0")).shape == (10, 12)


def test_that_photos_of_different_sizes_and_odd_names_are_predicted_at_their_own_size(
    client, tmp_path, trained
):
    sizes = {"a%b c": (24, 32), "собака": (40, 20), "x.y": (24, 32), "#1": (33, 47)}
    for stem, size in sizes.items():
        photo = np.full((*size, 3), 128, np.uint8)
        mask = {"labels": np.zeros(size, np.uint8)}
        write_sample(tmp_path, "val", stem, mask, photo=photo, suffix=".jpg")
    dataset = open_dataset(tmp_path)
    run = write_run(tmp_path / "run", trained.config, trained.model)
    client.predict(run, "val", dataset=dataset)
    for sample in dataset.samples:
        assert prediction_path(run, sample).name == f"{sample.stem}.png"
        assert read_mask(prediction_path(run, sample)).shape == sizes[sample.stem]
        assert read_mask(confidence_path(run, sample)).shape == sizes[sample.stem]


def test_that_the_pipeline_is_found_in_joined_datasets(client, dataset, trained):
    part = trained.config["val_dataloader"]["dataset"]
    joined = {"type": "mmengine.ConcatDataset", "datasets": [part, part]}
    config = {**trained.config, "val_dataloader": {"dataset": joined}}
    run = write_run(dataset.workspace_dir / "runs" / "joined", config, trained.model)
    assert client.predict(run, "val", dataset=dataset).predicted == 6


def test_that_a_dataset_without_splits_is_predicted_whole(client, tmp_path, trained):
    for stem in "ab":
        mask = np.zeros((16, 16), np.uint8)
        write_sample(tmp_path, "", stem, {"labels": mask}, suffix=".jpg")
    dataset = open_dataset(tmp_path)
    run = write_run(tmp_path / "run", trained.config, trained.model)
    assert client.predict(run, "all", dataset=dataset).predicted == 2
    assert (run.folder / "predictions" / "all" / "a.png").exists()
    assert prediction_status(dataset, run, "all").is_complete


def test_that_an_unreadable_photo_is_named_and_the_rest_goes_on(client, dataset, run):
    broken = dataset.sample("val/2").image
    broken.write_bytes(b"no photo")
    dataset.sample("val/3").image.unlink()
    messages: list[str] = []
    result = client.predict(run, "val", dataset=dataset, on_message=messages.append)
    assert result.predicted == 4
    assert {entry.sample for entry in result.failed} == {"val/2", "val/3"}
    about = next(text for text in messages if text.startswith("val/2"))
    assert str(broken) in about
    assert "cannot be read" in about


def test_that_cancelling_keeps_what_is_done_and_the_worker_goes_on(client, tmp_path, trained):
    for number in range(60):  # neighbours differ in size, so that each is a batch of its own
        mask = np.zeros((24, 32 + number % 2), np.uint8)
        write_sample(tmp_path, "val", f"{number:02d}", {"labels": mask})
    dataset = open_dataset(tmp_path)
    run = write_run(tmp_path / "run", trained.config, trained.model)
    progress: list[int] = []
    result = client.predict(
        run,
        "val",
        dataset=dataset,
        on_progress=lambda done, total: progress.append(done),
        cancelled=lambda: bool(progress) and progress[-1] > 0,
    )
    assert result.cancelled
    assert 0 < result.predicted < 60
    again = client.predict(run, "val", dataset=dataset)
    assert again.reused == result.predicted
    assert again.predicted == 60 - result.predicted


def test_that_an_error_in_a_callback_reaches_the_caller_and_the_worker_goes_on(
    client, dataset, run
):
    def fail(done: int, total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        client.predict(run, "val", dataset=dataset, on_progress=fail)
    assert not client.predict(run, "val", dataset=dataset).cancelled
    assert prediction_status(dataset, run, "val").is_complete


def test_that_a_run_without_a_checkpoint_says_so(client, dataset, run):
    for path in (run.folder / "checkpoints").iterdir():
        path.unlink()
    with pytest.raises(PetsegError, match="has no checkpoint yet"):
        client.predict(run, "val", dataset=dataset)


def test_that_the_last_checkpoint_serves_when_there_is_no_best(client, dataset, run):
    folder = run.folder / "checkpoints"
    best = folder / "best_mDice_iter_40.pth"
    (folder / "iter_20.pth").write_bytes(best.read_bytes())
    best.rename(folder / "iter_100.pth")
    # MMEngine notes an absolute path, which is another one after the folder was moved.
    (folder / "last_checkpoint").write_text("/elsewhere/checkpoints/iter_20.pth")
    assert client.predict(run, "val", dataset=dataset).iteration == 20
    (folder / "last_checkpoint").unlink()
    assert client.predict(run, "val", dataset=dataset).iteration == 100


def test_that_a_checkpoint_of_another_recipe_is_refused_and_nothing_is_lost(
    client, dataset, run, trained
):
    client.predict(run, "val", dataset=dataset)
    config = tiny_config(dataset.root)
    config["model"]["decode_head"]["channels"] = 12
    write_run(run.folder, config, build_model(config), iteration=90)
    write_run(run.folder, trained.config, trained.model, iteration=10)  # its config again
    with pytest.raises(PetsegError, match="does not fit the run's model"):
        client.predict(run, "val", dataset=dataset)
    assert not missing_predictions(dataset, run, "val")


def test_that_masks_are_judged_by_the_models_own_probabilities(client, dataset, run, trained):
    import torch

    result = client.predict(
        run, "val", dataset=dataset, label_set="labels", samples=["val/0", "val/5"]
    )
    assert (result.predicted, result.judged) == (2, 2)
    sample = dataset.sample("val/5")
    labels = read_mask(sample.masks["labels"])
    logits = raw_logits(trained, sample.image)
    given = torch.softmax(logits, 0).gather(0, torch.from_numpy(labels).long()[None])[0].numpy()
    weights = np.exp((1 - given.astype(np.float64)) / 0.1)
    judged = dict(load_quality(run.folder, "val", "labels").judged())
    assert set(judged) == {"0", "5"}
    expected = (given * weights).sum() / weights.sum()
    assert judged["5"].quality.softmin == pytest.approx(expected, abs=0.01)


def test_that_predicting_goes_on_with_the_views_it_began_with(client, dataset, run):
    views = Augmentation(flip=True, scales=(1.0, 1.5))
    first = client.predict(run, "val", dataset=dataset, augment=views)
    assert first.predicted == 6
    prediction_path(run, dataset.sample("val/0")).unlink()
    again = client.predict(run, "val", dataset=dataset)
    assert (again.predicted, again.reused) == (1, 5)
    assert prediction_status(dataset, run, "val").augment == views


def test_that_a_run_that_cannot_judge_is_named_and_the_others_go_on(
    client, dataset, run, trained, tmp_path
):
    save_run_record(run, dataset.root)
    other = tiny_config(dataset.root)
    other["model"]["decode_head"]["channels"] = 12
    foreign = write_run(tmp_path / "foreign", other, build_model(other))
    (foreign.folder / "config.json").write_bytes((run.folder / "config.json").read_bytes())
    bare, half = FakeRun(tmp_path / "bare"), FakeRun(tmp_path / "half")
    for each in (foreign, bare):
        save_run_record(each, dataset.root)
    half.folder.mkdir()
    (half.folder / "run.json").write_text('{"id": "ha')
    seen: list[tuple[int, int]] = []
    result = judge_with_runs(
        dataset, [half, foreign, bare, run], "labels", client, splits=["val"],
        on_progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert (result.predicted, result.judged, result.cancelled) == (6, 6, False)
    broken, other_recipe, empty = result.problems
    assert "The run half cannot judge masks. The run's description cannot be read" in broken
    assert "does not fit the run's model" in other_recipe
    assert "has no checkpoint yet" in empty
    assert seen[-1] == (18, 18)
    assert seen == sorted(seen)


def test_that_a_dataset_that_has_moved_is_said_and_predicted_where_it_is(client, dataset, run):
    save_run_record(run, dataset.root)
    root = dataset.root.rename(dataset.root.with_name("elsewhere"))
    moved = FakeRun(root / ".petseg" / "runs" / run.id)
    with pytest.raises(PetsegError, match=r"dataset of the run tiny is not where it was.*data\."):
        client.predict(moved, "val")
    assert client.predict(moved, "val", dataset=open_dataset(root)).predicted == 6


def test_that_a_truncated_checkpoint_is_said_in_words(client, dataset, run):
    path = run.folder / "checkpoints" / "best_mDice_iter_40.pth"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(PetsegError, match=r"checkpoint cannot be read.*best_mDice_iter_40"):
        client.predict(run, "val", dataset=dataset)


class Malicious:
    """Runs a function of the system when it is unpickled."""

    def __init__(self, function: Any, argument: str) -> None:
        self.call = function, (argument,)

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("function", [os.mkdir, eval, exec])
def test_that_nothing_in_a_checkpoint_is_executed(client, dataset, run, trained, function):
    import torch

    proof = dataset.root / "proof"
    argument = str(proof) if function is os.mkdir else f"__import__('os').mkdir({str(proof)!r})"
    path = run.folder / "checkpoints" / "best_mDice_iter_40.pth"
    torch.save(
        {"state_dict": trained.model.state_dict(), "extra": Malicious(function, argument)}, path
    )
    try:
        client.predict(run, "val", dataset=dataset)
    except PetsegError as error:
        assert "checkpoint cannot be read" in str(error)  # noqa: PT017 - refusing is fine too
    assert not proof.exists()


@pytest.mark.parametrize("name", ["os.mkdir", "mmengine.fileio.load", "subprocess.Popen"])
def test_that_a_config_cannot_name_code_outside_the_registries(client, dataset, run, trained, name):
    from core.training.recipes.config_json import dump_config

    config = {**trained.config, "model": {**trained.config["model"], "neck": {"type": name}}}
    (run.folder / "config.json").write_text(dump_config(config))
    touched = run.folder / "checkpoints" / "best_mDice_iter_40.pth"
    os.utime(touched, ns=(1, 1))  # another model than the one that is loaded
    with pytest.raises(PetsegError, match="which is no registered module"):
        client.predict(run, "val", dataset=dataset)


def test_that_an_unknown_device_is_refused_with_those_there_are(client, dataset, run):
    with pytest.raises(PetsegError, match=r"no device 'cuda:77'.*cpu"):
        client.predict(run, "val", dataset=dataset, device="cuda:77")


def test_that_the_dataset_of_the_run_is_found_by_itself(client, dataset, run):
    record = RunRecord(
        id=run.id,
        name=run.name,
        recipe="demo-cpu",
        label_set="labels",
        dataset=DatasetRecord(root=dataset.root),
        created=datetime.now(UTC),
    )
    save_record(run.folder, record)
    assert client.predict(run, "val").predicted == 6


def test_that_asking_for_predictions_loads_no_torch_into_the_asking_process():
    code = (
        "import sys, core.evaluation.predicting.client, core.evaluation.comparing.pair\n"
        "print([name for name in ('torch', 'mmseg', 'mmengine') if name in sys.modules])"
    )
    command = [sys.executable, "-P", "-c", code]
    loaded = subprocess.run(command, env=python_environment(), capture_output=True, check=True)
    assert loaded.stdout.strip() == b"[]"


def test_that_an_unknown_split_is_refused(client, dataset, run):
    with pytest.raises(PetsegError, match="no split"):
        client.predict(run, "holdout", dataset=dataset)


def test_that_a_killed_worker_is_an_error_and_the_next_call_starts_a_fresh_one(dataset, run):
    with PredictionClient() as client:

        def kill(text: str) -> None:
            os.kill(client.worker_pid, signal.SIGKILL)

        with pytest.raises(PetsegError, match="SIGKILL"):
            client.predict(run, "val", dataset=dataset, on_message=kill)
        assert client.worker_pid is None
        assert client.predict(run, "val", dataset=dataset).predicted == 6


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_that_closing_from_another_thread_ends_a_prediction(dataset, run, monkeypatch):
    monkeypatch.setattr("core.runs.line_process._CLOSE_SECONDS", 0.5)
    client = PredictionClient()
    closers: list[threading.Thread] = []

    def close(text: str) -> None:
        if closers:
            return
        assert client.worker_pid is not None
        os.kill(client.worker_pid, signal.SIGSTOP)  # or it might be done before it is closed
        closers.append(threading.Thread(target=client.close))
        closers[-1].start()

    with pytest.raises(PetsegError, match="closed"):
        client.predict(run, "val", dataset=dataset, on_message=close)
    closers[0].join()
    assert client.worker_pid is None
    with pytest.raises(PetsegError, match="closed"):
        client.predict(run, "val", dataset=dataset)


def test_that_a_worker_that_cannot_import_torch_says_so(dataset, run, tmp_path, monkeypatch):
    (tmp_path / "broken" / "torch").mkdir(parents=True)
    (tmp_path / "broken" / "torch" / "__init__.py").write_text("raise ImportError('libc10.so')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    with PredictionClient() as client, pytest.raises(PetsegError) as caught:
        client.predict(run, "val", dataset=dataset)
    assert "cannot be loaded (libc10.so)" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_that_the_worker_ends_when_its_parent_is_gone(start_worker):
    worker = start_worker()
    worker.stdin.close()
    assert worker.wait(60) == 0


def test_that_only_replies_are_on_stdout_even_when_a_library_prints(
    start_worker, dataset, run, tmp_path
):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(
        "import os\nprint('printed', flush=True)\nos.write(1, b'written to number 1\\n')\n"
        "raise ImportError('no torch')\n"
    )
    sample = dataset.sample("val/0")
    item = PredictItem(sample=sample.id, stem=sample.stem, image=sample.image)
    request = PredictRequest(id=7, run=run.folder, split="val", items=(item,))
    log = tmp_path / "stderr"
    with log.open("wb") as stderr:
        worker = start_worker(stderr=stderr, PYTHONPATH=f"{tmp_path}{os.pathsep}{Path.cwd()}")
    worker.stdin.write(b"not a request\n" + request.to_line())
    worker.stdin.flush()
    replies = [parse_reply(worker.stdout.readline())]
    while replies[-1].error is None:
        replies.append(parse_reply(worker.stdout.readline()))
    worker.stdin.close()
    assert worker.stdout.read() == b""
    assert worker.wait(60) == 0
    assert {reply.id for reply in replies} == {7}
    assert "no torch" in replies[-1].error
    for text in ("printed", "written to number 1", "Not a request"):
        assert text in log.read_text()


def test_that_no_worker_process_stays_behind(dataset, run):
    (run.folder / "checkpoints" / "best_mDice_iter_40.pth").unlink()
    with PredictionClient() as client:
        with pytest.raises(PetsegError, match="no checkpoint"):
            client.predict(run, "val", dataset=dataset)
        pid = client.worker_pid
        assert pid is not None
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
