"""What explanations come to: records without tensors, which can be imported without torch."""

from dataclasses import dataclass


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
