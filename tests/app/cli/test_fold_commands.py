"""train --folds, suspects and predict's views: without a training, but for one slow proof."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from app.cli.errors import JobFailed
from app.cli.folds import go_on_with_folds, watch_folds
from app.cli.opening import run_store
from core.dataset import Dataset, open_dataset
from core.evaluation.predicting.augmentation import PLAIN
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.files import CheckpointNote, PredictionManifest, save_manifest
from core.evaluation.suspects.files import JudgedMask, QualityFile, save_quality
from core.evaluation.suspects.quality import LabelQuality, Suspicion
from core.files import atomic_write, content_hash
from core.images import encode_mask, read_mask
from core.runs.store import Run, RunState
from core.runs.supervisor import Supervisor
from tests.app.cli.calling import Command, Outcome, child_environment, petseg_command
from tests.core.runs.making import with_checkpoint

QUICK = (
    "--recipe", "demo-cpu", "--set", "max_iters=4", "--set", "val_interval=2",
    "--set", "batch_size=2", "--set", "crop_size=64", "--device", "cpu",
)  # fmt: skip


def fold_runs(dataset: Path) -> list[Run]:
    runs = run_store(open_dataset(dataset)).list()
    return sorted(runs, key=lambda run: run.record.fold or 0)


@pytest.fixture
def queued(demo: Path, command: Command) -> list[Run]:
    """The runs of three folds that wait."""
    outcome = command("train", demo, *QUICK, "--folds", 3, "--name", "judges", "--queue")
    assert outcome.code == 0, outcome.err
    assert "3 runs wait in the queue as judges" in outcome.err
    return fold_runs(demo)


def fakes() -> Supervisor:
    return Supervisor("tests.app.cli.fake_worker")


def test_that_folds_are_queued_as_one_group(queued: list[Run], demo: Path, command: Command):
    listed = json.loads(command("runs", demo, "--json").out)
    assert [run["queue_place"] for run in sorted(listed, key=lambda run: run["name"])] == [1, 2, 3]
    assert {(run["group"], run["fold"], run["folds"]) for run in listed} == {
        ("judges", fold, 3) for fold in (1, 2, 3)
    }
    held_out = [sample for run in queued for sample in run.record.held_out]
    assert len(held_out) == len(set(held_out)) >= 8


def test_that_all_folds_are_watched_and_listed(queued: list[Run], demo: Path, capfd):
    watch_folds(open_dataset(demo), queued, fakes())
    printed = capfd.readouterr()
    assert [run.state() for run in queued] == [RunState.FINISHED] * 3
    assert "Fold 2 of 3: judges-fold2" in printed.err
    rows = [line.split() for line in printed.out.splitlines() if "judges-fold" in line]
    assert [row[:3] for row in rows] == [
        ["1", "judges-fold1", "finished"],
        ["2", "judges-fold2", "finished"],
        ["3", "judges-fold3", "finished"],
    ]
    assert "--folds judges" in printed.out
    # The fakes saved no model: that is said, and the others went on.
    assert printed.err.count("has no checkpoint yet") == 3


def test_that_a_fold_that_fails_does_not_keep_the_others(queued: list[Run], demo: Path, capfd):
    queued[0].update(state=RunState.FAILED, reason="Out of memory.")
    with pytest.raises(JobFailed, match="2 of 3 folds have finished") as failure:
        watch_folds(open_dataset(demo), queued, fakes())
    assert f"petseg train {demo} --resume judges" in str(failure.value)
    assert [run.state() for run in queued[1:]] == [RunState.FINISHED] * 2


def test_that_folds_are_resumed_by_the_name_of_their_group(queued: list[Run], demo: Path, capfd):
    queued[0].update(state=RunState.FINISHED)
    queued[1].update(state=RunState.PAUSED, reason="Paused.")
    with_checkpoint(queued[1], 2)
    go_on_with_folds(open_dataset(demo), queued, "auto", fakes())
    printed = capfd.readouterr()
    assert "Run judges-fold2: resumed from iteration 2." in printed.err
    assert "Fold 1 of 3" not in printed.err
    assert [run.state() for run in queued] == [RunState.FINISHED] * 3


def test_that_resuming_a_group_takes_no_new_settings(
    queued: list[Run], demo: Path, command: Command
):
    outcome = command("train", demo, "--resume", "judges", "--folds", 2)
    assert outcome.code == 2
    assert "--folds" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--folds", "1"), "2 to 20"),
        (("--folds", "3", "--fold-splits", "nope"), "train, val, test"),
        (("--fold-splits", "train"), "--folds"),
    ],
)
def test_that_folds_that_make_no_sense_are_bad_arguments(
    demo: Path, command: Command, arguments: tuple[str, ...], named: str
):
    outcome = command("train", demo, *QUICK, *arguments)
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert named in outcome.err
    assert not fold_runs(demo)


def let_judge(dataset: Dataset, run: Run, scores: dict[str, float]) -> None:
    """Give a run a checkpoint, and everything predicted and judged, as if it had done it."""
    with_checkpoint(run, 4).rename(run.checkpoints_dir / "best_mDice_iter_4.pth")
    note = CheckpointNote.of(checkpoint_of(run.folder))
    names = tuple(info.name for info in dataset.classes)
    for split in dataset.splits:
        images, masks = {}, {}
        for sample in dataset.in_splits([split]):
            if sample.id in scores and sample.image is not None:
                status = sample.image.stat()
                images[sample.stem] = photo = (status.st_mtime_ns, status.st_size)
                path = sample.masks["labels"]
                mask = read_mask(path)
                target = run.folder / "predictions" / split / f"{sample.stem}.png"
                atomic_write(target, encode_mask(mask))
                at = path.stat()
                score = scores[sample.id]
                quality = LabelQuality(
                    score / 2,
                    score,
                    0.5,
                    (0.9, score, None),
                    Suspicion((1, 2, 3, 4), 1, 2, 12, 5.0),
                )
                masks[sample.stem] = JudgedMask(
                    quality, content_hash(path.read_bytes()), (at.st_mtime_ns, at.st_size), photo
                )
        save_manifest(run.folder, split, PredictionManifest(checkpoint=note, images=images))
        file = QualityFile(label_set="labels", classes=names, checkpoint=note, augment=PLAIN)
        save_quality(run.folder, split, file.with_masks(masks, {}))


@pytest.fixture
def judged(queued: list[Run], demo: Path) -> dict[str, float]:
    """Folds that have judged every sample: the scores."""
    dataset = open_dataset(demo)
    scores = {}
    for run in queued:
        own = {sample: 0.1 + 0.01 * len(scores) + 0.001 * at
               for at, sample in enumerate(run.record.held_out)}  # fmt: skip
        let_judge(dataset, run, own)
        scores |= own
    return scores


def test_that_suspects_of_all_folds_are_ranked_together(
    judged: dict[str, float], demo: Path, command: Command, tmp_path: Path
):
    outcome = command("suspects", demo, "--folds", "judges", "--json", tmp_path / "s.json",
                      "--top", 3)  # fmt: skip
    assert outcome.code == 0, outcome.err
    data = json.loads((tmp_path / "s.json").read_text())
    assert set(data) >= {"label_set", "runs", "group", "by", "samples", "suspects"}
    assert (data["group"], data["by"], data["samples"]) == ("judges", "agreement", len(judged))
    ranked = [each["sample"] for each in data["suspects"]]
    assert ranked == sorted(judged, key=lambda sample: (judged[sample], sample))
    first = data["suspects"][0]
    assert (first["given"], first["predicted"], first["box"]) == ("cat", "dog", [1, 2, 3, 4])
    assert first["classes"] == {"background": 0.9, "cat": first["score"], "dog": None}
    assert len({each["run"] for each in data["suspects"]}) == 3
    assert not any(each["learned"] or each["edited"] for each in data["suspects"])
    assert [line.split()[0] for line in outcome.out.splitlines()[1:4]] == ranked[:3]
    assert f"{len(judged) - 3} more are less suspicious" in outcome.out
    assert "Compare page, a fold of judges and Label suspects." in outcome.out
    one = ranked[-1]
    table = command("suspects", demo, "--folds", "judges", "--by", "softmin", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert [row["sample"] for row in rows] == ranked
    assert float(rows[-1]["score"]) == pytest.approx(judged[one] / 2, abs=1e-4)


def test_that_a_broken_fold_is_named_and_the_others_are_ranked(
    judged: dict[str, float], queued: list[Run], demo: Path, command: Command
):
    for path in queued[0].checkpoints_dir.iterdir():
        path.unlink()
    atomic_write(queued[1].folder / "run.json", b'{"id": ')
    outcome = command("suspects", demo, "--folds", "judges", "--json", "-")
    assert outcome.code == 0, outcome.err
    assert "judges-fold1 cannot judge masks. The run has no checkpoint yet" in outcome.err
    runs = {each["run"] for each in json.loads(outcome.out)["suspects"]}
    assert runs == {queued[0].id, queued[2].id}


def test_that_a_run_that_has_learned_the_masks_is_said(
    queued: list[Run], demo: Path, command: Command
):
    run = queued[0]
    dataset = open_dataset(demo)
    learned = next(iter(queued[1].record.held_out))
    let_judge(dataset, run, {learned: 0.4})
    run.update(group=None, fold=None, folds=None, held_out=[], state=RunState.FINISHED)
    for sample in dataset.in_splits(["train"]):  # what it has not judged it could not judge here
        if sample.id != learned and sample.image is not None:
            sample.image.unlink()
    outcome = command("suspects", demo, run.name, "--split", "train")
    assert outcome.code == 0, outcome.err
    assert "1 of these masks were learned by the run" in outcome.err
    assert re.search(rf"^{learned} .* learned$", outcome.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--folds"),
        (("a-run", "--folds", "judges"), "--folds"),
        (("nope",), "nope"),
        (("--folds", "nope"), "nope"),
        (("--folds", "judges", "--by", "chance"), "softmin"),
        (("--folds", "judges", "--labels", "nope"), "nope"),
        (("--folds", "judges", "--split", "nope"), "nope"),
    ],
)
def test_that_what_cannot_be_ranked_is_a_bad_argument(
    demo: Path, command: Command, arguments: tuple[str, ...], named: str, monkeypatch
):
    if "judges" in arguments:
        command("train", demo, *QUICK, "--folds", 2, "--name", "judges", "--queue")
    outcome = command("suspects", demo, *arguments)
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert named in outcome.err


def test_that_scales_that_are_none_are_a_bad_argument(
    queued: list[Run], demo: Path, command: Command
):
    outcome = command("predict", demo, "judges-fold1", "--scales", "1,big")
    assert outcome.code == 2
    assert outcome.is_one_clear_line
    assert "no scales for predicting" in outcome.err


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_that_folds_are_trained_and_judge_every_sample_from_the_command_line(
    demo: Path, tmp_path: Path
) -> None:
    def process(*arguments: object) -> Outcome:
        done = subprocess.run(
            petseg_command(*arguments), cwd=tmp_path, env=child_environment(),
            capture_output=True, text=True, timeout=1200, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr)

    outcome = process("train", demo, *QUICK, "--folds", 2, "--fold-splits", "train,val",
                      "--name", "judges")  # fmt: skip
    assert outcome.code == 0, outcome.err
    runs = fold_runs(demo)
    held_out = [sample for run in runs for sample in run.record.held_out]
    written = {
        path: path.stat().st_mtime_ns
        for run in runs
        for path in (run.folder / "predictions").rglob("[!.]*.*")
    }
    ranked = process("suspects", demo, "--folds", "judges", "--json", "-")
    assert ranked.code == 0, ranked.err
    suspects = json.loads(ranked.out)["suspects"]
    assert sorted(each["sample"] for each in suspects) == sorted(held_out)
    # Each was predicted and judged when its fold had been trained: nothing was left to do.
    assert all(path.stat().st_mtime_ns == before for path, before in written.items())
    views = process("predict", demo, "judges-fold1", "--flip", "--scales", "1,1.5")
    assert views.code == 0, views.err
    assert "flip, scales 1 and 1.5" in views.out
