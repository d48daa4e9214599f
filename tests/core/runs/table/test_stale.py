"""The column that says whose masks have changed since."""

from __future__ import annotations

from core.runs.provenance import Staleness
from core.runs.table.filtering import parse_filter
from core.runs.table.stale import with_staleness
from tests.making_experiments import row, table


def test_that_a_run_of_other_masks_says_which_have_changed():
    samples = tuple(f"val/{number}" for number in range(10))
    found = with_staleness(
        table(row("old"), row("new")),
        {
            "old": Staleness(masks=samples, missing=("train/x",), midway=("val/0",)),
            "new": Staleness(added=("val/y",)),
        },
    )
    assert [column.id for column in found.columns][1:3] == ["state", "stale"]
    old, new = found.rows
    assert old.get("stale") == (
        "10 masks changed, 1 sample is gone, 1 sample changed while it trained"
    )
    assert old.notes["stale"].splitlines()[:3] == [
        "Mask changed: val/0, val/1, val/2, val/3, val/4, val/5, val/6, val/7 and 2 more",
        "Gone: train/x",
        "Changed while it trained: val/0",
    ]
    assert new.get("stale") is None
    assert parse_filter("stale != none", found.columns).keep(found.rows) == [old]


def test_that_a_table_without_stale_runs_has_no_such_column():
    whole = table(row("a"), row("broken", problem="It cannot be read."))
    assert with_staleness(whole, {"a": Staleness(excluded=("val/y",))}) is whole
    assert with_staleness(whole, {}) is whole
