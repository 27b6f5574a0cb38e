"""The LSTM's perplexity beside an interpolated Kneser-Ney 5-gram's, on the same pieces.

    python -m benchmarks.perplexity TEXTS sst2/train.tsv

Both learn from the same training rows and are asked for the same pieces of test.tsv: all but
[UNK], and the end of each text. A row's beginning is all they know of what stands before it.
"""

import sys
from math import exp
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.kneser_ney import KneserNey, stream
from model_zoo.language_models.models import load
from model_zoo.pretraining.corpus import read_texts, tokenised

ORDER = 5


def main(folder: str, extra: str) -> None:
    """Print both perplexities and their ratio."""
    model = load("lstm")
    texts = read_texts(Path(folder), Path(extra))
    train, test = (tokenised(part, model.tokenizer) for part in (texts.train, texts.test))
    special, size = model.vocabulary.special, len(model.vocabulary)
    started = perf_counter()
    counted = KneserNey(stream(train, ORDER, special), ORDER, size)
    asked = stream(test, ORDER, special)
    grams = exp(-np.log(counted.probabilities(asked)).mean())
    print(f"{ORDER}-gram, Kneser-Ney: {grams:.1f} on {asked.asked.sum():,} pieces")
    print(f"  ({train.starts[-1]:,} training pieces, {perf_counter() - started:.0f} s)")
    rows = [test.ids[a:b].tolist() for a, b in zip(test.starts, test.starts[1:], strict=False)]
    places, targets = [], []
    for number, (row, ends) in enumerate(zip(rows, test.labels, strict=True)):
        for at, piece in enumerate(row):
            if not special[piece] or (ends and at == len(row) - 1):
                places.append((number, at))
                targets.append(piece)
    logs = model.target_log_probabilities(rows, places, np.array(targets))
    lstm = exp(-logs.mean(dtype=np.float64))
    print(f"LSTM: {lstm:.1f} on {len(places):,} pieces; {lstm / grams:.3f} of the {ORDER}-gram's")


if __name__ == "__main__":
    main(*sys.argv[1:3])
