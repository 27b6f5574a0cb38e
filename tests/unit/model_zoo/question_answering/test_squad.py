"""SQuAD's files: read as they are, refused by name where they are something else."""

import copy
import json

import pytest

from model_zoo.errors import DataError
from model_zoo.question_answering.squad import read_squad
from tests.readers import write_squad
from tests.root import ROOT

SQUAD = ROOT / ".." / "shared" / "data" / "squad"


def test_questions_are_read(tmp_path):
    questions = read_squad(write_squad(tmp_path) / "test.json")
    assert len(questions) == 8 and len({question.article for question in questions}) == 2
    for question in questions:
        gold = question.answers[0]
        assert question.passage[gold.start : gold.end] == gold.text


@pytest.mark.skipif(not SQUAD.is_dir(), reason="SQuAD is not here")
def test_the_real_file_is_read():
    assert len(read_squad(SQUAD / "test.json")) == 860


def _question(content):
    return content["data"][0]["paragraphs"][0]["qas"][0]


@pytest.mark.parametrize(
    "change, says",
    [
        (lambda c: c.pop("data"), "no list 'data'"),
        (lambda c: c["data"].clear(), "holds no question"),
        (lambda c: c["data"].append(3), "article 3 has no list 'paragraphs'"),
        (lambda c: c["data"][0]["paragraphs"][0].pop("context"), "no text 'context'"),
        (lambda c: _question(c).update(question=" "), "no text 'question'"),
        (lambda c: _question(c).update(id=7), "no text 'id'"),
        (lambda c: _question(c).update(answers=[]), "town-Anna has no answer"),
        (lambda c: _question(c)["answers"][0].update(answer_start="5"), "no number of a character"),
        (lambda c: _question(c)["answers"][0].update(answer_start=-1), "no number of a character"),
        (lambda c: _question(c)["answers"][0].update(text="Paris"), "does not hold 'Paris'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, says):
    file = write_squad(tmp_path) / "test.json"
    content = copy.deepcopy(json.loads(file.read_text(encoding="utf-8")))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match=says):
        read_squad(file)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"nothing"])
def test_other_files_are_refused(tmp_path, content):
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(DataError):
        read_squad(file)
    with pytest.raises(DataError, match="does not exist"):
        read_squad(tmp_path / "none.json")
