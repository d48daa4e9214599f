"""DeepLabV3+ with MobileNetV2, the best that an hour on a CPU gives

Fine-tunes a small backbone for long, on photos that never look the same twice: give it weights with
--init. One warp scales, turns and cuts, sometimes around an animal; objects of other photos are
pasted in; colours, blur and noise vary. Cross-entropy with class weights and a little label
smoothing plus Dice loss, AdamW with warm-up and cosine decay that ends at a fifth of the rate, and
a running average of the weights over a thousand steps. Predictions are averaged over mirrored
photos; a piece of animal has one class, and one surely animal pixel at least.
"""

_base_ = ["_base_/default_runtime.py", "_base_/models/deeplabv3plus_mnv2.py"]

backbone_weights = "mobilenet_v2"

max_iters = 3000
batch_size = 8
image_size = (256, 256)
crop_size = (256, 256)
val_interval = 200
# Background, cat, dog.
class_weights = [0.6, 1.0, 1.2]

optimizer = "AdamW"
lr = 2e-4
momentum = 0.9
weight_decay = 0.05
schedule = "cosine"
min_lr = 4e-5
warmup_iters = 100
ema = 0.999

loss_ce = 1.0
loss_dice = 1.0
loss_focal = 0.0
focal_gamma = 2.0
label_smoothing = 0.02

flip = 0.5
scale_range = (0.6, 1.6)
rotate = 20.0
elastic = 0.0
copy_paste = 0.4
cutmix = 0.0
mixup = 0.0
color = 1.0
blur = 0.15
noise = 0.1

data_preprocessor = dict(size=crop_size)
model = dict(
    data_preprocessor=data_preprocessor,
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
                type="ClassDiceLoss",
                loss_name="loss_dice",
                loss_weight=loss_dice,
            ),
            dict(
                type="SoftmaxFocalLoss",
                loss_name="loss_focal",
                gamma=focal_gamma,
                class_weight=None,
                loss_weight=loss_focal,
            ),
        ],
    ),
    test_cfg=dict(
        mode="whole",
        scales=(1.0,),
        flip=True,
        size_divisor=16,
        one_class_per_piece=True,
        surest_of_piece=0.95,
    ),
)

# MMCV gives a scale as width and height, a crop as height and width.
train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations"),
    dict(
        type="RandomAffineCrop",
        crop_size=crop_size,
        scale=image_size[::-1],
        scale_range=scale_range,
        rotate=rotate,
        object_centred=0.2,
        ignore_index=255,
    ),
    dict(type="RandomFlip", prob=flip),
    dict(type="ElasticDeformation", prob=elastic),
    dict(type="CopyPaste", prob=copy_paste, ignore_index=255),
    dict(type="CutMix", prob=cutmix, ignore_index=255),
    dict(type="MixUp", prob=mixup, ignore_index=255),
    dict(type="ColorJitter", strength=color),
    dict(type="GaussianBlur", prob=blur),
    dict(type="GaussianNoise", prob=noise),
    dict(type="PackMixedInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=image_size[::-1], keep_ratio=True),
    dict(type="LoadAnnotations"),
    dict(type="PackSegInputs"),
]

train_dataloader = dict(
    batch_size=batch_size,
    num_workers=0,
    sampler=dict(type="InfiniteSampler", shuffle=True),
    dataset=dict(type="MixingSegDataset", pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(type="BaseSegDataset", pipeline=test_pipeline),
)
test_dataloader = val_dataloader

optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type=optimizer, lr=lr, betas=(momentum, 0.999), weight_decay=weight_decay),
    # The decoder starts from nothing; the backbone forgets what it knows when it goes as fast.
    paramwise_cfg=dict(custom_keys={"decode_head": dict(lr_mult=8.0)}, norm_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, begin=0, end=warmup_iters, by_epoch=False),
    dict(
        type="CosineAnnealingLR",
        eta_min=min_lr,
        begin=warmup_iters,
        end=max_iters,
        T_max=max_iters - warmup_iters,
        by_epoch=False,
    ),
]

train_cfg = dict(type="IterBasedTrainLoop", max_iters=max_iters, val_interval=val_interval)
default_hooks = dict(
    timer=dict(type="IterTimerHook"),
    logger=dict(type="LoggerHook", interval=20, log_metric_by_epoch=False),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(
        type="CheckpointHook",
        by_epoch=False,
        interval=val_interval,
        max_keep_ckpts=1,
        save_best="mDice",
        rule="greater",
    ),
    sampler_seed=dict(type="DistSamplerSeedHook"),
)
