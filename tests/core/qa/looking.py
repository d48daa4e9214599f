"""Running the checks of appearance: photos and masks in memory or on disk, no scan around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.dataset import open_dataset
from core.dataset.model import Dataset
from core.qa.checks import CHECKS
from core.qa.facts import FACTS
from core.qa.registry import Finding, Measurement, SampleFacts
from core.qa.view import SampleView
from tests.making import write_sample

Array = np.ndarray


def photo_with_mask(size: int = 256, seed: int = 0) -> tuple[Array, Array]:
    """A blob with bumps on a busy ground, and its exact mask."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] - size / 2
    angle = np.arctan2(y, x)
    radius = size * (0.22 + 0.04 * np.sin(3 * angle) + 0.03 * np.cos(5 * angle))
    mask = (np.hypot(x, y) < radius).astype(np.uint8)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (size, size, 3)), (0, 0), size / 128) * 60
    ground = np.array([120.0, 140.0, 100.0]) + noise
    thing = np.array([150.0, 110.0, 80.0]) + noise
    image = np.where(mask[..., None] > 0, thing, ground)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 0.8), 0, 255).astype(np.uint8), mask


def moved(mask: Array, dx: int, dy: int) -> Array:
    """The mask after a shift to the right and down."""
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return cv2.warpAffine(mask, matrix, mask.shape[::-1], flags=cv2.INTER_NEAREST)


def view_of(root: Path, image: Array, mask: Array) -> SampleView:
    """Write one sample and look at it."""
    write_sample(root, "train", "one", {"labels": mask}, photo=image)
    dataset = open_dataset(root)
    return SampleView(dataset, dataset.sample("train/one"), "labels")


def measured(check: str, view: SampleView) -> Measurement | None:
    """What a check of one sample measures with its default options."""
    measure = CHECKS[check].measure
    assert measure is not None
    return measure(view, CHECKS[check].default_options())


def found(check: str, measurement: Measurement | None) -> Finding | None:
    """The finding at the check's default limit, if it is crossed."""
    limit = CHECKS[check].limit
    assert limit is not None
    if measurement is None or not limit.crossed_by(measurement.score, limit.default):
        return None
    return CHECKS[check].find(measurement, limit.default)


def facts_of(view: SampleView) -> SampleFacts:
    """The facts "objects" and "contacts" of a sample."""
    taken = {name: FACTS[name].take(view) for name in ("objects", "contacts")}
    kept = {name: value for name, value in taken.items() if value is not None}
    return SampleFacts(view.sample.id, view.sample.split, kept)


def judged(
    dataset: Dataset,
    facts: Sequence[SampleFacts],
    checks: Iterable[str],
    through: Callable[[Any], Any] = dict,
) -> dict[tuple[str, str], Finding]:
    """What checks over the dataset find, by sample and check; `through` copies the model."""
    findings = {}
    for name in checks:
        check = CHECKS[name]
        assert check.fit is not None
        assert check.judge is not None
        options = check.default_options()
        model = check.fit(facts, dataset, options)
        model = None if model is None else through(model)
        for sample in facts:
            finding = found(name, check.judge(model, sample, options))
            if finding is not None:
                findings[sample.sample, name] = finding
    return findings
