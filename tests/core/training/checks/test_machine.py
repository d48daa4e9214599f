"""How much memory there is, in a container and outside of one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.training.checks import machine
from core.training.checks.machine import this_machine, usable_memory

GB = 10**9


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a machine of 64 GB, of which 40 are free, tells of its container."""
    there = SimpleNamespace(total=64 * GB, available=40 * GB)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: there)
    monkeypatch.setattr(machine, "_GROUPS", tmp_path)
    return tmp_path


def write(folder: Path, **texts: object) -> None:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{text}\n")


def test_that_outside_of_a_container_the_machine_counts(groups, tmp_path):
    assert usable_memory() == (64 * GB, 40 * GB)
    write(groups, memory_DOT_max="max", memory_DOT_current=3 * GB)
    assert usable_memory() == (64 * GB, 40 * GB)


def test_that_in_a_container_what_its_limit_leaves_is_free(groups, tmp_path):
    stat = f"anon {4 * GB}\ninactive_file {1 * GB}"
    write(groups, memory_DOT_max=8 * GB, memory_DOT_current=5 * GB, memory_DOT_stat=stat)
    assert usable_memory() == (8 * GB, 4 * GB)
    found = this_machine(tmp_path)
    assert (found.memory, found.free_memory) == (8 * GB, 4 * GB)
    write(groups, memory_DOT_current=20 * GB)
    assert usable_memory() == (8 * GB, 0)


def test_that_the_older_kind_of_container_counts_too(groups):
    write(
        groups,
        memory__memory_DOT_limit_in_bytes=16 * GB,
        memory__memory_DOT_usage_in_bytes=6 * GB,
        memory__memory_DOT_stat=f"cache 7\ntotal_inactive_file {2 * GB}",
    )
    assert usable_memory() == (16 * GB, 12 * GB)


def test_that_decoded_photos_take_a_quarter_of_that_shared_among_all_processes(groups, monkeypatch):
    from core.training.engine.speed import data_cache
    from core.training.engine.speed.tuning import accelerate_config

    monkeypatch.setattr(data_cache, "_store", data_cache._Store())
    write(groups, memory_DOT_max=8 * GB, memory_DOT_current=0)
    config: dict = {"train_dataloader": {"num_workers": 0}}
    accelerate_config(config)
    assert data_cache._store.limit == 2 * GB
    config = {"train_dataloader": {"num_workers": 2}}
    accelerate_config(config, world=4)
    assert data_cache._store.limit == GB // 4
