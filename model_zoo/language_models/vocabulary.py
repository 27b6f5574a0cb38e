"""Which entries of a WordPiece vocabulary are words, parts of words, or neither."""

import re

import numpy as np

from model_zoo.text.tokens import SPECIAL_TOKENS, TextTokenizer

_UNUSED = re.compile(r"\[unused\d+\]")


class Vocabulary:
    """The V entries: `special`, `inner` (parts that go on a word) and `whole` words, (V,) bool.

    `whole` are what can be guessed for a blank: words, numbers and marks of one piece. `mask`,
    `unknown`, `begin` and `end` are the numbers of [MASK], [UNK], [CLS] and [SEP].
    """

    def __init__(self, tokenizer: TextTokenizer) -> None:
        numbers: dict[str, int] = tokenizer.backend.get_vocab()
        self.entries = sorted(numbers, key=lambda entry: numbers[entry])
        self.special = np.array([entry in SPECIAL_TOKENS for entry in self.entries])
        self.inner = np.array([entry.startswith("##") for entry in self.entries])
        unused = np.array([bool(_UNUSED.fullmatch(entry)) for entry in self.entries])
        self.whole = ~(self.special | self.inner | unused)
        self.mask, self.unknown = numbers["[MASK]"], numbers["[UNK]"]
        self.begin, self.end = numbers["[CLS]"], numbers["[SEP]"]

    def __len__(self) -> int:
        return len(self.entries)
