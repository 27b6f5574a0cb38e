"""The missing word measured: which words are drawn, ranks, and tests."""

import json

import numpy as np
import pytest

from model_zoo.__main__ import main
from model_zoo.errors import DataError
from model_zoo.evaluation.metrics import holm
from model_zoo.language_models.guess import guess
from model_zoo.language_models.missing import Missing, better, draw_positions, missing_words
from model_zoo.language_models.models import TITLES
from model_zoo.language_models.texts import texts_of

TEXTS = [
    f"The {a} film was {b} and unbelievableness 42 [UNK]."
    for a in ("long", "short", "new", "old")
    for b in ("great", "poor", "odd", "fine", "slow")
]


def drawn(model, count=40, seed=0):
    return draw_positions(TEXTS, model.tokenizer, model.vocabulary, count, seed)


def test_words_of_one_entry_are_drawn_by_the_seed(loaded):
    positions = drawn(loaded["lstm"])
    words = {position.text.word_texts[position.word] for position in positions}
    assert "film" in words and not words & {"42", "[UNK]", "unbelievableness", "."}
    assert positions == drawn(loaded["lstm"]) != drawn(loaded["lstm"], seed=1)
    for position in positions:
        spelt = position.text.word_texts[position.word].lower()
        assert position.is_function == (spelt in ("the", "was", "and"))
    with pytest.raises(DataError, match="give more texts"):
        drawn(loaded["lstm"], 1000)


@pytest.mark.parametrize("name", ["lstm", "bert"])
def test_ranks_are_those_of_guesses(name, loaded):
    positions = drawn(loaded[name], 12)
    result = missing_words(loaded[name], positions)
    for i, position in enumerate(positions):
        (blank,) = guess(loaded[name], position.text.text, [position.word])
        assert result.ranks[i] == blank.rank
    assert (result.log_probabilities < 0).all()


def test_scores_and_the_paired_test():
    first = Missing("bert", np.array([1, 1, 1, 4, 9]), np.log([0.5, 0.5, 0.25, 0.1, 0.01]))
    second = Missing("lstm", np.array([1, 2, 3, 1, 9]), np.log([0.5] * 5))
    score = first.score()
    assert (score.positions, score.top1, score.top5) == (5, 0.6, 0.8)
    assert score.top1_ci95[0] < 0.6 < score.top1_ci95[1]
    assert score.log_probability == pytest.approx(first.log_probabilities.mean())
    assert first.score(np.array([False, False, False, True, True])).top1 == 0.0
    assert (better(first, second).b, better(first, second).c) == (2, 1)


def test_of_one_kind_of_words_alone_the_other_is_not_reported(
    folder, monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(folder))
    file = tmp_path / "test.tsv"
    file.write_text("\ufefftext\nfilms\n", encoding="utf-8")  # as Excel writes it
    order = ["guess", "--test", str(file), "--positions", "1", "--models", "lstm, bert"]
    assert main(order) == 0
    assert "1 content words" in (told := capsys.readouterr().out) and "function" not in told
    assert main([*order, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert "function" not in report["models"]["bert"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"text\ncaf\xe9\n", "in UTF-8"),
        (b"texts\nfilm\n", "has no column text. Add it."),
        (b"a\ttext\nb\n", "line 2, ends before column text"),
        (b"text\n" + b"a" * 200_000 + b"\n", "field larger"),
    ],
)
def test_files_that_cannot_be_read_say_so(content, says, tmp_path):
    file = tmp_path / "test.tsv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=says):
        texts_of(file)


def test_the_command_measures_and_keeps(folder, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(folder))
    file = tmp_path / "test.tsv"
    file.write_text("text\n" + "\n".join(TEXTS), encoding="utf-8")
    kept = tmp_path / "kept.json"
    assert main(["guess", "--test", str(file), "--positions", "20", "--out", str(kept)]) == 0
    printed = capsys.readouterr().out
    assert "McNemar" in printed and "content words" in printed
    report = json.loads(kept.read_text("utf-8"))
    assert list(report["models"]) == list(TITLES) and len(report["paired"]) == 6
    adjusted = holm([test["p"] for test in report["paired"]])
    assert [test["adjusted"] for test in report["paired"]] == adjusted
    for model in report["models"].values():
        parts = [model[part]["positions"] for part in ("all", "content", "function")]
        assert parts[0] == 20 == parts[1] + parts[2]


@pytest.mark.slow
def test_the_other_commands(folder, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(folder))
    assert main(["guess", "A [MASK] film.", "--top", "3", "--json"]) == 0
    guesses = json.loads(capsys.readouterr().out)["guesses"]
    assert list(guesses) == list(TITLES) and len(guesses["bert"][0]["best"]) == 3
    assert main(["guess", "No blank."]) == 2 and main(["guess"]) == 2
    assert main(["next", "The film was", "--models", "lstm,bert", "--json"]) == 0
    capsys.readouterr()
    assert main(["next", "The film was", "--words", "3"]) == 0
    assert "LSTM writes: The film was" in capsys.readouterr().out
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("paradigm\tfield\tterm\tgood\tbad\np\tsyntax\tt\tHe is.\tHe are.\n", "utf-8")
    kept_file = tmp_path / "grammar.json"
    assert main(["blimp", str(pairs), "--out", str(kept_file)]) == 0
    assert "mean" in capsys.readouterr().out
    grammar = json.loads(kept_file.read_text("utf-8"))
    assert grammar["pairs"] == 1 and list(grammar["models"]) == list(TITLES)
    assert grammar["models"]["bert"]["fields"][0]["name"] == "syntax"
    assert main(["guess", "A [MASK]", "--models", "gpt"]) == 2
    monkeypatch.setenv("QUARTET_LANGUAGE", str(tmp_path))
    assert main(["guess", "A [MASK]"]) == 2
    assert "lm-lstm" in capsys.readouterr().err
