"""What every recipe shares: hooks, logs, loops and metrics.

Nothing in here depends on the dataset. Only local files are written: the visualizer has no
backends, because `events.jsonl` records the curves.
"""

# Our own transforms, losses and decoders (core/training/parts), by their names.
custom_imports = dict(imports=["core.training.parts"], allow_failed_imports=False)

seed = 0
num_workers = 0
class_weights = "auto"

# Read by the program only; MMSegmentation's own tools pass over them.
precision = "auto"
channels_last = "auto"
cache = "auto"
ema = 0.0
early_stop = 0
goal = 75.0
tracking = "none"
# Iterations in which the backbone looks at photos without their masks, before it is trained.
warmup_without_masks = 0

default_scope = "mmseg"
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0),
    dist_cfg=dict(backend="gloo"),
)
randomness = dict(seed=seed)
launcher = "none"
load_from = None
resume = False

log_level = "INFO"
log_processor = dict(by_epoch=False, window_size=20)
vis_backends = []
visualizer = dict(type="SegLocalVisualizer", vis_backends=vis_backends, name="visualizer")

val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
val_evaluator = dict(type="IoUMetric", iou_metrics=["mIoU", "mDice"])
test_evaluator = val_evaluator
