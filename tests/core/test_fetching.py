"""Fetching files from a server that breaks, lies, sends elsewhere or is not there."""

from __future__ import annotations

import hashlib
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.fetching import FetchError, FetchProblem, fetch_file
from tests.making_server import FileServer, file_server

DATA = random.Random(0).randbytes(200_000)
CHECKSUM = f"sha256:{hashlib.sha256(DATA).hexdigest()[:8]}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with file_server() as server:
        server.files["model.pth"] = DATA
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "model.pth"


def fetch(server: FileServer, target: Path, *names: str, **options) -> Path:
    addresses = [f"{server.address}/{name}" for name in names or ("model.pth",)]
    return fetch_file(addresses, target, CHECKSUM, title="The model", **options)


def failure(server: FileServer, target: Path, *names: str, **options) -> FetchError:
    with pytest.raises(FetchError) as told:
        fetch(server, target, *names, **options)
    return told.value


def files_beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_that_a_file_arrives_whole_with_its_progress(server, target):
    progress: list[tuple[int, int]] = []
    assert fetch(server, target, on_progress=lambda *now: progress.append(now)) == target
    assert target.read_bytes() == DATA
    assert files_beside(target) == ["model.pth"]
    assert progress[-1] == (len(DATA), len(DATA))
    assert all(done <= total == len(DATA) for done, total in progress)


def test_that_a_file_that_is_there_is_not_fetched_again(server, target):
    fetch(server, target)
    fetch(server, target)
    assert server.asked == [("model.pth", 0)]


def test_that_a_broken_connection_is_taken_up_where_it_broke(server, target):
    server.breaks = [70_000, 30_000]
    fetch(server, target)
    assert target.read_bytes() == DATA
    assert server.asked == [("model.pth", 0), ("model.pth", 70_000), ("model.pth", 100_000)]


def test_that_a_host_that_gives_no_parts_is_asked_for_the_whole(server, target):
    server.breaks, server.knows_ranges = [70_000], False
    fetch(server, target)
    assert target.read_bytes() == DATA


def test_that_a_later_fetch_goes_on_from_what_a_cancelled_one_had(server, target):
    server.is_open.clear()
    error = failure(server, target, cancelled=server.has_begun.is_set)
    assert error.problem is FetchProblem.CANCELLED
    assert not target.exists()
    server.is_open.set()
    fetch(server, target)
    assert target.read_bytes() == DATA
    assert server.asked[1][1] > 0


def test_that_nothing_stays_of_a_cancelled_fetch_that_is_to_leave_nothing(server, target):
    server.is_open.clear()
    failure(server, target, cancelled=server.has_begun.is_set, keep_part=False)
    assert files_beside(target) == []


def test_that_a_file_with_another_checksum_is_thrown_away(server, target):
    server.files["model.pth"] = b"<html>Welcome to our hotel</html>"
    error = failure(server, target)
    assert error.problem is FetchProblem.WRONG_FILE
    assert "is not the file that was expected" in str(error)
    assert files_beside(target) == []


@pytest.mark.parametrize("wrong", [b"of another file", b"longer" * len(DATA)])
def test_that_a_piece_of_something_else_does_not_spoil_the_file(server, target, wrong):
    target.parent.mkdir()
    target.with_name(".model.pth.part").write_bytes(wrong)
    fetch(server, target)
    assert target.read_bytes() == DATA
    assert [begin for _, begin in server.asked] == [len(wrong), 0]


def test_that_a_damaged_file_is_replaced(server, target):
    target.parent.mkdir()
    target.write_bytes(DATA[:-1])
    fetch(server, target)
    assert target.read_bytes() == DATA


def test_that_redirects_are_followed(server, target):
    server.redirects["moved"] = f"{server.address}/model.pth"
    fetch(server, target, "moved")
    assert target.read_bytes() == DATA


def test_that_another_address_is_tried_when_one_fails(server, target):
    server.files["broken"] = b"something else"
    fetch(server, target, "missing", "broken", "model.pth")
    assert target.read_bytes() == DATA
    assert [path for path, _ in server.asked] == ["missing", "broken", "model.pth"]


def test_that_a_host_without_the_file_is_told_in_words(server, target):
    error = failure(server, target, "missing")
    assert error.problem is FetchProblem.REFUSED
    assert "(it answers 404)" in str(error)
    assert error.address == f"{server.address}/missing"
    assert error.target == target


def test_that_a_host_that_nobody_answers_for_is_named(target):
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(FetchError, match=f"{host} cannot be reached") as told:
            fetch_file([f"http://{host}/model.pth"], target, CHECKSUM, title="The model")
    assert told.value.problem is FetchProblem.NO_NETWORK


def test_that_a_file_of_this_computer_is_never_an_address(server, target, tmp_path):
    (tmp_path / "secret").write_bytes(DATA)
    server.redirects["inside"] = (tmp_path / "secret").as_uri()
    error = failure(server, target, "inside")
    assert error.problem is FetchProblem.REFUSED
    with pytest.raises(FetchError):
        fetch_file([(tmp_path / "secret").as_uri()], target, CHECKSUM, title="The model")
    assert not target.exists()


def test_that_a_folder_that_cannot_be_made_is_named(server, target):
    target.parent.write_text("in the way")
    error = failure(server, target)
    assert error.problem is FetchProblem.DISK
    assert error.path == target.parent


def test_that_a_mistake_in_the_progress_is_not_hidden_and_ends_the_fetch(server, target):
    def broken(_done: int, _total: int) -> None:
        raise ZeroDivisionError

    server.is_open.clear()
    with pytest.raises(ZeroDivisionError):
        fetch(server, target, on_progress=broken)
