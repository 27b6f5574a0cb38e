"""How right an answer is, as SQuAD counts it, and how sure a mean over questions is.

After SQuAD 1.1 (Rajpurkar et al. 2016): case, punctuation, articles and spaces do not count, and of
several people's answers the one that fits best does.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

DRAWS = 2000  # of the bootstrap

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalised(answer: str) -> str:
    """What is left of an answer for comparing.

    >>> normalised("The  U.S. Army's (first) \\n an apple")
    'us armys first apple'
    """
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def exact(answer: str, golds: Sequence[str]) -> bool:
    """EM: whether the answer is one of `golds`, compared `normalised`.

    >>> exact("the Eiffel Tower!", ["Eiffel tower"]), exact("Eiffel", ["Eiffel tower"])
    (True, False)
    """
    return normalised(answer) in map(normalised, golds)


def f1(answer: str, golds: Sequence[str]) -> float:
    """F1: harmonic mean of the shares of words in common, with the gold answer it is highest for.

    >>> f1("in the big city", ["big city", "Paris"])  # 2 of 3, and 2 of 2
    0.8
    """
    return max(_f1(normalised(answer).split(), normalised(gold).split()) for gold in golds)


def _f1(answer: list[str], gold: list[str]) -> float:
    common = (Counter(answer) & Counter(gold)).total()
    if common == 0:  # as SQuAD 1.1's own program: nothing against nothing counts nothing, too
        return 0.0
    return 2 * common / (len(answer) + len(gold))


def interval(
    values: Sequence[float], groups: Sequence[object], *, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean of `values` (N,), by the bootstrap over `groups` (N,).

    Questions about one passage stand or fall together, so whole groups are drawn anew, DRAWS times
    (percentile bootstrap, Efron 1979). It speaks of other passages like these; with few articles,
    other articles may be further away. The same arguments give the same interval.

    >>> interval([1.0, 1.0, 1.0], ["a", "b", "b"])
    (1.0, 1.0)
    """
    names = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    number = np.array([names[group] for group in groups])
    sums = np.bincount(number, np.asarray(values, float))  # (G,)
    sizes = np.bincount(number)
    even = np.full(len(names), 1 / len(names))
    times = np.random.default_rng(seed).multinomial(len(names), even, size=DRAWS)  # (DRAWS, G)
    means = (times @ sums) / (times @ sizes)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return low, high
