"""Imports run one way: the library knows nothing of the app, pages know nothing of torch."""

import ast
from pathlib import Path

import pytest

from tests.root import ROOT

ORDER = [  # a module may import from those before it in this list, never from those after it
    "errors",
    "results",
    "host",
    "paths",
    "patches",
    "tokens",
    "network",
    "architectures",
    "classifier",
    "recurrent",
    "transformer",
    "recurrence",
    "registry",
    "anatomy",
    "metrics",
    "parquet",
    "tables",
    "columns",
    "predict",
    "score",
    "templates",
    "checks",
    "score_file",
    "slices",
    "stepwise",
    "attention",
    "gates",
    "context",
    "sight",
    "path",
    "attribute",
    "faithfulness",
    "flip",
    "measure",
    "twins",
    "claims",
    "footprint",
    "sweep",
    "evaluate",
    "training",
    "commands",
    "__main__",
]


def imported(file: Path) -> set[str]:
    """Full names of the modules that `file` imports anywhere, in functions too."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(file)}


@pytest.mark.parametrize("file", sorted((ROOT / "model_zoo").rglob("*.py")), ids=lambda f: f.name)
def test_library_stands_alone(file):
    assert not packages(file) & {"streamlit", "plotly", "ui", "pages", "app"}


@pytest.mark.parametrize(
    "file",
    [
        *sorted((ROOT / "model_zoo").glob("*.py")),
        *sorted((ROOT / "model_zoo" / "claims").glob("*.py")),
    ],
    ids=lambda f: f"{f.parent.name}/{f.name}",
)
def test_library_imports_run_one_way(file):
    own = file.stem if file.parent.name == "model_zoo" else file.parent.name
    if own == "__init__":
        return
    used = {name.split(".")[1] for name in imported(file) if name.startswith("model_zoo.")}
    inside = {own} if file.parent.name == own else set()  # a package's modules know each other
    later = {name for name in used - inside if ORDER.index(name) >= ORDER.index(own)}
    assert not later


@pytest.mark.parametrize(
    "file", [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))], ids=lambda f: f.name
)
def test_pages_are_thin(file):
    assert not packages(file) & {"torch", "transformers", "captum", "numpy"}
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 80


def test_listing_models_does_not_import_torch():
    """A page opens before torch is in memory; importing the registry must not bring it."""
    import subprocess
    import sys

    code = (
        "import sys; from model_zoo.registry import card, SPECS; [card(n) for n in SPECS];"
        "import model_zoo.predict; assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
