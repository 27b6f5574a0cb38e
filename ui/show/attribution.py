"""What several pages share of attributions: the short form, and which way scores point. Pure."""

from collections.abc import Sequence

from model_zoo.explain.records import Attribution
from model_zoo.labels import LABELS

# What is computed unasked, for a short view of it on other pages, and up to how many tokens: above,
# it would take many seconds.
SHORT_FORM: dict[str, str] = {
    "method": "integrated_gradients",
    "target": "predicted",
    "baseline": "pad",
}
SHORT_FORM_TOKENS = 128


def toward_positive(attribution: Attribution, scores: Sequence[float], signed: bool) -> list[float]:
    """The attribution's `scores`, of tokens or of words, with + for what speaks for positive.

    Scores that are not `signed` stay as they are.
    """
    sign = -1 if signed and attribution.target == LABELS[0] else 1
    return [sign * score for score in scores]
