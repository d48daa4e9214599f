"""DeepLabV3+ with MobileNetV2, for machines without a GPU

Fine-tunes a small backbone: give it weights with --init, for example MobileNetV2's from ImageNet.
On two CPU cores a useful model of a few hundred photos of 256x256 comes out in three minutes.
Cross-entropy with class weights plus Dice loss, AdamW, polynomial decay over the whole training,
random resize, crop, flip and photometric distortion.
"""

_base_ = ["_base_/default_runtime.py", "_base_/models/deeplabv3plus_mnv2.py"]

backbone_weights = "mobilenet_v2"

max_iters = 200
batch_size = 8
image_size = (256, 256)
crop_size = (256, 256)
val_interval = 100
class_weights = "sqrt"

optimizer = "AdamW"
lr = 4e-4
momentum = 0.9
weight_decay = 0.01
schedule = "poly"
power = 0.9
min_lr = 1e-6
warmup_iters = 20

flip = 0.5
scale_range = (0.75, 1.75)
rotate = 0.0
elastic = 0.0
copy_paste = 0.0
cutmix = 0.0
mixup = 0.0
color = 1.0
blur = 0.0
noise = 0.0

data_preprocessor = dict(size=crop_size)
model = dict(data_preprocessor=data_preprocessor)

# MMCV gives a scale as width and height, a crop as height and width.
train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations"),
    dict(type="RandomResize", scale=image_size[::-1], ratio_range=scale_range, keep_ratio=True),
    dict(type="RandomCrop", crop_size=crop_size, cat_max_ratio=0.95),
    dict(type="RandomFlip", prob=flip),
    dict(type="RandomRotation", degrees=rotate),
    dict(type="ElasticDeformation", prob=elastic),
    dict(type="CopyPaste", prob=copy_paste, ignore_index=255),
    dict(type="CutMix", prob=cutmix, ignore_index=255),
    dict(type="MixUp", prob=mixup, ignore_index=255),
    # At strength 1 it is PhotoMetricDistortion.
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
    # The decoder starts from nothing and may go faster than the pretrained backbone.
    paramwise_cfg=dict(custom_keys={"decode_head": dict(lr_mult=4.0)}, norm_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, begin=0, end=warmup_iters, by_epoch=False),
    dict(
        type="PolyLR",
        power=power,
        eta_min=min_lr,
        begin=warmup_iters,
        end=max_iters,
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
