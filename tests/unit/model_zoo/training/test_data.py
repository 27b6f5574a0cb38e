"""Held-out rows share nothing with the training rows."""

import pytest

from model_zoo.errors import DataError
from model_zoo.models.registry import spec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.training.data import Row, halves, hold_out, phrases, read_corpus, read_tsv

SENTENCES = [f"the actor number {i} is a {w} joy ." for i, w in enumerate("bcdefghi")]
WHOLE = {*SENTENCES, "a joy"}  # "a joy" is cut from none of the sentences


def rows():
    rows = []
    for i, sentence in enumerate(SENTENCES):
        words = sentence.split()
        rows += [Row(sentence, i % 2), Row(" ".join(words[2:]), i % 2), Row(words[5], i % 2)]
        rows.append(Row("a joy", 1))
    return rows


def test_no_phrase_of_a_held_out_sentence_is_learnt_from():
    learn, chosen = hold_out(rows(), 3)
    assert len(chosen) == 3 and {row.text for row in chosen} <= WHOLE
    forbidden = {phrase for row in chosen for phrase in phrases(row.text)}
    assert not forbidden & {row.text for row in learn}
    assert {row.text for row in learn} >= WHOLE - {row.text for row in chosen}


def test_whole_sentences_are_told_from_phrases():
    ever_chosen = {row.text for seed in range(50) for row in hold_out(rows(), 4, seed)[1]}
    assert ever_chosen == WHOLE


def test_the_split_depends_on_seed_and_rows_alone():
    forwards, backwards = hold_out(rows(), 3), hold_out(rows()[::-1], 3)
    assert forwards == backwards
    assert hold_out(rows(), 3, seed=1)[1] != forwards[1]


def test_halves_never_overlap_and_never_change(tmp_path):
    file = tmp_path / "reviews.tsv"
    lines = [f"Sentence {i}.\t{i % 2}\t{'ab'[i % 3 == 0]}" for i in range(60)]
    file.write_text("sentence\tlabel\tsource\n" + "\n".join(lines) + "\n")
    first, second = halves(file)
    assert len(first) == len(second) == 30
    assert not {r.text for r in first} & {r.text for r in second}
    file.write_text("sentence\tlabel\tsource\n" + "\n".join(lines[::-1]) + "\n")
    again = halves(file)
    assert set(again[0]) == set(first) and set(again[1]) == set(second)


@pytest.fixture(scope="module")
def tokenizer():
    return TextTokenizer(spec("lstm").folder)


def write(file, rows):
    file.write_text("\n".join("\t".join(map(str, row)) for row in rows) + "\n")


def test_what_is_read_alike_is_the_same_text_in_all_files(tmp_path, tokenizer):
    """One in two sources is unseen; one beside those reported or held out is not learnt from."""
    sources = [(f"Thing number {i} works .", i % 2, "ab"[i % 2]) for i in range(40)]
    second = [row.text for row in _halves_of(tmp_path, sources)[1]]
    doubles = [(text.upper().replace(" .", "."), 1, "c") for text in second]
    doubles += [(f"Other number {i}", 0, "c") for i in range(len(doubles))]
    write(tmp_path / "extra.tsv", [("sentence", "label", "source"), *sources, *doubles])
    wholes = [f"the café number {i} is n't a {w} joy ." for i, w in enumerate("bcdefghijk")]
    train = [(text, 1) for text in wholes]
    train += [(f"Cafe   number {i}", 1) for i in range(10)]
    train += [("It’s a CHARMING journey", 1), (second[0].lower(), 1)]
    write(tmp_path / "train.tsv", [("sentence", "label"), *train])
    write(tmp_path / "validation.tsv", [("sentence", "label"), ("it 's a charming journey", 1)])
    made = read_corpus(str(tmp_path), tokenizer, extra=tmp_path / "extra.tsv", held_out=3)
    learnt, reported = (
        {ids(row.text, tokenizer) for row in rows}
        for rows in (made.train, [row for rows in made.reported.values() for row in rows])
    )
    assert len(made.held_out) == 3 and len(reported) == 1 + len(made.reported["unseen_half"])
    assert not learnt & reported
    assert not {ids(row.text, tokenizer) for row in made.held_out} & (learnt | reported)
    inside = [phrase for row in made.held_out for phrase in phrases(row.text)]
    assert any("café number" in phrase for phrase in inside)
    assert not {ids(phrase, tokenizer) for phrase in inside} & learnt


def _halves_of(folder, rows):
    write(folder / "extra.tsv", [("sentence", "label", "source"), *rows])
    return halves(folder / "extra.tsv")


def ids(text, tokenizer):
    return tokenizer.encode([text])[0].ids


def test_bad_files_are_named(tmp_path, tokenizer):
    with pytest.raises(DataError, match="does not exist"):
        read_corpus(str(tmp_path), tokenizer)
    file = tmp_path / "train.tsv"
    file.write_text("text\tlabel\nx\t1\n")
    with pytest.raises(DataError, match="no column named sentence"):
        read_tsv(file)
    file.write_text("sentence\tlabel\nx\t1\ny\t2\n")
    with pytest.raises(DataError, match="line 3.*'2'"):
        read_tsv(file)
