"""Fetching weights: with progress and cancel, and in words when it fails."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from core.assist.problems import AssistError, Problem
from core.assist.prompt import Click
from core.errors import PetsegError
from tests.core.assist.helpers import MODEL, photo_with_blocks, tiny_client, weight_server
from tests.making_onnx import tiny_decoder, tiny_encoder


def kept(home: Path) -> list[str]:
    """The files of weights, and whatever an ended fetch has left beside them."""
    folder = home / ".cache" / "osam"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def all_files() -> list[str]:
    return sorted(f"sha256-{file.digest}" for file in (tiny_encoder(), tiny_decoder()))


def test_that_fetched_weights_can_be_asked_at_once(shop):
    client, home, _server = shop
    with pytest.raises(AssistError, match="not on this computer"):
        client.load(MODEL)
    progress: list[tuple[int, int]] = []
    assert client.fetch(MODEL, lambda done, total: progress.append((done, total)))
    total = sum(len(file.data) for file in (tiny_encoder(), tiny_decoder()))
    assert progress[-1] == (total, total)
    assert all(0 < done <= in_all == total for done, in_all in progress)
    assert kept(home) == all_files()
    found = client.propose(MODEL, photo_with_blocks(), [Click(30.5, 20.5)])
    assert not found.region.is_empty


def test_that_only_what_is_missing_is_fetched(shop):
    client, home, server = shop
    tiny_encoder().install(home)
    client.fetch(MODEL)
    assert server.gets == [tiny_decoder().digest]


def test_that_a_fetch_can_be_cancelled_at_any_time_and_leaves_nothing(shop):
    client, home, server = shop
    server.is_open.clear()  # half a file comes, and no more
    assert not client.fetch(MODEL, cancelled=server.has_begun.is_set)
    assert kept(home) == []
    server.is_open.set()
    assert client.fetch(MODEL)


def test_that_nothing_else_waits_for_a_fetch(shop):
    client, home, server = shop
    for file in (tiny_encoder(), tiny_decoder()):
        file.install(home)
    server.anything = b"the beginning and the rest of another model"
    server.is_open.clear()
    results: list[bool] = []
    cancel = threading.Event()
    thread = threading.Thread(
        target=lambda: results.append(client.fetch("sam2:tiny", cancelled=cancel.is_set))
    )
    thread.start()
    assert server.has_begun.wait(20)
    found = client.propose(MODEL, photo_with_blocks(), [Click(30.5, 20.5)])
    assert not found.region.is_empty
    cancel.set()
    thread.join()
    assert results == [False]


def test_that_a_file_that_is_not_the_expected_one_is_thrown_away(shop):
    client, home, server = shop
    server.files[tiny_encoder().digest] = b"something else"
    with pytest.raises(AssistError, match="is not the file that was expected"):
        client.fetch(MODEL)
    assert kept(home) == []
    assert len(server.gets) == 1  # a file of gigabytes is not fetched three times for that


def test_that_a_host_without_the_files_is_told_in_words(shop):
    client, home, server = shop
    server.files = {}
    with pytest.raises(AssistError, match=r"from 127\.0\.0\.1:\d+ \(it answers 404\)"):
        client.fetch(MODEL)
    assert kept(home) == []


def test_that_a_folder_that_cannot_be_made_is_named(shop):
    client, home, _server = shop
    (home / ".cache").mkdir()
    (home / ".cache" / "osam").write_text("in the way")
    with pytest.raises(AssistError, match=r"cannot be written .*osam"):
        client.fetch(MODEL)


def test_that_a_host_that_cannot_be_reached_is_named_soon(home, monkeypatch):
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("OSAM_BLOB_ENDPOINT", f"http://{host}")
        with tiny_client() as client, pytest.raises(AssistError) as told:
            client.fetch(MODEL)
    assert told.value.kind is Problem.NO_NETWORK
    assert f"EfficientSAM (10M) could not be fetched: {host} cannot be reached" in str(told.value)
    assert kept(home) == []


def test_that_closing_ends_a_fetch_and_leaves_nothing(home, monkeypatch):
    with weight_server() as server, tiny_client() as client:
        monkeypatch.setenv("OSAM_BLOB_ENDPOINT", server.address)
        server.is_open.clear()
        results: list[bool | PetsegError] = []

        def fetch() -> None:
            try:
                results.append(client.fetch(MODEL))
            except PetsegError as error:
                results.append(error)

        thread = threading.Thread(target=fetch)
        thread.start()
        assert server.has_begun.wait(20)
        client.close()
        thread.join()
    assert results != [True]  # cancelled, or told that the helper is gone: whichever is quicker
    assert kept(home) == []


def test_that_damaged_weights_are_fetched_again(shop):
    client, home, server = shop
    for file in (tiny_encoder(), tiny_decoder()):
        file.install(home)
    damaged = next(home.rglob(f"*{tiny_decoder().digest}"))
    damaged.write_bytes(b"half of it")
    client.fetch(MODEL)
    assert server.gets == [tiny_decoder().digest]
    assert damaged.read_bytes() == tiny_decoder().data
