"""What people say of samples, as the session holds it, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.review.store import ReviewState
from tests.app.dataset.hands import CLEAN, DOG, MORE, SPECKS, Hands
from tests.making import blob, write_sample


class Told:
    """What can be taken back, newest last."""

    def __init__(self, hands: Hands) -> None:
        self.words: list[str] = []
        self.ways: list[Callable[[], None]] = []
        hands.session.curation.undoable.connect(self._note)

    def _note(self, words: str, take_back: Callable[[], None]) -> None:
        self.words.append(words)
        self.ways.append(take_back)


@pytest.fixture
def told(opened: Hands) -> Told:
    return Told(opened)


def test_that_everything_said_can_be_taken_back_in_turn(opened, told):
    curation = opened.session.curation
    curation.set_state([SPECKS, MORE], ReviewState.DONE)
    curation.add_tag([MORE], "small object")
    curation.set_note([MORE], "a bell")
    curation.rename_tag("small object", "tiny object")
    curation.exclude([MORE, DOG], "a wolf")
    curation.delete_tag("tiny object")
    assert len(told.ways) == 6
    for take_back in reversed(told.ways):
        take_back()
    assert curation.tags() == {}
    assert curation.excluded == {}
    assert curation.review(MORE).note == ""
    assert curation.review(SPECKS).state is ReviewState.TO_DO


def test_that_what_changes_nothing_is_not_offered_to_be_undone(opened, told):
    curation = opened.session.curation
    curation.set_state([CLEAN], ReviewState.TO_DO)
    curation.remove_tag([CLEAN], "small object")
    curation.restore([CLEAN])
    assert told.words == []


def test_that_the_words_say_what_was_done_and_to_how_many(opened, told):
    curation = opened.session.curation
    curation.exclude([MORE], "a wolf")
    curation.exclude([CLEAN, DOG], "blurred")
    curation.restore([CLEAN, DOG, SPECKS])
    assert told.words == [
        f"{MORE} excluded from training",
        "2 samples excluded from training",
        "2 samples taken back into training",
    ]


def test_that_a_tag_without_letters_is_refused_in_words(opened, told):
    with opened.qtbot.waitSignal(opened.session.problem):
        opened.session.curation.add_tag([CLEAN], "   ")
    assert told.words == []
    assert opened.session.curation.tags() == {}


def test_that_taking_back_never_reaches_into_another_dataset(opened, told, tmp_path):
    curation = opened.session.curation
    curation.exclude([SPECKS], "a fox")
    curation.exclude([CLEAN], "a wolf")
    curation.restore([CLEAN])
    curation.set_state([CLEAN], ReviewState.DONE)
    for stem in ("clean", "specks"):
        write_sample(tmp_path / "other", "train", stem, {"labels": blob()})
    opened.open(tmp_path / "other")
    curation.exclude([SPECKS], "another fox")
    for take_back in told.ways[:-1]:
        take_back()
        assert curation.excluded == {SPECKS: "another fox"}
    assert curation.review(CLEAN).state is ReviewState.TO_DO
    opened.open()
    assert curation.review(CLEAN).state is ReviewState.DONE
    assert curation.excluded == {SPECKS: "a fox"}


def test_that_without_a_dataset_nothing_is_said_and_nothing_breaks(hands):
    curation = hands.session.curation
    curation.set_state([CLEAN], ReviewState.DONE)
    curation.add_tag([CLEAN], "small object")
    curation.set_note([CLEAN], "a bell")
    curation.rename_tag("small object", "tiny object")
    curation.delete_tag("small object")
    curation.exclude([CLEAN], "a wolf")
    curation.restore([CLEAN])
    assert (curation.excluded, curation.reviews, curation.known_tags()) == ({}, {}, [])
