"""The models we offer are those that osam has."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from core.assist.catalogue import DEFAULT_MODEL, MODELS, model_of, size_in_words


def test_that_every_model_of_osams_that_takes_places_is_offered_with_its_licence():
    if find_spec("osam") is None:
        pytest.skip("osam is not installed")
    code = (
        "import json\n"
        "from osam import apis\n"
        "print(json.dumps({kind.name: kind.metadata.license_name"
        " for kind in apis.registered_model_types}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = json.loads(done.stdout.splitlines()[-1])
    del known["yoloworld:latest"]  # finds things by words only
    assert {model.name: model.license for model in MODELS} == known


def test_that_a_name_of_another_time_stands_for_the_default():
    assert model_of("sam:latest").title == "SAM (600M)"
    assert model_of("gone:latest").name == DEFAULT_MODEL


@pytest.mark.parametrize(
    ("size", "words"),
    [(40_000_000, "40 MB"), (3_400_000_000, "3.4 GB"), (1_240_000, "1.2 MB"), (0, "0.0 MB")],
)
def test_that_sizes_are_read_easily(size, words):
    assert size_in_words(size) == words
