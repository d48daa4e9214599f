"""Accepted flags: silent until the files or the limit change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.workspace import Workspace
from core.qa.acceptance import Acceptance, AcceptanceStore, is_silent

ONE = Acceptance("labels", "train/a", "noise", "abc", 10.0, "a star in the sky")
TWO = Acceptance("labels", "train/a", "pairs", "abc")


@pytest.fixture
def store(tmp_path: Path):
    with Workspace(tmp_path / "ws") as workspace:
        yield AcceptanceStore(workspace)


def test_that_acceptances_are_remembered_with_note_and_limit(store):
    store.accept([ONE, TWO])
    found = store.all("labels")
    assert found == {("train/a", "noise"): ONE, ("train/a", "pairs"): TWO}
    assert found["train/a", "noise"].note == "a star in the sky"
    assert found["train/a", "noise"].time == ONE.time
    assert store.all("labels_fixed") == {}


def test_that_accepting_again_replaces_the_earlier_word(store):
    again = Acceptance("labels", "train/a", "noise", "def", 20.0, "still")
    store.accept([ONE])
    store.accept([again])
    assert list(store.all("labels").values()) == [again]


def test_that_an_acceptance_can_be_withdrawn(store):
    store.accept([ONE, TWO])
    store.withdraw("labels", [("train/a", "noise"), ("train/z", "noise")])
    assert list(store.all("labels")) == [("train/a", "pairs")]


def test_that_acceptances_outlive_the_program(tmp_path: Path):
    with Workspace(tmp_path) as workspace:
        AcceptanceStore(workspace).accept([ONE])
    with Workspace(tmp_path) as workspace:
        assert AcceptanceStore(workspace).all("labels") == {("train/a", "noise"): ONE}


limits = st.none() | st.floats(0, 100)


@given(st.text(max_size=3), limits, st.text(max_size=3), limits)
def test_that_a_flag_is_silent_only_while_files_and_limit_are_the_same(old, before, new, now):
    accepted = Acceptance("labels", "a", "noise", old, before)
    assert is_silent(accepted, new, now) == ((old, before) == (new, now))
    assert is_silent(accepted, old, before)
    assert not is_silent(None, new, now)
