"""A dataset with labels that are wrong in two places, and a run that sees them right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.evaluation.errors.finding import find_errors
from core.evaluation.errors.regions import ErrorRegion
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write, content_hash
from core.images import encode_mask, read_mask
from core.runs.events import BestScore
from core.runs.store import DatasetRecord, Run, RunStore
from core.worklist.deciding import decide
from core.worklist.entries import Decision, Entry, Wanted
from core.worklist.store import WorklistStore
from tests.making import write_sample

SAMPLE = "val/a"
RIGHT = np.zeros((48, 48), np.uint8)
RIGHT[4:20, 4:20] = 1
RIGHT[28:44, 28:44] = 2
LABEL = RIGHT.copy()
LABEL[4:20, 4:20] = 2  # a whole cat that is called a dog
LABEL[28:44, 28:44] = 0  # a dog that was forgotten

PLAIN = """
[[classes]]
name = "background"
color = "#000000"
[[classes]]
name = "cat"
color = "#E69F00"
[[classes]]
name = "dog"
color = "#0072B2"
"""
MAPPED = """
[[classes]]
name = "background"
color = "#000000"
mask_values = [0]
[[classes]]
name = "cat"
color = "#E69F00"
mask_values = [127]
[[classes]]
name = "dog"
color = "#0072B2"
mask_values = [200]
"""
COLORED = """
[[classes]]
name = "background"
color = "#000000"
mask_colors = ["#000000"]
[[classes]]
name = "cat"
color = "#E69F00"
mask_colors = ["#FF0000"]
[[classes]]
name = "dog"
color = "#0072B2"
mask_colors = ["#0000FF"]
"""


def make_world(root: Path, settings: str = PLAIN, *, splits: tuple[str, ...] = ("val",)) -> Run:
    """The dataset, and a run with predictions of all its samples."""
    (root / "dataset.toml").parent.mkdir(parents=True, exist_ok=True)
    (root / "dataset.toml").write_text(settings)
    for split in splits:
        write_sample(root, split, "a", {"labels": encoded(LABEL, settings)})
    dataset = open_dataset(root)
    run = RunStore(dataset.workspace_dir / "runs").create(
        recipe="demo-cpu", label_set="labels", dataset=DatasetRecord(root=root), name="first",
        now=datetime(2025, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    for sample in dataset.samples:
        atomic_write(prediction_path(run, sample), encode_mask(RIGHT))
    return run


def encoded(mask: np.ndarray, settings: str) -> np.ndarray:
    """A mask as its file holds it."""
    if settings == MAPPED:
        return np.array([0, 127, 200], np.uint8)[mask]
    if settings == COLORED:
        return np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)], np.uint8)[mask][..., ::-1]
    return mask


def mask_file(dataset: Dataset, sample: str = SAMPLE) -> Path:
    return dataset.mask_path(dataset.sample(sample), "labels")


def mask_of(dataset: Dataset, sample: str = SAMPLE) -> np.ndarray:
    return read_mask(mask_file(dataset, sample), dataset.coding)


def regions(truth: np.ndarray = LABEL, prediction: np.ndarray = RIGHT) -> list[ErrorRegion]:
    """The regions of errors: the cat called dog first, then the forgotten dog."""
    found = find_errors(prediction, truth, num_classes=3)
    return sorted(found, key=lambda region: -region.true_class)


def listed(dataset: Dataset, workspace: Workspace, run: Run, sample: str = SAMPLE) -> list[Entry]:
    """Both places, put on the worklist."""
    store = WorklistStore(workspace)
    store.add(
        [Wanted(sample, each) for each in regions()],
        label_set="labels",
        run=run.id,
        source="dog predicted as cat",
        mask_hashes={sample: content_hash(mask_file(dataset, sample).read_bytes())},
    )
    return store.entries("labels")


def make_trained(
    dataset: Dataset, name: str, prediction: np.ndarray, parent: str | None = None
) -> Run:
    """A run that knows the masks of train and val as they are, and predicts the same everywhere."""
    used = [each.id for each in dataset.samples if not each.id.startswith("test/")]
    fingerprint = {each: content_hash(mask_file(dataset, each).read_bytes()) for each in used}
    run = RunStore(dataset.workspace_dir / "runs").create(
        recipe="demo-cpu", label_set="labels", name=name, now=datetime.now(UTC), parent=parent,
        dataset=DatasetRecord(root=dataset.root, fingerprint=fingerprint),
        best=BestScore(mDice=12.5, iteration=3), on_repaired_labels=parent is not None,
    )  # fmt: skip
    for sample in dataset.samples:
        atomic_write(prediction_path(run, sample), encode_mask(prediction))
    return run


def repair(dataset: Dataset, run: Run, *samples: str) -> None:
    """Take the run's word for everything in some masks."""
    with open_workspace(dataset) as workspace:
        for sample in samples:
            entries = listed(dataset, workspace, run, sample)
            for entry in [each for each in entries if each.sample == sample]:
                decide(dataset, workspace, entry.id, Decision.MODEL, run)
