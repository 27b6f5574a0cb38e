"""The smallest edit that turns a model's answer: words taken out, or one word exchanged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from model_zoo.inference.predict import Prediction, predict
from model_zoo.models.loading import Model
from model_zoo.text.tokens import Encoded, leave_out

MAX_READINGS = 400  # edited texts a search may make the model read
MAX_REMOVED = 5
NEIGHBOURS = 6


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to a text: these words (indices) go, and `replacement` comes in their place."""

    words: tuple[int, ...]
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """An edit of a text that turns a model's answer, verified by asking the model.

    `removed` are the indices of words taken out; `replaced` is (index, new word) where one was
    exchanged instead. `label` is what the model says of `text`, the edited one, with `probability`.
    `smallest` says whether every smaller edit of its kind was tried.
    """

    model: str
    text: str
    removed: tuple[int, ...]
    replaced: tuple[int, str] | None
    label: str
    probability: float
    smallest: bool


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An edit, the text that it makes, and the model's prediction for that."""

    edit: Edit
    text: str
    prediction: Prediction

    def flip(self, smallest: bool) -> Flip:
        """The record of it, once it has turned the answer."""
        says, words = self.prediction, tuple(sorted(self.edit.words))
        put = self.edit.replacement
        replaced = (words[0], put) if put else None
        removed = () if put else words
        return Flip(says.model, self.text, removed, replaced, says.label, says.confidence, smallest)


def by_removal(model: Model, text: str, word_scores: Sequence[float] | None = None) -> Flip | None:
    """The fewest words without which the model's answer is another; None if none was found.

    All single words are tried, then all pairs, then larger sets, while that takes no more than
    MAX_READINGS; beyond that, sets grow from the best one so far, and those of more words are not
    known to be the smallest. `word_scores` say where to look first: at the largest, whatever their
    sign.
    """
    encoded = model.read(text)
    before = predict(model, [text])[0]
    words = _by_size(range(len(encoded.words)), word_scores)
    best: tuple[int, ...] = ()
    budget, smallest = MAX_READINGS, True  # whether all smaller sets were tried
    for size in range(1, min(MAX_REMOVED, len(words) - 1) + 1):
        sets: list[tuple[int, ...]] = []
        sets += islice(combinations(words, size), budget + 1)
        too_many = len(sets) > budget
        if too_many:  # add one word to the best set of the size before
            sets = [(*best, word) for word in words if word not in best][: max(1, budget)]
        attempts = _attempts(model, encoded, [Edit(removed) for removed in sets])
        budget -= len(attempts)
        if flipped := _most_confident(attempts, before.label):
            return flipped.flip(smallest)
        if not attempts or budget <= 0:
            return None
        smallest = smallest and not too_many
        label = model.labels.index(before.label)
        best = min(attempts, key=lambda attempt: attempt.prediction.probabilities[label]).edit.words
    return None


def by_exchange(model: Model, text: str, word_scores: Sequence[float] | None = None) -> Flip | None:
    """One word exchanged for a near one so that the model's answer turns; None if none was found.

    Candidates are the NEIGHBOURS whole words nearest to the word's first token by the cosine of
    the model's own word embeddings: near means used alike, not meaning the same. `word_scores` say
    where to look first, as in `by_removal`; no more than MAX_READINGS texts are read.

    Raises CapabilityError for a model whose word embeddings cannot be had.
    """
    encoded = model.read(text)
    before = predict(model, [text])[0]
    letters = [i for i, word in enumerate(encoded.word_texts) if word[:1].isalpha()]
    words = _by_size(letters, word_scores)[: MAX_READINGS // NEIGHBOURS + 1]
    near = neighbours(model, [encoded.ids[encoded.word_of.index(word)] for word in words])
    edits = [
        Edit((word,), neighbour) for word, own in zip(words, near, strict=True) for neighbour in own
    ]
    flipped = _most_confident(_attempts(model, encoded, edits[:MAX_READINGS]), before.label)
    return None if flipped is None else flipped.flip(smallest=True)


def neighbours(model: Model, tokens: Sequence[int], count: int = NEIGHBOURS) -> list[list[str]]:
    """For each of `tokens` the `count` whole words nearest to it in the model's embeddings.

    Nearest first, by cosine; fewer where there are not so many among the nearest 20 x `count`. The
    table of a large vocabulary takes hundreds of megabytes: it is asked for once, and not copied.
    """
    table = model.network.embedding_table().numpy()  # (V, E)
    lengths = np.sqrt(np.einsum("ve,ve->v", table, table)) + 1e-9
    tokenizer, near = model.network.tokenizer, []
    for token in tokens:
        candidates = np.argsort(-(table @ table[token]) / lengths)[: 20 * count].tolist()
        words = (tokenizer.whole_word(other) for other in candidates if other != token)
        near.append(list(islice(filter(None, words), count)))
    return near


def _by_size(words: Iterable[int], word_scores: Sequence[float] | None) -> list[int]:
    """The words, those of the largest scores first; as they come where there are no scores."""
    if word_scores is None:
        return list(words)
    return sorted(words, key=lambda word: -abs(word_scores[word]))


def _attempts(model: Model, encoded: Encoded, edits: Sequence[Edit]) -> list[_Attempt]:
    """Each edit that leaves something to read, with what the model makes of it."""
    texts = [leave_out(encoded, edit.words, instead=edit.replacement) for edit in edits]
    kept = [(edit, text) for edit, text in zip(edits, texts, strict=True) if text.strip()]
    predictions = predict(model, [text for _, text in kept]) if kept else []
    return [
        _Attempt(edit, text, prediction)
        for (edit, text), prediction in zip(kept, predictions, strict=True)
    ]


def _most_confident(attempts: Sequence[_Attempt], before: str) -> _Attempt | None:
    """Of the attempts with another label than `before`, the one the model is surest of."""
    flipped = [attempt for attempt in attempts if attempt.prediction.label != before]
    return max(flipped, key=lambda attempt: attempt.prediction.confidence, default=None)
