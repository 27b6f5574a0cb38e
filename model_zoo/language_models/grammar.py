"""Which of two sentences is grammatical: BLiMP's minimal pairs (Warstadt et al. 2020).

A model is right where it finds the good sentence more likely than the bad one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_zoo.errors import DataError
from model_zoo.evaluation.metrics import wilson
from model_zoo.language_models.likelihood import piece_log_probabilities
from model_zoo.language_models.models import LanguageModel
from model_zoo.language_models.texts import tsv_rows

PAIRS_AT_ONCE = 50
PUBLISHED = (  # accuracy, mean over the paradigms; words of training text, where it is stated
    ("5-gram (Warstadt et al. 2020)", 0.612, "3.1 billion words"),
    ("LSTM (Warstadt et al. 2020)", 0.698, "83 million words"),
    ("DistilBERT (Salazar et al. 2020)", 0.78, "3.3 billion words"),
    ("BERT (Salazar et al. 2020)", 0.84, "3.3 billion words"),
    ("people (Warstadt et al. 2020)", 0.886, ""),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that differ in one thing: what, and of which field of grammar it is."""

    paradigm: str
    field: str
    good: str
    bad: str


@dataclass(frozen=True, slots=True)
class Field:
    """How often a model is right in one field: `accuracy` with its 95 % Wilson interval."""

    name: str
    paradigms: int
    pairs: int
    accuracy: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Grammar:
    """A model's accuracy, mean over paradigms, and by field; `pairs` asked of each paradigm."""

    model: str
    mean: float
    pairs: int
    fields: tuple[Field, ...]
    right: tuple[bool, ...]  # a pair each, for paired tests


def read_pairs(file: Path, most: int | None = None, seed: int = 0) -> list[Pair]:
    """The pairs of a TSV with columns paradigm, field, good, bad; `most` of each paradigm, drawn.

    Raises DataError where there are none, and as `tsv_rows` does.
    """
    by_paradigm: dict[str, list[Pair]] = {}
    for row in tsv_rows(file, "paradigm", "field", "good", "bad"):
        field = row["field"].replace("_", "/")
        pair = Pair(row["paradigm"], field, row["good"], row["bad"])
        by_paradigm.setdefault(pair.paradigm, []).append(pair)
    if not by_paradigm:
        raise DataError(f"{file} holds no pairs. Give another file.")
    draw = np.random.default_rng(seed)
    chosen: list[Pair] = []
    for pairs in by_paradigm.values():
        if most is None or most >= len(pairs):
            chosen += pairs
        else:
            chosen += [pairs[i] for i in sorted(draw.choice(len(pairs), most, replace=False))]
    return chosen


def grammar(
    model: LanguageModel,
    pairs: Sequence[Pair],
    advance: Callable[[int], object] = lambda pairs: None,
) -> Grammar:
    """Ask the model all pairs; `advance` is told how many more are done. A tie counts as wrong."""
    right: list[bool] = []
    for at in range(0, len(pairs), PAIRS_AT_ONCE):
        part = pairs[at : at + PAIRS_AT_ONCE]
        texts = [text for pair in part for text in (pair.good, pair.bad)]
        values = piece_log_probabilities(model, model.tokenizer.encode(texts))
        sums = np.array([value.sum(dtype=np.float64) for value in values]).reshape(-1, 2)
        right += (sums[:, 0] > sums[:, 1]).tolist()
        advance(len(part))
    return summed_up(model.name, pairs, right)


def summed_up(model: str, pairs: Sequence[Pair], right: Sequence[bool]) -> Grammar:
    """Accuracies from which of the pairs were right."""
    by_paradigm: dict[str, list[bool]] = {}
    field_of: dict[str, str] = {}
    for pair, hit in zip(pairs, right, strict=True):
        by_paradigm.setdefault(pair.paradigm, []).append(hit)
        field_of[pair.paradigm] = pair.field
    fields = []
    for name in dict.fromkeys(field_of.values()):
        own = [hits for paradigm, hits in by_paradigm.items() if field_of[paradigm] == name]
        hits, count = sum(map(sum, own)), sum(map(len, own))
        fields.append(Field(name, len(own), count, hits / count, wilson(hits, count)))
    mean = float(np.mean([np.mean(hits) for hits in by_paradigm.values()]))
    return Grammar(model, mean, max(map(len, by_paradigm.values())), tuple(fields), tuple(right))
