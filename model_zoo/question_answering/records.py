"""What answers and their reasons come to: records without tensors, importable without torch."""

from dataclasses import dataclass

from model_zoo.text.words import Span


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Characters `start` to `end` of a passage, `text`, with the probability of being the answer.

    `tokens` are its first and its last token, `window` is the window it was read in.
    """

    start: int
    end: int
    text: str
    probability: float
    tokens: tuple[int, int]
    window: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What one reader makes of one question about one passage.

    `spans` are the likeliest answers, the likeliest first, none overlapping another. `no_answer` is
    the probability that the passage holds none; with those of all spans, also of those that are not
    listed, it sums to 1. `token_spans` are the characters of the passage's N tokens,
    `start_probabilities` and `end_probabilities` (N) the probabilities that the answer starts and
    ends there. `windows` counts how many times the passage had to be read in part,
    `unknown` the tokens of question and passage that are outside the vocabulary.
    """

    reader: str
    title: str
    question: str
    passage: str
    spans: tuple[AnswerSpan, ...]
    no_answer: float
    threshold: float
    calibrated: bool
    token_spans: tuple[Span, ...]
    start_probabilities: tuple[float, ...]
    end_probabilities: tuple[float, ...]
    windows: int
    seconds: float
    unknown: int = 0

    @property
    def best(self) -> AnswerSpan:
        """The likeliest answer."""
        return self.spans[0]

    @property
    def no_answer_likely(self) -> bool:
        """Whether the passage may well hold no answer: `no_answer` reaches the threshold.

        Of a `calibrated` reader that was chosen on questions asked of their own passage, and of
        another one of the same article (see its metrics); else it is one half.
        """
        return self.no_answer >= self.threshold


@dataclass(frozen=True, slots=True)
class LogitAttribution:
    """What each word did for one logit, start or end, as compared with [PAD] in its place.

    `question` runs over the question's words, `passage` over the passage's, in logits, positive for
    what speaks for the span. They add up to `rise`, the logit less the baseline's, but for `gap`.
    """

    question: tuple[float, ...]
    passage: tuple[float, ...]
    rise: float
    gap: float
    steps: int


@dataclass(frozen=True, slots=True)
class SpanAttribution:
    """Which words made a span the answer.

    `question_words` and `passage_words` are half-open ranges of characters of the question and of
    the passage; of a passage read in several windows, those of the span's window.
    """

    reader: str
    span: int
    question_words: tuple[Span, ...]
    passage_words: tuple[Span, ...]
    start: LogitAttribution
    end: LogitAttribution
    seconds: float
