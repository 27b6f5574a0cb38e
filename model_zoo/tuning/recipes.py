"""How each of the four is trained on a file, by budget and by how many rows there are.

Chosen on rows held out of the training parts of two public sets, never on test rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from model_zoo.tuning.settings import TRANSFORMERS, TrainingSettings

QUICK_ROWS = 20_000  # most that a Transformer reads under "quick": their states are kept in memory
QUICK_TOKENS = 500_000
MOST_VALIDATION = 2_000  # rows that are asked again and again while a network trains
CURVE = (0.25, 0.5)  # shares of the rows for the learning curve, besides all of them
LEAST_CURVE_ROWS = 20
SEEDS = {"quick": 1, "standard": 1, "thorough": 3}
DEPTH = {"bert": 12, "distilbert": 6}  # layers
_FROZEN = {"bert": 10, "distilbert": 4}  # of them, under "quick"
_SMALL = 1_000  # rows, of which smaller batches make more steps
_MOST_EPOCHS = 30


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one network is trained.

    `lr` is the peak of a warm-up followed by a linear descent over all `epochs`; `layer_decay`
    multiplies it once for each layer below the head. `averaging` is the decay a step of the moving
    average of the weights that is evaluated and kept, 0 for none. `smoothing` is that of the
    labels. `frozen` layers, from below, keep their weights. Where there is a teacher, `soft` weighs
    its answers, softened by `temperature`, against the labels. Validation rows are asked
    `evaluations` times an epoch, and training stops after `patience` times without a better answer.
    """

    epochs: int
    lr: float
    batch_size: int
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    warmup: float = 0.1
    averaging: float = 0.0
    smoothing: float = 0.0
    frozen: int = 0
    soft: float = 0.0
    temperature: float = 2.0
    evaluations: int = 1
    patience: int = 3


def recipe(settings: TrainingSettings, model: str, rows: int, labels: int) -> Recipe:
    """How `model` is trained on so many rows with so many labels.

    Large files need fewer passes and small ones more: what counts is the number of steps. Many
    labels need larger ones, for each of them is seen rarely.
    """
    many = labels > 20
    if model not in TRANSFORMERS:
        batch = 16 if rows < _SMALL else 64
        epochs = _epochs(rows, batch, usual=8 if many else 6, least=200, most=30_000)
        return Recipe(epochs, lr=3e-3, batch_size=batch, patience=_patience(epochs))
    student = model == "distilbert"
    soft = 0.8 if student else 0.0
    batch = 16 if rows < _SMALL else 32
    if settings.heads_only or settings.budget == "quick":
        epochs = _epochs(rows, batch, usual=3, least=100, most=6_000)
        return Recipe(
            epochs,
            lr=1e-3 if settings.heads_only else 6e-4,
            batch_size=batch,
            frozen=DEPTH[model] if settings.heads_only else _FROZEN[model],
            soft=soft,
            patience=_patience(epochs),
        )
    epochs = _epochs(rows, batch, usual=5 if student else 4, least=100, most=20_000)
    return Recipe(
        epochs,
        lr=2e-4 if many else 1e-4,
        batch_size=batch,
        layer_decay=0.95,
        soft=soft,
        evaluations=1 if rows < 20_000 else 4,
        patience=_patience(epochs),
    )


def _epochs(rows: int, batch: int, *, usual: int, least: int, most: int) -> int:
    """How often so many rows are read: as `usual`, but in `least` to about `most` steps.

    >>> _epochs(5000, 32, usual=4, least=100, most=20_000)
    4
    >>> _epochs(100, 16, usual=4, least=100, most=20_000)
    15
    >>> _epochs(1_000_000, 32, usual=4, least=100, most=20_000)
    1
    """
    steps = ceil(rows / batch)
    return max(1, min(max(usual, ceil(least / steps)), _MOST_EPOCHS, round(most / steps)))


def _patience(epochs: int) -> int:
    return max(3, epochs // 3)


@dataclass(frozen=True, slots=True)
class Run:
    """One network to be trained: a model, the share of the rows it learns from, and a seed."""

    model: str
    share: float
    seed: int

    @property
    def key(self) -> str:
        """The name of its folder.

        >>> Run("bert", 0.25, 0).key
        'bert-0.25-0'
        """
        return f"{self.model}-{self.share:g}-{self.seed}"

    @property
    def teacher(self) -> "Run":
        """The run that a student of this one's share and seed learns from."""
        return Run("bert", self.share, self.seed)


def runs(settings: TrainingSettings, rows: int, labels: int) -> Iterator[Run]:
    """Everything that has to be trained, in order: whole files first, then the learning curve.

    A share so small that some label would have no row in it is left out.
    """
    seeds = range(settings.seed, settings.seed + SEEDS[settings.budget])
    for seed in seeds:
        for model in settings.ordered:
            yield Run(model, 1.0, seed)
    for share in sorted(CURVE, reverse=True):
        if share * rows >= max(LEAST_CURVE_ROWS, labels):
            for model in settings.ordered:
                yield Run(model, share, settings.seed)
