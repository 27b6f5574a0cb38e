"""Questions as rows of tokens: what is read, and where in it the answers stand.

Every window of a question's passage is a row. Where a window holds no answer, none is what is to be
said; so that this is learnt well, a share of the questions is also asked of another passage of the
same article, which holds none of its answers.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from model_zoo.question_answering.spans import WIDEST
from model_zoo.question_answering.squad import Question
from model_zoo.question_answering.windows import Reading, Window, read
from model_zoo.text.tokens import PAD_ID, TextTokenizer

NO_ANSWER, UNUSED = 0, -1  # among a row's targets
_MOST_TARGETS = 4  # different answers of one question; SQuAD has three people's


@dataclass(frozen=True, slots=True)
class Batch:
    """B rows of T tokens: `ids`, `mask`, token `types`, and `inside`, true at the passage, (B, T).

    `targets` (B, K) are the answers among the outcomes of `objectives.outcomes`, UNUSED where a row
    has fewer. `taught` are a teacher's start and end logits (B, T, 2), if there is one.
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    inside: Tensor
    targets: Tensor
    taught: Tensor | None


@dataclass(frozen=True, slots=True)
class SpanRows:
    """N rows: `ids`, one row after the other, from `starts` (N + 1,) on.

    The passage's part of row i is `count[i]` tokens from its token `begin[i]` on; `targets` (N, K)
    as in Batch; `taught` (all tokens, 2).
    """

    ids: np.ndarray
    starts: np.ndarray
    begin: np.ndarray
    count: np.ndarray
    targets: np.ndarray
    taught: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def lengths(self) -> np.ndarray:
        """Tokens a row (N,)."""
        return np.diff(self.starts)

    @property
    def weights(self) -> np.ndarray:
        """Of each row in a batch's mean loss (N,): all are alike."""
        return np.ones(len(self))

    @property
    def answerable(self) -> int:
        """How many rows hold an answer."""
        return int((self.targets[:, 0] != NO_ANSWER).sum())

    def batch(self, places: Sequence[int]) -> Batch:
        """The rows at these places, padded on the right."""
        rows = list(places)
        lengths = self.lengths[rows]
        at = np.arange(lengths.max())
        real = at < lengths[:, None]  # (B, T)
        begin, count = self.begin[rows, None], self.count[rows, None]
        inside = (at >= begin) & (at < begin + count)
        taken = np.concatenate([np.arange(self.starts[i], self.starts[i + 1]) for i in rows])
        ids = np.full(real.shape, PAD_ID, dtype=np.int64)
        ids[real] = self.ids[taken]
        taught = None
        if self.taught is not None:
            taught = np.zeros((*real.shape, 2), dtype=np.float32)
            taught[real] = self.taught[taken]
        types = ((at >= begin) & real).astype(np.int64)
        return Batch(
            ids=torch.from_numpy(ids),
            mask=torch.from_numpy(real.astype(np.int64)),
            types=torch.from_numpy(types),
            inside=torch.from_numpy(inside),
            targets=torch.from_numpy(self.targets[rows]),
            taught=None if taught is None else torch.from_numpy(taught),
        )

    def with_teacher(self, taught: np.ndarray) -> "SpanRows":
        """The same rows, with a teacher's logits (all tokens, 2)."""
        return replace(self, taught=taught)


def span_rows(
    questions: Sequence[Question],
    tokenizer: TextTokenizer,
    longest: int,
    *,
    without_answer: float = 0.0,
    seed: int = 0,
) -> SpanRows:
    """The questions' rows, and those of a share `without_answer` of them asked elsewhere.

    A window that cuts every answer in two is left out.
    """
    pairs: list[tuple[Window, tuple[int, ...]]] = []
    for question in questions:
        pairs += _windows(read(tokenizer, question.text, question.passage, longest), question)
    chance = random.Random(seed)
    chosen = [question for question in questions if chance.random() < without_answer]
    for passage, text in elsewhere(chosen, seed, among=questions):
        window = chance.choice(read(tokenizer, text, passage, longest).windows)
        pairs.append((window, (NO_ANSWER,)))
    lengths = [len(window.ids) for window, _ in pairs]
    targets = np.full((len(pairs), _MOST_TARGETS), UNUSED, dtype=np.int64)
    for row, (_, own) in enumerate(pairs):
        targets[row, : len(own)] = own
    return SpanRows(
        ids=np.concatenate([np.array(window.ids, dtype=np.uint16) for window, _ in pairs]),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        begin=np.array([window.begin for window, _ in pairs]),
        count=np.array([window.count for window, _ in pairs]),
        targets=targets,
    )


def elsewhere(
    questions: Sequence[Question], seed: int, *, among: Sequence[Question] = ()
) -> list[tuple[str, str]]:
    """(passage, question) of each question with another passage of its article, drawn at random.

    The passage holds none of the question's answers, in whichever case. Passages are those of
    `among`, or of the questions; a question whose article has no such passage is left out.
    """
    passages: dict[str, dict[str, None]] = {}
    for question in among or questions:
        passages.setdefault(question.article, {})[question.passage] = None
    chance, pairs = random.Random(seed), []
    for question in questions:
        golds = [gold.text.casefold() for gold in question.answers]
        others = [
            passage
            for passage in passages[question.article]
            if passage != question.passage and not any(gold in passage.casefold() for gold in golds)
        ]
        if others:
            pairs.append((chance.choice(others), question.text))
    return pairs


def _windows(reading: Reading, question: Question) -> list[tuple[Window, tuple[int, ...]]]:
    """Every window of the reading, with its targets."""
    golds = [reading.tokens((gold.start, gold.end)) for gold in question.answers]
    places = list(dict.fromkeys(gold for gold in golds if gold))
    pairs = []
    for window in reading.windows:
        first, beyond = window.first, window.first + window.count
        whole = [(a, b) for a, b in places if a >= first and b < beyond]
        if not whole and any(b >= first and a < beyond for a, b in places):
            continue
        own = dict.fromkeys(
            1 + (window.begin + a - first) * WIDEST + min(b - a, WIDEST - 1) for a, b in whole
        )
        pairs.append((window, tuple(own)[:_MOST_TARGETS] or (NO_ANSWER,)))
    return pairs
