"""How a run is dealt out to two processes, and how long its files took.

`make test` runs pytest with `-n 2 --dist loadfile`. The browser tests, which share a server and a
browser, are one lane's work from the beginning; the other lane takes one file after another, those
that take the longest first, and the first lane helps it when it is through. What needs a quiet
machine (the mark `quiet`) runs alone, afterwards.

    python -m tests.lanes RESULTS

writes how long each file took into durations.json, from the results (JUnit's XML) of a run.
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.root import ROOT

TESTS = ROOT / "tests"
DURATIONS = TESTS / "durations.json"  # file -> seconds on two idle cores
BROWSER = TESTS / "browser"


def seconds() -> dict[str, float]:
    """How long each file takes, by its path below `tests`."""
    return json.loads(DURATIONS.read_text(encoding="utf-8"))


class Lanes(LoadFileScheduling):
    """A file at a time to whichever process is free; all browser tests to one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def dealer(config: pytest.Config, log: Any) -> Lanes | None:
    """Who deals the tests out, where files are asked for."""
    return Lanes(config, log) if config.getvalue("dist") == "loadfile" else None


def order(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests are dealt out: browser tests first, then the files that take the longest."""
    if hasattr(config, "workerinput"):
        takes = seconds()
        items.sort(key=lambda item: _place(item.path, takes))


def _place(file: Path, takes: dict[str, float]) -> tuple[bool, float, str]:
    name = _name(file)
    return BROWSER not in file.parents, -takes.get(name, 0.0), name


def _name(file: Path) -> str:
    return file.relative_to(TESTS).as_posix()


_begun: list[pytest.Item] = []  # what this process began with


@pytest.hookimpl(tryfirst=True)
def give_way(item: pytest.Item) -> None:
    """Every lane but the browser's has low priority: a page that waits is a test that fails."""
    if "PYTEST_XDIST_WORKER" in os.environ and not _begun:
        _begun.append(item)
        if BROWSER not in item.path.parents:
            os.nice(5)  # and not more: what it starts gives way further


def shared(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder of this run, which all of its processes share."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    return folder


def record(results: Path) -> None:
    """Write durations.json from the results of a run."""
    takes: Counter[str] = Counter()
    for case in ElementTree.parse(results).iter("testcase"):
        module = case.attrib["classname"].removeprefix("tests.").replace(".", "/")
        takes[f"{module}.py"] += float(case.attrib["time"])
    rounded = {name: round(taken, 1) for name, taken in sorted(takes.items()) if taken >= 0.05}
    DURATIONS.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
