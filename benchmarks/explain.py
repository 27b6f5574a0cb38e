"""Integrated gradients: time for all four models, and BERT against transformers-interpret.

    pip install -r requirements.txt -r benchmarks/requirements.txt
    python -m benchmarks.explain [--threads N]

The peer runs as it comes: 50 steps, one after the other with ours on the same sentences, the same
weights, in one process. Ours stops by itself when the completeness gap is within 1 %; the gap and
the steps of both are printed, so that speed is not compared without accuracy.
"""

import argparse
from statistics import median
from time import perf_counter

import torch
from transformers import AutoTokenizer

from model_zoo.explain.attribute import attribute
from model_zoo.host import host
from model_zoo.models.loading import load, load_module
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set

SENTENCES = (  # 22 to 24 tokens with [CLS] and [SEP]
    "The acting is great and the story moves along, but the film as a whole is dreadful and long.",
    "It is not a bad film at all, and the cast makes even the slow parts of it worth seeing.",
    "A wonderful, moving and funny story with a brilliant cast and a truly great end, all in all.",
    "You could not pay me enough to sit through this so called masterpiece a second time, I swear.",
    "The plot makes no sense, the jokes are stale, and the ending is a waste of a good cast.",
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    machine = host()
    print(
        f"{machine.processor}, {machine.cores} cores, {arguments.threads} threads, torch "
        f"{machine.torch}, {len(SENTENCES)} sentences, {arguments.rounds} rounds, medians"
    )
    models = {name: load(row) for name, row in model_set().models.items()}
    for model in models.values():
        attribute(model, "warm-up")

    spent: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(arguments.rounds):
        for text in SENTENCES:
            for name, model in models.items():
                spent[name].append(attribute(model, text).seconds)
    print(
        "all four:",
        f"{sum(median(taken) for taken in spent.values()):.2f} s a sentence;",
        ", ".join(f"{name} {median(taken):.2f}" for name, taken in spent.items()),
    )

    from transformers_interpret import SequenceClassificationExplainer

    bert = load_module("bert")  # its own: the peer hooks into it
    tokenizer = AutoTokenizer.from_pretrained(spec("bert").folder)
    peer = SequenceClassificationExplainer(bert, tokenizer)
    peer("warm-up")
    ratios = []
    for text in SENTENCES:
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            attribution = attribute(models["bert"], text)
            ours.append(attribution.seconds)
            started = perf_counter()
            peer(text)
            theirs.append(perf_counter() - started)
        ratios.append(median(theirs) / median(ours))
        print(
            f"  {len(attribution.tokens)} tokens: ours {median(ours):.2f} s "
            f"({attribution.steps} steps, gap {attribution.gap_relative:.2%}), "
            f"theirs {median(theirs):.2f} s (50 steps), ratio {ratios[-1]:.1f}"
        )
    print(
        f"BERT, theirs / ours: median {median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}"
    )


if __name__ == "__main__":
    main()
