"""Hostile texts, many of them, and how time grows with length: `make fuzz`.

    python -m benchmarks.fuzz [--texts 21000] [--seed N]

Every text goes through tokenizer, word grouping, LSTM and BiLSTM, alone and in batches; some also
through the Transformers and the attributions. Ends with status 1 at the first text for which
something does not hold, which is shown as small as it can be made, or if time grows with more
than about the length.
"""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isnan
from time import perf_counter, process_time

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings

from model_zoo.errors import DataError
from model_zoo.explain.attribute import METHODS
from model_zoo.host import host
from model_zoo.inference.score import score
from model_zoo.models.loading import Model, load
from model_zoo.models.sets import model_set
from model_zoo.tables.table import open_table
from model_zoo.text.tokens import without_surrogates
from tests.fuzz.hostile import (
    LONG,
    TROUBLE,
    check_attribution,
    check_encoding,
    check_prediction,
    texts,
)
from ui.frame.permalink import View, parse
from ui.show.cards import changes
from ui.show.coloured import coloured_words
from ui.show.difference import edited
from ui.show.wording import in_figure, notices, plain

TRANSFORMERS_EVERY = 40  # texts
CHEAP_EVERY = 10  # input x gradient on the recurrent models
SAMPLED_EVERY = 400  # every method but integrated gradients, all models
GRADIENTS_EVERY = 500
BLOCK = 256  # texts scored together
SHORT, LONGER = 8_000, 80_000  # characters
MOST = 35  # times the time for ten times the length; 10 is linear, 100 its square
LEAST_MS = 5.0  # below this, time does not tell


class Fuzz:
    """What has been checked so far, counted; `check` is for one more text."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models
        self.counts: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.block: list[tuple[str, float | None]] = []

    def check(self, text: str) -> None:
        """Everything that must hold for the text, alone and later in a batch."""
        at = self.counts["texts"]
        self.counts["texts"] += 1
        self.seen.add(text)
        encoded = check_encoding(text)
        words = len(encoded.words)
        plain(text), in_figure(text)
        prediction = check_prediction(self.models["lstm"], text, words)
        check_prediction(self.models["bilstm"], text, words)
        self.counts["lstm"] += 1
        self.counts["bilstm"] += 1
        self.counts["nothing to read"] += prediction is None
        if prediction:
            notices(prediction)
        if at % TRANSFORMERS_EVERY == 0:
            for name in ("bert", "distilbert"):
                check_prediction(self.models[name], text, words)
                self.counts[name] += 1
        if at % CHEAP_EVERY == 0:
            self._explain(text, ["input_x_gradient"], ["lstm", "bilstm"], encoded.word_texts)
        if at % SAMPLED_EVERY == 0 and words <= 30:
            methods = [name for name in METHODS if name != "integrated_gradients"]
            self._explain(text, methods, list(self.models), encoded.word_texts)
        if at % GRADIENTS_EVERY == 0 and words <= 30:
            self._explain(text, ["integrated_gradients"], list(self.models), encoded.word_texts)
        self.block.append((text, prediction.of("positive") if prediction else None))
        if len(self.block) == BLOCK:
            self.together()

    def together(self) -> None:
        """The last texts again, in batches: the same answers."""
        block, self.block = self.block, []
        if not block:
            return
        lstm = self.models["lstm"]
        scored = score([lstm], [text for text, _ in block])
        batched = scored.probabilities[0][:, lstm.labels.index("positive")]
        for positive, (text, alone) in zip(batched.tolist(), block, strict=True):
            same = isnan(positive) if alone is None else abs(positive - alone) < 1e-4
            assert same, f"in a batch {positive}, alone {alone}: {text!r}"
        self.counts["in batches"] += len(block)

    def _explain(
        self, text: str, methods: list[str], names: list[str], words: Sequence[str]
    ) -> None:
        for method in methods:
            for name in names:
                if check_attribution(self.models[name], text, method, words):
                    self.counts[f"attributions: {method}"] += 1


def fuzz(count: int, number: int) -> Counter[str]:
    """Check so many texts, drawn with this seed; what was counted."""
    fuzzed = Fuzz({name: load(row) for name, row in model_set().models.items()})
    for text in (*TROUBLE, *LONG):
        fuzzed.check(text)

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def run(text: str) -> None:
        fuzzed.check(text)

    run()
    fuzzed.together()
    fuzzed.counts["different texts"] = len(fuzzed.seen)
    fuzzed.counts["code points"] = len(set().union(*fuzzed.seen))
    return fuzzed.counts


def families() -> dict[str, str]:
    """Short texts to repeat."""
    return {
        "spaces": " ",
        "one word": "a",
        "words": "good film ",
        "hyphens": "a-",
        "dashes": "-",
        "dots": ".",
        "negations": "do n't ",
        "quotes": "``''",
        "ellipses": "…",
        "accents": "\u0301",
        "two accents": "\u0301\u0316",
        "joiners": "\u200d",
        "emoji": "👩\u200d🚀",
        "characters": "好",
        "surrogates": "\ud800",
        "brackets": "[",
        "masks": "[MASK]",
        "links": "http://a.b ",
        "arrows": "-> ",
        "colons": ":a:",
        "lines": "a\n",
        "controls": "\x1b[1m",
        "commas": "1,",
    }


def ways() -> dict[str, Callable[[str], object]]:
    """What is done with a text somewhere."""
    lstm = load("lstm")
    default = View("x")

    def compared(text: str) -> object:
        prediction = check_prediction(lstm, "A film.", 3)
        assert prediction
        words = text.split()
        shuffled = " ".join([*words[1::2], "x", *words[::2]])
        first, second = (replace(prediction, text=version) for version in (text, shuffled))
        return changes([first], [second], called=("a", "b")), edited(text, shuffled)

    def coloured(text: str) -> object:
        words = text.split()
        return coloured_words("lstm", "LSTM", words, [0.1] * len(words), 1.0, True)

    def table(text: str, name: str) -> object:
        try:
            opened = open_table(without_surrogates(text).encode(), name)
            return sum(1 for _ in opened.rows())
        except DataError as error:
            return error

    return {
        "read, leave out": check_encoding,
        "plain": plain,
        "in_figure": in_figure,
        "coloured": coloured,
        "compare": compared,
        "address": lambda text: parse({key: [text] for key in View.__slots__}, default),
        "CSV": lambda text: table(f"a,b\n{text}", "a.csv"),
        "CSV header": lambda text: table(text, "a.csv"),
        "JSON lines": lambda text: table('{"a": "' + text.replace("\n", '"}\n{"a": "'), "a.jsonl"),
    }


def growth() -> bool:
    """Print how time grows from SHORT to LONGER characters; whether it is with the length."""
    fine = True
    print(f"\ntime for {LONGER:,} characters, and how many times that for {SHORT:,}")
    for way, run in ways().items():
        worst, line = 0.0, ""
        for family, piece in families().items():
            short, longer = (
                min(_timed(run, piece * (size // len(piece))) for _ in range(5))
                for size in (SHORT, LONGER)
            )
            ratio = longer / max(short, 1e-3)
            if longer >= LEAST_MS and ratio > worst:
                worst, line = ratio, f"{longer:9.1f} ms {ratio:6.1f}×  {family}"
            if longer >= LEAST_MS and ratio > MOST:
                fine = False
                print(f"  GROWS TOO FAST  {way}: {family}, {longer:.0f} ms, {ratio:.0f}×")
        print(f"  {way:16} {line or f'always under {LEAST_MS:.0f} ms'}")
    return fine


def _timed(run: Callable[[str], object], text: str) -> float:
    started = process_time()  # what others do on the machine does not count
    run(text)
    return 1e3 * (process_time() - started)


def main() -> int:
    """Print the figures; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=21_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    torch.set_num_threads(1)
    machine = host()
    print(f"{machine.processor}, 1 thread, torch {machine.torch}, seed {arguments.seed}")
    fine = growth()
    started = perf_counter()
    counts = fuzz(arguments.texts, arguments.seed)
    print(f"\nasked of hostile texts, in {(perf_counter() - started) / 60:.1f} minutes")
    for what, count in counts.items():
        print(f"  {count:9,}  {what}")
    print("Everything held." if fine else "Time grows too fast in places, see above.")
    return not fine


if __name__ == "__main__":
    raise SystemExit(main())
