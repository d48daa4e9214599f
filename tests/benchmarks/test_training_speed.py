"""Training and validating against a plain `mmengine.Runner` with the same config.

Both sides do the same work: the plain one is the run's own `config.py` in MMEngine's runner with
its stock loop, sampler, loader and hooks, in float32, with as many threads as torch takes by
itself. It loads data as the config says (`num_workers=0`, in the training process). What runs one
after the other is repeated in turns, so that what else the machine does hits both.
"""

from __future__ import annotations

import copy
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import pytest

from core.dataset import Dataset, open_dataset
from core.runs.events import Iteration, Message, read_events
from core.runs.store import Run
from core.runs.supervisor import Supervisor
from core.training.recipes.catalogue import find_recipe
from core.training.recipes.config_json import load_config
from core.training.request import TrainRequest, create_run
from tests.benchmarks import watching_cost

pytestmark = [pytest.mark.benchmark, pytest.mark.slow, pytest.mark.timeout(3600)]

LABELS = "labels_fixed"


@pytest.fixture(scope="module")
def dataset(shared_dir, tmp_path_factory) -> Dataset:
    return open_dataset(shared_dir / "pets", workspace=tmp_path_factory.mktemp("workspace"))


def ours(dataset: Dataset, runs: Path, recipe: str, iterations: int, **fields) -> tuple[Run, float]:
    """Train in the real worker; return the run and seconds per iteration, without the first two."""
    fields = {"max_iters": 10_000, "val_interval": 10_000, "seed": 1, **fields}
    request = TrainRequest(dataset, recipe, label_set=LABELS, overrides=fields, device="cpu")
    run = create_run(dataset, runs, request)
    supervisor = Supervisor()
    supervisor.start(run)
    asked = False
    while not run.state().is_over:
        if run.progress().iteration >= iterations and not asked:
            asked = True
            supervisor.cancel(run, grace=60)
        time.sleep(0.1)
    done = [event for event in read_events(run.events_path) if isinstance(event, Iteration)]
    assert len(done) > 3, run.log_path.read_text()
    seconds = (done[-1].time - done[1].time) / (done[-1].iteration - done[1].iteration)
    return run, seconds


def plain(config: Path, iterations: int) -> float:
    """Train in MMEngine's runner; return seconds per iteration, without the first two."""
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.plain_training", str(config), str(iterations)],
        cwd=root, capture_output=True, text=True, env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        check=False,
    )  # fmt: skip
    times = [float(line.split()[2]) for line in result.stdout.splitlines() if line[:5] == "DONE "]
    assert len(times) == iterations, result.stderr[-3000:]
    return (times[-1] - times[1]) / (len(times) - 2)


def against_plain(
    dataset: Dataset, runs: Path, recipe: str, *, aim: float, rounds: int, steps: tuple[int, int],
    **fields: Any,
) -> None:  # fmt: skip
    ratios, batch = [], 0
    for _ in range(rounds):
        run, quick = ours(dataset, runs, recipe, steps[0], **fields)
        batch = load_config(run.config_path)["train_dataloader"]["batch_size"]
        slow = plain(run.folder / "config.py", steps[1])
        ratios.append(slow / quick)
        said = [e.text for e in read_events(run.events_path) if isinstance(e, Message)]
        chosen = next((text for text in said if "Fastest" in text), "by rule of thumb")
        print(
            f"\n{recipe}: plain {batch / slow:.2f} images/s ({slow:.2f} s a step of {batch}), "
            f"ours {batch / quick:.2f} ({quick:.2f} s): {slow / quick:.2f} times. {chosen}"
        )
    print(f"{recipe}: median {median(ratios):.2f} times the plain loop; the aim is {aim}")


def test_images_per_second_of_deeplabv3plus_mnv2(dataset, tmp_path):
    against_plain(dataset, tmp_path, "deeplabv3plus-mnv2", aim=1.7, rounds=3, steps=(20, 10))


def test_images_per_second_of_deeplabv3plus_r50(dataset, tmp_path):
    against_plain(
        dataset, tmp_path, "deeplabv3plus-r50", aim=2.5, rounds=2, steps=(7, 5), batch_size=4,
        crop_size=256, image_size=256,
    )  # fmt: skip


def model_and_batch(dataset: Dataset, runs: Path, recipe: str):
    """A recipe's model, a batch of its data, and its optimizer's config."""
    from mmengine.config import Config
    from mmengine.dataset import pseudo_collate
    from mmseg.registry import DATASETS, MODELS
    from mmseg.utils import register_all_modules

    from core.runs.record import load_record
    from core.training.data.plan import load_data_plan
    from core.training.engine.starting import import_modules
    from core.training.recipes.assemble import assemble
    from core.training.recipes.source import config_file_of

    register_all_modules()
    request = TrainRequest(dataset, recipe, label_set=LABELS, device="cpu")
    run = create_run(dataset, runs, request)
    record = load_record(run.folder)
    source = Config.fromfile(config_file_of(run.folder, record)).to_dict()
    config = Config(assemble(source, record, load_data_plan(run.folder), run.folder))
    import_modules(config)
    data = DATASETS.build(config.train_dataloader.dataset)
    batch = pseudo_collate([data[n] for n in range(config.train_dataloader.batch_size)])
    return MODELS.build(config.model).train(), batch, config


LEVERS = (
    "float32", "+ channels last", "+ bfloat16", "+ depthwise", "+ decoder", "+ fused",
    "+ kept memory",
)  # fmt: skip


def stepper(model: Any, batch: Any, level: int) -> Callable[[], float]:
    """One training step with the first so many levers; returns its seconds."""
    import torch

    from core.training.engine.speed.decoder_order import use_orderly_decoder
    from core.training.engine.speed.depthwise import use_quick_depthwise
    from core.training.engine.speed.precision import keep_losses_in_float32

    model = copy.deepcopy(model)
    if level >= 1:
        model.to(memory_format=torch.channels_last)
    if level >= 2:
        keep_losses_in_float32(model)
    if level >= 3:
        use_quick_depthwise(model)
    if level >= 4:
        use_orderly_decoder(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=level >= 5)

    def step() -> float:
        data = copy.deepcopy(batch)
        began = time.perf_counter()
        half = torch.autocast("cpu", torch.bfloat16) if level >= 2 else nullcontext()
        with half:
            losses = model(**model.data_preprocessor(data, True), mode="loss")
        total, _ = model.parse_losses(losses)
        total.backward()
        optimizer.step()
        optimizer.zero_grad()
        return time.perf_counter() - began

    return step


@pytest.mark.parametrize(
    ("recipe", "rounds"), [("deeplabv3plus-mnv2", 4), ("deeplabv3plus-r50", 2)]
)
def test_what_each_lever_brings(dataset, tmp_path, recipe, rounds):
    from core.memory import keep_freed_memory

    model, batch, _ = model_and_batch(dataset, tmp_path, recipe)
    shortest = [float("inf")] * len(LEVERS)
    for _ in range(rounds):  # in turns; memory cannot be given free again, so it comes last
        for level in range(len(LEVERS) - 1):
            step = stepper(model, batch, level)
            step()
            shortest[level] = min(shortest[level], step())
            del step
            gc.collect()
    keep_freed_memory(everything=True)
    step = stepper(model, batch, len(LEVERS) - 1)
    step()
    for _ in range(rounds):
        shortest[-1] = min(shortest[-1], step())
    print(f"\n{recipe}, one step of {len(batch['inputs'])} images, shortest of {rounds}:")
    before = shortest[0]
    for name, seconds in zip(LEVERS, shortest, strict=True):
        print(
            f"  {name:16} {seconds:7.3f} s   ×{before / seconds:4.2f}  "
            f"all ×{shortest[0] / seconds:4.2f}"
        )
        before = seconds


def test_what_loading_costs(dataset, tmp_path):
    from mmseg.registry import DATASETS

    from core.training.engine.speed.data_cache import forget_all, use_data_cache

    _, _, config = model_and_batch(dataset, tmp_path, "deeplabv3plus-mnv2")
    seconds = {}
    for name in ("stock", "cached"):
        table = config.to_dict()
        if name == "cached":
            use_data_cache(table)
        data = DATASETS.build(table["train_dataloader"]["dataset"])
        for number in range(100):
            data[number]
        began = time.perf_counter()
        for number in range(100):
            data[number]
        seconds[name] = (time.perf_counter() - began) / 100
    forget_all()
    print(
        f"\nloading and augmenting one image: stock {1000 * seconds['stock']:.1f} ms, decoded data "
        f"in memory {1000 * seconds['cached']:.1f} ms; the thread that loads ahead takes all of it "
        "off the training step, as far as a processor is free"
    )


@pytest.mark.parametrize("recipe", ["deeplabv3plus-mnv2", "deeplabv3plus-r50"])
def test_validation_against_the_stock_loop(dataset, tmp_path, recipe):
    import torch
    from mmengine.runner import Runner, ValLoop

    from core.memory import keep_freed_memory
    from core.training.engine.speed.batched_validation import BatchedValLoop
    from core.training.engine.speed.depthwise import use_quick_depthwise
    from core.training.engine.speed.tuning import accelerate_config

    _, _, config = model_and_batch(dataset, tmp_path, recipe)
    config["work_dir"] = str(tmp_path / "work")
    config["log_level"] = "ERROR"
    config.default_hooks.checkpoint = None
    config.val_dataloader.batch_size = 1
    weights = Path(os.environ.get("PETSEG_BENCHMARK_WEIGHTS", ""))
    stock = Runner.from_cfg(copy.deepcopy(config))
    if weights.is_file():
        stock.model.load_state_dict(torch.load(weights, weights_only=True), strict=False)
    quick = SimpleNamespace(model=copy.deepcopy(stock.model))
    quick.model.to(memory_format=torch.channels_last)
    use_quick_depthwise(quick.model)
    keep_freed_memory(everything=True)  # which the stock loop has then too
    table = config.to_dict()
    accelerate_config(table)
    slow_loop = ValLoop(stock, copy.deepcopy(config.val_dataloader), dict(config.val_evaluator))
    times: dict[str, list[float]] = {"stock": [], "ours": []}
    stock._val_loop = slow_loop
    counting = counting_hook(stock, config, tmp_path)
    fast_loop = BatchedValLoop(stock, table["val_dataloader"], dict(config.val_evaluator))
    expected: dict[str, float] = {}
    found: dict[str, float] = {}
    for _ in range(3):
        stock._hooks = [each for each in stock._hooks if each is not counting]
        began = time.perf_counter()
        expected = slow_loop.run()
        times["stock"].append(time.perf_counter() - began)
        stock._hooks.append(counting)
        model, stock.model, stock._val_loop = stock.model, quick.model, fast_loop
        began = time.perf_counter()
        found = fast_loop.run()
        times["ours"].append(time.perf_counter() - began)
        stock.model, stock._val_loop = model, slow_loop
    ratio = median(times["stock"]) / median(times["ours"])
    print(
        f"\nvalidation of {recipe}: stock {median(times['stock']):.2f} s, "
        f"ours {median(times['ours']):.2f} s: {ratio:.2f} times; the aim is 3. "
        f"mDice {expected['mDice']:.2f} and {found['mDice']:.2f}"
    )
    assert found["mDice"] == pytest.approx(expected["mDice"], abs=0.011)


def counting_hook(runner: Any, config: Any, folder: Path) -> Any:
    """The hook that counts pixels in a real run, with the least around it."""
    from core.runs.events import EventWriter
    from core.training.engine.pace import Pace
    from core.training.engine.previews import Previews
    from core.training.engine.ranks import Ranks
    from core.training.engine.standing import Standing
    from core.training.engine.validation import ValidationHook

    names = list(config.val_dataloader.dataset.metainfo.classes)
    saver = SimpleNamespace(save_best=lambda *_: folder, tell_best=lambda *_: None)
    return ValidationHook(
        EventWriter(folder / "events.jsonl"), names, 255, standing=Standing(), saver=saver,
        previews=Previews(folder, [], len(names), 255), ranks=Ranks(), pace=Pace(),
        requests=SimpleNamespace(interrupt=lambda: None),
    )  # fmt: skip


def processor_seconds_of_a_step(dataset: Dataset, folder: Path, recipe: str) -> float:
    """Of the quickest of all ways to do it, in one thread: what else goes on does not count."""
    import torch

    model, batch, _ = model_and_batch(dataset, folder, recipe)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        least = float("inf")
        for level in range(len(LEVERS) - 1):
            step = stepper(model, batch, level)
            step()
            for _ in range(2):
                began = time.process_time()
                step()
                least = min(least, time.process_time() - began)
        return least
    finally:
        torch.set_num_threads(before)


@pytest.mark.usefixtures("qapp")
def test_what_watching_costs(dataset, tmp_path):
    recipe = "deeplabv3plus-mnv2"
    interval = find_recipe(recipe).fields["val_interval"]
    step = processor_seconds_of_a_step(dataset, tmp_path / "step", recipe)
    reported, other = watching_cost.hook_and_requests(tmp_path / "hook")
    beat = watching_cost.heartbeat(tmp_path / "beats")
    told = watching_cost.telling_of_a_validation(tmp_path / "previews", dataset, LABELS)
    tailing = watching_cost.tailing(tmp_path / "runs")
    with_older = watching_cost.tailing(tmp_path / "more runs", older=20)
    # What comes by time comes the less often in a step the quicker it is: one thread's seconds.
    reports = min(1.0, 2 * step)
    parts = {
        "hook, its events and the request file": reports * reported + (1 - reports) * other,
        f"heartbeats ({1e6 * beat:.0f} µs every two seconds)": beat * step / 2,
        f"previews and events of a validation ({1e3 * told:.0f} ms, each {interval})": (
            told / interval
        ),
        f"the window's watching ({1e3 * tailing:.1f} ms a second)": tailing * step,
    }
    print(f"\nwatching {recipe}, whose step takes {step:.2f} s of one processor:")
    for name, seconds in parts.items():
        print(f"  {name}: {1e6 * seconds:.0f} µs for an iteration, {seconds / step:.3%}")
    share = sum(parts.values()) / step
    print(
        f"  together {share:.3%}; it has to stay below 1 %. Twenty older runs, which a window "
        f"looks at all the time, take {1e3 * (with_older - tailing):.1f} ms a second more"
    )
    assert share < 0.01
