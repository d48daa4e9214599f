"""Every recipe as a run builds it: model, data, a step of training and a validation."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg.registry import DATASETS, MODELS
from mmseg.utils import register_all_modules

from core.dataset import open_dataset
from core.runs.record import load_record
from core.training.data.plan import load_data_plan
from core.training.recipes.assemble import assemble
from core.training.recipes.catalogue import find_recipe, recipes
from core.training.recipes.config_json import dump_config, parse_config
from core.training.request import TrainRequest, create_run
from core.training.weights.catalogue import weights_for
from tests.making import make_dataset

NAMES = [recipe.name for recipe in recipes()]
SMALL = {"crop_size": 64, "image_size": 64, "batch_size": 2, "max_iters": 2, "val_interval": 2}

# What the study has published (and the decay over the whole training, by iteration).
SGD = {"type": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 5e-4}
ADAMW = {"type": "AdamW", "lr": 1e-4, "betas": (0.9, 0.999), "weight_decay": 0.01}
STUDY = {
    "unet": ([0.2, 1, 1], SGD, {"loss_ce": 1}),
    "deeplabv3plus-r50": ([0.37, 6.67, 6.67], SGD, {"loss_ce": 1}),
    "deeplabv3plus-r50-aug": ([0.055, 1, 1.19], SGD, {"loss_ce": 1}),
    "deeplabv3plus-r50-dice": ([0.055, 1, 1.19], ADAMW, {"loss_ce": 1, "loss_dice": 1}),
}


@pytest.fixture(scope="module", autouse=True)
def _quiet_and_on_one_thread():
    register_all_modules()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def config_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """The config that a run of a recipe would have, on six photos for training and two for val."""
    data = open_dataset(make_dataset(tmp_path_factory.mktemp("build") / "data", samples=8))
    known: dict[str, dict[str, Any]] = {}

    def resolve(name: str, **changes: Any) -> dict[str, Any]:
        key = json.dumps([name, changes])
        if key not in known:
            request = TrainRequest(data, name, overrides=changes, device="cpu")
            folder = create_run(data, data.workspace_dir / "runs", request).folder
            source = Config.fromfile(find_recipe(name).path).to_dict()
            known[key] = assemble(source, load_record(folder), load_data_plan(folder), folder)
        return copy.deepcopy(known[key])

    return resolve


def test_that_there_is_a_recipe_for_each_thing_that_the_study_wants_to_try():
    assert set(STUDY) | {
        "deeplabv3plus-r101", "hrnet-w48", "deeplabv3plus-r50-cbam", "deeplabv3plus-r50-se",
        "deeplabv3plus-r50-focal", "deeplabv3plus-r50-mix", "deeplabv3plus-r50-copypaste",
        "deeplabv3plus-r50-coco", "deeplabv3plus-r50-in21k", "deeplabv3plus-r50-warmup",
        "deeplabv3plus-mnv2", "lraspp-mnv2", "segformer-b2", "demo-cpu",
    } <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("name", STUDY)
def test_that_the_study_s_recipes_train_as_published(name, config_of):
    weights, optimizer, terms = STUDY[name]
    config = config_of(name)
    iterations = 100 * 6 // 4  # 100 epochs of six photos in batches of four
    assert config["train_cfg"]["max_iters"] == iterations
    assert config["optim_wrapper"]["optimizer"] == optimizer
    (decay,) = config["param_scheduler"]
    lowest = 1e-4 if optimizer is SGD else 1e-6
    assert decay == {
        "type": "PolyLR", "power": 0.9, "eta_min": lowest, "begin": 0, "end": iterations,
        "by_epoch": False,
    }  # fmt: skip
    assert config["train_dataloader"]["batch_size"] == 4
    head = config["model"]["decode_head"]
    for term in head["loss_decode"]:
        assert term["loss_weight"] == terms.get(term["loss_name"], 0)
        assert term.get("class_weight", weights) == weights
    pipeline = {step["type"]: step for step in config["train_pipeline"]}
    assert pipeline["RandomFlip"]["prob"] == 0.5
    assert pipeline["ColorJitter"]["strength"] == 1.0
    assert pipeline["RandomResize"]["scale"] == pipeline["RandomCrop"]["crop_size"] == (256, 256)
    scaled = pipeline["RandomResize"]["ratio_range"] != (1.0, 1.0)
    assert scaled == name.endswith(("-aug", "-dice"))
    for kind in ("ElasticDeformation", "CopyPaste", "CutMix", "MixUp", "GaussianBlur"):
        assert pipeline[kind]["prob"] == 0
    assert pipeline["RandomRotation"]["degrees"] == 0
    backbone = config["model"]["backbone"]
    if name == "unet":
        assert (backbone["type"], backbone["num_stages"], head["type"]) == ("UNet", 5, "FCNHead")
    else:
        assert (backbone["type"], backbone["depth"]) == ("ResNetV1c", 50)
        assert head["type"] == "DepthwiseSeparableASPPHead"


@pytest.mark.parametrize("name", NAMES)
def test_that_a_recipe_is_data_and_knows_nothing_of_synchronised_norms(name, config_of):
    config = config_of(name)
    text = dump_config(config)
    assert parse_config(text) == config
    assert "SyncBN" not in text
    assert config["custom_imports"]["imports"] == ["core.training.parts"]
    assert config["model"]["pretrained"] is None


@pytest.mark.parametrize("name", NAMES)
def test_that_the_weights_a_recipe_was_made_for_fit_it(name):
    recipe = find_recipe(name)
    wanted = Config.fromfile(recipe.path).get("backbone_weights")
    fitting = [each.id for each in weights_for(recipe)]
    assert wanted is None or wanted in fitting
    if name in ("unet", "demo-cpu"):
        assert wanted is None


def test_that_the_recipes_differ_in_what_they_are_named_after(config_of):
    at = config_of

    def steps(name: str) -> dict[str, Any]:
        return {step["type"]: step for step in at(name)["train_pipeline"]}

    assert at("deeplabv3plus-r101")["model"]["backbone"]["depth"] == 101
    cbam = at("deeplabv3plus-r50-cbam")["model"]["decode_head"]["attention"]
    assert cbam["type"] == "ConvolutionalBlockAttention"
    squeeze = at("deeplabv3plus-r50-se")["model"]["decode_head"]["attention"]
    assert squeeze["type"] == "SqueezeExcitation"
    terms = at("deeplabv3plus-r50-focal")["model"]["decode_head"]["loss_decode"]
    assert {term["loss_name"]: term["loss_weight"] for term in terms} == {
        "loss_ce": 0, "loss_dice": 1, "loss_focal": 1,
    }  # fmt: skip
    mix, paste = steps("deeplabv3plus-r50-mix"), steps("deeplabv3plus-r50-copypaste")
    assert mix["MixUp"]["prob"] > 0
    assert mix["CutMix"]["prob"] > 0
    for kind in ("CopyPaste", "ElasticDeformation", "GaussianBlur", "GaussianNoise"):
        assert paste[kind]["prob"] > 0
    assert paste["RandomRotation"]["degrees"] > 0
    assert at("deeplabv3plus-r50-warmup")["warmup_without_masks"] > 0
    assert at("deeplabv3plus-r50")["warmup_without_masks"] == 0


# One of each kind of decoder takes a real step; the others do in the slow suite.
REAL = ["demo-cpu", "deeplabv3plus-mnv2", "lraspp-mnv2", "deeplabv3plus-r50-mix", "segformer-b2"]
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in NAMES if name not in REAL]


@pytest.mark.parametrize("name", [*REAL, *SLOW])
def test_that_a_recipe_takes_a_step_and_predicts(name, config_of):
    config = config_of(name, **SMALL, **_mixing(name))
    with DefaultScope.overwrite_default_scope("mmseg"):
        train = DATASETS.build(Config(config).train_dataloader.dataset)
        val = DATASETS.build(Config(config).val_dataloader.dataset)
        model = MODELS.build(Config(config).model)
        batch = model.data_preprocessor(pseudo_collate([train[0], train[1]]), training=True)
        losses = model.train()(**batch, mode="loss")
        total, shown = model.parse_losses(losses)
        total.backward()
    assert torch.isfinite(total)
    for term in config["model"]["decode_head"]["loss_decode"]:
        assert (f"decode.{term['loss_name']}" in shown) == (term["loss_weight"] > 0)
    first = next(parameter for parameter in model.backbone.parameters() if parameter.requires_grad)
    assert first.grad is not None
    assert first.grad.abs().sum() > 0
    with torch.no_grad():
        results = model.eval().test_step(pseudo_collate([val[0]]))
    assert results[0].pred_sem_seg.shape == (64, 64)
    assert results[0].seg_logits.data.shape == (3, 64, 64)


@pytest.mark.parametrize("name", NAMES)
def test_that_a_recipe_s_data_and_loss_fit_together(name, config_of):
    config = config_of(name, **SMALL, **_mixing(name))
    with DefaultScope.overwrite_default_scope("mmseg"):
        train = DATASETS.build(Config(config).train_dataloader.dataset)
        preprocessor = MODELS.build(Config(config).model.data_preprocessor)
    batch = preprocessor(pseudo_collate([train[0], train[1]]), training=True)
    assert batch["inputs"].shape == (2, 3, 64, 64)
    masks = [sample.gt_sem_seg.data for sample in batch["data_samples"]]
    for mask in masks:
        assert mask.shape[1:] == (64, 64)
        assert set(mask.unique().tolist()) <= {0, 1, 2, 255}
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 64, 64, requires_grad=True)
    labels = torch.stack([mask[0] for mask in masks])
    for term in config["model"]["decode_head"]["loss_decode"]:
        loss = MODELS.build(Config(term))(logits, labels, ignore_index=255)
        assert torch.isfinite(loss)
        assert torch.autograd.grad(loss, logits, retain_graph=True)[0].isfinite().all()


@pytest.mark.parametrize(
    "name", ["unet", "deeplabv3plus-r101", "deeplabv3plus-r50-in21k", "deeplabv3plus-r50-cbam",
             "deeplabv3plus-r50-se", "hrnet-w48"]
)  # fmt: skip
def test_that_a_large_model_fits_together(name, config_of):
    # On torch's device without memory: shapes are computed, numbers are not.
    config = config_of(name, **SMALL, **_mixing(name))
    with torch.device("meta"):
        model = MODELS.build(Config(config).model)
    features = model.extract_feat(torch.zeros(2, 3, 64, 64, device="meta"))
    heads = [model.decode_head, *([model.auxiliary_head] if model.with_auxiliary_head else [])]
    for head in heads:
        logits = head(features)
        assert logits.shape[:2] == (2, 3)
        assert 64 % logits.shape[2] == 0


def _mixing(name: str) -> dict[str, float]:
    """Everything that can be switched on, where the recipe knows it."""
    known = find_recipe(name).fields
    kinds = ("mixup", "cutmix", "copy_paste", "elastic", "noise", "blur")
    return {kind: 0.5 for kind in kinds if kind in known}


class _Runner(Runner):
    """MMEngine's runner, which would format its config as code for seconds."""

    def dump_config(self) -> None:
        pass


def test_that_mmengine_trains_validates_and_saves_with_our_parts(config_of, tmp_path):
    config = config_of("lraspp-mnv2", **SMALL, class_weights="sqrt", mixup=1.0)
    config |= {"work_dir": str(tmp_path), "log_level": "ERROR", "experiment_name": "build"}
    runner = _Runner.from_cfg(Config(config))
    runner.train()
    assert runner.iter == 2
    assert 0 <= runner.message_hub.get_scalar("val/mDice").current() <= 100
    assert Path(runner.message_hub.get_info("last_ckpt")).is_file()
