"""Tags, review states and notes, and taking back what was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.review.store import NOT_REVIEWED, Review, ReviewState, ReviewStore
from core.review.tags import LONGEST_TAG, READY_MADE_TAGS, tidy_tag

TO_DO, DONE, UNSURE = ReviewState
SMALL, THIN = "small object", "thin structures"


@pytest.fixture
def workspace(tmp_path: Path):
    with Workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture
def store(workspace: Workspace) -> ReviewStore:
    return ReviewStore(workspace)


def test_that_a_sample_nobody_looked_at_is_to_do(store: ReviewStore):
    assert store.review("train/a") == NOT_REVIEWED
    assert NOT_REVIEWED.state is TO_DO
    assert store.reviews() == {}


def test_that_what_is_said_is_kept_for_the_next_time(store: ReviewStore, workspace: Workspace):
    store.set_state(["a", "b"], DONE)
    store.add_tag(["b", "c"], THIN)
    store.add_tag(["b"], SMALL)
    store.set_note(["c"], "  ears cut off ")
    again = ReviewStore(workspace)
    assert again.reviews() == {
        "a": Review(DONE),
        "b": Review(DONE, (SMALL, THIN)),
        "c": Review(TO_DO, (THIN,), "ears cut off"),
    }
    assert again.review("b") == again.reviews()["b"]
    assert again.states() == {"a": DONE, "b": DONE}
    assert again.tags_by_sample() == {"b": (SMALL, THIN), "c": (THIN,)}
    assert again.notes() == {"c": "ears cut off"}


def test_that_each_write_can_be_taken_back_and_done_again(store: ReviewStore):
    store.set_state(["a"], UNSURE)
    store.add_tag(["a"], "dark dog")
    store.set_note(["b"], "look again")
    for write in (
        lambda: store.set_state(["a", "b", "c"], DONE),
        lambda: store.set_state(["a"], TO_DO),
        lambda: store.set_note(["a", "b"], "right as it is"),
        lambda: store.set_note(["b"], ""),
        lambda: store.add_tag(["a", "b"], "new"),
        lambda: store.remove_tag(["a", "b"], "dark dog"),
        lambda: store.rename_tag("dark dog", "dark object"),
        lambda: store.rename_tag("dark dog", SMALL),
        lambda: store.delete_tag("dark dog"),
        lambda: store.offer_tag("whiskers"),
    ):
        before = (store.reviews(), store.known_tags())
        undo = write()
        after = (store.reviews(), store.known_tags())
        assert after != before
        assert undo.words
        redo = store.restore(undo)
        assert (visible(store.reviews()), store.known_tags()) == (visible(before[0]), before[1])
        store.restore(redo)
        assert (visible(store.reviews()), store.known_tags()) == (visible(after[0]), after[1])
        store.restore(undo)


def visible(reviews: dict[str, Review]) -> dict[str, Review]:
    """What differs from a sample that nobody has said anything of."""
    return {sample: review for sample, review in reviews.items() if review != NOT_REVIEWED}


def test_that_taking_back_one_thing_leaves_what_came_later(store: ReviewStore):
    undo = store.add_tag(["a"], SMALL)
    store.set_state(["a"], DONE)
    store.set_note(["a"], "fine")
    store.restore(undo)
    assert store.review("a") == Review(DONE, (), "fine")


def test_that_a_write_that_changes_nothing_has_nothing_to_take_back(store: ReviewStore):
    store.add_tag(["a"], SMALL)
    assert store.add_tag(["a"], SMALL).is_empty
    assert store.set_state(["a"], TO_DO).is_empty
    assert store.set_note(["a"], "  ").is_empty
    assert store.remove_tag(["a"], THIN).is_empty


def test_that_undo_names_only_the_samples_that_changed(store: ReviewStore):
    store.set_state(["a"], DONE)
    undo = store.set_state(["a", "b"], DONE)
    assert undo.samples == {"b"}
    assert undo.words == "1 sample: done"


def test_that_ready_made_tags_come_first_and_own_ones_after_them(store: ReviewStore):
    store.offer_tag("whiskers")
    store.add_tag(["a"], "Dark dog")
    assert store.known_tags() == [*READY_MADE_TAGS, "Dark dog", "whiskers"]
    assert store.tag_counts()["Dark dog"] == 1
    assert store.tag_counts()["whiskers"] == 0


def test_that_a_tag_typed_in_other_capitals_is_the_same_tag(store: ReviewStore):
    store.add_tag(["a"], " Small   OBJECT ")
    assert store.review("a").tags == (SMALL,)
    assert store.known_tags() == list(READY_MADE_TAGS)


def test_that_renaming_to_an_existing_tag_makes_one_of_two(store: ReviewStore):
    store.add_tag(["a", "b"], "tiny")
    store.add_tag(["b"], SMALL)
    store.rename_tag("tiny", SMALL)
    assert store.tags_by_sample() == {"a": (SMALL,), "b": (SMALL,)}
    assert "tiny" not in store.known_tags()


def test_that_capitals_can_be_renamed(store: ReviewStore):
    store.add_tag(["a"], "fox")
    store.rename_tag("fox", "Fox")
    assert store.review("a").tags == ("Fox",)


def test_that_unknown_and_impossible_tags_are_refused_in_words(store: ReviewStore):
    with pytest.raises(PetsegError, match="small object"):
        store.delete_tag("nothing")
    for typed in ("", "  \n ", "a;b", "x" * (LONGEST_TAG + 1), "a\x00b"):
        with pytest.raises(PetsegError):
            store.add_tag(["a"], typed)
    assert store.reviews() == {}


@given(st.text(max_size=80))
def test_that_a_tidied_tag_is_tidy(text: str):
    try:
        tag = tidy_tag(text)
    except PetsegError:
        return  # said in words; another test asks for them
    assert tag == tidy_tag(tag)
    assert tag == tag.strip()
    assert "\n" not in tag


def test_that_a_hundred_thousand_samples_are_one_write_and_one_read(store: ReviewStore):
    ids = [f"train/{number:06d}" for number in range(100_000)]
    undo = store.add_tag(ids, SMALL)
    store.set_state(ids, DONE)
    reviews = store.reviews()
    assert len(reviews) == 100_000
    assert reviews[ids[-1]] == Review(DONE, (SMALL,))
    assert reviews[ids[0]].tags is reviews[ids[-1]].tags  # kept once
    store.restore(undo)
    assert store.tags_by_sample() == {}
