"""Text -> tokens -> words, with offsets into the text as it was typed.

One WordPiece vocabulary (BERT's, uncased) serves all four models of a set, so that their columns
line up token by token and only the architecture differs. The clean-up that training data and typed
text share ("do n't" = "don't", curly = straight quotes) lives in the normaliser inside
`tokenizer.json` itself: it is the same wherever that file is loaded, and offsets still point into
the original. Models from elsewhere bring tokenizers of their own: rows meet on the words as typed.
"""

import re
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from tokenizers import Encoding, Regex, Tokenizer, normalizers

from model_zoo.errors import TextError, WeightsError
from model_zoo.text.bounds import panics_as_errors
from model_zoo.text.folder import MAX_TOKENS as MAX_TOKENS
from model_zoo.text.folder import TOKENIZER as TOKENIZER
from model_zoo.text.folder import backend, most_tokens, settings, special_token
from model_zoo.text.words import group_words, trimmed

PAD_ID = 0  # [PAD] in BERT's vocabulary; also the baseline of attributions
BATCH_CHARACTERS = 250_000  # tokenised at once: a token takes some 150 bytes until it is cut off
MASK = "[MASK]"  # as people type it
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", MASK)

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

    `framed` says whether it puts exactly one special token before a text and one behind it: what
    is shown token by token relies on that. `unknown` and `mask` are those tokens, None where the
    vocabulary has none. `pad_left` says on which side shorter texts are filled up.
    """

    def __init__(self, folder: Path) -> None:
        """Raises WeightsError where the folder holds no tokenizer that can be read."""
        self.folder = folder
        self.backend = backend(folder)
        config, model = settings(folder, "tokenizer_config.json"), settings(folder, "config.json")
        try:
            self.max_tokens = most_tokens(config.get("model_max_length"), model)
        except ValueError as error:
            raise WeightsError(
                f"{folder} cannot be read: {error}. Mend its tokenizer_config.json or config.json."
            ) from error
        self.pad_left = config.get("padding_side") == "left"
        self.unknown, self.mask, pad = (
            special_token(self.backend, folder, role)
            for role in ("unk_token", "mask_token", "pad_token")
        )
        self.unknown_id, self.mask_id = self._id(self.unknown), self._id(self.mask)
        given = model.get("pad_token_id")
        self.pad_id: int = self._id(pad) or 0 if pad else given if type(given) is int else 0
        special = self.encodings(["a"])[0].special_tokens_mask
        self.framed = special[:1] == special[-1:] == [1] and sum(special) == 2
        self._word_start = _word_start(self.backend)
        self._whole = frozenset(self.backend.get_added_tokens_decoder())  # never cut, as [MASK]

    @property
    def reading(self) -> tuple[object, ...]:
        """Equal for tokenizers that read every text alike: one of them may do it for all."""
        return id(self.backend), self.max_tokens, self.unknown, self.mask

    def encode(self, texts: Sequence[str], max_tokens: int | None = None) -> list[Encoded]:
        """Each text as the model reads it, at most `max_tokens` tokens, special ones counted.

        What is cut off is counted in `Encoded.dropped`. Code points that are not characters (lone
        surrogates) are read as U+FFFD, one for one, so offsets hold. Raises TextError where the
        rules of a tokenizer of the user's own fail on a text.
        """
        limit = max_tokens or self.max_tokens
        return [self._encoded(*row, limit) for row in self._read(texts)]

    def keys(self, texts: Sequence[str]) -> list[bytes]:
        """16 bytes a text, equal for texts that are read alike; none where nothing is read.

        Differences that no token shows (case, accents, kinds of quotes, spaces) make no difference
        here either, nor does what `encode` cuts off.
        """
        keys = []
        for _, _, encoding in self._read(texts):
            special = encoding.special_tokens_mask
            inside = [id for id, put in zip(encoding.ids, special, strict=True) if not put]
            ids = array("L", inside[: max(0, self.max_tokens - sum(special))])
            keys.append(blake2b(ids, digest_size=16).digest() if ids else b"")
        return keys

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[str, str, Encoding]]:
        """Each text as typed, as it is given to the tokenizer, and what that makes of it, uncut."""
        clean = [self._with_mask(without_surrogates(text)) for text in texts]
        for part in _portions(clean):
            encodings = self.encodings(clean[part])
            yield from zip(texts[part], clean[part], encodings, strict=True)

    def without_blanks(self, text: str) -> str:
        """The text, of the same length, with nothing in it that is read as a blank.

        For passages, and whatever else nobody is to guess a word of.
        """
        return text if self.mask is None else text.replace(self.mask, self.mask.swapcase())

    def encodings(self, texts: Sequence[str], *, framed: bool = True) -> list[Encoding]:
        """What the tokenizer's own rules make of each text, uncut; TextError where they fail."""
        try:
            with panics_as_errors():
                return self.backend.encode_batch(list(texts), add_special_tokens=framed)
        except Exception as error:  # the library raises no narrower kind
            raise TextError(
                f"A tokenizer cannot read a text ({error}). Change the text, or choose another "
                "model."
            ) from error

    def whole_word(self, token: int) -> str | None:
        """The word that the vocabulary's entry `token` is by itself; None for a part of one."""
        entry = self.backend.id_to_token(token) or ""
        if self._word_start is None or not entry.startswith(self._word_start):
            return None
        word = entry.removeprefix(self._word_start)
        if self._word_start == _BYTES:  # its entries are bytes, each written as some letter
            word = self.backend.decode([token], skip_special_tokens=False).strip()
        return word if word.isalpha() and len(word) > 1 else None

    def _encoded(self, text: str, clean: str, encoding: Encoding, max_tokens: int) -> Encoded:
        """The text as typed, from the `encoding` of it `clean`, cut to `max_tokens`."""
        special = encoding.special_tokens_mask  # those put around the text; none that was typed
        ids, tokens, spans = list(encoding.ids), list(encoding.tokens), list(encoding.offsets)
        dropped = 0
        if len(ids) > max_tokens:  # special tokens stay, wherever they are: models expect them
            inside = [i for i, put in enumerate(special) if not put]
            cut = set(inside[max(0, len(inside) + max_tokens - len(ids)) :])
            dropped = len(cut)
            kept = [i for i in range(len(ids)) if i not in cut]
            ids, tokens = [ids[i] for i in kept], [tokens[i] for i in kept]
            spans, special = [spans[i] for i in kept], [special[i] for i in kept]
        inside = [i for i, put in enumerate(special) if not put]
        own = [trimmed(clean, spans[i]) for i in inside]
        words, owner = group_words(clean, own)
        word_of: list[int | None] = [None] * len(ids)
        for i, word, (start, end) in zip(inside, owner, own, strict=True):
            word_of[i] = word
            if start == end and word is not None:  # of spaces alone: to its word's edge
                low, high = words[word]
                start = end = min(max(start, low), high)
            spans[i] = (start, end)
        if self.unknown and self.unknown_id in ids:  # some vocabularies repeat the text here
            pairs = zip(ids, tokens, strict=True)
            tokens = [self.unknown if id == self.unknown_id else token for id, token in pairs]
        if self._word_start != "":
            tokens = self._as_typed(clean, ids, tokens, spans, word_of)
        return Encoded(
            text, tuple(ids), tuple(tokens), tuple(spans), tuple(word_of), tuple(words), dropped
        )

    def _with_mask(self, text: str) -> str:
        """The text with this tokenizer's own mask for "[MASK]", where offsets hold all the same."""
        same = self.mask is None or len(self.mask) != len(MASK)
        return text if same else text.replace(MASK, self.mask or "")

    def _as_typed(
        self,
        text: str,
        ids: Sequence[int],
        tokens: Sequence[str],
        spans: Sequence[tuple[int, int]],
        word_of: Sequence[int | None],
    ) -> list[str]:
        """Pieces of words as they were typed, "##" before all but a word's first as in WordPiece.

        Vocabularies of bytes write "é" as "Ã©", and others mark spaces, which nobody can read.
        """
        readable = list(tokens)
        before = None  # the word that has begun
        for i, word in enumerate(word_of):
            piece = text[slice(*spans[i])]
            if word is None or ids[i] in self._whole or tokens[i] == self.unknown:
                pass
            elif not piece:
                readable[i] = "␣"
                continue
            else:
                readable[i] = f"##{piece}" if word == before else piece
            before = word
        return readable

    def _id(self, token: str | None) -> int | None:
        return None if token is None else self.backend.token_to_id(token)


_BYTES = "Ġ"  # a space among the letters that stand for bytes
_SPACE = "▁"  # a space in SentencePiece's vocabularies


def _word_start(tokenizer: Tokenizer) -> str | None:
    """What entries of the vocabulary that begin a word begin with; None where that is not told."""
    family = type(tokenizer.model).__name__
    if family in ("WordPiece", "WordLevel"):
        return ""
    parts = (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder)
    how = b"".join(part.__getstate__() for part in parts if part is not None).decode()
    if "ByteLevel" in how:
        return _BYTES
    return _SPACE if family == "Unigram" or _SPACE in how else None


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
