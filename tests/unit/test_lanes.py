"""How a run is dealt out: browser tests together, the rest by the file, and none forgotten."""

from types import SimpleNamespace

import pytest

from tests import lanes


def ordered(*names, config):
    """The files in the order in which they would run."""
    items = [SimpleNamespace(path=lanes.TESTS / name) for name in names]
    lanes.order(config, items)
    return [lanes._name(item.path) for item in items]


def test_browser_tests_come_first_and_then_the_longest_files(monkeypatch):
    monkeypatch.setattr(lanes, "seconds", lambda: {"unit/b.py": 9.0, "app/a.py": 2.0})
    names = ("unit/new.py", "app/a.py", "browser/x.py", "unit/b.py", "browser/y.py")
    dealt_out = SimpleNamespace(workerinput={})
    assert ordered(*names, config=dealt_out) == [
        "browser/x.py",
        "browser/y.py",
        "unit/b.py",
        "app/a.py",
        "unit/new.py",
    ]
    assert ordered(*names, config=SimpleNamespace()) == list(names)


def test_browser_tests_are_one_lane(pytestconfig):
    """Where two lanes shared them, each would start a server and a browser."""
    lane = lanes.Lanes.__new__(lanes.Lanes)._split_scope
    assert lane("tests/browser/test_a.py::test[b]") == lane("tests/browser/test_c.py::test")
    assert lane("tests/app/test_a.py::test[b]") == lane("tests/app/test_a.py::test_c")
    assert lane("tests/app/test_a.py::test") != lane("tests/app/test_b.py::test")
    deals = [
        hook.plugin_name for hook in pytestconfig.hook.pytest_xdist_make_scheduler.get_hookimpls()
    ]
    assert any(name.endswith("conftest.py") for name in deals)


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
