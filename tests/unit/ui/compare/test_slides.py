"""The slides: a picture each, that stands alone, at any number of models and length of text."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from model_zoo.explain.records import Attribution
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.labels import SENTIMENT
from model_zoo.measure.latency import Latency
from model_zoo.models.registry import MOST_MODELS
from model_zoo.models.sets import model_set
from tests import foreign
from ui.compare import slides
from ui.compare.answers import Answers
from ui.compare.slides import as_slides, newest
from ui.frame.permalink import View

FOUR = tuple(map(str, model_set().models))
EIGHT = FOUR + tuple(f"{name}@onnx" for name in FOUR)
HOSTILE = "<script>alert(1)</script> & \"q\" 'n' </svg><img src=http://evil.example/x> \x00\ufffe"
LONG = " ".join(["incomprehensibilities, 😀 字"] * 170)  # of 510 tokens
LINK = "https://quartet.example/?text=a&b=%22c%22"
SVG = "{http://www.w3.org/2000/svg}"


def prediction(model, text, labels=SENTIMENT, share=0.8):
    rest = (1 - share) / (len(labels) - 1)
    shares = (*(rest,) * (len(labels) - 1), share)
    return Prediction(model, text, labels, shares, ("[CLS]", "x", "[SEP]"), 0, 0, 0.5, 2.0)


def courses(model, text, labels=SENTIMENT):
    """One over the tokens of the text and one over eight layers."""
    spans = tuple((found.start(), found.end()) for found in re.finditer(r"[\w<>]+|\S", text))
    share = tuple((1 - 0.5,) + (0.5 / (len(labels) - 1),) * (len(labels) - 1) for _ in spans)
    return [
        Course(model, "forward", labels, share, spans),
        Course(model, "layers", labels, share[:1] * 9),
    ]


def attribution(model, text):
    words = tuple(text.split())
    scores = tuple((-1) ** at * at / len(words) for at in range(len(words)))
    about = ("integrated_gradients", SENTIMENT[1], "pad", text, words, scores, words, scores)
    return Attribution(model, *about, 1.0, 0.0, 0.0, 8, 1.0, SENTIMENT[1:])


def deck(
    text="Not a bad film.",
    models=FOUR,
    *,
    pinned=None,
    labels=SENTIMENT,
    of="sentiment",
    explained=False,
    link=LINK,
):
    """The slides as HTML of these models' answers to the text."""
    now = {model: prediction(model, text, labels) for model in models}
    before = {model: prediction(model, pinned, labels, 0.3) for model in models} if pinned else {}
    latencies = {model: Latency(model, 6, 1, 1, 2, (2.0,) * 19 + (3.0,)) for model in models}
    return as_slides(
        View(text=text, set=of, models=models, pinned=pinned),
        Answers(text, now, before),
        [course for model in models for course in courses(model, text, labels)],
        {(text, models, 1, ()): (latencies, datetime.now(UTC))},
        link=link,
        attributions={model: attribution(model, text) for model in models} if explained else {},
    ).decode()


def pictures(body):
    """The slides' pictures as XML, which has to be well-formed."""
    return [ElementTree.fromstring(part) for part in re.findall(r"<svg.*?</svg>", body, re.DOTALL)]


def words(picture):
    return " ".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


def test_each_slide_is_a_picture_with_sentence_date_and_number():
    drawn = pictures(deck())
    assert len(drawn) == 4
    for number, picture in enumerate(drawn, 1):
        assert picture.get("viewBox") == "0 0 1600 900"
        assert "“Not a bad film.”" in words(picture) and f"{number}/4" in words(picture)
        assert str(datetime.now(UTC).year) in words(picture)
    assert "All four say positive" in words(drawn[0])
    assert "probability of positive" in words(drawn[1]) and "bad" in words(drawn[1])
    assert "2.0 ms, p95 2.0" in words(drawn[2]) and "MB" in words(drawn[2])
    assert "See it live" in words(drawn[3])


def test_what_is_there_has_a_slide():
    assert len(pictures(deck(pinned="Not a good film."))) == 5
    (*_, changed, _) = pictures(deck(pinned="Not a good film."))
    assert "good" in words(changed) and "+50 points: turns positive" in words(changed).replace(
        "\xa0", " "
    )
    struck = [part.text for part in changed.iter(f"{SVG}tspan") if "through" in str(part.attrib)]
    assert struck == ["good"]
    assert len(pictures(deck(pinned="Not a good film.", explained=True))) == 6
    assert "Which words made the answer" in words(pictures(deck(explained=True))[-2])


def test_without_courses_and_measurements_it_says_so():
    now = {"lstm": prediction("lstm", "Good.")}
    body = as_slides(View("Good."), Answers("Good.", now, {}), [], {}, link=None, attributions={})
    first, costs, origin = pictures(body.decode())
    assert "LSTM says positive" in words(first)
    assert "not been measured" in words(costs) and "2.5 ms" in words(costs)
    assert "too long for a link" in words(origin)


@pytest.mark.parametrize("models", [FOUR[:1], FOUR, EIGHT], ids=len)
@pytest.mark.parametrize("text", ["a", "Good film.", LONG], ids=["letter", "short", "long"])
def test_nothing_leaves_the_slide_and_the_file_stays_small(models, text):
    assert len(EIGHT) == MOST_MODELS
    body = deck(text, models, pinned=f"{text} again", explained=True)
    assert len(body.encode()) <= 1_000_000
    for picture in pictures(body):
        for shape in picture.iter():
            x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
            assert 0 <= x <= 1600 and 0 <= y <= 900, ElementTree.tostring(shape)
            if shape.tag == f"{SVG}rect":
                assert x + float(shape.get("width")) <= 1600
                assert y + float(shape.get("height")) <= 900


def test_a_long_text_is_cut_and_that_is_said():
    first = pictures(deck(LONG))[0]
    assert "…" in words(first) and f"Shortened here. The text has {len(LONG):,}" in words(first)
    assert "Shortened" not in words(pictures(deck())[0])


def test_nothing_runs_and_nothing_is_fetched():
    body = deck(HOSTILE, pinned=HOSTILE + " again", explained=True)
    assert "<script" not in body and "<img" not in body and "@import" not in body
    assert "url(" not in body and "src=" not in re.sub(r">[^<]*<", "><", body).replace(
        "&lt;img src=http", ""
    )
    drawn = pictures(body)
    assert len(drawn) == 6
    links = []
    for shape in (shape for picture in drawn for shape in picture.iter()):
        name = shape.tag.removeprefix(SVG)
        assert name in {"svg", "a", "text", "tspan", "rect", "polyline", "circle"}
        links += [shape.get("href")] if name == "a" else []
        assert not {key for key in shape.keys() if key.startswith("on") or "xlink" in key}  # noqa: SIM118
    assert links == [LINK]
    assert "<script>alert(1)</script>" in words(drawn[0]) and "\ufffd" in words(drawn[0])


def test_only_an_address_becomes_a_link():
    body = deck(link="javascript:alert(1)")
    assert "<a " not in body and "javascript:alert(1)" in words(pictures(body)[-1])


def test_sets_of_other_labels(tmp_path, monkeypatch):
    foreign.write_set(tmp_path / "six", "six", foreign.SIX)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path))
    models = tuple(map(str, model_set("six").models))
    body = deck("Why?", models, labels=foreign.SIX, of="six", pinned="Why not?")
    first, course, *_ = pictures(body)
    assert f"say {foreign.SIX[-1]}" in words(first) and f"then {foreign.SIX[0]}" in words(first)
    assert f"probability of {foreign.SIX[-1]}" in words(course)


def test_the_newest_measurement_of_these_models_counts():
    answers = Answers("a", {"lstm": prediction("lstm", "a")}, {})
    old, new = ({"lstm": Latency("lstm", 3, batch, 1, 2, (1.0,))} for batch in (1, 8))
    at = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2)]
    of = ("lstm",)
    measured = {
        ("a", of, 8, ()): (new, at[1]),
        ("a", of, 1, ()): (old, at[0]),
        ("b", of, 1, ()): ({}, at[1]),
    }
    assert newest(answers, measured) == new
    assert newest(Answers("c", answers.now, {}), measured) == {}


def test_attributions_are_looked_up_and_never_computed(monkeypatch):
    monkeypatch.setattr("ui.serve.cached.attribution", lambda *_, **__: pytest.fail("computed"))
    now = {"lstm": prediction("lstm", "never explained")}
    assert slides.kept_attributions(now, "never explained") == {}
