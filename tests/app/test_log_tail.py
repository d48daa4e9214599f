"""Following a log while it is written."""

from __future__ import annotations

from pathlib import Path

from app.log_tail import LogTail


def test_that_it_gives_what_was_appended_since(tmp_path: Path):
    path = tmp_path / "worker.log"
    tail = LogTail(path)
    assert tail.read() == ""
    path.write_text("one\ntw")
    assert tail.read() == "one\ntw"
    with path.open("a") as stream:
        stream.write("o\n")
    assert tail.read() == "o\n"
    assert tail.read() == ""


def test_that_a_letter_cut_in_two_arrives_whole(tmp_path: Path):
    path = tmp_path / "worker.log"
    tail = LogTail(path)
    data = "größer\n".encode()
    path.write_bytes(data[:3])
    first = tail.read()
    path.write_bytes(data)
    assert first + tail.read() == "größer\n"


def test_that_of_a_long_log_the_end_is_given_from_the_beginning_of_a_line(tmp_path: Path):
    path = tmp_path / "worker.log"
    path.write_text("".join(f"line {number}\n" for number in range(100_000)))
    text = LogTail(path).read()
    assert len(text) < 70_000
    assert text.startswith("line ")
    assert text.endswith("line 99999\n")


def test_that_a_log_made_anew_is_read_from_its_beginning(tmp_path: Path):
    path = tmp_path / "worker.log"
    tail = LogTail(path)
    path.write_text("a long first attempt\n")
    tail.read()
    path.write_text("again\n")
    assert tail.read() == "again\n"


def test_that_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path):
    path = tmp_path / "worker.log"
    path.write_bytes(b"\xff\xfeok\n")
    assert LogTail(path).read().endswith("ok\n")
