"""Held-out rows share nothing with the training rows."""

import pytest

from model_zoo.errors import DataError
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


def test_bad_files_are_named(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_corpus(str(tmp_path))
    file = tmp_path / "train.tsv"
    file.write_text("text\tlabel\nx\t1\n")
    with pytest.raises(DataError, match="no column named sentence"):
        read_tsv(file)
    file.write_text("sentence\tlabel\nx\t1\ny\t2\n")
    with pytest.raises(DataError, match="line 3.*'2'"):
        read_tsv(file)
