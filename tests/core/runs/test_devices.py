"""Which GPUs there are, and which devices a run is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.runs.devices import gpu_devices, place, visible_devices

GPUS = ["cuda:0", "cuda:1", "cuda:2"]


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a tool of that name in front of the PATH."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def install(script: str) -> None:
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


def test_that_the_gpus_are_those_that_the_driver_names(nvidia_smi):
    nvidia_smi("printf '0\\n1\\n'")
    assert gpu_devices() == ["cuda:0", "cuda:1"]


def test_that_a_driver_that_fails_means_no_gpus(nvidia_smi):
    nvidia_smi("echo 'NVIDIA-SMI has failed'; exit 9")
    assert gpu_devices() == []


def test_that_only_gpus_that_were_given_to_this_program_count(nvidia_smi, monkeypatch):
    nvidia_smi("printf '0\\n1\\n2\\n'")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,0")
    assert gpu_devices() == ["cuda:0", "cuda:2"]


def test_that_without_the_tool_there_are_no_gpus(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpu_devices() == []


def test_that_auto_takes_the_first_free_gpu_and_waits_when_all_are_busy():
    assert place("auto", 1, GPUS, {"cuda:0"}) == ("cuda:1",)
    assert place("auto", 1, GPUS, set(GPUS)) is None


def test_that_auto_takes_the_cpu_where_there_is_no_gpu():
    assert place("auto", 1, [], set()) == ("cpu",)
    assert place("auto", 1, [], {"cpu"}) is None


def test_that_a_named_device_is_taken_or_waited_for():
    assert place("cuda:1", 1, GPUS, {"cuda:0"}) == ("cuda:1",)
    assert place("cuda:1", 1, GPUS, {"cuda:1"}) is None
    assert place("cpu", 1, GPUS, set(GPUS)) == ("cpu",)


def test_that_several_gpus_are_taken_together_or_not_at_all():
    assert place("auto", 2, GPUS, {"cuda:1"}) == ("cuda:0", "cuda:2")
    assert place("auto", 2, GPUS, {"cuda:1", "cuda:2"}) is None


def test_that_processes_on_the_cpu_share_it():
    assert place("cpu", 2, GPUS, set()) == ("cpu",)
    assert place("auto", 2, [], set()) == ("cpu",)


@pytest.mark.parametrize(("wanted", "count"), [("auto", 4), ("cuda:1", 2)])
def test_that_more_gpus_than_there_can_be_are_refused_in_words(wanted, count):
    with pytest.raises(PetsegError, match=f"{count} GPUs are asked for"):
        place(wanted, count, GPUS, set())


@given(
    wanted=st.sampled_from(["auto", "cpu", "cuda:0", "cuda:2"]),
    gpus=st.integers(0, 4).map(lambda n: [f"cuda:{i}" for i in range(n)]),
    busy=st.sets(st.sampled_from(["cpu", "cuda:0", "cuda:1", "cuda:2", "cuda:3"])),
)
def test_that_no_device_is_given_twice(wanted, gpus, busy):
    given_devices = place(wanted, 1, gpus, busy)
    if given_devices is None:
        assert busy  # something is in the way
    else:
        assert len(given_devices) == 1
        assert not set(given_devices) & busy


def test_that_a_worker_sees_only_its_devices():
    assert visible_devices(("cuda:1", "cuda:3"))["CUDA_VISIBLE_DEVICES"] == "1,3"
    assert visible_devices(("cpu",))["CUDA_VISIBLE_DEVICES"] == ""
    assert visible_devices(()) == {}
