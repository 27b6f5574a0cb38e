"""A file is the old one or the new one, whatever happens while it is written."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from model_zoo.whole_files import write_json, write_text


def test_a_record_is_replaced(tmp_path):
    file = tmp_path / "a.json"
    for value in (1, 2):
        write_json(file, {"für": value})
        assert json.loads(file.read_text(encoding="utf-8")) == {"für": value}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    file = tmp_path / "a.txt"
    write_text(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "new \ud800")  # half of it is written by then, for all that is known
    assert file.read_text() == "old" and [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_threads_that_write_the_same_file_do_not_meet(tmp_path):
    file = tmp_path / "a.json"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: write_json(file, {"n": n}), range(400)))
    assert json.loads(file.read_text()).keys() == {"n"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
