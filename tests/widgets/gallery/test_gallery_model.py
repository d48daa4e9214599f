"""The gallery's item model: it reports the smallest change, and keeps Qt's rules."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from core.flags import Flag, Severity
from widgets.gallery import GalleryModel

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def model(qtbot) -> GalleryModel:
    made = GalleryModel()
    made.tester = QAbstractItemModelTester(made, FATAL)
    return made


def changes_of(model: GalleryModel) -> list[str]:
    seen: list[str] = []
    model.modelReset.connect(lambda: seen.append("reset"))
    model.rowsInserted.connect(lambda _parent, first, last: seen.append(f"+{first}-{last}"))
    model.rowsRemoved.connect(lambda _parent, first, last: seen.append(f"-{first}-{last}"))
    model.dataChanged.connect(lambda first, last: seen.append(f"~{first.row()}-{last.row()}"))
    return seen


def test_that_narrowing_removes_only_the_rows_that_go(model):
    model.set_ids(list("abcdef"))
    seen = changes_of(model)
    model.set_ids(list("adf"))
    assert seen == ["-4-4", "-1-2"]
    assert model.ids == list("adf")


def test_that_widening_inserts_only_the_rows_that_come(model):
    model.set_ids(list("adf"))
    seen = changes_of(model)
    model.set_ids(list("abcdef"))
    assert seen == ["+1-2", "+4-4"]
    assert model.ids == list("abcdef")


def test_that_the_same_samples_change_nothing(model):
    model.set_ids(list("abc"))
    seen = changes_of(model)
    model.set_ids(list("abc"))
    assert seen == []


def test_that_another_order_starts_anew(model):
    model.set_ids(list("abc"))
    seen = changes_of(model)
    model.set_ids(list("cba"))
    assert seen == ["reset"]


def test_that_a_flag_changes_only_its_row(model):
    model.set_ids(list("abc"))
    seen = changes_of(model)
    model.set_flags({"b": [Flag("b", "noise", Severity.WARNING, 1, "one speck")]}, {"b", "gone"})
    assert seen == ["~1-1"]
    assert model.row_of("b") == 1
    assert model.row_of("gone") is None


def test_that_the_tooltip_says_the_flags_in_words(model):
    model.set_ids(["train/<b>x</b>"])
    index = model.index(0)
    assert "No flags" in index.data(Qt.ItemDataRole.ToolTipRole)
    flag = Flag("train/<b>x</b>", "noise", Severity.ERROR, 1, "1 piece is < 10 pixels")
    model.set_flags({"train/<b>x</b>": [flag]})
    model.set_excluded({"train/<b>x</b>": "blurred"})
    words = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "Error" in words
    assert "1 piece is &lt; 10 pixels" in words
    assert "train/&lt;b&gt;x" in words
    assert "blurred" in words
    assert "1 flag, worst: error, excluded" in index.data(Qt.ItemDataRole.AccessibleTextRole)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=6))
def test_that_any_row_of_filters_leads_to_what_was_asked_for(qtbot, filters):
    model = GalleryModel()
    tester = QAbstractItemModelTester(model, FATAL)
    for ids in filters:
        model.set_ids(ids)
        assert model.ids == ids
        assert [model.row_of(one) for one in ids] == list(range(len(ids)))
    assert tester.model() is model
