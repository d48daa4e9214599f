"""Stochastic gradient descent, 100 epochs, the learning rate falling by a polynomial.

The study's schedule; the decay runs over the whole training, iteration by iteration.
"""

# The epochs become iterations when a dataset is chosen; for 200 photos in batches of 4 they are:
epochs = 100
max_iters = 5000
val_interval = 250

optimizer = "SGD"
lr = 0.01
momentum = 0.9
weight_decay = 5e-4
schedule = "poly"
power = 0.9
min_lr = 1e-4
warmup_iters = 0

optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type=optimizer, lr=lr, momentum=momentum, weight_decay=weight_decay),
    clip_grad=None,
)
param_scheduler = [
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
