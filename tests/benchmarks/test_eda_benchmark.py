"""What statistics cost: facts against decoding, and a hundred thousand samples against ten."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.eda.columns import collect
from core.eda.export import describe
from core.images import read_image, read_mask
from core.qa.registry import SampleFacts
from core.qa.view import SampleView
from tests.core.eda.views import FACT_NAMES, facts_of, take_facts, write_classes
from tests.making import make_dataset

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def test_that_facts_cost_less_than_decoding(tmp_path: Path):
    write_classes(tmp_path)
    dataset = open_dataset(make_dataset(tmp_path, samples=200, size=256))

    def decode() -> None:
        for sample in dataset.samples:
            assert sample.image is not None
            read_image(sample.image)
            read_mask(sample.masks["labels"])

    def measure(views: list[SampleView]) -> None:
        for view in views:
            take_facts(view)

    decode()  # once before the clock runs: file cache
    decoding = min(seconds(decode) for _ in range(3))
    measuring = []
    for _ in range(3):
        views = [SampleView(dataset, sample, "labels") for sample in dataset.samples]
        for view in views:
            assert view.image is not None
            assert view.mask is not None
        measuring.append(seconds(lambda views=views: measure(views)))
    per_sample = 1000 * min(measuring) / len(dataset.samples)
    print(
        f"\n{len(FACT_NAMES)} facts of 200 samples of 256×256: {per_sample:.2f} ms each, "
        f"{min(measuring) / decoding:.2f} times the decoding of photo and mask"
    )


def test_that_the_memory_of_a_hundred_thousand_samples_is_their_columns(tmp_path: Path):
    """Ten times the samples take ten times as long, and a few dozen bytes more for each."""
    write_classes(tmp_path)
    dataset = open_dataset(make_dataset(tmp_path, samples=40, size=64))
    measured = list(facts_of(dataset))

    def stream(number: int) -> Iterator[SampleFacts]:
        for index in range(number):
            known = measured[index % len(measured)]
            # Copies, as a database gives them.
            facts = {name: np.array(fact) for name, fact in known.facts.items()}
            yield SampleFacts(f"{known.split}/{index:06d}", known.split, facts)

    figures = {}
    for number in (10_000, 100_000):
        begun = time.perf_counter()
        for _ in stream(number):
            pass
        streaming = time.perf_counter() - begun
        begun = time.perf_counter()
        eda = collect(stream(number), dataset, "labels")
        collecting = time.perf_counter() - begun - streaming
        telling = seconds(lambda eda=eda: describe(eda))
        figures[number] = (collecting, telling)
    tracemalloc.start()
    eda = collect(stream(100_000), dataset, "labels")
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ids = sum(map(len, eda.ids)) + 57 * len(eda.ids)  # 49 bytes a str, 8 its place
    small, large = figures[10_000], figures[100_000]
    print(
        f"\n100,000 samples: collected in {large[0]:.2f} s, tables in {large[1]:.2f} s "
        f"({(sum(large)) / sum(small):.1f} times as long as 10,000); columns "
        f"{(kept - ids) / 1e5:.0f} bytes a sample beside the ids' {ids / 1e5:.0f}; "
        f"peak {peak / kept:.2f} times what is kept"
    )
    assert (kept - ids) / 1e5 < 100
    assert peak < 3 * kept
