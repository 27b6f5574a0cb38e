"""The guided tour without a browser, on the real models."""

import shutil

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from model_zoo.models.sets import model_set
from tests import foreign
from tests.app import zoo
from tests.root import ROOT
from ui.frame import state
from ui.frame.examples import EXAMPLES, FIRST
from ui.tour import steps
from ui.tour.questions import AS_LONG, FAR_LESS

COUNT = 7
OWN = "The soup was cold, yet we came back for it twice."
CONTRAST = EXAMPLES["contrast"].text


def opened(**parameters):
    """The tour, opened cold at an address with these parameters."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.switch_page("pages/tour.py")
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def choose(app, option):
    return app.radio[0].set_value(option).run()


def options(app):
    """The options of the question, as they were before they were made Markdown."""
    return [option.replace("\\", "") for option in app.radio[0].options]


def guess_each_way(step, **parameters):
    """What is said to every guess at a step's question, by option."""
    said = {}
    first = opened(step=str(step), **parameters)
    assert not first.exception and not first.error
    for option in options(first):
        app = choose(opened(step=str(step), **parameters), option)
        app = press(app, "Show")
        assert not app.exception and not app.radio
        said[option] = "right" if app.success else "wrong"
        assert bool(app.success) != bool(app.info)
    return said


@pytest.mark.parametrize("step", [1, 3])  # the others' right answers are named below
def test_just_a_single_guess_is_right_and_the_models_say_which(step):
    said = guess_each_way(step)
    assert 2 <= len(said) <= 4
    assert list(said.values()).count("right") == 1


@pytest.mark.parametrize(
    ("step", "text", "right"),
    [
        (1, "A wonderful, moving film.", "All of them will"),
        (1, FIRST, "Some will, some will not"),
        (2, CONTRAST, "It changes its answer, and ends with another"),
        (2, "A wonderful, moving film.", "It stays with “positive” to the end"),
        (4, OWN, "Both halves"),
        (5, EXAMPLES["long range"].text, "cold"),
        (6, CONTRAST, "dreadful"),
    ],
)
def test_what_is_right_depends_on_the_sentence(step, text, right):
    app = press(choose(opened(step=str(step), text=text), right), "Show")
    assert not app.exception and app.success


def test_the_time_that_was_measured_decides_the_last_step():
    app = choose(opened(step="7"), "Under a quarter")
    app = press(app, "Show")
    _, latencies = app.session_state["latency on the tour"]
    share = latencies["distilbert"].median_ms / latencies["bert"].median_ms
    right = "As" if share >= AS_LONG else "Under" if share < FAR_LESS else "About half"
    assert bool(app.success) == (right == "Under")
    assert f"{latencies['bert'].median_ms:.1f} ms" in zoo.written(app).replace("\\", "")


@pytest.mark.parametrize("step", range(1, COUNT + 1))
def test_every_step_opens_by_its_address_and_leads_on(step):
    app = opened(step=str(step))
    assert not app.exception and not app.error and not app.warning
    assert app.get("progress")[0].proto.text == f"Step {step} of {COUNT}"
    assert len(app.header) == 1 and len(app.radio) == 1
    assert next(button for button in app.button if button.label == "Show").disabled
    for chart in app.get("plotly_chart"):
        assert len(chart.proto.alt) > 40 and any(map(str.isdigit, chart.proto.alt))
    (label,) = [b.label for b in app.button if b.label.startswith("Try it yourself")]
    press(app, label)
    assert not app.exception and f"“{app.session_state['page']}”" in label


@pytest.mark.parametrize("step", ["8", "1" * 5000])
def test_a_step_that_there_is_not_is_the_first(step):
    app = opened(step=step)
    assert not app.exception
    assert app.get("progress")[0].proto.text == f"Step 1 of {COUNT}"


def test_next_and_previous_lead_through_all_and_into_the_address(monkeypatch):
    app = opened()
    assert "step" not in app.query_params
    for step in range(2, COUNT + 1):
        press(app, "Next")
        assert not app.exception and app.query_params["step"] == str(step)
    assert not [button for button in app.button if button.label == "Next"]
    for step in range(COUNT - 1, 0, -1):
        press(app, "Previous")
        assert app.query_params["step"] == str(step)
    app.query_params["step"] = "4"  # as the browser's back button does
    monkeypatch.setattr(state, "went_back", lambda: True)
    app.run()
    assert app.header[0].value == "BiLSTM: both ways"


def test_a_late_address_does_not_undo_a_click():
    app = press(opened(step="2"), "Next")
    app.query_params["step"] = "2"  # what the browser had when the next click was sent
    choose(app, options(app)[0])
    assert app.query_params["step"] == "3" and app.radio[0].value


def test_a_run_that_was_cut_short_does_not_undo_a_click(monkeypatch):
    app = opened(step="2")

    def cut_short(*_):
        raise StopException

    with monkeypatch.context() as patch:
        patch.setattr(steps, "progress", cut_short)
        press(app, "Next")
    app.query_params["step"] = "2"  # the browser has not heard of another yet
    app.run()
    assert app.header[0].value == "LSTM: what it keeps in memory" and not app.exception


def test_parameters_of_others_stay_in_the_address():
    app = press(opened(step="2", utm_source="course"), "Next")
    assert app.query_params["utm_source"] == "course"


def test_each_step_has_its_example_until_there_is_a_sentence_of_ones_own():
    app = opened()
    assert app.text_input[0].value == FIRST
    press(app, "Next")
    assert app.text_input[0].value == CONTRAST
    app.text_input[0].set_value(OWN)
    press(app, "Read it")
    assert app.text_input[0].value == OWN and app.query_params["step"] == "2"
    assert app.query_params["text"] == OWN
    press(app, "Next")
    assert app.text_input[0].value == OWN
    press(app, "Back to the examples")
    assert app.text_input[0].value == CONTRAST and "text" not in app.query_params
    app.text_input[0].set_value("  ")
    press(app, "Read it")
    assert app.text_input[0].value == CONTRAST


def test_an_example_that_was_typed_stays():
    app = opened(step="2")
    app.text_input[0].set_value(FIRST)
    press(app, "Read it")
    assert app.text_input[0].value == FIRST


@pytest.mark.parametrize("text", [OWN, None])
def test_the_sentence_goes_along_to_the_whole_picture(text):
    app = opened(step="3", **({"text": text} if text else {}))
    press(app, "Try it yourself on “Inside”")
    assert not app.exception and app.title[0].value == "Inside"
    assert app.text_input(key="typed").value == (text or CONTRAST)
    assert app.segmented_control(key="section").value == "Recurrence"
    assert not app.warning and "step" not in app.query_params
    app.switch_page("pages/tour.py").run()
    assert app.text_input[0].value == (text or FIRST)


def test_compare_leads_to_the_tour():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    labels = [link.proto.label for link in app.get("page_link")]
    assert "Start here" in labels


@pytest.mark.parametrize("text", ["Good", "😀😀", "**bold** $x$ [link](javascript:alert(1)) <b>"])
@pytest.mark.parametrize("step", range(1, COUNT + 1))
def test_any_sentence_can_be_shown(step, text):
    app = opened(step=str(step), text=text)
    assert not app.exception and not app.error
    if app.radio and "<" in text:
        app = press(choose(app, options(app)[0]), "Show")
        assert not app.exception and not app.error
    elif not app.radio:
        assert "too short for a question" in zoo.written(app)
    assert "<" not in text or text not in zoo.written(app)


def test_what_holds_no_word_is_said_so():
    app = opened(step="2", text="\u200b")
    assert not app.exception and "at least one word" in app.info[0].value


def test_a_long_text_gives_way_to_the_example_and_stays_for_other_pages():
    text = "good film " * 60
    app = opened(step="2", text=text)
    assert app.text_input[0].value == CONTRAST and "longer than" in zoo.written(app)
    press(app, "Next")
    assert app.query_params["text"] == text


@pytest.mark.parametrize("text", ["good film " * 60, "w" * 301], ids=["tokens", "characters"])
@pytest.mark.parametrize("button", ["Try it yourself on “Compare”", "Read it"])
def test_the_example_that_stands_in_for_a_long_text_does_not_take_its_place(text, button):
    app = opened(step="2", text=text)
    assert app.text_input[0].value == CONTRAST
    press(app, button)
    assert app.query_params["text"] == text
    if button == "Read it":
        assert app.text_input[0].value == CONTRAST
        app.text_input[0].set_value(OWN)
        press(app, button)
        assert app.query_params["text"] == OWN


@pytest.mark.parametrize("step", range(1, COUNT + 1))
def test_sets_of_other_labels(zoo_folder, monkeypatch, step):
    of = ("six", "many")[step % 2]
    zoo.enter(monkeypatch, zoo_folder)
    app = opened(step=str(step), set=of)
    assert not app.exception and not app.error and not app.warning
    if app.radio:
        app = press(choose(app, options(app)[-1]), "Show")
    assert not app.exception and not app.error
    words = zoo.written(app)
    assert "positive" not in words and "negative" not in words and "film" not in app.header[0].value
    assert "<b>bold</b>" not in "\n".join(element.value for element in app.markdown)


def test_a_model_on_an_engine_without_gates_is_still_shown():
    app = opened(step="3", models="lstm@onnx-int8")
    assert not app.exception and not app.error and len(app.get("plotly_chart")) == 1


def test_a_set_that_lacks_a_kind_says_so(tmp_path, monkeypatch):
    folder = foreign.write_set(tmp_path / "few", "few", ("yes", "no"))
    for name in ("bilstm", "distilbert"):
        shutil.rmtree(folder / name)
    described = (folder / "set.json").read_text()
    few = [
        row for row in foreign.json.loads(described)["models"] if row["name"] in ("lstm", "bert")
    ]
    (folder / "set.json").write_text(
        foreign.json.dumps(foreign.json.loads(described) | {"models": few})
    )
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path))
    for step, kind in ((4, "no BiLSTM"), (7, "no DistilBERT")):
        app = opened(step=str(step), set="few")
        assert not app.exception and kind in app.info[0].value.replace("\\", "")
        assert not app.radio
    for step in (1, 2, 3, 5, 6):
        app = opened(step=str(step), set="few")
        assert not app.exception and not app.error and not app.info


def test_a_model_that_cannot_be_loaded_says_so_and_the_tour_goes_on(monkeypatch):
    from model_zoo.errors import WeightsError
    from ui.serve import cached

    def broken(name, text, begin):
        raise WeightsError("weights *gone*. Restore them.")

    monkeypatch.setattr(cached, "gates", broken)
    app = opened(step="3")
    assert not app.exception and "weights \\*gone\\*" in app.error[0].value
    assert press(app, "Next").header[0].value == "BiLSTM: both ways"


def test_only_the_step_in_view_is_computed(monkeypatch):
    from ui.serve import cached

    def never(*_, **__):
        raise AssertionError("another step's picture")

    for kind in ("courses", "influence", "attention", "attribution"):
        monkeypatch.setattr(cached, kind, never)
    assert not opened(step="3").exception


def test_number_of_counts_the_steps_there_are():
    assert [steps.number_of(str(i), COUNT) for i in range(9)] == [1, 1, 2, 3, 4, 5, 6, 7, 1]
    assert len(model_set().models) == 4
