"""Settings of the checks: what is on, with which limits, per dataset."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.flags import Severity
from core.qa.registry import CHECKS, Check, Finding, Limit, Option
from core.qa.settings import CheckSettings, load, save


@pytest.fixture(autouse=True)
def _a_check(monkeypatch: pytest.MonkeyPatch):
    made = Check(
        "spots", "Spots", "Pieces", "Spots.", "Stripes.", Severity.WARNING,
        lambda measured, _limit: Finding(measured.score, "Spotted."),
        limit=Limit(10, 2, 100, "px", "Smaller pieces are spots", "below"),
        options={"blur": Option(1.5, 0, 5, "px", "Blur before looking")},
    )  # fmt: skip
    monkeypatch.setitem(CHECKS, "spots", made)
    bare = Check("bare", "Bare", "Files", "", "", Severity.ERROR, made.find)
    monkeypatch.setitem(CHECKS, "bare", bare)


@pytest.fixture
def workspace(tmp_path: Path):
    with Workspace(tmp_path / "ws") as opened:
        yield opened


def test_that_everything_is_on_and_at_its_default_to_begin_with(workspace):
    settings = load(workspace)
    assert settings == CheckSettings()
    assert settings.is_on("spots")
    assert settings.limit_of("spots") == 10
    assert settings.limit_of("bare") is None
    assert settings.options_of("spots") == {"blur": 1.5}
    assert settings.is_default("spots")


def test_that_changes_are_remembered(workspace):
    changed = (
        CheckSettings()
        .with_enabled("bare", False)
        .with_limit("spots", 25)
        .with_option("spots", "blur", 0)
    )
    save(workspace, changed)
    found = load(workspace)
    assert found == changed
    assert not found.is_on("bare")
    assert found.limit_of("spots") == 25
    assert found.options_of("spots") == {"blur": 0}
    assert not found.is_default("spots")


def test_that_going_back_to_the_defaults_is_the_same_as_never_having_changed(workspace):
    changed = CheckSettings().with_limit("spots", 25).with_option("spots", "blur", 2)
    changed = changed.with_enabled("spots", False)
    assert changed.without("spots") == CheckSettings()
    back = changed.with_limit("spots", 10).with_option("spots", "blur", 1.5)
    assert back.with_enabled("spots", True) == CheckSettings()
    assert changed.with_limit("spots", None).limit_of("spots") == 10
    assert CheckSettings().without("spots") == CheckSettings()


@pytest.mark.parametrize("value", [1, 101, float("nan"), float("inf")])
def test_that_a_limit_out_of_range_is_refused_in_words(value):
    with pytest.raises(PetsegError, match=r"limit of 'Spots' cannot be .* from 2 to 100 px"):
        CheckSettings().with_limit("spots", value)


def test_that_an_option_out_of_range_or_unknown_is_refused_in_words():
    with pytest.raises(PetsegError, match="'Blur before looking' of 'Spots' cannot be 6 px"):
        CheckSettings().with_option("spots", "blur", 6)
    with pytest.raises(PetsegError, match="no option 'size'"):
        CheckSettings().with_option("spots", "size", 6)


def test_that_checks_of_a_newer_version_are_kept(workspace):
    newer = CheckSettings({"later": False}, {"later": 1e9}, {"later": {"x": 3}, "spots": {"y": 4}})
    save(workspace, newer)
    found = load(workspace).with_limit("spots", 20).with_limit("spots", None)
    assert found == newer
    assert not found.is_on("later")
    assert found.limit_of("later") == 1e9
    assert found.options_of("spots") == {"blur": 1.5, "y": 4}


def test_that_settings_stored_out_of_range_are_an_error_in_words(workspace):
    load(workspace)
    stored = json.dumps({"enabled": {}, "limits": {"spots": 5000}, "options": {}})
    workspace.write("INSERT INTO check_settings VALUES (1, ?)", [(stored,)])
    with pytest.raises(PetsegError, match="cannot be 5000 px"):
        load(workspace)
    save(workspace, CheckSettings())
    assert load(workspace) == CheckSettings()


@pytest.mark.parametrize("stored", ["", "[]", "{}", '{"enabled": {}, "limits": {"a": "b"}}'])
def test_that_damaged_settings_are_an_error_in_words(workspace, stored):
    load(workspace)
    workspace.write("INSERT INTO check_settings VALUES (1, ?)", [(stored,)])
    with pytest.raises(PetsegError, match="damaged"):
        load(workspace)


def test_that_settings_can_be_sent_to_another_process():
    changed = CheckSettings().with_option("spots", "blur", 2)
    assert pickle.loads(pickle.dumps(changed)) == changed  # noqa: S301
