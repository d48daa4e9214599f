"""Models that are built from parts of ours, as the prediction worker loads them."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.registry import MODELS
from mmseg.utils import register_all_modules

from core.dataset import open_dataset
from core.errors import PetsegError
from core.evaluation.predicting.checkpoints import checkpoint_of
from core.evaluation.predicting.segmenter import Segmenter
from core.files import atomic_write_text
from core.images import read_image
from core.runs.record import load_record
from core.training.data.plan import load_data_plan
from core.training.recipes.assemble import assemble
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.config_json import dump_config
from core.training.request import TrainRequest, create_run
from tests.making import make_dataset

VIEWS = {"mode": "whole", "scales": (1.0, 1.5), "flip": True}


class Trained:
    """A run of lraspp-mnv2 that has a checkpoint, and its dataset."""

    def __init__(self, folder, config: dict[str, Any], model: Any, photo) -> None:
        self.folder = folder
        self.config = config
        self.model = model
        self.photo = photo
        self.checkpoint = checkpoint_of(folder)

    def segmenter(self, **changes: Any) -> Segmenter:
        """The loaded model, with other values in its config."""
        config = copy.deepcopy(self.config)
        for key, value in changes.items():
            if key == "test_cfg":
                config["model"]["test_cfg"] = value
            else:
                config[key] = value
        atomic_write_text(self.folder / "config.json", dump_config(config))
        return Segmenter(self.folder, self.checkpoint, "cpu")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    dataset = open_dataset(make_dataset(tmp_path_factory.mktemp("parts") / "data"))
    small = {"image_size": 64, "crop_size": 64, "max_iters": 1}
    request = TrainRequest(dataset, "lraspp-mnv2", overrides=small, device="cpu")
    folder = create_run(dataset, dataset.workspace_dir / "runs", request).folder
    source = Config.fromfile(find_recipe("lraspp-mnv2").path).to_dict()
    config = assemble(source, load_record(folder), load_data_plan(folder), folder)
    register_all_modules()
    torch.manual_seed(0)
    model = MODELS.build(Config(config).model).eval()
    (folder / "checkpoints").mkdir()
    torch.save({"state_dict": model.state_dict()}, folder / "checkpoints" / "iter_1.pth")
    return Trained(folder, config, model, dataset.root / "img" / "val" / "003.png")


def predicted(segmenter: Segmenter, trained: Trained):
    (output,) = segmenter.predict([segmenter.prepare(trained.photo)])
    return output


@torch.no_grad()
def probabilities(trained: Trained) -> np.ndarray:
    """K×H×W: the mean over the four views, computed step by step."""
    photo = torch.from_numpy(read_image(trained.photo).copy()).permute(2, 0, 1)[None].float()
    preprocessor = trained.model.data_preprocessor
    inputs = (photo - preprocessor.mean) / preprocessor.std
    total = 0
    for size in (64, 96):
        view = torch.nn.functional.interpolate(inputs, size=(size, size), mode="bilinear")
        for flip in (False, True):
            logits = trained.model._forward(view.flip(-1) if flip else view)
            logits = torch.nn.functional.interpolate(logits, size=(64, 64), mode="bilinear")
            total = total + (logits.flip(-1) if flip else logits).softmax(1)
    return (total[0] / 4).numpy()


def test_that_a_run_of_our_parts_predicts_from_several_views(trained):
    expected = probabilities(trained)
    output = predicted(trained.segmenter(test_cfg=VIEWS), trained)
    assert output.classes.shape == (64, 64)
    # Where two classes are equally likely rounding decides.
    sure = np.sort(expected, 0)[-1] - np.sort(expected, 0)[-2] > 1e-4
    assert sure.mean() > 0.9
    assert np.array_equal(output.classes[sure], expected.argmax(0)[sure])
    assert np.abs(output.confidence / 255 - expected.max(0)).max() < 0.01


def test_that_one_view_is_the_plain_prediction(trained):
    one = predicted(trained.segmenter(), trained)
    many = predicted(trained.segmenter(test_cfg=VIEWS), trained)
    stock = copy.deepcopy(trained.config["model"]) | {"type": "EncoderDecoder"}
    plain = predicted(trained.segmenter(model=stock), trained)
    assert np.array_equal(one.confidence, plain.confidence)
    assert np.array_equal(one.classes, plain.classes)
    assert not np.array_equal(one.confidence, many.confidence)


@pytest.mark.parametrize(
    "name",
    [
        "core.evaluation.predicting.worker",
        "core.training",
        "core.training.parts.warmup",
        "os",
        "tests",
    ],
)
def test_that_a_config_may_import_our_parts_and_nothing_else_of_ours(trained, name):
    with pytest.raises(PetsegError, match="imports the module"):
        trained.segmenter(custom_imports={"imports": [name], "allow_failed_imports": False})


@pytest.mark.parametrize("kind", ["core.training.parts.MixUp", "core.files.atomic_write_text"])
def test_that_a_type_is_a_registered_name_and_never_a_path(trained, kind):
    model = copy.deepcopy(trained.config["model"])
    model["decode_head"]["type"] = kind
    with pytest.raises(PetsegError, match="no registered module"):
        trained.segmenter(model=model)
