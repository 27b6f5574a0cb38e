"""Parts of a set of texts that models are known to differ on."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from model_zoo.inference.score import Scored

_NEGATION = re.compile(
    r"\b(?:not|no|never|nothing|nobody|none|neither|nor|nowhere|cannot|hardly|without)\b|n['’]t\b",
    re.IGNORECASE,
)
LENGTHS = (12, 25, 60)  # tokens, special ones included, that end the length slices


def slices(texts: Sequence[str], scored: Scored) -> dict[str, np.ndarray]:
    """Name -> which of the texts (N,) belong to it; those without any are left out.

    By length, negation, unknown words, and whether the models, all with the same labels, agree.
    """
    tokens, answers = scored.tokens, scored.answers
    negated = np.array([bool(_NEGATION.search(text)) for text in texts], dtype=bool)
    agree = (answers == answers[:, :1]).all(axis=1)
    bounds = (0, *LENGTHS, np.inf)
    names = (
        f"up to {LENGTHS[0]} tokens",
        *(f"{low + 1} to {high} tokens" for low, high in pairwise(LENGTHS)),
        f"more than {LENGTHS[-1]} tokens",
    )
    members = {
        name: (low < tokens) & (tokens <= high)
        for name, (low, high) in zip(names, pairwise(bounds), strict=True)
    }
    members |= {
        "with a negation": negated,
        "without a negation": ~negated,
        "with unknown words": scored.unknown > 0,
        "cut off, being too long": scored.dropped > 0,
    }
    if len(scored.models) > 1:
        members |= {"all models agree": agree, "models disagree": ~agree}
    read = scored.read
    return {name: part & read for name, part in members.items() if (part & read).any()}
