"""Measuring one sample: a pure function of its files, done in any thread or process."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.dataset.model import Dataset, Sample
from core.dataset.sample_table import files_of
from core.qa.checks import CHECKS
from core.qa.facts import FACTS
from core.qa.registry import Measurement
from core.qa.scanning.judging import may_be_flagged, severity_override
from core.qa.scanning.plan import Plan
from core.qa.scanning.states import state_of
from core.qa.scanning.store import NO_OVERRIDE
from core.qa.view import SampleView

_log = logging.getLogger(__name__)

# The check that tells of files that could not be looked at.
_TELLS = "unreadable"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sample to be measured.

    Attributes:
        sample: The sample.
        content: Hash of its files when it was measured last; None for never.
        checks, facts: What is still wanted when the files are the same.
    """

    sample: Sample
    content: bytes | None = None
    checks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was measured of a sample.

    Attributes:
        state: Of its files just before they were read (`core.qa.scanning.states`).
        content: Hash of its files.
        is_same: Whether the files are those of the last time; then only what was still wanted is
            in here.
        scores: By check; NaN where it has nothing to compare.
        measurements: By check, where a limit that a user may choose could flag it.
        severities: Ranks of findings that are not of their check's severity.
        facts: By name.
        classes: Which classes the mask holds, as packed bits.
    """

    state: bytes
    content: bytes
    is_same: bool
    scores: Mapping[str, float]
    measurements: Mapping[str, Measurement]
    severities: Mapping[str, int]
    facts: Mapping[str, npt.NDArray[Any]]
    classes: bytes


def examine(dataset: Dataset, label_set: str, plan: Plan, wanted: Wanted) -> Examined:
    """Measure what is wanted of a sample, or all that is planned when its files changed."""
    ((image, mask),) = files_of([wanted.sample], label_set)
    state = state_of(image, mask)
    view = SampleView(dataset, wanted.sample, label_set)
    content = _content(view)
    is_same = wanted.content == content
    scores: dict[str, float] = {}
    measurements: dict[str, Measurement] = {}
    severities: dict[str, int] = {}
    faults: list[str] = []
    for check_id in wanted.checks if is_same else plan.checks:
        check = CHECKS[check_id]
        assert check.measure is not None
        try:
            found = check.measure(view, plan.options[check_id])
        except Exception as error:
            faults.append(_fault(wanted.sample, f"the check {check_id}", error))
            found = None
        scores[check_id] = np.nan if found is None else found.score
        if found is not None and may_be_flagged(check, found.score):
            measurements[check_id] = found
            rank = severity_override(check, found)
            if rank != NO_OVERRIDE:
                severities[check_id] = rank
    facts = {}
    for name in wanted.facts if is_same else plan.facts:
        try:
            taken = FACTS[name].take(view)
        except Exception as error:
            faults.append(_fault(wanted.sample, f"the measure {name}", error))
            taken = None
        if taken is not None:
            facts[name] = taken
    if faults and _TELLS in plan.checks:
        told = measurements.get(_TELLS)
        reasons = [*(told.notes["reasons"] if told is not None else []), *faults]
        measurements[_TELLS] = Measurement(len(reasons), notes={"reasons": reasons})
        scores[_TELLS] = len(reasons)
    classes = b""
    if not is_same:
        classes = np.packbits(view.counts[: dataset.num_classes] > 0).tobytes()
    return Examined(state, content, is_same, scores, measurements, severities, facts, classes)


def _fault(sample: Sample, what: str, error: Exception) -> str:
    """A sentence on a fault of ours: one strange file must not end the scan of all the others."""
    _log.exception("%s failed on %s", what, sample.id)
    return (
        f"A fault of the program kept {what} from looking at this sample"
        f" ({type(error).__name__}: {error}). Look at its files; the other checks have seen it."
    )


def _content(view: SampleView) -> bytes:
    digest = hashlib.sha256()  # in hardware on most CPUs: twice as fast as BLAKE2
    for data in (view.image_bytes, view.mask_bytes):
        digest.update(data if isinstance(data, bytes) else str(data).encode("utf-8", "replace"))
        digest.update(b"\0petseg\0")
    return digest.digest()[:16]
