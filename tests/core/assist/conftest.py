"""Homes for osam's weights, and helpers that end with the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.assist.client import AssistClient
from tests.core.assist.helpers import (
    MODEL,
    WeightServer,
    install_weights,
    tiny_client,
    weight_server,
)

_PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without weights."""
    return _bare_home(tmp_path / "home", monkeypatch)


@pytest.fixture
def fresh_client(home: Path) -> Iterator[AssistClient]:
    """A client of a helper of its own that has the tiny model."""
    install_weights(home)
    with tiny_client() as client:
        yield client


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AssistClient, Path]]:
    """One helper for the whole module, for osam takes a second to load; and its log."""
    log = tmp_path_factory.mktemp("warm") / "encodings.txt"
    with pytest.MonkeyPatch.context() as patch:
        install_weights(_bare_home(log.with_name("home"), patch))
        patch.setenv("TINY_ENCODINGS", str(log))
        with tiny_client() as client:
            client.load(MODEL)
            yield client, log


@pytest.fixture
def client(warm: tuple[AssistClient, Path]) -> AssistClient:
    """A client of a helper that has the tiny model loaded."""
    return warm[0]


@pytest.fixture
def encodings(warm: tuple[AssistClient, Path]) -> Path:
    """A file that gets a line for each photo that the warm helper encodes."""
    warm[1].write_text("")
    return warm[1]


@pytest.fixture(scope="module")
def _shop(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[AssistClient, Path, WeightServer]]:
    """One helper without weights for the whole module, and a mirror that has them."""
    with pytest.MonkeyPatch.context() as patch, weight_server() as server:
        home = _bare_home(tmp_path_factory.mktemp("shop") / "home", patch)
        patch.setenv("OSAM_BLOB_ENDPOINT", server.address)
        with tiny_client() as client:
            client.models()
            yield client, home, server


@pytest.fixture
def shop(
    _shop: tuple[AssistClient, Path, WeightServer],
) -> Iterator[tuple[AssistClient, Path, WeightServer]]:
    """A helper without weights, its home folder, and a mirror that has them."""
    client, home, server = _shop
    server.reset()
    yield client, home, server
    server.is_open.set()
    cache = home / ".cache"
    if cache.exists():
        shutil.rmtree(cache)


def _bare_home(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    if find_spec("osam") is None or find_spec("onnxruntime") is None:
        pytest.skip("osam is not installed")
    folder.mkdir()
    patch.setenv("HOME", str(folder))
    for variable in ("OSAM_BLOB_ENDPOINT", *_PROXIES):
        patch.delenv(variable, raising=False)
    return folder
