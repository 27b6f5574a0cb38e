"""The smallest edit that turns a model's answer: words taken out, or one word exchanged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from model_zoo.models.registry import Model
from model_zoo.reading.predict import Prediction, predict
from model_zoo.text.tokens import Encoded, leave_out

MAX_READINGS = 400  # edited texts a search may make the model read
MAX_REMOVED = 5
NEIGHBOURS = 6

Edit = tuple[tuple[int, ...], str | None]  # which words, and what comes in their place


@dataclass(frozen=True, slots=True)
class Flip:
    """An edit of a text that turns a model's answer, verified by asking the model.

    `removed` are the indices of words taken out; `replaced` is (index, new word) where one was
    exchanged instead. `positive` is the model's probability of positive for `text`, the edited
    one. `smallest` says whether every smaller edit of its kind was tried.
    """

    model: str
    text: str
    removed: tuple[int, ...]
    replaced: tuple[int, str] | None
    positive: float
    smallest: bool


def by_removal(model: Model, text: str, order: Sequence[float] | None = None) -> Flip | None:
    """The fewest words without which the model's answer is another; None if none was found.

    All single words are tried, then all pairs, then larger sets, while that takes no more than
    MAX_READINGS; beyond that, sets grow from the best one so far, and the result is not known to be
    the smallest. `order` are word scores that say where to look first.
    """
    encoded = model.read(text)
    before = predict(model, [text])[0]
    words = list(range(len(encoded.words)))
    if order is not None:
        words.sort(key=lambda word: -abs(order[word]))
    best: tuple[int, ...] = ()
    budget, smallest = MAX_READINGS, True
    for size in range(1, min(MAX_REMOVED, len(words) - 1) + 1):
        sets: list[tuple[int, ...]] = []
        sets += islice(combinations(words, size), budget + 1)
        if len(sets) > budget:  # too many: add one word to the best set of the size before
            smallest = False
            sets = [(*best, word) for word in words if word not in best][: max(1, budget)]
        found = list(_ask(model, encoded, [(chosen, None) for chosen in sets]))
        budget -= len(found)
        if turned := [f for f in found if f[2].label != before.label]:
            (removed, _), edited, after = max(turned, key=lambda f: f[2].confidence)
            removed = tuple(sorted(removed))
            return Flip(model.id, edited, removed, None, after.positive, smallest)
        if not found or budget <= 0:
            return None
        (best, _), *_ = min(found, key=lambda f: f[2].probabilities[before.label == "positive"])
    return None


def by_exchange(model: Model, text: str, order: Sequence[float] | None = None) -> Flip | None:
    """One word exchanged for a near one so that the model's answer turns; None if none was found.

    Candidates are the NEIGHBOURS whole words nearest to the word's first token by the cosine of
    the model's own word embeddings: near means used alike, not meaning the same.
    """
    encoded = model.read(text)
    before = predict(model, [text])[0]
    words = [i for i, word in enumerate(encoded.word_texts) if word[0].isalpha()]
    if order is not None:
        words.sort(key=lambda word: -abs(order[word]))
    first = {word: encoded.ids[encoded.word_of.index(word)] for word in words}
    edits: list[Edit] = []
    for word in words:
        edits += [((word,), other) for other in neighbours(model, first[word])]
    edits = edits[:MAX_READINGS]
    turned = [f for f in _ask(model, encoded, edits) if f[2].label != before.label]
    if not turned:
        return None
    ((word,), other), edited, after = max(turned, key=lambda f: f[2].confidence)
    return Flip(model.id, edited, (), (word, other or ""), after.positive, True)


def neighbours(model: Model, token: int, count: int = NEIGHBOURS) -> list[str]:
    """The whole words of the vocabulary nearest to `token` in the model's word embeddings."""
    table = model.network.embedding_table().numpy()
    cosine = table @ table[token] / (np.linalg.norm(table, axis=1) + 1e-9)
    found: list[str] = []
    for other in np.argsort(-cosine)[: 20 * count]:
        word = model.network.tokenizer.whole_word(int(other))
        if other != token and word:
            found.append(word)
        if len(found) == count:
            break
    return found


def _ask(
    model: Model, encoded: Encoded, edits: Sequence[Edit]
) -> Iterator[tuple[Edit, str, Prediction]]:
    """(edit, edited text, what the model says of it) for each that leaves something to read."""
    texts = [leave_out(encoded, words, instead=other or "") for words, other in edits]
    kept = [(edit, text) for edit, text in zip(edits, texts, strict=True) if text.strip()]
    for (edit, text), found in zip(
        kept, predict(model, [text for _, text in kept]) if kept else [], strict=True
    ):
        yield edit, text, found
