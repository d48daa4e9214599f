"""Samples as facts see them, and what is measured of them, without a scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.dataset import Dataset, open_dataset
from core.dataset.model import ClassInfo
from core.eda.columns import Eda, collect
from core.qa.facts import FACTS, basic, grid, pieces
from core.qa.registry import SampleFacts
from core.qa.view import SampleView
from tests.making import write_sample

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)

# Those of this room; others register theirs beside them.
FACT_NAMES = [
    name for name, fact in FACTS.items()
    if fact.take.__module__ in (basic.__name__, pieces.__name__, grid.__name__)
]  # fmt: skip


def write_classes(root: Path, classes: tuple[ClassInfo, ...] = CLASSES) -> None:
    """State the dataset's classes, so that they are not guessed from its masks."""
    lines = [
        f'[[classes]]\nname = "{info.name}"\ncolor = "#{"".join(f"{c:02X}" for c in info.color)}"\n'
        for info in classes
    ]
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.toml").write_text("\n".join(lines))


def view_of(root: Path, mask: np.ndarray, photo: np.ndarray | None = None) -> SampleView:
    """A sample with that mask in a dataset of the classes background, cat and dog."""
    write_classes(root)
    write_sample(root, "train", "0", {"labels": mask}, photo=photo)
    dataset = open_dataset(root)
    return SampleView(dataset, dataset.samples[0], "labels")


def take_facts(view: SampleView) -> dict[str, np.ndarray]:
    """What is measured of a sample; facts that it has not are absent."""
    taken = {name: FACTS[name].take(view) for name in FACT_NAMES}
    return {name: fact for name, fact in taken.items() if fact is not None}


def facts_of(dataset: Dataset, label_set: str = "labels") -> Iterator[SampleFacts]:
    """What is measured of every sample."""
    for sample in dataset.samples:
        facts = take_facts(SampleView(dataset, sample, label_set))
        yield SampleFacts(sample.id, sample.split, facts)


def eda_of(dataset: Dataset, label_set: str = "labels") -> Eda:
    """The statistics of a dataset."""
    return collect(facts_of(dataset, label_set), dataset, label_set)
