"""Sets of six and of 150 labels, and models of one's own beside them, for the pages to open."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests import foreign
from tests.root import ROOT

OWN = ("roberta", "albert", "electra", "deberta-v2")
TEXT = "The acting’s great, but the film as a whole isn't…"


def write_zoo(folder: Path) -> Path:
    """Below `folder`: "sets" with sets "six" and "many", "models" with one model of each OWN.

    The models know the labels of "six", but ELECTRA has others.
    """
    foreign.write_set(folder / "sets" / "six", "six", foreign.SIX)
    foreign.write_set(folder / "sets" / "many", "many", foreign.MANY)
    for seed, kind in enumerate(OWN):
        labels = ("yes", "no", "<b>perhaps</b>") if kind == "electra" else foreign.SIX
        foreign.write(kind, folder / "models" / kind, labels, seed)
    return folder


def enter(monkeypatch, folder: Path) -> None:
    """Have the app find what `write_zoo` wrote."""
    monkeypatch.setenv("QUARTET_SETS", str(folder / "sets"))
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(folder / "models"))


def own(kind: str, beside: str) -> str:
    """The identity of an OWN model beside a set."""
    return f"local/{kind}~{beside}"


def opened(page: str, **parameters: str) -> AppTest:
    """A page at an address with these parameters."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in {"text": TEXT, **parameters}.items():
        app.query_params[key] = value
    return app.run() if page == "app.py" else app.switch_page(page).run()


def written(app: AppTest) -> str:
    """Everything a page says in words, as Markdown or HTML."""
    boxes = [element.value for element in (*app.markdown, *app.caption, *app.error, *app.info)]
    return "\n".join(boxes + [element.proto.body for element in app.get("html")])
