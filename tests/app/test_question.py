"""Guess the word's part for questions: answers in place, doubts, attributions, and the address."""

import shutil

import pytest

from model_zoo.question_answering import folders
from model_zoo.question_answering.answer import answer
from model_zoo.question_answering.reader import load_reader
from model_zoo.whole_files import write_json
from tests import language_zoo, readers
from tests.app.zoo import opened, written
from ui.frame import state
from ui.serve.on_demand import READER, key
from ui.serve.pool import pool
from ui.words.passages import SAMPLES

PAGE = "pages/words.py"
PASSAGE = "Anna left the town in 1900 . Now Anna lives in Oslo ."
ASKED = "Where does Anna live?"


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answering")
    bodies = readers.write_bodies(folder / "bodies")
    readers.write_squad(folder / "squad")
    for name in ("bert", "lstm"):
        readers.train(name, folder)
    language_zoo.write(folder / "language", ("lstm",))
    for name in ("bert", "lstm"):  # the page asks for language models and for bodies in one place
        shutil.copytree(bodies / name, folder / "language" / name, dirs_exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def answering(zoo, monkeypatch):
    monkeypatch.setenv("QUARTET_LANGUAGE", str(zoo / "language"))
    monkeypatch.setenv("QUARTET_ANSWERING", str(zoo / "readers"))


@pytest.fixture(autouse=True, scope="module")
def unloaded():
    """No reader stays in memory behind the last test; between tests they may."""
    yield
    pool.unload(*(key(READER, name) for name in folders.available()))


def asked(passage=PASSAGE, question=ASKED):
    app = opened(PAGE, part="Question", passage=passage, question=question)
    assert not app.exception
    return app


def cards(app):
    return [html.proto.body for html in app.get("html") if 'class="q-guesses"' in html.proto.body]


def test_the_answers_are_the_librarys(zoo):
    shown = cards(asked())
    assert len(shown) == 2
    for name, card in zip(("lstm", "bert"), shown, strict=True):
        answers = answer(load_reader(folders.root() / name), PASSAGE, ASKED)
        assert f"<mark>{answers.best.text}</mark>" in card
        assert card.count("<li") == len(answers.spans) == 3
        assert ("No answer likely" in card) == answers.no_answer_likely


def test_a_weak_answer_is_called_weak(zoo, tmp_path, monkeypatch):
    copy = shutil.copytree(zoo / "readers", tmp_path / "readers")
    monkeypatch.setenv("QUARTET_ANSWERING", str(copy))
    for threshold, weak in ((0.0, True), (1.1, False)):
        file = copy / "bert" / "metrics.json"
        metrics = folders.read_metrics(copy / "bert")
        metrics["no_answer"] = {"threshold": threshold}
        write_json(file, metrics)
        pool.unload(key(READER, "bert"))
        app = asked(question=f"Where does Anna live, {weak}?")  # another one: answers are kept
        assert ("No answer likely" in cards(app)[-1]) is weak
    pool.unload(key(READER, "bert"))


def test_samples_and_their_questions():
    app = asked()
    name, sample = list(SAMPLES.items())[1]
    next(button for button in app.button if button.label == name).click().run()
    assert app.text_area(key="passage").value == sample.passage
    assert app.text_input(key="question").value == sample.questions[0]
    next(button for button in app.button if button.label == sample.questions[-1]).click().run()
    assert app.text_input(key="question").value == sample.questions[-1]
    assert not app.exception and len(cards(app)) == 2
    assert app.query_params["question"] == sample.questions[-1]


def test_what_is_typed_is_asked_when_sent():
    app = asked()
    app.text_input(key="question").input("When did Anna leave?")
    next(button for button in app.button if button.label == "Ask").click().run()
    assert app.query_params["question"] == "When did Anna leave?"
    assert not app.exception and len(cards(app)) == 2


def test_going_back_brings_the_question_before(monkeypatch):
    app = asked()
    app.text_input(key="question").input("Who left?")
    next(button for button in app.button if button.label == "Ask").click().run()
    assert app.query_params["question"] in ("Who left?", ["Who left?"])
    app.query_params["question"] = ASKED
    monkeypatch.setattr(state, "went_back", lambda: True)
    app.run()
    assert app.text_input(key="question").value == ASKED


def test_ones_own_passage_is_kept_beside_samples_and_other_parts():
    app = opened(PAGE, part="Question")
    app.text_area(key="passage").input(PASSAGE).run()
    app = app.segmented_control(key="part").set_value("Game").run()
    assert "passage" not in app.query_params
    app = app.segmented_control(key="part").set_value("Question").run()
    assert app.text_area(key="passage").value == PASSAGE
    next(button for button in app.button if button.label == "A film").click().run()
    assert app.text_area(key="passage").value == SAMPLES["A film"].passage
    next(button for button in app.button if button.label == "Your own").click().run()
    assert app.text_area(key="passage").value == PASSAGE


def test_attributions_of_start_and_end_are_shown_for_the_chosen_reader():
    app = asked()
    assert not [html for html in app.get("html") if 'class="q-words"' in html.proto.body]
    box = next(box for box in app.get("button_group") if box.label == "Explain the answer of")
    box.set_value("bert").run()
    assert not app.exception and not app.error
    strips = [html.proto.body for html in app.get("html") if 'class="q-words"' in html.proto.body]
    assert len(strips) == 2
    assert all("Oslo" in strip and "Where" in strip for strip in strips)
    assert "raises the logit" in written(app)


def test_nothing_typed_and_odd_texts():
    for passage, question in (("", ASKED), (PASSAGE, ""), (" ", " ")):
        app = asked(passage, question)
        assert not cards(app) and "Type a passage" in app.info[0].value
    for odd in ("<script>x</script>", "𓀀", "💥 " * 200, "*a* [b](c) $d$"):
        app = asked(odd, odd[:300])
        assert not [e for e in app.error if "Traceback" in e.value]
        assert "<script>" not in "".join(h.proto.body for h in app.get("html"))


def test_a_long_passage_is_read_in_parts_and_left_out_of_the_address():
    app = asked()
    app.text_area(key="passage").input(PASSAGE * 100)
    next(button for button in app.button if button.label == "Ask").click().run()
    assert "Read in" in cards(app)[0] and "…" in cards(app)[0]
    assert "passage" not in app.query_params


def test_a_folder_of_transformers_stands_beside_them(zoo, tmp_path, monkeypatch):
    from model_zoo.question_answering.reader import save_plain

    copy = shutil.copytree(zoo / "readers", tmp_path / "readers")
    save_plain(copy / "mine", copy / "bert", zoo / "language")
    monkeypatch.setenv("QUARTET_ANSWERING", str(copy))
    app = asked()
    own, plain = cards(app)[1:]
    assert ">mine<" in plain
    assert (
        own.split("q-guesses")[1].split("</ol>")[0] == plain.split("q-guesses")[1].split("</ol>")[0]
    )


def test_damage_costs_its_own_card_only(zoo, tmp_path, monkeypatch):
    copy = shutil.copytree(zoo / "readers", tmp_path / "readers")
    (copy / "bert" / "model.safetensors").write_bytes(b"broken")
    monkeypatch.setenv("QUARTET_ANSWERING", str(copy))
    pool.unload(key(READER, "bert"))
    app = asked(question="Where is Anna?")
    assert len(cards(app)) == 1 and app.error[0].value.startswith("BERT")


def test_what_was_measured_of_readers_is_shown():
    app = opened(PAGE, part="How well")
    assert not app.exception and len(app.get("plotly_chart")) == 1
    assert "8 questions on 2 SQuAD articles" in written(app)


def test_without_readers_the_part_is_not_offered(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_ANSWERING", str(tmp_path))
    app = opened(PAGE)
    assert not app.exception
    assert "Question" not in app.segmented_control(key="part").options
