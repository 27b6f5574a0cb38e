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
    index among the words, None for special tokens. `unknown` counts the tokens outside the
    vocabulary, `dropped` those that were cut off.
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
    unknown: int = 0
    dropped: int = 0

    @property
    def asked(self) -> str:
        """The `target` to give `attribute` for the same score to be explained again."""
        return DIFFERENCE if len(self.explained) > 1 else f"{LABEL}{self.target}"

    @property
    def evidence(self) -> str:
        """What the scores speak for, in words: a label, or one against the other of two."""
        two = self.target == DIFFERENCE and len(self.explained) > 1
        return " against ".join(self.explained) if two else self.target

    @property
    def pieces(self) -> tuple[tuple[str, float], ...]:
        """The tokens that belong to words, each with its score."""
        return tuple(
            (token, score)
            for token, score, word in zip(self.tokens, self.scores, self.word_of, strict=True)
            if word is not None
        )

    def as_record(self) -> dict[str, Any]:
        """What is written of it into files: all but what tells words apart."""
        written = asdict(self)
        for name in ("explained", "word_spans", "word_of"):
            del written[name]
        return written


@dataclass(frozen=True, slots=True)
class Trust:
    """How far one attribution can be trusted; see `faithfulness.trust` for how each is measured.

    The first four are mean falls of a probability, -1 to 1; `infidelity` is 0 or more. Those that
    chance has a part in are known to within their `noise`, half the width of a 95 % interval.
    """

    comprehensiveness: float
    sufficiency: float
    random_comprehensiveness: float
    random_sufficiency: float
    infidelity: float | None
    random_comprehensiveness_noise: float = 0.0
    random_sufficiency_noise: float = 0.0
    infidelity_noise: float | None = None

    @property
    def removal(self) -> int:
        """Whether taking its top words out changes more (1) or less (-1) than random ones.

        0 where that cannot be told: within the noise, or less than a reader would see.
        """
        rise = self.comprehensiveness - self.random_comprehensiveness
        return _told(rise, max(LEAST_TOLD, self.random_comprehensiveness_noise))

    @property
    def alone(self) -> int:
        """Whether its top words alone say more (1) or less (-1) than random ones; 0 as above."""
        rise = self.random_sufficiency - self.sufficiency
        return _told(rise, max(LEAST_TOLD, self.random_sufficiency_noise))

    @property
    def forecast(self) -> int:
        """Whether the scores foretell omissions better (1) or worse (-1) than nothing; 0 as above.

        None counts as better: nothing speaks against scores that foretell nothing.
        """
        if self.infidelity is None:
            return 1
        return _told(1 - self.infidelity, max(LEAST_TOLD, self.infidelity_noise or 0.0))


LEAST_TOLD = 0.02  # a difference of less is none, however little noise there is


def _told(difference: float, noise: float) -> int:
    """The sign of a difference; 0 within the noise."""
    return 0 if abs(difference) <= noise else int(difference > 0) or -1
