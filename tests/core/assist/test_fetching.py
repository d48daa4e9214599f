"""Fetching weights: on the user's word only, with progress and cancel, and in words when it fails."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from core.assist.client import AssistClient
from core.assist.problems import AssistError, Problem
from core.assist.prompt import Click
from core.errors import PetsegError
from tests.core.assist.helpers import MODEL, photo_with_blocks
from tests.making_onnx import tiny_decoder, tiny_encoder


def kept(home: Path) -> list[str]:
    """The files of weights, and whatever an ended fetch has left beside them."""
    folder = home / ".cache" / "osam"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def all_files() -> list[str]:
    return sorted(f"sha256-{file.digest}" for file in (tiny_encoder(), tiny_decoder()))


def test_that_fetched_weights_can_be_asked_at_once(bare_client, home, server):
    progress: list[tuple[int, int]] = []
    assert bare_client.fetch(MODEL, lambda done, total: progress.append((done, total)))
    total = sum(len(file.data) for file in (tiny_encoder(), tiny_decoder()))
    assert progress[-1] == (total, total)
    assert all(0 < done <= in_all == total for done, in_all in progress)
    assert kept(home) == all_files()
    found = bare_client.propose(MODEL, photo_with_blocks(), [Click(30.5, 20.5)])
    assert not found.region.is_empty


def test_that_only_what_is_missing_is_fetched(bare_client, home, server):
    tiny_encoder().install(home)
    bare_client.fetch(MODEL)
    assert server.gets == [tiny_decoder().digest]


def test_that_a_fetch_can_be_cancelled_at_any_time_and_leaves_nothing(bare_client, home, server):
    server.is_open.clear()  # half a file comes, and no more
    assert not bare_client.fetch(MODEL, cancelled=server.has_begun.is_set)
    assert kept(home) == []
    server.is_open.set()
    assert bare_client.fetch(MODEL)


def test_that_nothing_else_waits_for_a_fetch(fresh_client, server):
    server.files = {}
    cancel = threading.Event()
    thread = threading.Thread(
        target=lambda: fresh_client.fetch("sam2:tiny", cancelled=cancel.is_set)
    )
    fresh_client.load(MODEL)
    for file in next(m for m in fresh_client.models() if m.name == "sam2:tiny").files:
        server.files[file.url.rpartition("/")[2]] = b"0123456789"
    server.is_open.clear()
    thread.start()
    assert server.has_begun.wait(20)
    found = fresh_client.propose(MODEL, photo_with_blocks(), [Click(30.5, 20.5)])
    assert not found.region.is_empty
    cancel.set()
    thread.join()


def test_that_closing_ends_a_fetch_and_leaves_nothing(bare_client, home, server):
    server.is_open.clear()
    results: list[bool | PetsegError] = []

    def fetch() -> None:
        try:
            results.append(bare_client.fetch(MODEL))
        except PetsegError as error:
            results.append(error)

    thread = threading.Thread(target=fetch)
    thread.start()
    assert server.has_begun.wait(20)
    bare_client.close()
    thread.join()
    assert results != [True]  # cancelled, or told that the helper is gone: whichever is quicker
    assert kept(home) == []


def test_that_a_host_that_cannot_be_reached_is_named_soon(bare_client, home, monkeypatch):
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("OSAM_BLOB_ENDPOINT", f"http://{host}")
        with pytest.raises(AssistError) as told:
            bare_client.fetch(MODEL)
    assert told.value.kind is Problem.NO_NETWORK
    assert f"EfficientSAM (10M) could not be fetched: {host} cannot be reached" in str(told.value)
    assert kept(home) == []


def test_that_a_file_that_is_not_the_expected_one_is_thrown_away(bare_client, home, server):
    server.files[tiny_encoder().digest] = b"something else"
    with pytest.raises(AssistError, match="is not the file that was expected"):
        bare_client.fetch(MODEL)
    assert kept(home) == []


def test_that_a_host_without_the_files_is_told_in_words(bare_client, home, server):
    server.files = {}
    with pytest.raises(AssistError, match=r"could not be fetched from 127\.0\.0\.1"):
        bare_client.fetch(MODEL)
    assert kept(home) == []


def test_that_a_folder_that_cannot_be_made_is_named(home, server, bare_client: AssistClient):
    (home / ".cache").mkdir()
    (home / ".cache" / "osam").write_text("in the way")
    with pytest.raises(AssistError, match=r"could not be .*blobs"):
        bare_client.fetch(MODEL)
