"""DeepLabV3+ with ResNet-50, warmed up on the photos alone

For when no pretrained weights can be had, or for photos unlike any that such weights have seen:
before the training the backbone learns to fill in hidden parts of the dataset's own photos, those
without a mask included. Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

# None: it starts from nothing. Weights may be given all the same.
backbone_weights = None
warmup_without_masks = 2000

class_weights = "auto"
