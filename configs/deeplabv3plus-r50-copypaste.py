"""DeepLabV3+ with ResNet-50, pasted objects and bent photos

The study's best with copy-paste of objects between photos, rotation, elastic deformation, blur and
noise: for few photos, and for classes that rarely meet in one. Made for a GPU.
"""

_base_ = [
    "_base_/default_runtime.py",
    "_base_/models/deeplabv3plus_r50-d8.py",
    "_base_/pipelines/copy_paste.py",
    "_base_/schedules/adamw_poly_100_epochs.py",
]

backbone_weights = "resnet50_v1c"

loss_ce = 1.0
loss_dice = 1.0
loss_focal = 0.0
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
