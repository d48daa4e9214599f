"""Photos laid over each other (MixUp) and rectangles exchanged (CutMix).

Both are on the study's list of what to try next.
"""

batch_size = 4
image_size = (256, 256)
crop_size = (256, 256)

flip = 0.5
scale_range = (0.5, 2.0)
rotate = 0.0
elastic = 0.0
copy_paste = 0.0
cutmix = 0.5
mixup = 0.3
color = 1.0
blur = 0.0
noise = 0.0

# MMCV gives a scale as width and height, a crop as height and width.
train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations"),
    dict(type="RandomResize", scale=image_size[::-1], ratio_range=scale_range, keep_ratio=True),
    dict(type="RandomCrop", crop_size=crop_size, cat_max_ratio=0.75),
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
