"""How often the missing word is guessed: whole words of real text blanked one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from model_zoo.errors import DataError
from model_zoo.evaluation.metrics import McNemar, compare, wilson
from model_zoo.language_models.guess import blanked, entry_of, whole_words
from model_zoo.language_models.models import LanguageModel
from model_zoo.language_models.vocabulary import Vocabulary
from model_zoo.text.tokens import Encoded, TextTokenizer

POSITIONS, SEED = 2_000, 0
LONGEST = 128  # tokens of a text that are read, as in training
_AT_ONCE = 100

# The closed classes: articles, pronouns, prepositions, conjunctions, auxiliaries, negation and
# question words. All other words count as content words.
_CLOSED = """
    a an the this that these those some any no every each either neither all both half such
    i you he she it we they me him her us them my your his its our their mine yours hers ours theirs
    myself yourself himself herself itself ourselves themselves who whom whose which what one
    and or but nor so yet if because although though while whereas unless until since when where
    why how than as whether
    of in to for with on at by from about into through during before after above below between
    under over against among within without upon toward towards across behind beyond near off out
    up down around along despite except per via like
    be am is are was were been being have has had having do does did doing will would shall should
    can could may might must ought not here there then too also only just even very
"""
FUNCTION_WORDS = frozenset(_CLOSED.split())


@dataclass(frozen=True, slots=True)
class Position:
    """A word to be blanked: `word` is its index in the text, `entry` its vocabulary entry."""

    text: Encoded
    word: int
    entry: int
    is_function: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How often a model was right on some positions.

    `top1` and `top5` are shares with their 95 % Wilson intervals; `log_probability` is the mean
    natural logarithm of the true word's probability with 1.96 standard errors around it.
    """

    positions: int
    top1: float
    top1_ci95: tuple[float, float]
    top5: float
    top5_ci95: tuple[float, float]
    log_probability: float
    log_probability_ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Missing:
    """One model's `ranks` (1 is right) and log probabilities at all positions, (N,) each."""

    model: str
    ranks: np.ndarray
    log_probabilities: np.ndarray

    def score(self, among: np.ndarray | None = None) -> Score | None:
        """Summed up, of the positions `among` (N,) bool, or of all; None where there are none."""
        ranks = self.ranks if among is None else self.ranks[among]
        values = self.log_probabilities if among is None else self.log_probabilities[among]
        count, first, five = len(ranks), int((ranks == 1).sum()), int((ranks <= 5).sum())
        if not count:
            return None
        mean = float(values.mean())
        reach = 1.96 * float(values.std(ddof=1)) / sqrt(count) if count > 1 else 0.0
        return Score(
            count,
            first / count,
            wilson(first, count),
            five / count,
            wilson(five, count),
            mean,
            (mean - reach, mean + reach),
        )


def draw_positions(
    texts: Sequence[str],
    tokenizer: TextTokenizer,
    words: Vocabulary,
    count: int = POSITIONS,
    seed: int = SEED,
) -> list[Position]:
    """`count` words of the texts, each as likely as any other, drawn by `seed`.

    Only words that are letters and one entry of the vocabulary: no other can be guessed. Raises
    DataError where there are fewer.
    """
    encoded = tokenizer.encode(list(texts), max_tokens=LONGEST)
    places = [
        Position(text, word, entry, spelt.lower() in FUNCTION_WORDS)
        for text in encoded
        for word, spelt in enumerate(text.word_texts)
        if spelt.isalpha() and (entry := entry_of(text, word, words)) is not None
    ]
    if len(places) < count:
        raise DataError(f"The texts hold {len(places)} words that can be blanked; give more texts.")
    chosen = np.random.default_rng(seed).choice(len(places), count, replace=False)
    return [places[i] for i in sorted(chosen.tolist())]


def missing_words(
    model: LanguageModel,
    positions: Sequence[Position],
    advance: Callable[[int], object] = lambda positions: None,
) -> Missing:
    """Ask the model for the word at each position, alone; `advance` is told how many more."""
    ranks = np.empty(len(positions), dtype=np.int64)
    values = np.empty(len(positions))
    for at in range(0, len(positions), _AT_ONCE):
        part = positions[at : at + _AT_ONCE]
        rows, places = [], []
        for number, position in enumerate(part):
            ids, where = blanked(position.text, [position.word], model.vocabulary)
            rows.append(ids)
            places.append((number, where[position.word]))
        logs = whole_words(model.log_probabilities(rows, places), model.vocabulary)
        own = logs[np.arange(len(part)), [position.entry for position in part]]
        ranks[at : at + len(part)] = 1 + (logs > own[:, None]).sum(axis=1)
        values[at : at + len(part)] = own
        advance(len(part))
    return Missing(model.name, ranks, values)


def better(first: Missing, second: Missing) -> McNemar:
    """McNemar's test of who is right more often, on the same positions."""
    right = np.ones(len(first.ranks), dtype=np.int64)
    return compare((first.ranks == 1).astype(int), (second.ranks == 1).astype(int), right)
