"""DeepLabV3+ with ResNet-50 that has seen COCO

The study's best from a backbone that was trained to segment COCO-Stuff's 171 classes, cats and dogs
among them, in place of one that was trained to classify ImageNet. Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

backbone_weights = "resnet50_v1c-coco"

class_weights = "auto"
