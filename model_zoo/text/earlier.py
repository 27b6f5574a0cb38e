"""Words as they were numbered first, for addresses that were made then.

They were runs of letters, and every other character by itself; emoji were read with the word they
were glued to, and names of special tokens as these.
"""

import re
from collections.abc import Collection

from model_zoo.text.folder import as_in_file
from model_zoo.text.tokens import TextTokenizer
from model_zoo.text.words import Span, boundaries, group_words, trimmed

_WORD = re.compile(r"\w+(?:['’\-./]\w+)*|[^\w\s]")
_PLAIN = re.compile("[\n -~¡-ʯ‘’“”–—…]*")  # letters of Latin, and what is written between them
_SPECIAL = re.compile(r"\[[A-Z]+\]|<|……")


def numbered_alike(text: str) -> bool:
    """Whether the words of `text` have had the same numbers ever since; false where that is open.

    >>> numbered_alike("It isn't well-made."), numbered_alike("1,000 words"), numbered_alike("😀")
    (True, False, False)
    """
    plain = _PLAIN.fullmatch(text) and not _SPECIAL.search(text)
    return bool(plain) and _bounds(text) == boundaries(text)


def renumbered(tokenizer: TextTokenizer, text: str, numbers: Collection[int]) -> tuple[int, ...]:
    """The numbers today of the words of `text` that had these `numbers` at first, in order.

    A word is meant where it shares characters with one of those. Raises WeightsError where the
    tokenizer's folder can no longer be read.
    """
    encoding = as_in_file(tokenizer.folder).encode(text)
    pairs = zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
    spans = [trimmed(text, span) for span, special in pairs if not special]
    first, _ = group_words(text, spans, _bounds(text))
    meant = [first[number] for number in numbers if number < len(first)]
    (encoded,) = tokenizer.encode([text])
    return tuple(
        number
        for number, (start, end) in enumerate(encoded.words)
        if any(low < end and start < high for low, high in meant)
    )


def _bounds(text: str) -> list[Span]:
    return [match.span() for match in _WORD.finditer(text)]
