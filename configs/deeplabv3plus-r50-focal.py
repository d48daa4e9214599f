"""DeepLabV3+ with ResNet-50 and focal loss

The study's best with the focal loss in place of the cross-entropy: pixels that are already right
count little, so hard ones such as ears and tails count more. Made for a GPU.
"""

_base_ = ["deeplabv3plus-r50-dice.py"]

class_weights = "auto"

loss_ce = 0.0
loss_dice = 1.0
loss_focal = 1.0
focal_gamma = 2.0
label_smoothing = 0.0
model = dict(
    decode_head=dict(
        loss_decode=[
            dict(
                type="SmoothedCrossEntropyLoss",
                loss_name="loss_ce",
                label_smoothing=label_smoothing,
                class_weight=None,
                loss_weight=loss_ce,
            ),
            dict(
                type="DiceLoss",
                loss_name="loss_dice",
                use_sigmoid=False,
                loss_weight=loss_dice,
            ),
            dict(
                type="SoftmaxFocalLoss",
                loss_name="loss_focal",
                gamma=focal_gamma,
                class_weight=None,
                loss_weight=loss_focal,
            ),
        ]
    )
)
