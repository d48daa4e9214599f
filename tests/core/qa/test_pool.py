"""Measuring in processes beside a thread gives what the thread alone gives."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.qa.checks import CHECKS
from core.qa.scanning import peers
from core.qa.scanning.examining import Examined, Wanted
from core.qa.scanning.plan import Plan, make_plan
from core.qa.scanning.pool import Examiners
from core.qa.settings import CheckSettings
from tests.making import make_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(make_dataset(tmp_path_factory.mktemp("pool"), samples=120, size=24))


@pytest.fixture
def plan(dataset: Dataset) -> Plan:
    return make_plan(dataset, tuple(CHECKS.values()), CheckSettings(), with_facts=True)


def measured(dataset: Dataset, plan: Plan, processes: int) -> list[Examined]:
    with Examiners(dataset, "labels", plan, processes) as examiners:
        samples = list(dataset.samples)
        jobs = examiners.submit(
            [
                [Wanted(sample) for sample in samples[start : start + 3]]
                for start in range(0, len(samples), 3)
            ]
        )
        return [found for job in jobs for found in job.result()]


def is_same(one: Examined, other: Examined) -> bool:
    return (
        one.content == other.content
        and one.classes == other.classes
        and one.measurements == other.measurements
        and one.scores.keys() == other.scores.keys()
        and np.array_equal(list(one.scores.values()), list(other.scores.values()), equal_nan=True)
        and one.facts.keys() == other.facts.keys()
        and all(np.array_equal(one.facts[name], other.facts[name]) for name in one.facts)
    )


@pytest.mark.parametrize("is_copied", [True, False])
def test_that_a_process_measures_what_a_thread_measures(
    dataset: Dataset, plan: Plan, monkeypatch: pytest.MonkeyPatch, is_copied: bool
):
    alone = measured(dataset, plan, 0)
    # All is left to the process, which would hardly have started when the thread is done.
    monkeypatch.setattr(Examiners, "_measure_here", lambda _self: None)
    if is_copied and not peers.may_fork():
        pytest.skip("this process cannot be copied")
    monkeypatch.setattr(peers, "may_fork", lambda: is_copied)
    together = measured(dataset, plan, 1)
    assert all(is_same(one, other) for one, other in zip(alone, together, strict=True))


def test_that_the_work_of_a_process_that_dies_is_done_here(
    dataset: Dataset, plan: Plan, monkeypatch: pytest.MonkeyPatch
):
    dying = [sys.executable, "-c", "import sys; sys.stdin.buffer.read(1)"]
    monkeypatch.setattr(peers, "python_command", lambda _module: dying)
    monkeypatch.setattr(peers, "may_fork", lambda: False)
    found = measured(dataset, plan, 2)
    assert [bool(one.classes) for one in found] == [True] * 120


def test_that_work_that_nobody_waits_for_any_more_is_dropped(dataset: Dataset, plan: Plan):
    with Examiners(dataset, "labels", plan, 0) as examiners:
        jobs = examiners.submit([[Wanted(sample)] for sample in dataset.samples])
    assert all(job.done() for job in jobs)
    assert any(job.cancelled() for job in jobs)


def test_that_small_files_of_any_name_are_measured(tmp_path: Path):
    root = make_dataset(tmp_path, samples=2, size=1)
    dataset = open_dataset(root)
    plan = make_plan(dataset, tuple(CHECKS.values()), CheckSettings(), with_facts=True)
    assert len(measured(dataset, plan, 0)) == 2
