"""Many texts: the same answers as one at a time, in order; a killed run goes on."""

import signal
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_zoo.__main__ import main
from model_zoo.errors import DataError
from model_zoo.inference import score_file as module
from model_zoo.inference.predict import MAX_BATCH_TOKENS, batches, predict
from model_zoo.inference.score import join, score
from model_zoo.inference.score_file import score_file
from model_zoo.labels import SENTIMENT
from model_zoo.models.loading import load
from model_zoo.models.sets import model_set
from model_zoo.tables.table import open_table
from tests.warm import Command

SPECS = model_set().models
TEXTS = [
    "A wonderful film.",
    "",
    "bad",
    "  \u200b ",
    "Not good at all, and far too long for what it has to say.",
    "well " * 600,
    "🎬🎬",
]


@pytest.fixture(scope="module")
def lstm():
    return load("lstm")


@pytest.fixture(scope="module")
def models():
    return [load(name) for name in SPECS]


@pytest.mark.slow
def test_the_same_as_one_at_a_time_and_in_order(models):
    scored = score(models, TEXTS, batch_size=3)
    assert scored.models == tuple(SPECS) and scored.labels == (SENTIMENT,) * len(SPECS)
    assert [rows.shape for rows in scored.probabilities] == [(len(TEXTS), 2)] * len(SPECS)
    for row, text in enumerate(TEXTS):
        if not text.strip(" \u200b"):
            assert all(np.isnan(rows[row]).all() for rows in scored.probabilities)
            assert (scored.answers[row] == -1).all() and not scored.read[row]
            continue
        for column, model in enumerate(models):
            alone = predict(model, [text])[0]
            shares = scored.probabilities[column][row]
            assert shares == pytest.approx(alone.probabilities, abs=1e-5)
            assert SENTIMENT[scored.answers[row, column]] == alone.label and scored.read[row]
            assert scored.tokens[row] == len(alone.tokens)
            assert scored.dropped[row] == alone.dropped
            assert scored.unknown[row] == alone.unknown
    assert scored.dropped[5] > 0 and scored.unknown[6] > 0


def test_progress_adds_up_and_parts_join(lstm):
    done = []
    whole = score([lstm], TEXTS, batch_size=2, advance=lambda name, rows: done.append(rows))
    assert sum(done) == len(TEXTS)
    joined = join([score([lstm], TEXTS[:3]), score([lstm], TEXTS[3:])])
    assert joined.models == whole.models and joined.labels == whole.labels
    for shares, expected in zip(joined.probabilities, whole.probabilities, strict=True):
        assert shares == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert (joined.tokens == whole.tokens).all() and len(joined) == len(TEXTS)
    assert len(score([lstm], [])) == 0


def test_batches_are_bounded_by_count_and_by_tokens(lstm):
    encoded = lstm.encode(["a " * n for n in (300, 1, 500, 2, 400, 3) * 4])
    made = list(batches(encoded, 8))
    assert sorted(i for batch in made for i in batch) == list(range(24))
    for batch in made:
        assert len(batch) <= 8
        longest = max(len(encoded[i].ids) for i in batch)
        assert len(batch) * longest <= MAX_BATCH_TOKENS
    assert max(map(len, made)) == 8  # short texts do fill a batch


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_a_file_is_scored_into_any_format(tmp_path, lstm, ending):
    source = tmp_path / "in.csv"
    source.write_text("id,text\n1,Great fun.\n2,\n3,=Awful\n", encoding="utf-8")
    out = tmp_path / f"out{ending}"
    result = score_file([lstm], source, out, text="text")
    assert (result.rows, result.unread, result.resumed) == (3, 1, 0)
    table = open_table(out)
    assert table.columns == ("id", "text", "lstm_label", "lstm_p_negative", "lstm_p_positive")
    rows = list(table.rows())
    assert [row[:3] for row in rows] == [
        ("1", "Great fun.", "positive"),
        ("2", "", ""),
        ("3", "=Awful", "negative"),
    ]
    assert (b"'=Awful" in out.read_bytes()) is (ending in (".csv", ".tsv"))
    shares = predict(lstm, ["Great fun."])[0].probabilities
    assert tuple(map(float, rows[0][3:])) == pytest.approx(shares, abs=1e-5)
    assert rows[1][3:] == ("", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", out.name]


CHARACTERS = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(CHARACTERS, max_size=30), min_size=1, max_size=8))
def test_odd_texts_go_through_unchanged(tmp_path, lstm, texts):
    import csv

    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["n", "text"], *enumerate(texts)])
    score_file([lstm], source, out, text="text")
    assert [row[:2] for row in open_table(out).rows()] == [
        (str(n), text) for n, text in enumerate(texts)
    ]


def test_refusals_leave_what_was_there(tmp_path, lstm):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nfine\n")
    out.write_text("mine")
    for problem, change in (
        ("no column", {"text": "review"}),
        ("must end in", {"out": tmp_path / "out.xlsx"}),
        ("does not exist", {"file": tmp_path / "nothing.csv"}),
        ("cannot be written", {"out": tmp_path / "no" / "out.csv"}),
        ("would be lost", {"out": source}),
    ):
        call = {"file": source, "out": out, "text": "text"} | change
        with pytest.raises(DataError, match=problem):
            score_file([lstm], call.pop("file"), call.pop("out"), **call)
    source.write_text("text,n\nfine,1\nragged\n")
    with pytest.raises(DataError, match="line 3"):
        score_file([lstm], source, out, text="text")
    assert out.read_text() == "mine"
    source.write_text("text,lstm_label\nfine,1\n")
    with pytest.raises(DataError, match="already"):
        score_file([lstm], source, out, text="text")


def test_the_second_of_two_runs_at_once_is_refused(tmp_path, lstm):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nfine\n")

    def second(rows):
        with pytest.raises(DataError, match="another run"):
            score_file([lstm], source, out, text="text")

    assert score_file([lstm], source, out, text="text", begin=second).rows == 1
    assert len(list(open_table(out).rows())) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_neither_the_journal_nor_a_file_in_its_place_is_lost(tmp_path, lstm):
    source, out = tmp_path / "out.csv.part", tmp_path / "out.csv"
    source.write_text("text\nfine\n")
    with pytest.raises(DataError, match="would be lost"):
        score_file([lstm], source, out, text="text")
    other = tmp_path / "in.csv"
    other.write_text("text\nfine\n")
    with pytest.raises(DataError, match="holds something else"):
        score_file([lstm], other, out, text="text")
    assert source.read_text() == "text\nfine\n"


def test_a_file_that_changes_under_way_is_not_answered(tmp_path, lstm):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nfine\n")

    def change(model, rows):
        source.write_text("text\nbad!\n")

    with pytest.raises(DataError, match="has changed"):
        score_file([lstm], source, out, text="text", advance=change)
    assert not out.exists()


def test_answers_of_another_runtime_or_tokenizer_are_not_gone_on_with(tmp_path, lstm, monkeypatch):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\nfine\nbad\n")
    monkeypatch.setattr(module, "WINDOW", 1)
    heads = []

    def stopped():
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):

            def merge(*_):
                raise KeyboardInterrupt

            patched.setattr(module, "_merge", merge)
            score_file([lstm], source, out, text="text")
        with (tmp_path / "out.csv.part").open("rb") as stream:
            heads.append(stream.readline())

    stopped()
    assert b"onnxruntime" in heads[0]
    monkeypatch.setattr(module, "libraries", lambda: {"onnxruntime": "0.1"})
    stopped()
    monkeypatch.setattr(module, "reading_checksum", lambda spec: "other")
    stopped()
    assert len(set(heads)) == 3
    assert score_file([lstm], source, out, text="text").resumed == 2


def test_a_journal_is_used_only_for_the_same_work(tmp_path, lstm, monkeypatch):
    monkeypatch.setattr(module, "WINDOW", 2)
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\n" + "\n".join(f"film {n} is good" for n in range(7)))

    def stopped_after(windows):
        calls = iter(range(windows))

        def scoring(*args, **how):
            if next(calls, None) is None:
                raise KeyboardInterrupt
            return score(*args, **how)

        return scoring

    def run():
        return score_file([lstm], source, out, text="text").resumed

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(module, "score", stopped_after(2))
        run()
    journal = tmp_path / "out.csv.part"
    kept = journal.read_bytes()
    assert run() == 4
    whole = out.read_bytes()
    journal.write_bytes(kept + b"12345")  # killed in the middle of a record
    assert run() == 4 and out.read_bytes() == whole
    journal.write_bytes(kept[:-8])  # a window that is not whole is done again
    assert run() == 2 and out.read_bytes() == whole
    journal.write_bytes(kept)
    source.write_text(source.read_text() + "!")
    assert run() == 0  # other rows


@pytest.mark.slow
def test_killed_and_run_again_it_gives_the_same_bytes(tmp_path, capsys):
    source, whole, out = (tmp_path / name for name in ("in.csv", "whole.csv", "out.csv"))
    words = np.random.default_rng(0).choice(["good", "bad", "film", "not", "a", "plot"], (4600, 8))
    source.write_text("text\n" + "\n".join(" ".join(row) for row in words))  # three windows

    def given(out):
        return ("score", source, "--text", "text", "--out", out, "--models", "lstm", "--json")

    assert main(list(map(str, given(whole)))) == 0
    journal = tmp_path / "out.csv.part"
    killed = Command(*given(out), said=tmp_path)
    while not (journal.exists() and journal.stat().st_size > 2048 * 8):  # a window is done
        assert killed.returncode is None, "it ended before it could be killed"
        time.sleep(0.01)
    killed.signal(signal.SIGKILL)
    killed.ended()
    assert not out.exists()
    capsys.readouterr()
    assert main(list(map(str, given(out)))) == 0
    assert '"resumed": 0' not in capsys.readouterr().out
    assert out.read_bytes() == whole.read_bytes()
