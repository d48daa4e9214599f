"""The fields of the training form: their names, kinds, limits and places in the form.

A recipe gives values to those that it knows; `--set` and the form change them. What a field means
inside a config is in `core.training.recipes.apply`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from core.errors import PetsegError
from core.training.recipes.form_field import CLASS_WEIGHTS, FormField

__all__ = ["BY_NAME", "CLASS_WEIGHTS", "FIELDS", "SECTIONS", "FormField", "unknown_field"]

SECTIONS: Mapping[str, str] = {
    "length": "Length and data",
    "loss": "Loss and class weights",
    "optimizer": "Optimizer and schedule",
    "augmentation": "Augmentation",
    "speed": "Speed and precision",
    "watching": "Goal and tracking",
}
"""The headings of the form, in order, by the word that fields use for them."""

_LENGTH = (
    FormField(
        "max_iters", "Iterations", "int", 1, 10_000_000, "",
        "How many batches the model is trained on. The learning rate falls over all of them.",
    ),
    FormField(
        "epochs", "Epochs", "float", 0.01, 100_000, "",
        "How often every training image is seen, in place of a number of iterations.",
        optional=True,
    ),
    FormField(
        "batch_size", "Batch size", "int", 1, 1024, "images",
        "Images per iteration. More needs more memory and gives calmer gradients.",
    ),
    FormField(
        "image_size", "Image size", "size", 32, 16384, "pixels",
        "Height and width that every photo is scaled to fit into, in training and in validation. "
        "Predictions are scaled back to the photo's own size.",
    ),
    FormField(
        "crop_size", "Crop size", "size", 32, 4096, "pixels",
        "Height and width of the pieces the model sees in training.",
    ),
    FormField(
        "val_interval", "Validate every", "int", 1, 10_000_000, "iterations",
        "How often the val split is measured and a checkpoint is written.",
    ),
    FormField(
        "early_stop", "Early stop", "int", 0, 10_000, "validations",
        "After how many validations without a better mDice the run ends by itself; 0 never.",
    ),
    FormField(
        "seed", "Seed", "int", 0, 2**31 - 1, "",
        "Start of the random numbers: the same seed repeats the run on the same machine.",
    ),
)  # fmt: skip

_LOSS = (
    FormField(
        "loss_ce", "Cross-entropy", "float", 0, 100, "",
        "Weight of the cross-entropy in the loss; 0 leaves it out. It judges every pixel by itself "
        "and is what the class weights apply to.",
        "loss",
    ),
    FormField(
        "loss_dice", "Dice loss", "float", 0, 100, "",
        "Weight of the Dice loss; 0 leaves it out. It measures the overlap of whole classes, as "
        "mDice does, so rare classes count as much as the background.",
        "loss",
    ),
    FormField(
        "loss_focal", "Focal loss", "float", 0, 100, "",
        "Weight of the focal loss; 0 leaves it out. A cross-entropy in which pixels that are "
        "already right count little.",
        "loss",
    ),
    FormField(
        "focal_gamma", "Focal gamma", "float", 0, 10, "",
        "How strongly the focal loss turns to the pixels that are still wrong; 0 makes it a "
        "plain cross-entropy.",
        "loss",
    ),
    FormField(
        "label_smoothing", "Label smoothing", "float", 0, 0.5, "",
        "Share of each pixel's label that is spread over the other classes, so that the model is "
        "less sure of masks that may be wrong at their borders.",
        "loss",
    ),
    FormField(
        "class_weights", "Class weights", "class_weights", 0, 1000, "",
        "Weight of each class in the cross-entropy: auto balances the classes by their median "
        "frequency in the training masks, sqrt does half of that (the square roots), equal counts "
        "every pixel the same; or one number for each class.",
        "loss",
    ),
)  # fmt: skip

_OPTIMIZER = (
    FormField(
        "optimizer", "Optimizer", "choice", 0, 0, "",
        "How gradients become steps. AdamW adapts to each weight and forgives a rough learning "
        "rate; SGD is what many papers used.",
        "optimizer", choices=("SGD", "Adam", "AdamW"),
    ),
    FormField(
        "lr", "Learning rate", "float", 1e-8, 10, "",
        "The largest step size of the optimizer; the schedule starts from it.",
        "optimizer",
    ),
    FormField(
        "momentum", "Momentum", "float", 0, 0.9999, "",
        "How much of earlier steps goes on in the next one (the first beta of Adam and AdamW).",
        "optimizer",
    ),
    FormField(
        "weight_decay", "Weight decay", "float", 0, 1, "",
        "How strongly weights are pulled towards zero, against overfitting.",
        "optimizer",
    ),
    FormField(
        "schedule", "Schedule", "choice", 0, 0, "",
        "How the learning rate falls over the run: poly by a power, cosine along half a wave, "
        "constant not at all.",
        "optimizer", choices=("poly", "cosine", "constant"),
    ),
    FormField(
        "power", "Poly power", "float", 0.1, 10, "",
        "Power of the poly schedule: 1 falls in a straight line, less stays high for longer.",
        "optimizer",
    ),
    FormField(
        "min_lr", "Lowest rate", "float", 0, 1, "",
        "The learning rate at the end of the poly and cosine schedules.",
        "optimizer",
    ),
    FormField(
        "warmup_iters", "Warm-up", "int", 0, 1_000_000, "iterations",
        "How many iterations the learning rate takes to rise to its full value; 0 for none. Never "
        "more than half of the run.",
        "optimizer",
    ),
    FormField(
        "ema", "EMA decay", "float", 0, 0.99999, "",
        "A running average of the weights is kept, validated and saved; this share of it stays at "
        "each iteration. 0 for none, 0.99 and more are usual.",
        "optimizer",
    ),
)  # fmt: skip

_AUGMENTATION = (
    FormField(
        "flip", "Flip", "probability", 0, 1, "",
        "How often a photo is mirrored, left for right.",
        "augmentation",
    ),
    FormField(
        "scale_range", "Scale", "pair", 0.1, 10, "",
        "The photo is scaled by a random factor in this range before a crop is cut out of it.",
        "augmentation",
    ),
    FormField(
        "rotate", "Rotate", "float", 0, 180, "degrees",
        "Photos are turned by up to this many degrees, either way; 0 for not at all.",
        "augmentation",
    ),
    FormField(
        "color", "Colour", "probability", 0, 1, "",
        "How far brightness, contrast, saturation and hue may change: 0 not at all, 1 as far as "
        "MMSegmentation's photometric distortion does.",
        "augmentation",
    ),
    FormField(
        "blur", "Blur", "probability", 0, 1, "",
        "How often a photo is blurred a little.",
        "augmentation",
    ),
    FormField(
        "noise", "Noise", "probability", 0, 1, "",
        "How often Gaussian noise is laid over a photo.",
        "augmentation",
    ),
    FormField(
        "elastic", "Elastic", "probability", 0, 1, "",
        "How often photo and mask are bent together like rubber.",
        "augmentation",
    ),
    FormField(
        "copy_paste", "Copy-paste", "probability", 0, 1, "",
        "How often objects of another photo, cut out along their mask, are pasted in.",
        "augmentation",
    ),
    FormField(
        "mixup", "MixUp", "probability", 0, 1, "",
        "How often a photo is laid transparently over another one, and their masks with them.",
        "augmentation",
    ),
    FormField(
        "cutmix", "CutMix", "probability", 0, 1, "",
        "How often a rectangle of another photo, mask included, takes the place of a part.",
        "augmentation",
    ),
)  # fmt: skip

_SPEED = (
    FormField(
        "precision", "Precision", "choice", 0, 0, "",
        "How numbers are kept while computing. auto takes the fastest that this machine computes "
        "well in; the log says which.",
        "speed", choices=("auto", "float32", "bfloat16", "float16"),
    ),
    FormField(
        "cache", "Data in memory", "choice", 0, 0, "",
        "Whether decoded photos and masks stay in memory, so that each file is read once. auto "
        "does it when they fit well.",
        "speed", choices=("auto", "on", "off"),
    ),
    FormField(
        "num_workers", "Loader processes", "int", 0, 64, "",
        "Processes that load and augment images; 0 does it in the worker itself.",
        "speed",
    ),
)  # fmt: skip

_WATCHING = (
    FormField(
        "goal", "Goal", "float", 1, 100, "% mDice",
        "The mDice that the run is to reach: a line in the plots, and a message when it is passed.",
        "watching",
    ),
    FormField(
        "tracking", "Tracking", "choice", 0, 0, "",
        "Where the curves are written besides the run's own folder. Each of these is a package "
        "of its own that has to be installed.",
        "watching", choices=("none", "clearml", "mlflow", "tensorboard"),
    ),
)  # fmt: skip

FIELDS: tuple[FormField, ...] = (
    *_LENGTH, *_LOSS, *_OPTIMIZER, *_AUGMENTATION, *_SPEED, *_WATCHING,
)  # fmt: skip

BY_NAME: Mapping[str, FormField] = {field.name: field for field in FIELDS}


def unknown_field(name: str, known: list[str]) -> PetsegError:
    """The error for a name that is neither a field nor the start of a config key."""
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return PetsegError(
        f"There is no training field {name!r}",
        remedy=f"{hint}The fields are: {', '.join(BY_NAME)}; a dotted name such as "
        "model.decode_head.channels reaches into the config.",
    )
