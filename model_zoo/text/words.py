"""Words of a text as typed, by character offsets: what rows of different tokenizers meet on."""

from collections.abc import Sequence
from itertools import pairwise

import regex

Span = tuple[int, int]  # half-open range of characters

# A word: what lies between two word boundaries of Unicode (UAX 29), unless it is space. So marks
# are of the letter before them, and an emoji of several characters is one. What the standard
# leaves open: hyphens and slashes join as well ("well-made"), and so do ellipses in a row; runs of
# Thai and its like, whose words only a dictionary could tell apart, stay whole.
KEYCAP = "[0-9#*]\ufe0f?\u20e3"  # an emoji, which the standard takes for a digit of the word
_END = rf".*?(?:\b|(?={KEYCAP}))"
_WORD = regex.compile(
    rf"""
    {KEYCAP}
    | \p{{Line_Break=SA}} [\p{{Line_Break=SA}}\p{{M}}\u200d]*+
    | \w{_END} (?: ['’\-./] \w{_END} )*
    | …+
    | [\U0001f1e6-\U0001f1ff]{{1,2}} [\p{{M}}\u200d]*+  # flags: \b would count from the run's first
    | \S.*?\b
    """,
    regex.WORD | regex.DOTALL | regex.VERBOSE,
)


def boundaries(text: str) -> list[Span]:
    """The words of the text, in order, whatever they are read as; what is no space is in one.

    >>> boundaries("It isn't 🇪🇺…")
    [(0, 2), (3, 8), (9, 11), (11, 12)]
    """
    return [match.span() for match in _WORD.finditer(text)]


def group_words(
    text: str, spans: Sequence[Span], bounds: Sequence[Span] | None = None
) -> tuple[list[Span], list[int | None]]:
    """The words that tokens with these `spans` belong to, and each token's index among them.

    Words are those of `bounds`, by default the text's `boundaries`; where one token reaches over
    several ("do n't" gives the token "don"), those become one word. Words without a token (cut off,
    or control characters) are left out. `spans` are `trimmed`: a token of spaces alone, empty then,
    goes with the token after it, the last ones with the one before. Every token gets exactly one
    word, and words are in order and do not overlap; only where there is nothing but space are there
    no words, and the tokens have None.

    >>> group_words("It isn't", [(0, 2), (3, 6), (6, 7), (7, 8)])  # it, isn, ', t
    ([(0, 2), (3, 8)], [0, 1, 1, 1])
    >>> group_words("so  good ", [(0, 2), (3, 3), (4, 8), (9, 9)])  # so, ▁, ▁good, ▁
    ([(0, 2), (4, 8)], [0, 1, 1, 1])
    """
    words: list[Span] = []
    owner: list[int | None] = []
    bounds = boundaries(text) if bounds is None else bounds
    at = 0  # first word that may still touch the next token: tokens come in order
    waiting = 0  # tokens of spaces that have no word yet
    for start, end in spans:
        if start == end:
            waiting += 1
            continue
        if words and start < words[-1][0]:  # a normaliser may reorder characters, not words
            start = words[-1][0]
        while at < len(bounds) and bounds[at][1] <= start:
            at += 1
        reach = at
        low, high = start, max(end, start)
        while reach < len(bounds) and bounds[reach][0] < end:
            low, high = min(low, bounds[reach][0]), max(high, bounds[reach][1])
            reach += 1
        if words and low < words[-1][1]:  # shares characters with the word before: the same word
            words[-1] = (words[-1][0], max(words[-1][1], high))
        else:
            words.append((low, high))
        owner += [len(words) - 1] * (1 + waiting)
        waiting = 0
    owner += [len(words) - 1 if words else None] * waiting
    assert all(left[1] <= right[0] for left, right in pairwise(words))
    return words, owner


def trimmed(text: str, span: Span) -> Span:
    """The `span` of `text` without the spaces at its ends; of spaces alone, its empty end.

    Tokenizers that mark a word's beginning by the space before it count that space in.

    >>> trimmed("so good ", (2, 8)), trimmed("a  b", (1, 3))
    ((3, 7), (3, 3))
    """
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def align(words: Sequence[Span], scores: Sequence[float], reference: Sequence[Span]) -> list[float]:
    """`scores` of `words` brought to the words of another tokenizer: one for each of `reference`.

    Both are spans in the same text, in order and not overlapping. Each word gives its score to the
    reference word that it shares most characters with, the first of several; a reference word has
    the sum of what it is given, 0 for nothing. A word that shares characters with none is dropped:
    it has no row, as where the other tokenizer's text was cut off. Takes time in proportion to the
    words.

    >>> align([(0, 2), (3, 6), (6, 8)], [1.0, 2.0, 4.0], [(0, 2), (3, 8)])  # It isn 't | It isn't
    [1.0, 6.0]
    >>> align([(0, 8)], [3.0], [(0, 2), (3, 8), (9, 10)])
    [0.0, 3.0, 0.0]
    """
    given = [0.0] * len(reference)
    at = 0  # first reference word that may still touch the next word
    for (start, end), score in zip(words, scores, strict=True):
        while at < len(reference) and reference[at][1] <= start:
            at += 1
        best, most, other = None, 0, at
        while other < len(reference) and reference[other][0] < end:
            shared = min(end, reference[other][1]) - max(start, reference[other][0])
            if shared > most:
                best, most = other, shared
            other += 1
        if best is not None:
            given[best] += score
    return given
