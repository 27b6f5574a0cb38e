"""Imports run one way: between the rooms of the library, and between those of the app."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from tests.root import ROOT

# A room (a package, or a module that stands alone) may import from those before it.
LIBRARY = (
    "errors",
    "labels",
    "colours",
    "host",
    "worker",
    "paths",
    "whole_files",
    "locks",
    "patches",
    "text",
    "models",
    "backends",
    "recurrent",  # what model cards import
    "tables",
    "inference",
    "explain",
    "internals",
    "evaluation",
    "language_models",
    "question_answering",
    "cluster",
    "measure",
    "deploy",
    "comparison",
    "training",
    "tuning",
    "pretraining",
    "finetuning",
    "commands",
    "__main__",
)
SHARED = ("show", "serve", "frame")
PAGES = ("compare", "attributions", "inside", "speed", "data", "checks", "four", "train", "words")
TOURS = ("tour",)  # made of the pages' pictures, each of which stays in its page's room


@cache
def imported(file: Path) -> set[str]:
    """Full names of the modules that `file` imports anywhere, in functions too."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, "relative imports hide where they lead"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def packages(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(file)}


def modules(package: str) -> dict[str, Path]:
    """Name of every module in a package and in all packages inside of it -> its file."""
    files = (ROOT / package).rglob("*.py")
    return {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in files}


def rooms(package: str, file: Path) -> set[str]:
    """The rooms of `package` that a file imports from."""
    return {name.split(".")[1] for name in imported(file) if name.startswith(f"{package}.")}


def test_the_librarys_rooms_import_one_way():
    wrong = {}
    for name, file in modules("model_zoo").items():
        own = name.split(".")[1]
        allowed = {*LIBRARY[: LIBRARY.index(own)], own} if own != "__init__" else set()
        used = packages(file) & {"streamlit", "plotly", "ui", "pages", "app"}
        wrong[name] = used | rooms("model_zoo", file) - allowed
    assert {name: used for name, used in wrong.items() if used} == {}


def test_the_apps_rooms_import_one_way():
    """Pages know the shared rooms and their own; what two of them need lies in a shared one.

    A tour knows the pages' rooms, too, and none of them knows it.
    """
    wrong = {}
    for name, file in modules("ui").items():
        own = name.split(".")[1]
        if own == "__init__":
            continue
        assert own in SHARED + PAGES + TOURS, f"{own} is in none of the lists above"
        before = SHARED[: SHARED.index(own)] if own in SHARED else SHARED
        before += PAGES if own in TOURS else ()
        heavy = packages(file) & {"streamlit", "torch"} if own == "show" else set()
        wrong[name] = heavy | rooms("ui", file) - {*before, own}
    assert {name: used for name, used in wrong.items() if used} == {}


def test_no_module_imports_itself_in_a_circle():
    for package in ("model_zoo", "ui"):
        found = modules(package)
        graph = {
            name: {other for other in imported(file) if other in found}
            for name, file in found.items()
        }
        assert list(TopologicalSorter(graph).static_order())


def house(package: str) -> dict[str, set[str]]:
    """Room -> the rooms it imports from, without what follows from the others' imports."""
    direct: dict[str, set[str]] = {}
    for name, file in modules(package).items():
        own = name.split(".")[1]
        if (ROOT / package / own).is_dir():
            used = {room for room in rooms(package, file) if (ROOT / package / room).is_dir()}
            direct.setdefault(own, set()).update(used - {own})

    def reached(room: str) -> set[str]:
        return direct[room].union(*map(reached, direct[room]))

    return {
        room: {other for other in used if other not in set().union(*map(reached, used))}
        for room, used in direct.items()
    }


def test_the_picture_shows_the_rooms_as_they_are():
    page = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    drawn = set(re.findall(r"^ *(\w+) --> (\w+)$", picture, re.MULTILINE))
    library, app = house("model_zoo"), house("ui")
    named = {**library, **{f"ui_{room}": {f"ui_{o}" for o in used} for room, used in app.items()}}
    arrows = {(room, other) for room, used in named.items() for other in used}
    assert drawn == arrows, f"missing: {arrows - drawn}, too much: {drawn - arrows}"


def test_pages_are_thin():
    for file in (ROOT / "app.py", *(ROOT / "pages").glob("*.py")):
        assert not packages(file) & {"torch", "transformers", "captum", "numpy"}, file
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 80, file


def test_listing_models_does_not_import_torch():
    """A page opens before torch is in memory; importing the registry must not bring it."""
    code = (
        "import sys; from model_zoo.models.files import card; "
        "from model_zoo.models.sets import model_set; [card(n) for n in model_set().models];"
        "import model_zoo.inference.predict; "
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
