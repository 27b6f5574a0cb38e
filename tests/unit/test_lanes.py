"""How a run is dealt out: browser tests together, the rest by the file, and none forgotten."""

from types import SimpleNamespace

import pytest

from tests import lanes


def dealt(*names, side_by_side=True):
    """The files and groups of items, in the order in which they would run."""
    items = []
    for name in names:
        marks = []
        item = SimpleNamespace(path=lanes.TESTS / name, add_marker=marks.append, marks=marks)
        items.append(item)
    lanes.order(SimpleNamespace(option=SimpleNamespace(loadgroup=side_by_side)), items)
    return [(lanes._name(item.path), *(mark.args[0] for mark in item.marks)) for item in items]


def test_browser_tests_are_one_lane_and_the_longest_files_come_first(monkeypatch):
    monkeypatch.setattr(lanes, "seconds", lambda: {"unit/b.py": 9.0, "app/a.py": 2.0})
    assert dealt("unit/new.py", "app/a.py", "browser/x.py", "unit/b.py", "browser/y.py") == [
        ("browser/x.py", "browser"),
        ("browser/y.py", "browser"),
        ("unit/b.py", "unit/b.py"),
        ("app/a.py", "app/a.py"),
        ("unit/new.py", "unit/new.py"),
    ]
    assert dealt("unit/b.py", "browser/x.py", side_by_side=False) == [
        ("unit/b.py",),
        ("browser/x.py",),
    ]


def test_durations_are_read_from_the_results_of_a_run(tmp_path, monkeypatch):
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite><testcase classname="tests.unit.a.test_b" name="x" time="1.25"/>'
        '<testcase classname="tests.unit.a.test_b" name="y" time="0.5"/>'
        '<testcase classname="tests.app.test_c" name="z" time="0.001"/></testsuite></testsuites>'
    )
    monkeypatch.setattr(lanes, "DURATIONS", tmp_path / "durations.json")
    lanes.record(results)
    assert lanes.seconds() == {"unit/a/test_b.py": pytest.approx(1.8)}
