"""What several pages share of attributions: the short form, and which way scores point. Pure."""

from collections.abc import Sequence
from typing import Any

from model_zoo.explain.records import Attribution
from model_zoo.labels import LABELS

# What is computed unasked, for a short view of it on other pages, and up to how many tokens: above,
# it would take many seconds.
SHORT_FORM: dict[str, Any] = {
    "method": "integrated_gradients",
    "target": "predicted",
    "baseline": "pad",
}
SHORT_FORM_TOKENS = 128


def toward_positive(found: Attribution, scores: Sequence[float], signed: bool) -> list[float]:
    """The scores with the sign that says which label they speak for."""
    turn = -1 if signed and found.target == LABELS[0] else 1
    return [turn * score for score in scores]
