"""DeepLabV3+ with ResNet-50 and weights from ImageNet-21k

The study's best from a backbone that was trained on fourteen million photos of 21,841 classes in
place of one million of a thousand. Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

# Those weights are of the plain ResNet, with one large convolution at its beginning.
backbone_weights = "resnet50-in21k"

class_weights = "auto"

model = dict(backbone=dict(type="ResNet"))
