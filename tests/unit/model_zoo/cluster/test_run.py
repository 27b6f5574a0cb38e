"""Whole runs where what Ray does is done here: what is refused, named, kept and not done again."""

import json
from contextlib import contextmanager
from functools import partial

import pyarrow
import pytest
from pyarrow.parquet import read_table

from model_zoo.__main__ import main
from model_zoo.cluster import pool
from model_zoo.cluster.workers import line
from model_zoo.inference.score import WINDOW


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Blocks are handed to one worker in this process; how many were."""
    handed = []

    @contextmanager
    def connected(address):
        yield type("Cluster", (), {"cores": 1, "nodes": 1, "dashboard": ""})()

    def each(items, function):
        return (function(line(**item)) for item in items)

    def each_by(items, worker, arguments, options, *, workers, cores):
        handed.append(len(items))
        return each(items, worker(*arguments, **options))

    monkeypatch.setattr(pool, "check_installed", lambda: None)
    for replaced in (connected, each, each_by):
        monkeypatch.setattr(pool, replaced.__name__, replaced)
    return handed


@pytest.fixture
def folder(tmp_path):
    """Two files of two rows each."""
    folder = tmp_path / "in"
    folder.mkdir()
    for file in range(2):
        rows = "".join(f"{n},good film {n},positive\n" for n in (2 * file, 2 * file + 1))
        (folder / f"{file}.csv").write_text("id,text,kind\n" + rows)
    return folder


def command(name, inputs, *more):
    given = [name, str(inputs), "--text", "text", "--models", "lstm"]
    return [*given, "--cluster", "local", "--block-rows", str(WINDOW), *map(str, more)]


def said(capsys):
    return " ".join(capsys.readouterr().err.split())


def parts(out):
    return {part.name: part.read_bytes() for part in sorted(out.glob("part-*"))}


def test_what_is_done_is_not_done_again_and_nothing_else_is_mixed_with_it(
    here, folder, tmp_path, capsys
):
    out = tmp_path / "out"
    given = command("score", folder, "--out", out)
    assert main(given) == 0
    before = parts(out)
    assert len(before) == 2 and main(given) == 0 and here == [2]
    assert "4 of them were there" in capsys.readouterr().out
    assert main([*given, "--batch-size", "7"]) == 2
    assert "batch_size was 32, and is 7 now" in said(capsys)
    (folder / "0.csv").write_text("id,text,kind\n0,good film,positive\n1,worse,negative\n")
    assert main(given) == 2 and "0.csv is new, gone or changed" in said(capsys)
    assert parts(out) == before and here == [2]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    assert main(command("score", folder, "--out", mine)) == 2
    assert "holds no _run.json" in said(capsys)


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_kept(folder, tmp_path, capsys):
    out = tmp_path / "out"
    (folder / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    (folder / "bad.jsonl").write_text(
        '{"id": "9", "text": null, "kind": ""}\n{"id": "8", "text": 5, "kind": ""}\n'
    )
    assert main(command("score", folder, "--out", out)) == 2
    told = said(capsys)
    assert "1 could not be read" in told and "broken.parquet is not a Parquet file" in told
    rows = pyarrow.concat_tables(map(read_table, sorted(out.glob("part-*")))).to_pylist()
    assert sorted(row["id"] for row in rows) == ["0", "1", "2", "3", "8", "9"]
    errors = {row["id"]: (row["error"], row["lstm_label"]) for row in rows}
    assert errors["9"] == ("null", "") and errors["8"] == ("not text: int", "")
    assert json.loads((out / "_run.json").read_text("utf-8"))["state"] == "incomplete"


def test_figures_of_a_part_are_refused(folder, capsys):
    evaluate = partial(command, "evaluate", folder, "--label", "kind")
    assert main(evaluate()) == 0
    (folder / "1.csv").write_text("id,text,kind\n2,,positive\n")
    assert main(evaluate()) == 2
    assert "1.csv, row 1: column 'text' is empty" in said(capsys)
    (folder / "1.csv").unlink()
    (folder / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    assert main(evaluate()) == 2 and "broken.parquet is not a Parquet file" in said(capsys)
