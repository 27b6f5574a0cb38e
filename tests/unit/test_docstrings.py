"""Examples in docstrings give what they say they give."""

import doctest
import io
from contextlib import redirect_stdout
from importlib import import_module

from tests.root import ROOT

MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("model_zoo", "ui")
    for file in sorted((ROOT / package).rglob("*.py"))
    if ">>>" in file.read_text(encoding="utf-8")
]


def test_there_are_examples():
    assert MODULES


def test_examples_hold():
    """Importing goes through the package system, so an example sees the module as it is used."""
    with redirect_stdout(io.StringIO()) as report:
        outcomes = {name: doctest.testmod(import_module(name)) for name in MODULES}
    assert not [name for name, outcome in outcomes.items() if outcome.failed], report.getvalue()
    assert [name for name, outcome in outcomes.items() if not outcome.attempted] == []
