"""What explanations come to: records without tensors, which can be imported without torch."""

from dataclasses import asdict, dataclass
from typing import Any

DIFFERENCE = "difference"
LABEL = "label:"  # before a label's name it is taken as that, even if it is called "predicted"


@dataclass(frozen=True, slots=True)
class Attribution:
    """What each token of a text did for one model's score of `target`.

    `scores` run over `tokens`, `word_scores` over `words`; both are in logits (log-odds for a
    difference), positive for what speaks for the target. `target` is a label; or "difference" for
    the second of two labels less the first; or "joy over anger" where there are more. `rise` is the
    score of the text less that of the baseline. Where a method's scores ought to add up to it,
    `gap` is by how much they do not, and `gap_relative` that as a share of it (None where the rise
    is zero). `steps` counts integration steps or samples.

    `explained` is the label the scores speak for, and for a difference the one they speak against.
    `word_spans` are the words' half-open ranges of characters in `text`, `word_of` each token's
    index among the words, None for special tokens.
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
    explained: tuple[str, ...] = ()
    word_spans: tuple[tuple[int, int], ...] = ()
    word_of: tuple[int | None, ...] = ()

    @property
    def asked(self) -> str:
        """The `target` to give `attribute` for the same score to be explained again."""
        return DIFFERENCE if len(self.explained) > 1 else f"{LABEL}{self.target}"

    @property
    def pieces(self) -> tuple[tuple[str, float], ...]:
        """The tokens that belong to words, each with its score."""
        return tuple(
            (token, score)
            for token, score, word in zip(self.tokens, self.scores, self.word_of, strict=True)
            if word is not None
        )

    def as_record(self) -> dict[str, Any]:
        """What is written of it into files: all but the last three fields."""
        written = asdict(self)
        for name in ("explained", "word_spans", "word_of"):
            del written[name]
        return written


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
