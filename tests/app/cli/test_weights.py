"""`petseg train --init` without a network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from core.training.weights.catalogue import MIRROR_VARIABLE, cached_path, find_weights
from tests.app.cli.calling import Command
from tests.making import make_dataset


def test_that_offline_the_file_its_place_and_the_other_choices_are_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(tmp_path / "pets", samples=8)
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        mirror = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv(MIRROR_VARIABLE, mirror)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        outcome = command(
            "train", dataset, "--recipe", "deeplabv3plus-mnv2", "--init", "download",
            "--device", "cpu", "--set", "crop_size=64",
        )  # fmt: skip
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    said = " ".join(outcome.err.split())
    assert f"{mirror}/{find_weights('mobilenet_v2').place}" in said
    assert str(cached_path("mobilenet_v2")) in said
    assert "--init FILE" in said
    assert "--init none" in said
    assert not list((dataset / ".petseg" / "runs").glob("*"))  # no run is left behind
