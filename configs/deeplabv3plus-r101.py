"""DeepLabV3+ with ResNet-101

The study's best with twice the depth, for data that ResNet-50 does not exhaust. Needs a GPU and
about half again the time.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

backbone_weights = "resnet101_v1c"

class_weights = "auto"

model = dict(backbone=dict(depth=101))
