"""A question and a passage as token windows, with offsets into the passage as typed.

Nothing is ever cut off: a passage longer than the model reads at once becomes several windows, each
behind the whole question. They overlap by a third of the room: of windows of LONGEST tokens, each
span that may be an answer is whole in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import category

from tokenizers import Encoding

from model_zoo.errors import TextError, WeightsError
from model_zoo.text.tokens import TextTokenizer, without_surrogates
from model_zoo.text.words import Span, trimmed

LONGEST = 256  # tokens a window, question and special tokens counted
MOST_CHARACTERS = 100_000  # of a passage: some hundred windows, a minute for BERT
_OVERLAP = 3  # two windows share at least one in so many of the tokens that fit in
_LEAST_ROOM = 2  # the question may take one in so many of a window's tokens


@dataclass(frozen=True, slots=True)
class Frame:
    """How a tokenizer puts question and passage together.

    Special tokens before, between and behind them, each with its token type, and the types of the
    two. `no_answer` is the place of the token that stands for no answer: the first one, [CLS] in
    BERT's way, or the last one (-1) where nothing stands before the question.
    """

    before: tuple[tuple[int, int], ...]
    between: tuple[tuple[int, int], ...]
    behind: tuple[tuple[int, int], ...]
    question_type: int
    passage_type: int

    @property
    def special(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.between) + len(self.behind)

    @property
    def no_answer(self) -> int:
        """Place in a window of the token that no answer is told by."""
        return 0 if self.before else -1


@dataclass(frozen=True, slots=True)
class Window:
    """What is read at once: T tokens, `ids` and token `types`.

    The window's tokens `begin` to `begin + count` are the passage's `first` to `first + count`.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    begin: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A question and a passage as a model reads them.

    `spans` are the half-open ranges of characters of the passage's N tokens, `question_spans` those
    of the question's, whose first token is at `question_begin` of each window. An answer may start
    at tokens of `starts` and end with tokens of `ends` (N truth values each): not inside of a word.
    `unknown` counts the tokens of both that are outside the vocabulary.
    """

    question: str
    passage: str
    question_spans: tuple[Span, ...]
    spans: tuple[Span, ...]
    starts: tuple[bool, ...]
    ends: tuple[bool, ...]
    windows: tuple[Window, ...]
    question_begin: int
    no_answer: int
    unknown: int = 0

    def characters(self, first: int, last: int) -> Span:
        """The characters of the passage from token `first` to token `last`, no sign cut in two."""
        start, end = self.spans[first][0], self.spans[last][1]
        while 0 < start < len(self.passage) and _joins(self.passage, start):
            start -= 1
        while end < len(self.passage) and _joins(self.passage, end):
            end += 1
        return start, end

    def tokens(self, span: Span) -> tuple[int, int] | None:
        """First and last token that share characters with the `span`; None where none does."""
        inside = [i for i, (a, b) in enumerate(self.spans) if a < span[1] and b > span[0]]
        return (inside[0], inside[-1]) if inside else None


def frame(tokenizer: TextTokenizer) -> Frame:
    """How `tokenizer` puts two texts together; WeightsError where it does not."""
    pair = tokenizer.backend.encode("a", "b")
    order = list(pair.sequence_ids)
    if 0 not in order or 1 not in order or None not in order:
        raise WeightsError(
            "The tokenizer marks no border between question and passage, so that no model can tell "
            "them apart. Save the tokenizer that the model was trained with into its folder."
        )
    tokens = list(zip(pair.ids, pair.type_ids, strict=True))
    second = order.index(1)
    last = len(order) - order[::-1].index(1)
    special = [at for at, text in enumerate(order) if text is None]
    return Frame(
        before=tuple(tokens[at] for at in special if at < order.index(0)),
        between=tuple(tokens[at] for at in special if order.index(0) < at < second),
        behind=tuple(tokens[at] for at in special if at >= last),
        question_type=pair.type_ids[order.index(0)],
        passage_type=pair.type_ids[second],
    )


def read(tokenizer: TextTokenizer, question: str, passage: str, longest: int = LONGEST) -> Reading:
    """The question and the passage in windows of at most `longest` tokens.

    Raises TextError where either holds nothing to read, or is too long: the question may fill half
    of a window, the passage have MOST_CHARACTERS.
    """
    if len(passage) > MOST_CHARACTERS:
        raise TextError(
            f"The passage has {len(passage):,} characters. Shorten it to {MOST_CHARACTERS:,}."
        )
    if len(question) > MOST_CHARACTERS:
        raise TextError(f"The question has {len(question):,} characters. Shorten it to a sentence.")
    parts = [tokenizer.without_blanks(without_surrogates(text)) for text in (question, passage)]
    asked, told = tokenizer.encodings(parts, framed=False)
    spans, question_spans = _spans(parts[1], told), _spans(parts[0], asked)
    for name, inside in (("question", question_spans), ("passage", spans)):
        if all(start == end for start, end in inside):
            raise TextError(f"The {name} is empty. Type at least one word.")
    around = frame(tokenizer)
    most = longest // _LEAST_ROOM - around.special
    if len(asked.ids) > most:
        raise TextError(
            f"The question has {len(asked.ids)} tokens, and the model reads {most} of a question. "
            "Shorten it."
        )
    starts, ends = _borders(parts[1], told.word_ids, spans)
    return Reading(
        question,
        passage,
        question_spans,
        spans,
        starts,
        ends,
        tuple(_windows(around, asked.ids, told.ids, longest)),
        len(around.before),
        around.no_answer,
        sum(id == tokenizer.unknown_id for id in (*asked.ids, *told.ids)),
    )


def _windows(around: Frame, question: list[int], passage: list[int], longest: int) -> list[Window]:
    """Windows of one length, evenly apart."""
    head = [*around.before, *((token, around.question_type) for token in question)]
    head += around.between
    room = longest - len(head) - len(around.behind)
    size = min(room, len(passage))
    step = room - room // _OVERLAP
    steps = max(0, -(-(len(passage) - size) // step))
    windows = []
    for number in range(steps + 1):
        first = number * (len(passage) - size) // max(1, steps)
        body = ((token, around.passage_type) for token in passage[first : first + size])
        ids, types = zip(*head, *body, *around.behind, strict=True)
        windows.append(Window(ids, types, len(head), first, size))
    return windows


def _spans(text: str, encoding: Encoding) -> tuple[Span, ...]:
    return tuple(trimmed(text, span) for span in encoding.offsets)


def _borders(
    text: str, words: Sequence[int | None], spans: Sequence[Span]
) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    """Where answers may start and end: at every token with characters, but inside of no word."""
    filled = [start < end for start, end in spans]
    # one word to the tokenizer, and letters or digits on both sides: inside of a word
    within = [
        before == behind and text[end - 1 : end].isalnum() and text[start : start + 1].isalnum()
        for (before, behind), ((_, end), (start, _)) in zip(
            pairwise(words), pairwise(spans), strict=True
        )
    ]
    starts = [real and not inside for real, inside in zip(filled, [False, *within], strict=True)]
    ends = [real and not inside for real, inside in zip(filled, [*within, False], strict=True)]
    if not any(starts) or not any(ends):
        return tuple(filled), tuple(filled)
    return tuple(starts), tuple(ends)


def _joins(text: str, at: int) -> bool:
    """Whether the character at `at` makes one sign with the one before it."""
    here, before = text[at], text[at - 1 : at]
    if before == _JOINER:
        return not here.isspace()
    return here == _JOINER or category(here).startswith("M") or "\U0001f3fb" <= here <= "\U0001f3ff"


_JOINER = "\u200d"  # of emoji that are made of several
