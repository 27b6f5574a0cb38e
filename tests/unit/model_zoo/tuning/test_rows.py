"""What a labelled file may hold, what is left out of it, and what is refused, saying what to do."""

import json

import pytest

from model_zoo.errors import DataError, TrainingError
from model_zoo.models.registry import spec
from model_zoo.text.tokens import TextTokenizer
from model_zoo.tuning.notes import file_notes
from model_zoo.tuning.rows import LEAST_ROWS, read_rows
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.split import prepare

TOKENIZER = TextTokenizer(spec("bert").folder)
COLUMNS = {"text": "text", "label": "label", "tokenizer": TOKENIZER}


def table(rows, name="rows.csv"):
    lines = ["text,label", *(f'"{text}",{label}' for text, label in rows)]
    return "\n".join(lines).encode(), name


def labelled(counts):
    return [
        (f"{label} sentence number {n}", label) for label, c in counts.items() for n in range(c)
    ]


def settings(tmp_path, **more):
    given = {"file": tmp_path / "rows.csv", "text": "text", "label": "label", "name": "mine"}
    return TrainingSettings(**given | more)


def split(tmp_path, rows, **more):
    return prepare(settings(tmp_path, **more), table(rows)[0])


def test_what_cannot_be_used_is_left_out_and_counted():
    rows = [("Fine", "a"), ("fine ", "a"), ("FINE", "b"), (" ", "a"), ("\u200b", "a"), ("No", " ")]
    read, cleaned = read_rows(*table(rows), **COLUMNS)
    assert (read.texts, read.labels) == (["Fine"], ["a"])
    assert (cleaned.repeated, cleaned.contradicting) == (1, 1)
    assert (cleaned.unreadable, cleaned.unlabelled) == (2, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I don't know", "I don’t know"),
        ("a café", "a cafe"),
        ("a café", "a cafe\u0301"),
        ("Nice , really", "Nice, really"),
        ("I do n't", "I don't"),
        ("wait…", "wait..."),
        ("good\u200b film", "good film"),
    ],
)
def test_texts_that_the_models_read_alike_are_one(tmp_path, one, other):
    read, cleaned = read_rows(*table([(one, "a"), (other, "a"), (other, "b")]), **COLUMNS)
    assert read.texts == [one] and (cleaned.repeated, cleaned.contradicting) == (1, 1)
    test = tmp_path / "test.csv"
    test.write_bytes(table([(other, "a")])[0])
    made = split(tmp_path, [*labelled({"a": 40, "b": 40}), (one, "a")], test=test)
    assert made.inspection.shared == 1 and one not in made.train.texts + made.validation.texts


def test_texts_that_nothing_is_read_of_are_left_out_and_others_stay_apart():
    rows = [("\u0301", "a"), ("\ufffd", "a"), ("notable", "a"), ("no table", "b"), ("!", "a")]
    read, cleaned = read_rows(*table(rows), **COLUMNS)
    assert read.texts == ["notable", "no table", "!"] and cleaned.unreadable == 2


def test_long_and_foreign_texts_are_rows_like_others():
    long = "word " * 4_000
    rows = [(long, "a"), ("مرحبا بالعالم", "b"), ("שלום", "a")]
    read, _ = read_rows(*table(rows), **COLUMNS)
    assert read.texts == [text for text, _ in rows] and len(long) == 20_000


def test_json_lines_may_hold_a_nul_inside_a_text(tmp_path):
    line = json.dumps({"text": "a\0b", "label": "x"}) + "\n"
    read, _ = read_rows(line.encode(), "rows.jsonl", **COLUMNS)
    assert len(read) == 1


def test_parts_are_disjoint_and_hold_every_label(tmp_path):
    made = split(tmp_path, labelled({"a": 60, "b": 30, "c": 10}))
    parts = [made.train, made.validation, made.test]
    texts = [text for part in parts for text in part.texts]
    assert len(texts) == len(set(texts)) == 100
    assert all(set(part.labels) == {0, 1, 2} for part in parts)
    assert [len(part) for part in parts] == [80, 10, 10]  # both are shares of all rows
    assert made.inspection.counts == {"a": 60, "b": 30, "c": 10} and made.inspection.lopsided


def test_the_same_seed_draws_the_same_rows_and_another_one_others(tmp_path):
    rows = labelled({"a": 60, "b": 40})
    first, again = (split(tmp_path, rows, seed=3).test.texts for _ in range(2))
    assert first == again != split(tmp_path, rows, seed=4).test.texts


def test_rows_that_stand_in_train_and_test_leave_train(tmp_path):
    rows = labelled({"a": 40, "b": 40})
    test = tmp_path / "test.csv"
    test.write_bytes(table([("A sentence  number 3", "a"), *labelled({"b": 5})])[0])
    made = split(tmp_path, rows, test=test)
    assert made.inspection.shared == 6 and len(made.test) == 6
    kept = {" ".join(text.casefold().split()) for text in made.train.texts}
    assert not kept & {" ".join(text.casefold().split()) for text in made.test.texts}
    assert len(made.train) + len(made.validation) == 74


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (labelled({"a": 20, "b": 20}), "usable rows"),
        (labelled({"only": 60}), "only one label, 'only'"),
        (labelled({"a": 60, "rare": 2, "b": 20}), "'rare'"),
        (labelled({f"l{n}": 3 for n in range(201)}), "201 different labels"),
        (labelled({"Not so": 40, "not_so": 40}), "'Not so' and 'not_so'"),
        (labelled({"x" * 101: 40, "b": 40}), "longer than 100"),
    ],
    ids=["few rows", "one label", "a rare label", "many labels", "names alike", "long label"],
)
def test_what_cannot_be_learned_is_refused_with_its_name(tmp_path, rows, words):
    with pytest.raises(DataError, match="^rows.csv") as refused:
        split(tmp_path, rows)
    assert words in str(refused.value) and str(refused.value).endswith(".")


def test_fifty_rows_are_enough(tmp_path):
    made = split(tmp_path, labelled({"a": LEAST_ROWS // 2, "b": LEAST_ROWS // 2}))
    assert len(made.train) == 42


@pytest.mark.parametrize(
    ("rows", "shares", "sizes"),
    [
        ({"a": 500, "b": 500}, (0.1, 0.1), [800, 100, 100]),
        ({"a": 100, "b": 100}, (0.4, 0.5), [20, 80, 100]),
        ({"a": 60, "b": 3}, (0.5, 0.4), [7, 31, 25]),  # a row of each label to learn from
    ],
)
def test_both_shares_are_of_all_rows(tmp_path, rows, shares, sizes):
    made = split(tmp_path, labelled(rows), validation=shares[0], test=shares[1])
    assert [len(part) for part in (made.train, made.validation, made.test)] == sizes
    assert all(set(part.labels) == {0, 1} for part in (made.train, made.validation, made.test))


def test_nul_bytes_in_a_csv_are_refused():
    with pytest.raises(DataError, match="NUL"):
        read_rows(b"text,label\na\0b,x\n", "rows.csv", **COLUMNS)


def test_labels_of_the_test_file_that_no_row_teaches_are_refused_by_name(tmp_path):
    test = tmp_path / "test.csv"
    test.write_bytes(table(labelled({"new": 3}))[0])
    with pytest.raises(DataError, match=r"test.csv has labels .*'new'"):
        split(tmp_path, labelled({"a": 40, "b": 40}), test=test)


def test_a_label_that_is_in_the_test_file_alone_is_refused(tmp_path):
    rows = labelled({"a": 40, "b": 40})
    test = tmp_path / "test.csv"
    test.write_bytes(table([row for row in rows if row[1] == "b"])[0])
    with pytest.raises(DataError, match=r"all rows of 'b'"):
        split(tmp_path, rows, test=test)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "../up"}, "name of a set"),
        ({"name": "sentiment"}, "name of a set"),
        ({"name": "local"}, "name of a set"),
        ({"models": ("bert", "gpt")}, "'gpt'"),
        ({"models": ("distilbert",)}, "learns from the BERT"),
        ({"budget": "endless"}, "no budget"),
        ({"test": 0.9}, "0.9"),
        ({"test": 0.5, "validation": 0.5}, "none is left"),
        ({"seed": -1}, "seed"),
        ({"label": "text"}, "one column"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, wrong, words):
    with pytest.raises(TrainingError, match=words):
        settings(tmp_path, **wrong)


def test_settings_come_back_from_json_as_they_were(tmp_path):
    made = settings(tmp_path, test=tmp_path / "test.csv", models=("bert", "lstm"), seed=7)
    again = TrainingSettings.from_json(json.loads(json.dumps(made.as_json())))
    assert again.as_json() == made.as_json() and again.ordered == ("lstm", "bert")


def test_labels_of_other_files_are_read_as_everywhere_and_it_is_said(tmp_path):
    rows, test = labelled({"0": 40, "1": 40}), tmp_path / "test.csv"
    test.write_bytes(table([("a new text", "False"), ("another one", "1.0")])[0])
    made = split(tmp_path, rows, test=test)
    assert made.labels == ("0", "1") and made.test.labels.tolist() == [0, 1]
    assert made.inspection.remarks == ("test.csv: labels are read as: '1.0' 1, 'False' 0.",)


def test_a_number_written_in_two_ways_is_warned_of(tmp_path):
    made = split(tmp_path, labelled({"1": 40, "01": 40}))
    (remark,) = made.inspection.remarks
    assert "'01', '1' are the same number" in remark and remark in file_notes(made.inspection)
