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
from core.evaluation.predicting.augmentation import PLAIN, Augmentation
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
from tests.core.evaluation.helpers import build_model, tiny_config, write_run
from tests.making import make_dataset, write_sample

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


@pytest.mark.slow
def test_that_a_run_of_our_parts_predicts_from_several_views(trained):
    expected = probabilities(trained)
    output = predicted(trained.segmenter(test_cfg=VIEWS), trained)
    assert output.classes.shape == (64, 64)
    # Where two classes are equally likely rounding decides.
    sure = np.sort(expected, 0)[-1] - np.sort(expected, 0)[-2] > 1e-4
    assert sure.mean() > 0.9
    assert np.array_equal(output.classes[sure], expected.argmax(0)[sure])
    assert np.abs(output.confidence / 255 - expected.max(0)).max() < 0.01


def levels_apart(first, second) -> int:
    return int(np.abs(first.confidence.astype(int) - second.confidence).max())


def test_that_one_view_is_the_plain_prediction(trained):
    one = predicted(trained.segmenter(), trained)
    many = predicted(trained.segmenter(test_cfg=VIEWS), trained)
    stock = copy.deepcopy(trained.config["model"]) | {"type": "EncoderDecoder"}
    plain = predicted(trained.segmenter(model=stock), trained)
    # Sums in another order may round to the neighbouring level.
    assert levels_apart(one, plain) <= 1
    assert np.mean(one.classes != plain.classes) < 0.01
    assert not np.array_equal(one.confidence, many.confidence)


def test_that_the_mean_of_views_gives_classes_confidence_and_the_labels_probabilities(trained):
    expected = probabilities(trained)
    segmenter = trained.segmenter()
    labels = np.random.default_rng(0).integers(0, 3, (64, 64)).astype(np.uint8)
    labels[:2] = 255
    views = Augmentation(flip=True, scales=(1.0, 1.5))
    other = np.zeros((5, 7), np.uint8)
    prepared = segmenter.prepare(trained.photo)
    first, second = segmenter.predict([prepared, prepared], views, [labels, other])
    sure = np.sort(expected, 0)[-1] - np.sort(expected, 0)[-2] > 1e-4
    assert np.array_equal(first.classes[sure], expected.argmax(0)[sure])
    assert np.abs(first.confidence / 255 - expected.max(0)).max() < 0.01
    of_labels = np.take_along_axis(expected, np.minimum(labels, 2)[None].astype(int), 0)[0]
    assert np.abs(first.given - of_labels)[2:].max() < 1e-4
    assert second.given is None  # of another size
    assert np.array_equal(second.classes, first.classes)


def test_that_the_plain_prediction_tells_the_labels_probabilities_too(trained):
    segmenter = trained.segmenter()
    prepared = segmenter.prepare(trained.photo)
    (plain,) = segmenter.predict([prepared])
    assert plain.given is None
    given = [
        segmenter.predict([prepared], labels=[np.full((64, 64), index, np.uint8)])[0].given
        for index in range(3)
    ]
    assert np.abs(sum(given) - 1).max() < 1e-5
    assert np.abs(np.max(given, axis=0) - plain.confidence / 255).max() < 0.003
    assert np.array_equal(np.argmax(given, axis=0), plain.classes)


def test_that_a_model_with_one_channel_is_cut_where_it_says_from_several_views_too(tmp_path):
    config = tiny_config(tmp_path)
    head = config["model"]["decode_head"]
    loss = {"type": "CrossEntropyLoss", "use_sigmoid": True}
    head.update(num_classes=2, out_channels=1, threshold=0.97, loss_decode=loss)
    run = write_run(tmp_path / "run", config, build_model(config))
    photo = tmp_path / "img" / "val" / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    write_sample(tmp_path, "val", "a", {}, photo=noise)
    segmenter = Segmenter(run.folder, checkpoint_of(run.folder), "cpu")
    ones = np.ones((32, 64), np.uint8)
    for views in (PLAIN, Augmentation(flip=True)):
        (output,) = segmenter.predict([segmenter.prepare(photo)], views, [ones])
        sure = np.abs(output.given - 0.97) > 1e-5
        assert np.array_equal(output.classes[sure], (output.given > 0.97)[sure])
        # At that threshold most pixels of class 0 are more probably class 1.
        own = np.where(output.classes == 1, output.given, 1 - output.given)
        assert np.abs(output.confidence / 255 - own).max() < 0.003
        assert 0 < output.classes.mean() < 1


def test_that_classes_in_another_order_are_others_and_new_names_are_not(trained):
    segmenter = trained.segmenter()
    known = segmenter.other_classes(("a", "b", "c"))
    assert known == ""
    assert "3 classes" in segmenter.other_classes(("a", "b"))
    names = load_data_plan(trained.folder).classes
    assert segmenter.other_classes(names) == ""
    assert "in the order" in segmenter.other_classes(names[::-1])


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
