"""How the Dataset page answers with 100,000 samples. Figures are printed, ratios asserted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset.filtering import Order, SampleFilter, SampleIndex
from core.dataset.model import Sample
from core.dataset.thumbnails import Thumbnail
from core.flags import Flag, Severity
from widgets.gallery import GalleryView

pytestmark = [pytest.mark.benchmark, pytest.mark.gui]

MANY = 100_000
FEW = 1_000


def make_samples(count: int) -> list[Sample]:
    splits = ("train", "val", "test")
    nowhere = Path("nowhere.jpg")
    return [
        Sample(splits[place * 3 // count], f"{place:012d}_{place % 7919}", nowhere, {})
        for place in range(count)
    ]


def make_flags(samples: list[Sample]) -> dict[str, list[Flag]]:
    kinds = (("noise", Severity.WARNING), ("size", Severity.ERROR), ("holes", Severity.WARNING))
    return {
        sample.id: [Flag(sample.id, *kinds[place % 3], 1.0, "something is odd here")]
        for place, sample in enumerate(samples)
        if place % 5 == 0
    }


def milliseconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The median time of some repeats."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times)[repeats // 2]


def test_report_of_filtering_100_000_samples():
    samples = make_samples(MANY)
    start = time.perf_counter()
    index = SampleIndex(samples)
    index.set_flags(make_flags(samples))
    index.set_classes(lambda number: np.arange(MANY) % 2 == number - 1)
    print(f"\nindex of {MANY:,} samples built in {time.perf_counter() - start:.2f} s")
    filters = {
        "one letter": SampleFilter(text="1"),
        "a word that few have": SampleFilter(text="00007_"),
        "two words, sorted": SampleFilter(text="val 77", order=Order.WORST_FIRST),
        "everything, sorted": SampleFilter(order=Order.WORST_FIRST),
        "a check": SampleFilter(check="noise"),
        "a class": SampleFilter(class_index=1),
    }
    for name, wanted in filters.items():
        taken = milliseconds(lambda wanted=wanted: index.select(wanted))
        print(f"  {name:<22} {taken:6.1f} ms, {len(index.select(wanted)):>7,} shown")


def test_that_first_paint_and_scrolling_do_not_depend_on_the_number_of_samples(qtbot):
    figures = {}
    for count in (FEW, MANY):
        samples = make_samples(count)
        ids = [sample.id for sample in samples]
        view = GalleryView()
        qtbot.addWidget(view)
        pixels = np.zeros((128, 128, 3), np.uint8)
        view.loader.set_source(lambda _sample, _size, pixels=pixels: Thumbnail(pixels))
        view.resize(1200, 700)
        view.set_flags(make_flags(samples))
        view.show_samples(ids[:1], None)
        with qtbot.waitExposed(view):
            view.show()
        start = time.perf_counter()
        view.show_samples(ids, ids[0])
        shown = 1000 * (time.perf_counter() - start)
        view.viewport().repaint()
        painted = 1000 * (time.perf_counter() - start)
        some = [sample_id for sample_id in ids if "7" in sample_id]

        def switch(view=view, ids=ids, some=some):
            view.show_samples(some, ids[0])
            view.show_samples(ids, ids[0])

        reset = milliseconds(switch) / 2
        bar = view.verticalScrollBar()

        def scroll(view=view, bar=bar):
            bar.setValue((bar.value() + bar.maximum() // 7) % max(bar.maximum(), 1))
            view.viewport().repaint()

        scrolled = milliseconds(scroll, repeats=21)
        figures[count] = scrolled
        print(
            f"\n{count:>7,} samples: shown in {shown:.1f} ms, painted after {painted:.1f} ms, "
            f"other rows in {reset:.1f} ms, scrolled and painted in {scrolled:.1f} ms"
        )
        view.shut_down()
    assert figures[MANY] < 5 * figures[FEW]
