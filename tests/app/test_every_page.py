"""Every page with sets of 6 and 150 labels, folders of four other kinds, and several engines."""

import pytest

from tests.app import zoo
from ui.four.places import TABS
from ui.frame.page import MENU

pytestmark = [pytest.mark.slow, pytest.mark.explained]

LOOKS = {  # in the browser, test_sets opens every page with 150 labels
    "own beside a set": {
        "set": "six",
        "models": ",".join(["lstm", "bert", *(zoo.own(kind, "six") for kind in zoo.OWN)]),
    },
    "own and engines beside the bundled": {
        "models": ",".join(
            [
                "lstm@onnx,bert,bert@onnx,bert@onnx-int8",
                *(f"local/{kind}" for kind in ("roberta", "electra", "deberta-v2")),
            ]
        )
    },
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("file", [file for file, _ in MENU])
def test_it_shows_them_without_an_error(zoo_folder, monkeypatch, file, look):
    zoo.enter(monkeypatch, zoo_folder)
    app = zoo.opened(file, **LOOKS[look])
    assert not app.exception and not app.error and not app.warning
    if file == "pages/inside.py":
        for section in app.segmented_control(key="section").options:
            app.segmented_control(key="section").set_value(section).run()
            assert not app.exception and not app.error, section
    if file == "pages/models.py":
        for tab in TABS:
            app = zoo.opened(file, tab=tab, **LOOKS[look])
            assert not app.exception and not app.error and not app.warning, tab
    if file == "pages/evaluate.py":
        app.segmented_control(key="part").set_value("Behaviour checks").run()
        assert not app.exception and not app.error
        words = zoo.written(app)
        assert ("answers another question" in words) == ("set" in LOOKS[look])
