"""Published weights: which fit a recipe, where they come from, and what `--init` makes of them."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from core.errors import PetsegError
from core.fetching import FetchProblem
from core.training.recipes.catalogue import Recipe, find_recipe, read_recipe
from core.training.weights import catalogue
from core.training.weights.catalogue import (
    MIRROR_VARIABLE,
    cached_path,
    find_weights,
    is_cached,
    weights_for,
)
from core.training.weights.fetching import WeightsError, fetch, resolve_init
from tests.making_server import FileServer, file_server

DATA = b"weights of a small network"
ID = "mobilenet_v2"


@pytest.fixture
def recipe() -> Recipe:
    return find_recipe("deeplabv3plus-mnv2")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and weights whose checksum a test can meet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    digits = hashlib.sha256(DATA).hexdigest()[:8]
    small = replace(find_weights(ID), place=f"pretrain/small-{digits}.pth")
    others = [each for each in catalogue.WEIGHTS if each.id != ID]
    monkeypatch.setattr(catalogue, "WEIGHTS", (small, *others))
    return tmp_path / "cache"


@pytest.fixture
def mirror(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with file_server() as server:
        server.files[find_weights(ID).place] = DATA
        monkeypatch.setenv(MIRROR_VARIABLE, f"{server.address}/")
        yield server


@pytest.fixture
def no_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with socket.socket() as taken:  # bound and not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv(MIRROR_VARIABLE, address)
        yield address


def test_that_every_name_ends_in_the_digits_it_is_checked_against():
    ids = [each.id for each in catalogue.WEIGHTS]
    assert len(set(ids)) == len(ids)
    for each in catalogue.WEIGHTS:
        digits = each.checksum.removeprefix("sha256:")
        assert len(digits) == 8
        int(digits, 16)
        assert all(address.endswith(f"-{digits}.pth") for address in each.addresses)
        assert all(address.startswith("https://") for address in each.addresses)


def test_that_the_usual_weights_of_a_recipe_come_first(recipe):
    assert [each.id for each in weights_for(recipe)] == ["mobilenet_v2", "mobilenet_v2-ade20k"]


def test_that_a_recipe_without_a_published_backbone_has_none():
    assert weights_for(find_recipe("demo-cpu")) == []


@pytest.mark.parametrize(
    ("model", "ids"),
    [
        ('dict(backbone=dict(type="ResNetV1c", depth=50))', ["resnet50_v1c", "resnet50_v1c-coco"]),
        ('dict(backbone={"type": "mmseg.ResNet", "depth": 50})', ["resnet50-in21k"]),
        ('dict(backbone=dict(type="MobileNetV2", widen_factor=0.5))', []),
        ('dict(backbone=dict(type="MobileNetV2", widen_factor=1.0))', [ID, f"{ID}-ade20k"]),
        ("dict(backbone=dict(type=kind, depth=deep()))", []),
        ("dict()", []),
    ],
)
def test_that_backbones_are_read_from_configs_without_running_them(tmp_path, model, ids):
    path = tmp_path / "own.py"
    path.write_text(f'"""Own."""\nkind = "ResNetV1c"\nmodel = {model}\nraise SystemExit\n')
    assert [each.id for each in weights_for(read_recipe(path))] == ids


def test_that_a_recipe_changes_the_backbone_of_its_base(tmp_path):
    (tmp_path / "base.py").write_text(
        'model = dict(backbone=dict(type="ResNetV1c", depth=50, style="pytorch"))\n'
    )
    own = tmp_path / "own.py"
    own.write_text('_base_ = "base.py"\nmodel = dict(backbone=dict(depth=101))\n')
    assert weights_for(read_recipe(own))[0].id == "resnet101_v1c"
    own.write_text(
        '_base_ = ["base.py"]\nmodel = dict(backbone=dict(_delete_=True, type="MobileNetV2"))\n'
    )
    assert weights_for(read_recipe(own))[0].id == ID


def test_that_download_fetches_into_the_cache_once(mirror, recipe, cache):
    assert not is_cached(ID)
    path = resolve_init("download", recipe)
    assert path == cached_path(ID) == resolve_init(ID, recipe)
    assert path is not None
    assert path.read_bytes() == DATA
    assert path.is_relative_to(cache)
    assert len(mirror.asked) == 1


def test_that_no_weights_and_own_files_are_taken_as_they_are(recipe, tmp_path):
    assert resolve_init(None, recipe) is None
    assert resolve_init("none", recipe) is None
    assert resolve_init(tmp_path / "own.pth", recipe) == tmp_path / "own.pth"


def test_that_a_recipe_without_published_weights_says_so():
    with pytest.raises(PetsegError, match="no published weights for the recipe demo-cpu"):
        resolve_init("download", find_recipe("demo-cpu"))


def test_that_offline_the_file_and_its_place_and_the_other_choices_are_named(no_network, recipe):
    with pytest.raises(WeightsError) as told:
        resolve_init("download", recipe)
    error = told.value
    assert error.problem is FetchProblem.NO_NETWORK
    assert error.address == f"{no_network}/{find_weights(ID).place}"
    assert error.target == cached_path(ID)
    assert error.weights.id == ID
    for part in (error.address, str(error.target), "--init FILE", "--init none"):
        assert part in str(error)


def test_that_a_file_put_into_the_cache_by_hand_is_used_offline(no_network, recipe):
    cached_path(ID).parent.mkdir(parents=True)
    cached_path(ID).write_bytes(DATA)
    assert resolve_init("download", recipe) == cached_path(ID)


def test_that_a_damaged_file_is_never_used(no_network):
    cached_path(ID).parent.mkdir(parents=True)
    cached_path(ID).write_bytes(DATA[:-1])
    with pytest.raises(WeightsError):
        fetch(ID)
    assert not cached_path(ID).exists()


def test_that_a_cancelled_fetch_says_no_more_than_that(mirror):
    mirror.is_open.clear()
    with pytest.raises(WeightsError, match="was cancelled") as told:
        fetch(ID, cancelled=mirror.has_begun.is_set)
    assert told.value.problem is FetchProblem.CANCELLED
    assert told.value.remedy == ""


def test_that_two_programs_do_not_fetch_the_same_at_once(mirror):
    target = cached_path(ID)
    target.parent.mkdir(parents=True)
    asked = threading.Event()
    other = FileLock(target.with_name(f".{target.name}.lock"))

    def cancelled() -> bool:
        asked.set()
        return False

    with other:
        thread = threading.Thread(target=fetch, args=(ID,), kwargs={"cancelled": cancelled})
        thread.start()
        assert asked.wait(20)
        assert mirror.asked == []
    thread.join()
    assert target.read_bytes() == DATA
