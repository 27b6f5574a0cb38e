"""The tour's questions, each answered by what the models did with this very sentence. Pure.

None stands for a question that a sentence is too short for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_zoo.internals.stepwise import Course

OPTIONS = 4  # at most
AS_LONG, FAR_LESS = 0.75, 0.25  # shares of a time


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what there is to choose from, the right one of these, and why it is right."""

    asks: str
    options: tuple[str, ...]
    answer: str
    because: str


def others_agree(first: str, others: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """Options and answer: whether `others` are the same label as `first`.

    >>> others_agree("good", ["good", "bad"])[1], others_agree("good", ["bad"])
    ('Some will, some will not', (('It will', 'It will not'), 'It will not'))
    """
    same = sum(label == first for label in others)
    if len(others) == 1:
        options: tuple[str, ...] = ("It will", "It will not")
        return options, options[1 - same]
    options = ("All of them will", "Some will, some will not", "None of them will")
    return (options, options[(same < len(others)) + (same == 0)]) if others else None


def halfway(course: Course) -> int | None:
    """After how many steps of a course to stop and ask how it goes on; None if it is too short."""
    steps = len(course.probabilities)
    return (steps + 1) // 2 if steps > 2 else None


def goes_on(course: Course, cut: int) -> tuple[tuple[str, ...], str]:
    """Options and answer: what becomes of what is answered after `cut` steps.

    >>> shares = ((0.1, 0.9), (0.2, 0.8), (0.9, 0.1))
    >>> goes_on(Course("lstm", "forward", ("bad", "good"), shares), 2)[1]
    'It changes its answer, and ends with another'
    """
    sides = course.likeliest
    shown, rest = sides[cut - 1], sides[cut:]
    options = (
        f"It stays with “{shown}” to the end",
        "It changes its answer, and ends with another",
        f"It changes its answer, and comes back to “{shown}”",
    )
    if all(side == shown for side in rest):
        return options, options[0]
    return options, options[2 if rest[-1] == shown else 1]


def pick(
    values: Sequence[float], names: Sequence[str], most: int = OPTIONS
) -> tuple[tuple[str, ...], str] | None:
    """Options and answer: the name of the largest of `values`, among others from all over.

    Options have different names and stand in the order of the text. None where all are alike.

    >>> pick([0.1, 0.7, 0.2, 0.1], ["the", "film", "was", "the"])
    (('the', 'film', 'was'), 'film')
    """
    ranked = sorted(range(len(values)), key=lambda at: -values[at])
    if not ranked:
        return None
    best = ranked[0]
    others: dict[str, int] = {}
    for at in ranked[1:]:
        if values[at] < values[best] and names[at] != names[best]:
            others.setdefault(names[at], at)
    if not others:
        return None
    left = list(others.values())
    count = min(most - 1, len(left))
    spread = {left[at * (len(left) - 1) // max(1, count - 1)] for at in range(count)}
    return tuple(names[at] for at in sorted({best, *spread})), names[best]


def sides_seen(change: np.ndarray) -> tuple[tuple[str, ...], str] | None:
    """Options and answer: which part of a square (N, N) of changes is not zero."""
    if len(change) < 2:
        return None
    options = (
        "The lower half: words that stand before",
        "The upper half: words that come after",
        "Both halves",
    )
    before, after = np.tril(change, -1).any(), np.triu(change, 1).any()
    return options, options[2 if before and after else int(after)]


def time_of(share: float) -> tuple[tuple[str, ...], str]:
    """Options and answer: how long something took, as a share of what it is compared with.

    >>> [time_of(share)[1] for share in (1.2, 0.5, 0.1)]
    ['About as much, or more', 'About half: a quarter to three quarters', 'Under a quarter']
    """
    options = (
        "About as much, or more",
        "About half: a quarter to three quarters",
        "Under a quarter",
    )
    return options, options[(share < AS_LONG) + (share < FAR_LESS)]


def telling_look(weights: np.ndarray, words: Sequence[bool]) -> tuple[int, int]:
    """Head and token of the strongest look from a word at another, of attention (H, T, T).

    `words` says which tokens are words, and not punctuation. Only looks that are the strongest of
    their row count, and where there are none, it is the first head and word.

    >>> telling_look(np.array([[[0.6, 0.3, 0.1], [0.3, 0.5, 0.2], [0, 0.9, 0.1]]]), [True] * 3)
    (0, 2)
    """
    are_words = np.asarray(words, dtype=float)
    others = weights * np.outer(are_words, are_words) * (1 - np.eye(len(are_words)))
    looks = np.where(others.argmax(-1) == weights.argmax(-1), others.max(-1), 0.0)  # (H, T)
    if not looks.any():
        return 0, int(are_words.argmax())
    head, row = np.unravel_index(looks.argmax(), looks.shape)
    return int(head), int(row)
