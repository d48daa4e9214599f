"""Writing users' files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import PetsegError
from core.files import atomic_write, content_hash, is_writable_folder


def test_that_a_write_creates_missing_folders_and_leaves_no_temporary_file(tmp_path: Path):
    target = tmp_path / "a" / "b" / "mask.png"
    atomic_write(target, b"pixels")
    assert target.read_bytes() == b"pixels"
    assert [entry.name for entry in target.parent.iterdir()] == ["mask.png"]


def test_that_a_failed_write_leaves_the_old_file_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = tmp_path / "mask.png"
    atomic_write(target, b"old")

    def disk_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(PetsegError, match=r"No space left on device.*mask\.png.*Free disk space"):
        atomic_write(target, b"new")
    assert target.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mask.png"]


def test_that_a_folder_that_was_deleted_does_not_come_back_with_a_file(tmp_path: Path):
    run = tmp_path / "runs" / "first"
    run.mkdir(parents=True)
    atomic_write(run / "metrics" / "errors" / "val.npz", b"1", within=run)
    atomic_write(run / "run.json", b"2", within=run)
    assert (run / "metrics" / "errors" / "val.npz").read_bytes() == b"1"
    run.rename(tmp_path / "runs" / ".first.deleted")
    for name in ("metrics/errors/val.npz", "metrics/val.json", "run.json"):
        with pytest.raises(PetsegError, match=r"deleted or moved meanwhile.*first"):
            atomic_write(run / name, b"3", within=run)
    assert not run.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_that_a_replaced_file_keeps_its_permissions(tmp_path: Path):
    target = tmp_path / "mask.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    atomic_write(target, b"new")
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_that_a_folder_without_write_bits_counts_as_read_only_for_everyone(tmp_path: Path):
    assert is_writable_folder(tmp_path)
    tmp_path.chmod(0o555)
    try:
        assert not is_writable_folder(tmp_path)
    finally:
        tmp_path.chmod(0o755)


def test_that_equal_bytes_have_equal_hashes():
    assert content_hash(b"a") == content_hash(b"a") != content_hash(b"b")
    assert len(content_hash(b"")) == 32
