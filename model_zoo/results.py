"""Frozen records that cross the border between the library and whoever shows them.

They hold text, numbers and tuples, never tensors, so that they can be cached, compared,
sent to JSON and drawn without importing torch.
"""

from dataclasses import dataclass
from math import ceil
from statistics import median

import numpy as np


def read_only(array: np.ndarray) -> np.ndarray:
    """The array, which from now on cannot be written to: records are shared between threads."""
    array.setflags(write=False)
    return array


LABELS = ("negative", "positive")  # index in this tuple = class index in every model


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the models read it; the tuples run over its N tokens.

    `spans[i]` is the half-open range of characters of `text` that token i was made from, (0, 0)
    for the special tokens around the text. `word_of[i]` is the index into `words` of the word
    that token i belongs to, None for special tokens. `words` are half-open ranges of characters,
    in order, none overlapping. `dropped` counts the tokens cut off at the model's limit.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    word_of: tuple[int | None, ...]
    words: tuple[tuple[int, int], ...]
    dropped: int

    @property
    def truncated(self) -> bool:
        return self.dropped > 0

    @property
    def word_texts(self) -> tuple[str, ...]:
        """The words as typed."""
        return tuple(self.text[start:end] for start, end in self.words)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one model makes of one text.

    `probabilities` follow LABELS and sum to 1. `tokenize_ms` and `forward_ms` are wall-clock
    milliseconds for this text; in a batch they are the batch's time shared out equally over the
    texts that were computed together. `unknown` counts tokens outside the vocabulary.
    """

    model: str
    text: str
    label: str
    probabilities: tuple[float, float]
    tokens: tuple[str, ...]
    unknown: int
    dropped: int
    tokenize_ms: float
    forward_ms: float

    @property
    def truncated(self) -> bool:
        return self.dropped > 0

    @property
    def confidence(self) -> float:
        """Probability of the predicted label, 0.5 to 1."""
        return max(self.probabilities)

    @property
    def positive(self) -> float:
        """Probability of the positive label, 0 to 1."""
        return self.probabilities[1]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What there is to know of a model without loading it.

    `parameters` counts every weight; `core_parameters` leaves out the word embeddings and the
    classification head, so that the recurrent or encoder parts can be compared. `size_bytes` is
    the weights file on disk. `one_by_one` says whether it reads a text token after token, in so
    many `directions`, or all at once. `accuracy` and `ci95` (fractions) come from the model's own
    metrics file, None where it has none.
    """

    name: str
    title: str
    architecture: str
    layers: int
    parameters: int
    core_parameters: int
    size_bytes: int
    directions: int
    one_by_one: bool
    accuracy: float | None
    ci95: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Course:
    """How one model's answer forms: its probability of positive after each step.

    `reading` says what a step is. "forward": element i is after the text's tokens 0 to i,
    "backward": after its last token down to token i (special tokens have no element). "layers":
    element i is after layer i, 0 being the embeddings.
    """

    model: str
    reading: str
    positive: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one model took for one text, again and again.

    `samples_ms` are wall-clock milliseconds of whole calls, from text to probabilities, in the
    order they were made, after `warm_up` calls that are not counted. Each call reads `batch`
    copies of the text, of `tokens` tokens each, on `threads` torch threads.
    """

    model: str
    tokens: int
    batch: int
    threads: int
    warm_up: int
    samples_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """Median over the calls, milliseconds a call."""
        return median(self.samples_ms)

    @property
    def p95_ms(self) -> float:
        """95th percentile by nearest rank, milliseconds a call; under 20 calls, the slowest."""
        return sorted(self.samples_ms)[ceil(0.95 * len(self.samples_ms)) - 1]


@dataclass(frozen=True, slots=True)
class Host:
    """The machine something was measured on. `memory_bytes` is what this process may use:
    the machine's memory, or its control group's limit where `memory_limited`."""

    processor: str
    cores: int
    memory_bytes: int
    memory_limited: bool
    python: str
    torch: str
    transformers: str = ""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Memory of one model, in bytes, each figure but the first from fresh processes.

    `weights_bytes` is the parameters in memory: float32, but for the word vectors, which stay in
    float16. `added_bytes` is the resident memory that loading it and one call leave behind. The
    peaks are how much more than that one prediction and one attribution of a text of `tokens`
    tokens take while they run; `sampled` where they were looked for every millisecond, as the
    system keeps no peak.
    """

    model: str
    tokens: int
    weights_bytes: int
    added_bytes: int
    prediction_peak_bytes: int
    attribution_peak_bytes: int
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """What several models cost on one machine, over lengths and batch sizes.

    `taken` is when, in ISO 8601 with the zone. A sweep that was stopped early has fewer entries.
    """

    taken: str
    host: Host
    latencies: tuple[Latency, ...]
    footprints: tuple[Footprint, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """How one model's time grows with the text: `fixed_ms` + something x tokens ** `exponent`.

    `ci95` is the exponent's interval, `lengths` are those it was fitted to, in tokens.
    """

    model: str
    fixed_ms: float
    exponent: float
    ci95: tuple[float, float]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the lines of two models cross: right of `at`, that of `upper` lies above `lower`'s."""

    upper: str
    lower: str
    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """What each token of a text did for one model's score of `target`.

    `scores` run over `tokens`, `word_scores` over `words`; both are in logits (log-odds for the
    target "difference"), positive for what speaks for the target. `rise` is the score of the text
    less that of the baseline. Where a method's scores ought to add up to it, `gap` is by how much
    they do not, and `gap_relative` that as a share of it (None where the rise is zero). `steps`
    counts integration steps or samples.
    """

    model: str
    method: str
    target: str
    baseline: str
    text: str
    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    words: tuple[str, ...]
    word_scores: tuple[float, ...]
    rise: float
    gap: float | None
    gap_relative: float | None
    steps: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Trust:
    """How far one attribution can be trusted; see `faithfulness.trust` for how each is measured.

    The first four are mean falls of a probability, -1 to 1; `infidelity` is 0 or more.
    """

    comprehensiveness: float
    sufficiency: float
    random_comprehensiveness: float
    random_sufficiency: float
    infidelity: float | None


@dataclass(frozen=True, slots=True)
class Flip:
    """An edit of a text that turns a model's answer, verified by asking the model.

    `removed` are the indices of words taken out; `replaced` is (index, new word) where one was
    exchanged instead. `positive` is the model's probability of positive for `text`, the edited
    one. `smallest` says whether every smaller edit of its kind was tried.
    """

    model: str
    text: str
    removed: tuple[int, ...]
    replaced: tuple[int, str] | None
    positive: float
    smallest: bool


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """What every head of a Transformer attends to while it reads one text.

    `weights[l, h, i, j]` is the share of position i's attention that head h of layer l gives to
    position j: an array (L, H, T, T) over the T `tokens`, [CLS] and [SEP] included. Rows sum to 1.
    """

    model: str
    text: str
    tokens: tuple[str, ...]
    weights: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Gates:
    """One direction of an LSTM over the T `tokens`, [CLS] and [SEP] included.

    `reading` is "forward" or "backward". Every array is (T, H), row t for token t whichever way
    the text was read. Gates are 0 (shut) to 1 (open), `hidden` -1 to 1; `cell` is unbounded.
    """

    model: str
    reading: str
    tokens: tuple[str, ...]
    input: np.ndarray
    forget: np.ndarray
    output: np.ndarray
    cell: np.ndarray
    hidden: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """How much each position of a text depends on each of its tokens.

    `change[i, j]`, an array (N, N) over the N `tokens`, is how far the model's representation at
    token i moves when token j becomes [MASK], as a share of its length; 0 means not at all. The
    tokens are those from number `start` of the `total` ones the text has, special ones not counted.
    """

    model: str
    tokens: tuple[str, ...]
    start: int
    total: int
    change: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Where each of T tokens lies after each of S steps, seen along two axes.

    `points` is (S, T, 2), `steps` names the steps. `explained[s]` is what share of the variance
    the two axes of step s hold. Steps with the same number in `bases` share their axes, so
    their points can be compared; others cannot.
    """

    model: str
    tokens: tuple[str, ...]
    steps: tuple[str, ...]
    bases: tuple[int, ...]
    points: np.ndarray
    explained: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a model and the weights in it.

    `stage` is "embeddings", "core" or "head"; `shape` says its dimensions in words. `parts` are
    the blocks within it, whose parameters add up to its own; empty where there is nothing to tell.
    """

    stage: str
    name: str
    shape: str
    parameters: int
    parts: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """Which other tokens of a sentence one part of a model sees from each position.

    Of `pairs` pairs of a position and an earlier token, in `earlier_seen` the representation there
    moves when the token becomes [MASK], by `earlier_mean` of its length on average over all pairs;
    `later_…` likewise, of as many pairs. `part` is "whole", "forward", "backward" or "layer 1".
    """

    model: str
    part: str
    pairs: int
    earlier_seen: int
    later_seen: int
    earlier_mean: float
    later_mean: float


@dataclass(frozen=True, slots=True)
class Sights:
    """What the models see of `text`; `taken` on `host`, ISO 8601 with the zone."""

    taken: str
    host: Host
    text: str
    seen: tuple[Sight, ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """An architecture at its paper's size, with random weights: it can be timed, not asked.

    `weights_bytes` is its parameters in float32, `added_bytes` the resident memory that building
    it and one call took; None, and no latencies, where it was only counted.
    """

    name: str
    parameters: int
    weights_bytes: int
    added_bytes: int | None
    latencies: tuple[Latency, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """The paper-size twins as measured on one machine; `taken` in ISO 8601 with the zone."""

    taken: str
    host: Host
    twins: tuple[Twin, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a behaviour check: one text, or two that are compared.

    `expected` depends on the check's kind: the label of each text (minimum functionality), the
    label that the second text may move towards but not away from (directional), or nothing
    (invariance: the answer must stay what it is).
    """

    texts: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """How one model did in one behaviour check.

    `positive[i]` are its probabilities of positive for the texts of case i, `failed` the positions
    of the cases it failed, `ci95` the Wilson interval of their share.
    """

    check: str
    model: str
    positive: tuple[tuple[float, ...], ...]
    failed: tuple[int, ...]
    ci95: tuple[float, float]

    @property
    def share(self) -> float:
        """Failures as a share of the cases, 0 to 1."""
        return len(self.failed) / len(self.positive)


@dataclass(frozen=True, slots=True)
class Gap:
    """Two families of models compared on the cases of one check.

    `b` cases more of the first family fail than of the second, `c` the reverse. `p` is that of an
    exact sign test on the two, adjusted for the number of checks looked at (Holm 1979).
    """

    check: str
    b: int
    c: int
    p: float
