"""Text -> tokens -> words, with offsets into the text as it was typed.

One WordPiece vocabulary (BERT's, uncased) serves all four models, so that their columns line up
token by token and only the architecture differs. The clean-up that training data and typed text
share ("do n't" = "don't", curly = straight quotes) lives in the normaliser inside `tokenizer.json`
itself: it is the same wherever that file is loaded, and offsets still point into the original.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Regex, Tokenizer, normalizers

from model_zoo.errors import TextError, WeightsError

TOKENIZER = "tokenizer.json"
PAD_ID = 0  # [PAD] in BERT's vocabulary; also the baseline of attributions
MAX_TOKENS = 512  # positions BERT has; the recurrent models keep to it so that all read the same
BATCH_CHARACTERS = 250_000  # tokenised at once: a token takes some 150 bytes until it is cut off
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

# A word: letters and digits, joined inside by apostrophes, hyphens, dots or slashes ("don't",
# "well-made", "3.5"); anything else that is not a space stands alone.
_WORD = re.compile(r"\w+(?:['’\-./]\w+)*|[^\w\s]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the models read it; the tuples run over its N tokens.

    `spans[i]` is the half-open range of characters of `text` that token i was made from, (0, 0)
    for the special tokens around the text. `word_of[i]` is the index into `words` of the word
    that token i belongs to, None for special tokens. `words` are half-open ranges of characters,
    in order, none overlapping. `dropped` counts the tokens cut off at the model's limit.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    word_of: tuple[int | None, ...]
    words: tuple[tuple[int, int], ...]
    dropped: int

    @property
    def truncated(self) -> bool:
        """Whether tokens were cut off."""
        return self.dropped > 0

    @property
    def word_texts(self) -> tuple[str, ...]:
        """The words as typed."""
        return tuple(self.text[start:end] for start, end in self.words)


def normaliser(base: normalizers.Normalizer) -> normalizers.Normalizer:
    """BERT's own normaliser preceded by the clean-up that training and serving share.

    SST-2 comes tokenised as in the Penn Treebank: "do n't", `` and ''. People type "don't", and
    their phones type curly quotes. After this both read alike.
    """
    quotes = {"``": '"', "''": '"', "`": "'", "‘": "'", "’": "'", "“": '"', "”": '"'}
    rules = [normalizers.Replace(mark, plain) for mark, plain in quotes.items()]
    # looked for from a run's first space only: from each in turn takes the square of its length
    glue = normalizers.Replace(Regex(r"(?<!\s)\s+(?=[nN]'[tT]\b)"), "")
    return normalizers.Sequence([*rules, normalizers.Replace("…", "..."), glue, base])


class TextTokenizer:
    """The tokenizer in a model's folder: text -> ids, with offsets into the text as typed.

    Never changed after loading: threads may share it. Truncation and padding stay off for good.
    Setting them per call is what makes shared fast tokenizers fail with "Already borrowed";
    `encode` cuts to length by itself.
    """

    def __init__(self, folder: Path) -> None:
        """Raises WeightsError where the folder holds no tokenizer."""
        try:
            definition = (folder / TOKENIZER).read_text(encoding="utf-8")
            self.backend = _parsed(definition)
            config = _config(folder)
        except Exception as error:  # the library raises no narrower kind
            raise WeightsError(f"{folder / TOKENIZER} cannot be read ({error}).") from error
        self.max_tokens = min(MAX_TOKENS, int(config.get("model_max_length", MAX_TOKENS)))
        self.unknown = _special_token(config, "unk_token", "[UNK]")
        self.pad_id = self.backend.token_to_id(_special_token(config, "pad_token", "[PAD]")) or 0
        self.pad_left = config.get("padding_side") == "left"
        self.mask_id = self.backend.token_to_id(_special_token(config, "mask_token", "[MASK]"))

    def encode(self, texts: Sequence[str], max_tokens: int | None = None) -> list[Encoded]:
        """Each text as the model reads it, at most `max_tokens` tokens, special ones counted.

        What is cut off is counted in `Encoded.dropped`. Never raises on any string: code points
        that are not characters (lone surrogates) are read as U+FFFD, one for one, so offsets hold.
        """
        limit = max_tokens or self.max_tokens
        clean = [without_surrogates(text) for text in texts]
        encoded: list[Encoded] = []
        for part in _portions(clean):
            encodings = self.backend.encode_batch(clean[part])
            encoded += map(_encoded, texts[part], clean[part], encodings, repeat(limit))
        return encoded

    def whole_word(self, token: int) -> str | None:
        """The word that the vocabulary's entry `token` is by itself; None for a part of one."""
        entry = self.backend.id_to_token(token) or ""
        start = _WORD_STARTS[type(self.backend.model).__name__]
        word = entry.removeprefix(start)
        whole = entry.startswith(start) and word.isalpha() and len(word) > 1
        return word if whole else None


_WORD_STARTS = {"WordPiece": "", "WordLevel": "", "BPE": "Ġ", "Unigram": "▁"}  # of a new word


@lru_cache(maxsize=16)
def _parsed(definition: str) -> Tokenizer:
    """One tokenizer for all folders whose definitions are the same, as the bundled ones' are."""
    backend = Tokenizer.from_str(definition)
    backend.no_truncation()
    backend.no_padding()
    return backend


def _config(folder: Path) -> dict[str, Any]:
    """What the folder says of its tokenizer; empty where it says nothing."""
    file = folder / "tokenizer_config.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _special_token(config: dict[str, Any], role: str, usual: str) -> str:
    """The special token with this role; older files give more than its name."""
    token = config.get(role) or usual
    return token["content"] if isinstance(token, dict) else token


def check_readable(encoded: Sequence[Encoded]) -> None:
    """Raises TextError, with the position, for a text that holds nothing a model could read."""
    for position, item in enumerate(encoded, start=1):
        if not item.words:
            where = f"Text {position} of {len(encoded)}" if len(encoded) > 1 else "The text"
            raise TextError(f"{where} is empty. Type at least one word.")


def _portions(texts: list[str]) -> Iterator[slice]:
    """All texts in slices, of BATCH_CHARACTERS at most or of one text."""
    start = size = 0
    for at, text in enumerate(texts):
        if at > start and size + len(text) > BATCH_CHARACTERS:
            yield slice(start, at)
            start, size = at, 0
        size += len(text)
    if texts:
        yield slice(start, len(texts))


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each code point that is no character and that UTF-8 cannot hold.

    >>> without_surrogates("good \\ud800") == "good \\ufffd"
    True
    """
    return _LONE_SURROGATE.sub("\ufffd", text)


def _encoded(text: str, clean: str, encoding: Encoding, max_tokens: int) -> Encoded:
    """The text as typed, from the tokenizer's `encoding` of it `clean`, cut to `max_tokens`."""
    ids, tokens, spans = list(encoding.ids), list(encoding.tokens), list(encoding.offsets)
    dropped = max(0, len(ids) - max_tokens)
    if dropped:  # keep [SEP], the last token, where the models expect it
        columns: tuple[list[Any], ...] = (ids, tokens, spans)
        for column in columns:
            column[max_tokens - 1 :] = column[-1:]
    inside = [i for i in range(len(ids)) if 0 < i < len(ids) - 1]
    words, owner = group_words(clean, [spans[i] for i in inside])
    word_of: list[int | None] = [None] * len(ids)
    for i, word in zip(inside, owner, strict=True):
        word_of[i] = word
    return Encoded(
        text, tuple(ids), tuple(tokens), tuple(spans), tuple(word_of), tuple(words), dropped
    )


def group_words(
    text: str, spans: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[int]]:
    """The words that tokens with these `spans` belong to, and each token's index among them.

    A word is a run of `_WORD`; where one token reaches over several ("do n't" gives the token
    "don"), those become one word. Words without a token (cut off, or control characters) are left
    out. Every token gets exactly one word, and words are in order and do not overlap.

    >>> group_words("It isn't", [(0, 2), (3, 6), (6, 7), (7, 8)])  # it, isn, ', t
    ([(0, 2), (3, 8)], [0, 1, 1, 1])
    """
    bounds = [match.span() for match in _WORD.finditer(text)]
    words: list[tuple[int, int]] = []
    owner: list[int] = []
    at = 0  # first word that may still touch the next token: tokens come in order
    for start, end in spans:
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
        owner.append(len(words) - 1)
    assert all(left[1] <= right[0] for left, right in pairwise(words))
    return words, owner


def leave_out(encoded: Encoded, words: Collection[int], *, instead: str = "") -> str:
    """The text of `encoded` without its `words` (indices into `Encoded.words`).

    Each is replaced by `instead`, say "[MASK]"; where that is empty, the space before it goes too.
    Indices there is no word for are passed over.

    >>> words = ((0, 3), (4, 8))
    >>> encoded = Encoded("Not good", (2, 3), ("not", "good"), words, (0, 1), words, dropped=0)
    >>> leave_out(encoded, {0}), leave_out(encoded, {0}, instead="[MASK]")
    ('good', '[MASK] good')
    """
    kept, at = [], 0
    for index, (start, end) in enumerate(encoded.words):
        if index in words:
            before = encoded.text[at:start]
            kept.append(before + instead if instead else before.rstrip())
            at = end
    return ("".join(kept) + encoded.text[at:]).strip()
