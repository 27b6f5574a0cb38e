"""From logits at tokens to probabilities of spans: the softmax over all that could be the answer.

What could be the answer: every span of at most WIDEST tokens of the passage, and one outcome more,
that the passage holds none, which is the span of the first token alone ([CLS], as in BERT for
SQuAD 2.0, Devlin et al. 2019). Readers are trained by the same softmax, but for spans that begin or
end inside a word: those are never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_zoo.question_answering.metrics import normalised
from model_zoo.question_answering.windows import Reading
from model_zoo.text.words import Span

WIDEST = 30  # tokens of an answer
NEVER = -1e4  # the logit of what cannot be: its probability is 0 and its gradient no NaN


def table(start: Tensor, end: Tensor, inside: Tensor) -> Tensor:
    """Logits (B, T, WIDEST) of all spans: of t and w, that of tokens t to t + w.

    The sum of the start logit at the first and the end logit at the last token, NEVER for spans
    that leave the passage. *Shape*: all (B, T); `inside` is true at the passage's tokens.

    >>> start, end = torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([[0.0, 10.0, 20.0]])
    >>> table(start, end, torch.tensor([[False, True, True]]))[0, :, :2].tolist()
    [[-10000.0, -10000.0], [11.0, 21.0], [22.0, -10000.0]]
    """
    beyond = (0, WIDEST - 1)
    ends = torch.nn.functional.pad(end, beyond).unfold(1, WIDEST, 1)  # (B, T, W)
    reach = torch.nn.functional.pad(inside, beyond).unfold(1, WIDEST, 1)
    possible = inside[..., None] & reach
    return (start[..., None] + ends).masked_fill(~possible, NEVER)


@dataclass(frozen=True, slots=True)
class Likely:
    """Probabilities of all spans of a passage's N tokens.

    `spans` (N, WIDEST): of i and w, that of tokens i to i + w; `no_answer`, that there is none.
    They sum to 1. `window` (N, WIDEST) is the window each was read in.
    """

    spans: np.ndarray
    window: np.ndarray
    no_answer: float

    @property
    def starts(self) -> np.ndarray:
        """Probability (N,) that the answer starts at each token."""
        return self.spans.sum(1)

    @property
    def ends(self) -> np.ndarray:
        """Probability (N,) that the answer ends with each token."""
        size, ends = len(self.spans), np.zeros(len(self.spans))
        for width in range(min(WIDEST, size)):
            ends[width:] += self.spans[: size - width, width]
        return ends


def likely(reading: Reading, logits: Sequence[tuple[np.ndarray, np.ndarray]]) -> Likely:
    """The spans' probabilities from `logits`: of every window its start and end logits (T,) each.

    Within a window a span's logit counts from that of no answer there, which makes windows
    comparable (Clark & Gardner 2018 show why they are not otherwise); of a span that stands in
    several windows, the highest one counts.
    """
    size = len(reading.spans)
    best = np.full((size, WIDEST), -np.inf)
    window = np.zeros((size, WIDEST), dtype=np.int64)
    for number, (read, (start, end)) in enumerate(zip(reading.windows, logits, strict=True)):
        here = slice(read.begin, read.begin + read.count)
        inside = torch.ones(1, read.count, dtype=torch.bool)
        first, last = (torch.from_numpy(part[here])[None].double() for part in (start, end))
        own = table(first, last, inside)
        none = float(start[reading.no_answer]) + float(end[reading.no_answer])
        scores = own[0].numpy()
        scores = np.where(scores > NEVER / 2, scores - none, -np.inf)
        rows = slice(read.first, read.first + read.count)
        better = scores > best[rows]
        best[rows][better], window[rows][better] = scores[better], number
    allowed = np.zeros_like(best, dtype=bool)
    starts, ends = np.array(reading.starts), np.array(reading.ends)
    for width in range(min(WIDEST, size)):
        allowed[: size - width, width] = starts[: size - width] & ends[width:]
    if (best[allowed] > -np.inf).any():  # else one word is longer than answers may be
        best[~allowed] = -np.inf
    highest = max(0.0, best.max())
    shares, none_share = np.exp(best - highest), float(np.exp(-highest))
    total = float(shares.sum()) + none_share
    return Likely(shares / total, window, none_share / total)


@dataclass(frozen=True, slots=True)
class Place:
    """A span among the tokens: the `first`, the `last`, its probability, the window it is from."""

    first: int
    last: int
    probability: float
    window: int


def best_spans(reading: Reading, likely: Likely, top: int) -> list[tuple[Place, Span]]:
    """The `top` likeliest spans with their characters, none like another that is likelier.

    Alike are spans that share tokens, and those that say the same (see `normalised`).
    """
    chosen: list[tuple[Place, Span]] = []
    texts: set[str] = set()
    free = np.ones(len(reading.spans), dtype=bool)
    flat = likely.spans.ravel()
    for at in np.argsort(-flat, kind="stable"):
        if len(chosen) == top or flat[at] <= 0:
            break
        first, width = divmod(int(at), WIDEST)
        start, end = reading.characters(first, first + width)
        text = reading.passage[start:end]
        says = normalised(text) or text
        if says in texts or not free[first : first + width + 1].all():
            continue
        place = Place(first, first + width, float(flat[at]), int(likely.window[first, width]))
        chosen.append((place, (start, end)))
        texts.add(says)
        free[first : first + width + 1] = False
    return chosen
