"""Batch scoring against transformers.pipeline: the same rows, the same weights, one process.

    python -m benchmarks.throughput train.tsv --text sentence [--rows 5000] [--threads N]

Rows are drawn from the file with a fixed seed. Each model scores all of them with the pipeline
(batch_size=32, as its users call it) and with ours, in turns; the order changes every round. The
largest difference between their probabilities is printed beside the ratio.
"""

import argparse
import random
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from transformers import pipeline

from model_zoo.host import host
from model_zoo.inference.score import WINDOW, join, score
from model_zoo.models.loading import load
from model_zoo.models.registry import spec
from model_zoo.tables.table import open_table


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--text", required=True, metavar="COL")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--models", nargs="+", default=["bert", "distilbert"])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    table = open_table(arguments.file)
    column = table.column(arguments.text)
    texts = random.Random(0).sample([row[column] for row in table.rows()], arguments.rows)
    machine = host()
    print(
        f"{machine.processor}, {machine.cores} cores, {arguments.threads} threads, torch "
        f"{machine.torch}, {arguments.rows:,} rows of {arguments.file.name}"
    )
    for name in arguments.models:
        model = load(name)
        theirs = pipeline("text-classification", model=str(spec(name).folder), device="cpu")

        def run_theirs(texts: list[str], pipe=theirs) -> list[float]:
            rows = pipe(texts, batch_size=32, top_k=None)
            return [label["score"] for row in rows for label in row if label["label"] == "positive"]

        def run_ours(texts: list[str], model=model) -> list[float]:
            windows = range(0, len(texts), WINDOW)
            scored = join([score([model], texts[at : at + WINDOW]) for at in windows])
            return scored.probabilities[0][:, model.labels.index("positive")].tolist()

        ways = [("pipeline", run_theirs), ("ours", run_ours)]
        seconds: dict[str, list[float]] = {way: [] for way, _ in ways}
        positive: dict[str, list[float]] = {}
        for _, run in ways:
            run(texts[:64])
        for _ in range(arguments.rounds):
            for way, run in ways:
                started = perf_counter()
                positive[way] = run(texts)
                seconds[way].append(perf_counter() - started)
            ways.reverse()
        pairs = zip(positive["pipeline"], positive["ours"], strict=True)
        took = {way: median(taken) for way, taken in seconds.items()}
        print(
            f"{name}: pipeline {took['pipeline']:.1f} s ({arguments.rows / took['pipeline']:.0f} "
            f"rows/s), ours {took['ours']:.1f} s ({arguments.rows / took['ours']:.0f} rows/s), "
            f"ratio {took['pipeline'] / took['ours']:.2f}, largest difference "
            f"{max(abs(a - b) for a, b in pairs):.1e}"
        )


if __name__ == "__main__":
    main()
