"""FCN over U-Net (S5-D16), from scratch: the study's first hypothesis

A baseline without pretrained weights, 100 epochs: cross-entropy with the class weights 0.2, 1, 1,
SGD, flip and photometric distortion. The study reached 58.7 mDice with it.
"""

_base_ = [
    "_base_/default_runtime.py",
    "_base_/models/fcn_unet_s5-d16.py",
    "_base_/pipelines/flip_color.py",
    "_base_/schedules/sgd_poly_100_epochs.py",
]

# Background, cat, dog, as published.
class_weights = [0.2, 1.0, 1.0]
