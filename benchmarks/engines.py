"""Engines against what users have: transformers.pipeline, and ONNX Runtime used by hand.

    pip install -r requirements.txt
    python -m benchmarks.engines [train.tsv --text sentence] [--rows 5000] [--threads N]

All in one process, taking turns round by round, so that a noisy machine hits all alike; medians,
and 95th percentiles beside them. First every model on every engine over lengths and batch sizes;
then one sentence against the pipeline; then, if a file is given, many rows of it. The hand-written
peer tokenises with `tokenizers`, pads batches of 32 as they come, and runs the same graph.
"""

import argparse
import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from transformers import pipeline

from model_zoo.explain.attribute import attribute
from model_zoo.explain.faithfulness import trust
from model_zoo.host import host, use_threads
from model_zoo.inference.predict import predict
from model_zoo.inference.score import WINDOW, join, score
from model_zoo.internals.context import influence
from model_zoo.measure.latency import Latency, latency, text_of
from model_zoo.models.engines import ENGINES
from model_zoo.models.loading import Model, load
from model_zoo.models.network import Capability, ModelId
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set
from model_zoo.tables.table import open_table

SENTENCE = "The acting is great and the story moves along, but the film as a whole is dreadful."
POINTS = ((3, 1), (32, 1), (512, 1), (3, 32), (32, 32), (512, 32))  # tokens, texts a call
UNCOUNTED, IN_A_ROW = 2, 5  # calls
NAMES = tuple(model.name for model in model_set().models)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", help="rows to score, say SST-2's train.tsv")
    parser.add_argument("--text", default="sentence", metavar="COL")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=4.0, help="after which a point ends")
    parser.add_argument("--threads", type=int, default=host().cores)
    parser.add_argument("--models", nargs="+", default=NAMES, choices=NAMES, metavar="MODEL")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    machine = host()
    print(
        f"{machine.processor}, {machine.cores} cores, {arguments.threads} threads, torch "
        f"{machine.torch}, transformers {machine.transformers}"
    )
    names = arguments.models
    models = {engine: {name: load(spec(name).on(engine)) for name in names} for engine in ENGINES}
    alone = {engine: by_name for engine, by_name in models.items() if engine != ModelId.ENGINE}
    _sizes(alone, arguments.runs, arguments.seconds)
    _one_sentence(alone, arguments.runs)
    read_longest = "bert" if "bert" in names else names[-1]
    _explanations({engine: by_name[read_longest] for engine, by_name in models.items()})
    if arguments.file:
        table = open_table(arguments.file)
        column = table.column(arguments.text)
        texts = random.Random(0).sample([row[column] for row in table.rows()], arguments.rows)
        _many_rows(texts, read_longest)


def _sizes(models: dict[str, dict[str, Model]], runs: int, seconds: float) -> None:
    """Milliseconds a call of every model on every engine, median (p95)."""
    print("\nms a call, median (p95); tokens x texts:")
    print("".join(f"{f'{tokens} x {texts}':>18}" for tokens, texts in POINTS).rjust(130))
    chosen = [model for by_name in models.values() for model in by_name.values()]
    lines: dict[str, list[Latency]] = {model.id: [] for model in chosen}
    for tokens, texts in POINTS:
        rounds = latency(
            chosen, text_of(tokens), batch=texts, runs=runs, seconds=seconds * len(chosen)
        )
        for name, figure in deque(rounds, maxlen=1)[0].items():
            lines[name].append(figure)
    for name, figures in lines.items():
        cells = (f"{f'{f.median_ms:.2f} ({f.p95_ms:.2f})':>18}" for f in figures)
        print(f"{name:<22}" + "".join(cells))


def _one_sentence(models: dict[str, dict[str, Model]], runs: int) -> None:
    """One sentence, from text to probabilities, against the pipeline on the same threads."""
    first, *_ = models["torch"].values()
    print(f"\none sentence of {len(first.read(SENTENCE).ids)} tokens, ms:")
    for name in models["torch"]:
        theirs = pipeline("text-classification", model=str(spec(name).folder), device="cpu")
        calls: dict[str, Callable[[], object]] = {
            "pipeline": lambda theirs=theirs: theirs(SENTENCE, top_k=None)
        }
        for engine, by_name in models.items():
            calls[engine] = lambda model=by_name[name]: predict(model, [SENTENCE])
        took = _in_turns(calls, runs // IN_A_ROW)
        ratios = (f"{way} {ms:.2f} ({took['pipeline'] / ms:.1f}x)" for way, ms in took.items())
        print(f"{name:<12}" + ", ".join(ratios))


def _explanations(models: dict[str, Model]) -> None:
    """Occlusion, how far to trust it, and the context square: forward passes alone.

    Engines whose layers cannot be looked at have no context square, and are named.
    """
    asked = {
        way: model
        for way, model in models.items()
        if Capability.LAYERS in model.network.capabilities
    }
    print(f"\n{models[ModelId.ENGINE].title}: occlusion + faithfulness + context square, ms:")

    def explain(model: Model) -> None:
        trust(model, attribute(model, SENTENCE, method="occlusion"))
        influence(model, SENTENCE)

    calls = {way: lambda model=model: explain(model) for way, model in asked.items()}
    took = _in_turns(calls, 2)
    for way in models.keys() - asked.keys():
        print(f"{way}: has no layers to look at")
    print(", ".join(f"{way} {ms:.0f} ({took['torch'] / ms:.1f}x)" for way, ms in took.items()))


def _many_rows(texts: list[str], name: str) -> None:
    """Many rows through one model, once each: one thread a batch, as many batches as cores."""
    use_threads(1, beside=host().cores)
    theirs = pipeline("text-classification", model=str(spec(name).folder), device="cpu")
    torch.set_num_threads(host().cores)
    started = perf_counter()
    rows = theirs(texts, batch_size=32, top_k=None)
    pipeline_seconds = perf_counter() - started
    positive = [next(x["score"] for x in row if x["label"] == "positive") for row in rows]
    print(
        f"\n{len(texts):,} rows, {spec(name).title}: "
        f"pipeline(batch_size=32) {pipeline_seconds:.1f} s"
    )
    for engine in ENGINES:
        model = load(spec(name).on(engine))
        started = perf_counter()
        windows = range(0, len(texts), WINDOW)
        ours = join([score([model], texts[at : at + WINDOW]) for at in windows])
        seconds = perf_counter() - started
        moved = np.abs(ours.probabilities[0][:, 1] - positive).max()
        print(
            f"{engine:<12} {seconds:.1f} s, {len(texts) / seconds:,.0f} rows/s, "
            f"{pipeline_seconds / seconds:.2f}x, largest difference {moved:.1e}"
        )
    use_threads(host().cores)
    by_hand = load(spec(name).on("onnx"))
    started = perf_counter()
    tokenizer = by_hand.network.tokenizer.backend
    for at in range(0, len(texts), 32):
        encoded = tokenizer.encode_batch(texts[at : at + 32])
        longest = max(len(item.ids) for item in encoded)
        ids = np.zeros((len(encoded), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, item in enumerate(encoded):
            ids[row, : len(item.ids)] = item.ids
            mask[row, : len(item.ids)] = 1
        by_hand.network.classify(ids, mask)
    seconds = perf_counter() - started
    print(f"ONNX Runtime by hand {seconds:.1f} s, {len(texts) / seconds:,.0f} rows/s")


def _in_turns(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each call, a few of the same in a row, round by round.

    The first ones of a row are not counted: threads of the one before still spin beside them.
    """
    samples: dict[str, list[float]] = {way: [] for way in calls}
    for _ in range(rounds):
        for way, call in calls.items():
            for number in range(-UNCOUNTED, IN_A_ROW):
                started = perf_counter()
                call()
                if number >= 0:
                    samples[way].append(1e3 * (perf_counter() - started))
    return {way: median(taken) for way, taken in samples.items()}


if __name__ == "__main__":
    main()
