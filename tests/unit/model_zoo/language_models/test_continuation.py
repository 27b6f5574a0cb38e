"""The next word, and writing on."""

import pytest
import torch

from model_zoo.errors import CapabilityError, TextError
from model_zoo.language_models import continuation
from model_zoo.language_models.continuation import joined, next_words, write


def greedy_by_hand(model, network, beginning, count):
    """The LSTM's best piece, again and again, reading everything anew each time."""
    ids, pieces = list(model.read(beginning).ids[:-1]), []
    barred = torch.from_numpy(model.vocabulary.special.copy())
    barred[model.vocabulary.end] = False
    while len(pieces) < count:
        with torch.inference_mode():
            row = network(torch.tensor([[*ids, 0]])).logits[0, -1]
        best = int(row.masked_fill(barred, -torch.inf).argmax())
        if best == model.vocabulary.end:
            break
        ids.append(best)
        pieces.append(model.vocabulary.entries[best])
    return pieces


def test_greedy_writing_takes_the_best_piece_each_time(loaded, plain):
    model = loaded["lstm"]
    written = write(model, "The film was", most_words=4)
    pieces = greedy_by_hand(model, plain["lstm"], "The film was", 12)
    spelt = "".join(piece.removeprefix("##") for piece in pieces)
    assert written and spelt.startswith("".join(word.text for word in written))
    assert all(0 < word.probability <= 1 for word in written)


@pytest.mark.slow
def test_a_draw_is_its_seeds(loaded):
    def drawn(seed, temperature=3.0):
        return write(loaded["lstm"], "The", top_k=500, temperature=temperature, seed=seed)

    assert drawn(1) == drawn(1) != drawn(2)
    cold = write(loaded["lstm"], "The", top_k=500, temperature=1e-9, seed=1)
    assert cold == write(loaded["lstm"], "The", top_k=1)


def test_next_words_follow_from_the_beginning(loaded):
    for model in loaded.values():
        best = next_words(model, "The film was", top=5)
        assert len(best) == 5 and best[0].probability >= best[4].probability > 0
        assert best != next_words(model, "He gave her a", top=5)


def test_of_a_long_beginning_the_end_is_read(loaded):
    for model in loaded.values():
        long, other = ("A film. " * 400 + end for end in ("He gave her a", "The play was"))
        assert next_words(model, long) != next_words(model, other)
        near = "A film. " * 200 + "He gave her a"  # as much of it as is read
        assert next_words(model, long) == next_words(model, near)
    lstm = loaded["lstm"]
    assert write(lstm, long, most_words=5) != write(lstm, other, most_words=5)


def test_only_what_reads_from_the_left_writes(loaded):
    with pytest.raises(CapabilityError, match="both sides"):
        write(loaded["bert"], "The film was")
    with pytest.raises(TextError):
        write(loaded["lstm"], "  ")


@pytest.mark.parametrize(
    ("beginning", "pieces", "text"),
    [
        ("The mov", "##ie was .", "The movie was."),
        ("I don'", "t know what i ' ve seen", "I don't know what i've seen"),
        ("He said", ', " i like it . "', 'He said, "i like it."'),
        ("It cost", "$ 5 ( or 6 ) , well - known .", "It cost $5 (or 6), well-known."),
        ("The actors '  ", "own words", "The actors ' own words"),
        ("Good  ", "film", "Good film"),
    ],
)
def test_joined_text_has_spaces_where_they_belong(loaded, beginning, pieces, text, monkeypatch):
    model = loaded["lstm"]
    entries = list(model.vocabulary.entries)
    drawn = [(entries.index(piece), 0.5) for piece in pieces.split()]
    monkeypatch.setattr(continuation, "_pieces", lambda *_: iter(drawn))
    assert joined(beginning, write(model, beginning, most_words=60)) == text
