"""What a filter of the gallery shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.filtering import EXCLUDED, TO_DO, Chosen, Order, SampleFilter, SampleIndex
from core.dataset.model import Sample
from core.flags import Flag, Severity


def sample(split: str, stem: str) -> Sample:
    return Sample(split, stem, Path(f"{stem}.jpg"), {})


def flag(sample_id: str, check: str, severity: Severity = Severity.WARNING) -> Flag:
    return Flag(sample_id, check, severity, 1.0, "odd")


def make_index() -> SampleIndex:
    index = SampleIndex(
        [sample("train", "Bella"), sample("train", "max_2"), sample("val", "bella_2"),
         sample("val", "rex")]
    )  # fmt: skip
    index.set_flags(
        {
            "train/max_2": [flag("train/max_2", "noise"), flag("train/max_2", "holes")],
            "val/bella_2": [flag("val/bella_2", "size", Severity.ERROR)],
            "val/rex": [flag("val/rex", "noise")],
        }
    )
    with_class = {0: [1, 1, 0, 1], 1: [1, 1, 0, 0], 2: [0, 0, 0, 1]}
    index.set_classes(lambda number: np.array(with_class.get(number, [0] * 4), np.bool_))
    return index


def test_that_the_default_filter_shows_everything_in_order():
    index = make_index()
    assert index.select(SampleFilter()) == ["train/Bella", "train/max_2", "val/bella_2", "val/rex"]
    assert not SampleFilter().is_narrowing


def test_that_all_words_must_occur_in_any_order_and_case():
    index = make_index()
    assert index.select(SampleFilter(text="BELLA")) == ["train/Bella", "val/bella_2"]
    assert index.select(SampleFilter(text=" 2  bel ")) == ["val/bella_2"]
    assert index.select(SampleFilter(text="val/")) == ["val/bella_2", "val/rex"]
    assert index.select(SampleFilter(text="nobody")) == []


def test_that_split_class_and_flags_narrow_together():
    index = make_index()
    assert index.select(SampleFilter(split="val")) == ["val/bella_2", "val/rex"]
    assert index.select(SampleFilter(check="noise")) == ["train/max_2", "val/rex"]
    assert index.select(SampleFilter(check="noise", split="val")) == ["val/rex"]
    assert index.select(SampleFilter(class_index=1)) == ["train/Bella", "train/max_2"]
    assert index.select(SampleFilter(class_index=2, flagged_only=True)) == ["val/rex"]
    assert index.select(SampleFilter(split="test")) == []
    assert index.select(SampleFilter(check="unheard_of")) == []


def test_that_tags_states_and_exclusions_narrow():
    index = make_index()
    index.set_review(
        {"train/Bella": "done", "val/rex": "unsure", "gone/away": "done", "train/max_2": "to_do"},
        {"val/rex": ["thin structures", "small object"], "train/max_2": ["small object"]},
    )
    index.set_excluded({"val/bella_2": "a fox"})
    assert index.select(SampleFilter(tag="small object")) == ["train/max_2", "val/rex"]
    assert index.select(SampleFilter(tag="never used")) == []
    assert index.select(SampleFilter(state="done")) == ["train/Bella"]
    assert index.select(SampleFilter(state=TO_DO)) == ["train/max_2", "val/bella_2"]
    assert index.select(SampleFilter(state=EXCLUDED)) == ["val/bella_2"]
    assert index.tag_counts() == {"thin structures": 1, "small object": 2}
    assert index.state_counts()["done"] == 1


def test_that_samples_are_sorted_by_review_state_and_by_tags():
    index = make_index()
    index.set_review(
        {"train/Bella": "done", "train/max_2": "unsure"},
        {"val/rex": ["small object"], "val/bella_2": ["difficult pose"]},
    )
    by_review = ["val/bella_2", "val/rex", "train/max_2", "train/Bella"]
    assert index.select(SampleFilter(order=Order.REVIEW)) == by_review
    by_tags = ["val/bella_2", "val/rex", "train/Bella", "train/max_2"]
    assert index.select(SampleFilter(order=Order.TAGS)) == by_tags


def test_that_samples_chosen_elsewhere_are_shown_in_the_filter_s_order():
    index = make_index()
    chosen = Chosen("cat area 5 to 10 %", frozenset({"val/rex", "train/Bella", "gone/away"}))
    assert index.select(SampleFilter(chosen=chosen)) == ["train/Bella", "val/rex"]
    assert index.select(SampleFilter(chosen=chosen, split="val")) == ["val/rex"]
    assert SampleFilter(chosen=chosen).is_narrowing


def test_that_worst_first_goes_by_severity_then_number_of_flags_then_name():
    index = make_index()
    wanted = SampleFilter(order=Order.WORST_FIRST)
    assert index.select(wanted) == ["val/bella_2", "train/max_2", "val/rex", "train/Bella"]
    assert not wanted.is_narrowing


def test_that_a_mended_sample_leaves_the_filter_and_the_summary():
    index = make_index()
    index.set_flags({"val/rex": [flag("val/rex", "noise")]})
    assert index.select(SampleFilter(flagged_only=True)) == ["val/rex"]
    summary = index.summary()
    assert (summary.flagged, summary.errors, summary.by_check) == (1, 0, {"noise": 1})


def test_that_the_summary_counts_samples_not_flags():
    index = make_index()
    index.set_flags({"val/rex": [flag("val/rex", "noise"), flag("val/rex", "noise")]})
    assert index.summary().by_check == {"noise": 1}
    assert index.split_counts() == {"train": 2, "val": 2}


def test_that_flags_of_unknown_samples_are_passed_over():
    index = make_index()
    index.set_flags({"gone/away": [flag("gone/away", "noise")]})
    assert index.summary().flagged == 0


IDS = st.tuples(st.sampled_from(["train", "val", ""]), st.text("ab1_Ä", min_size=1, max_size=4))


@settings(deadline=None)
@given(
    st.lists(IDS, unique=True, max_size=12),
    st.dictionaries(st.integers(0, 11), st.sampled_from(["noise", "size"]), max_size=6),
    st.builds(
        SampleFilter,
        text=st.text("ab1_ ä/", max_size=3),
        split=st.sampled_from([None, "train", "val"]),
        check=st.sampled_from([None, "noise", "size"]),
        flagged_only=st.booleans(),
    ),
)
def test_that_the_index_agrees_with_looking_at_each_sample(names, flagged, wanted):
    samples = [sample(split, stem) for split, stem in names]
    checks = {samples[at].id: check for at, check in flagged.items() if at < len(samples)}
    index = SampleIndex(samples)
    index.set_flags({name: [flag(name, check)] for name, check in checks.items()})

    def is_shown(one: Sample) -> bool:
        words = wanted.text.casefold().split()
        return (
            all(word in one.id.casefold() for word in words)
            and wanted.split in (None, one.split)
            and (not wanted.flagged_only or one.id in checks)
            and wanted.check in (None, checks.get(one.id))
        )

    assert index.select(wanted) == [one.id for one in samples if is_shown(one)]
