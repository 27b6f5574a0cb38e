"""A set from elsewhere: its report is drawn from figures that were checked, and of nothing else."""

import json
import os
import shutil
from time import process_time
from zipfile import ZipFile

import pytest

from model_zoo.errors import SetError
from model_zoo.models.sets import BUNDLED, model_sets
from model_zoo.tuning import outcome
from model_zoo.tuning.html_page import as_part
from model_zoo.tuning.notes import Account
from model_zoo.tuning.rows import Cleaned
from model_zoo.tuning.split import Inspection
from tests.trained import LABELS, figures, trained_set

HOSTILE = """<style>body{display:none}</style><form><input type=password></form>
<img src=https://elsewhere.example/a.png><script>alert(1)</script>"""


@pytest.fixture
def sets(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    monkeypatch.setenv("QUARTET_TRAININGS", str(tmp_path / "trainings"))
    return tmp_path / "sets"


def test_the_report_is_drawn_anew_and_nothing_of_the_file_is_shown(sets):
    labels = (*LABELS[:1], "<script>alert(1)</script>")
    said = {"model": "bert", "reason": HOSTILE, "others": [HOSTILE], "uncertainty": []}
    folder = trained_set(sets, "theirs", labels=labels, recommendation=said)
    whole = f'<div class="report">{HOSTILE}</div></body></html>'
    (folder / "report.html").write_text(whole)
    report = outcome.read_report("theirs")
    for page in (report, as_part(report)):
        assert "password" not in page and "elsewhere" not in page and "<script" not in page
        assert "On the held-out rows" in page and "80.0%" in page and "&lt;script&gt;" in page
    told = outcome.read_comparison("theirs")
    assert HOSTILE not in json.dumps(told) and told["recommendation"]["reason"].startswith("Take ")


def broken():
    """Files that are no comparison, each with its name."""
    nested = "[" * 100_000 + "]" * 100_000
    yield "nested", nested
    yield "nested in an object", f'{{"labels": {nested}}}'
    yield "empty", "{}"
    yield "a list", "[]"
    yield "no JSON", "<html>"
    yield "too large", json.dumps(figures()) + " " * 17_000_000
    for key in figures():
        if key != "recommendation":
            yield f"without {key}", json.dumps({k: v for k, v in figures().items() if k != key})
            yield f"{key} is text", json.dumps(figures() | {key: "1"})
    for key in figures()["models"][0]:
        if key != "title":
            for value in (None, "x", -1, [], {}, 1e99, True, [[[[1]]]]):
                record = figures()
                record["models"][1][key] = value
                yield f"{key} is {value}", json.dumps(record)
    for text in ("NaN", "Infinity", "1e999", "-0.5", "9" * 5000):
        yield f"an accuracy of {text[:9]}", json.dumps(figures()).replace("0.8,", f"{text},", 1)
    yield "half a pair", json.dumps(figures(labels=("\ud800", "b")))
    yield "one model twice", json.dumps(figures(models=("lstm", "lstm")))
    yield "six models", json.dumps(figures(models=("lstm", "bert") * 3))
    yield "other rows", json.dumps(figures() | {"rows": 99})
    yield "other pairs", json.dumps(figures() | {"pairs": []})
    yield "an account of nothing", json.dumps(figures() | {"account": {}})


@pytest.mark.parametrize("content", [c for _, c in broken()], ids=[n for n, _ in broken()])
def test_what_is_no_comparison_is_a_sentence(sets, content):
    folder = trained_set(sets, "theirs")
    (folder / "comparison.json").write_text(content)
    for read in (outcome.read_report, outcome.read_comparison):
        with pytest.raises(SetError, match="cannot be read"):
            read("theirs")
    assert outcome.trained_sets() == ["theirs"]
    outcome.delete("theirs")


def test_figures_at_their_bounds_are_drawn(sets):
    record = figures()
    low, high = record["models"]
    low |= {"latency_ms": 1e-6, "size_bytes": 1, "accuracy": 0, "accuracy_ci95": [0, 0]}
    low["curve"] = [{"rows": 1, "accuracy": 0, "ci95": [0, 1]}]
    high |= {"latency_ms": 1e12, "size_bytes": 10**12, "accuracy": 1, "accuracy_ci95": [1, 1]}
    high["curve"] = [{"rows": 10**12, "accuracy": 1, "ci95": [0, 1]}]
    folder = trained_set(sets, "theirs", models=[low, high])
    looks = [{"epoch": epoch, "held_out_accuracy": 1} for epoch in (0, 1e12)]
    (folder / "lstm" / "metrics.json").write_text(json.dumps({"history": looks}))
    assert len(outcome.read_report("theirs")) < 100_000
    (folder / "lstm" / "metrics.json").write_text('{"history": [{"epoch": []}]}')
    assert len(outcome.read_report("theirs")) < 100_000


ACCOUNT = Account(
    Inspection(dict.fromkeys(LABELS, 50), 80, 10, 10, Cleaned(3), 2, (9.5, 20.0), 0.1, "0" * 64),
    *("quick", 7, ("lstm", "bert"), "a <base>", 0.1),
)


def test_what_is_told_of_the_file_is_drawn_anew_as_well(sets):
    assert Account.from_json(json.loads(json.dumps(ACCOUNT.as_json()))) == ACCOUNT
    trained_set(sets, "theirs", account=ACCOUNT.as_json())
    report = outcome.read_report("theirs")
    assert "80 rows to learn from" in report and "a &lt;base&gt;" in report
    assert "rows in all" in report and "Rows that have no text and were left out: 3." in report


@pytest.mark.parametrize("key", ACCOUNT.as_json())
def test_an_account_that_is_none_is_a_sentence(sets, key):
    for value in (None, [], {}, -1, "x", True):
        folder = trained_set(sets, "theirs", account=ACCOUNT.as_json() | {key: value})
        if key == "base" and value == "x":
            outcome.read_report("theirs")
        else:
            with pytest.raises(SetError, match="cannot be read"):
                outcome.read_report("theirs")
        shutil.rmtree(folder)


def test_a_set_is_packed_with_its_report_drawn_anew_and_without_what_links_lead_to(sets, tmp_path):
    folder = trained_set(sets, "theirs")
    (folder / "report.html").write_text(HOSTILE)
    (tmp_path / "secret").write_text("not theirs")
    (folder / "test.jsonl").symlink_to(tmp_path / "secret")
    (folder / "bert").symlink_to(tmp_path)
    with ZipFile(outcome.zipped("theirs", tmp_path / "theirs.zip")) as archive:
        names = set(archive.namelist())
        report = archive.read("theirs/report.html").decode()
    assert names == {
        f"theirs/{name}"
        for name in ("set.json", "comparison.json", "lstm/config.json", "report.html")
    }
    assert "password" not in report and "On the held-out rows" in report
    assert not [file.name for file in tmp_path.iterdir() if "partial" in file.name]


def test_folders_that_no_set_can_be_called_are_passed_over(sets):
    for name in ("my set (1)", "<b>", ".hidden", BUNDLED, "x" * 61):
        trained_set(sets, name)
    trained_set(sets, "theirs")
    assert outcome.trained_sets() == ["theirs"]


def test_a_pipe_in_place_of_a_file_is_not_waited_for(sets):
    folder = trained_set(sets, "theirs")
    os.mkfifo(folder / "lstm" / "metrics.json")
    assert "On the held-out rows" in outcome.read_report("theirs")
    (folder / "set.json").unlink()
    os.mkfifo(folder / "set.json")
    assert outcome.trained_sets() == [] and outcome.title(folder) == "theirs"


def test_a_set_without_figures_is_packed_without_a_report(sets, tmp_path):
    folder = trained_set(sets, "theirs")
    (folder / "comparison.json").write_text("{}")
    with ZipFile(outcome.zipped("theirs", tmp_path / "theirs.zip")) as archive:
        assert "theirs/report.html" not in archive.namelist()


@pytest.mark.parametrize("part", ["<svg ", '<svg role="img" aria-label="', "<svg </svg>", '">'])
def test_a_page_of_drawings_that_never_end_is_taken_apart_in_time(part):
    begun = process_time()
    as_part(f'<div class="report">{part * 100_000}</div></body></html>')
    assert process_time() - begun < 2


def test_drawings_are_images_in_the_apps_page(sets):
    trained_set(sets, "theirs")
    page = outcome.read_report("theirs")
    part = as_part(page)
    assert part.count("<img alt=") == page.count("<svg ") > 0 and "<svg" not in part
    assert part.startswith("<style>") and part.endswith("</div>")


def test_a_set_whose_words_cannot_be_shown_is_passed_over(sets):
    folder = trained_set(sets, "theirs")
    (folder / "set.json").write_text('{"title": "\\ud800", "labels": ["a", "b"]}')
    assert list(model_sets()) == [BUNDLED]
