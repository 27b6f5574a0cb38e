"""Cards, tables and reports show what was found, and typed text never becomes markup."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from model_zoo.host import Host
from model_zoo.inference.predict import Prediction
from model_zoo.internals.stepwise import Course
from model_zoo.labels import SENTIMENT
from model_zoo.measure.latency import Latency
from model_zoo.models.files import ModelCard
from model_zoo.models.sets import model_set
from ui.compare.answers import Answers
from ui.compare.report import as_html, as_json
from ui.frame.permalink import View
from ui.show.cards import changes, failed_card, hidden_card, prediction_card, waiting_card
from ui.show.coloured import coloured_words
from ui.show.meter import meter

SPECS = model_set().models
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'n' <img src=x onerror=alert(1)>"
CARD = ModelCard(
    "bert", "BERT", "Transformer", 12, 33_400_000, 21_000_000, 66_700_000, 1, False, None, None
)


def prediction(positive, text="good film", model="bert"):
    shares = (1 - positive, positive)
    return Prediction(model, text, SENTIMENT, shares, ("[CLS]", "x", "[SEP]"), 0, 0, 0.5, 2.0)


class Tags(HTMLParser):
    """Collects opening tags and text; fails on tags that are not closed in order."""

    def __init__(self, body):
        super().__init__()
        self.open, self.tags, self.texts = [], [], []
        self.feed(body)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in ("br", "meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def test_a_card_says_label_margin_time_and_size():
    body = prediction_card(prediction(0.81), CARD, times_ms=(5.0, 2.5))
    text = Tags(body).text
    for part in ("positive 81\u202f%", "margin 62 points", "time 2.5 ms", "33.4 M", "66.7 MB"):
        assert part.replace("\u202f", " ") in text.replace("\u202f", " ").replace("\xa0", " ")
    assert "last 2 calls" in text and 'aria-label="2.5 to 5.0 ms"' in body
    assert "height:100%" in body and "height:50%" in body
    assert "majority" not in text and "majority" in prediction_card(
        prediction(0.8), CARD, dissents=True
    )


def test_a_card_of_no_calls_draws_none_and_a_brief_one_ends_after_the_probability():
    assert "calls" not in Tags(prediction_card(prediction(0.81), CARD)).text
    brief = Tags(prediction_card(prediction(0.81), CARD, brief=True)).text
    assert "positive" in brief and "81" in brief and "margin" not in brief
    hidden = hidden_card("bert", HOSTILE)
    assert "?" in Tags(hidden).text and "script" not in Tags(hidden).tags


def test_a_card_says_what_an_edit_did():
    text = Tags(prediction_card(prediction(0.2), CARD, before=prediction(0.7))).text
    assert "−50 points: turns negative" in text.replace("\xa0", " ")


TOPICS = ("<b>who</b>", "why", "how", "when")


def topical(*shares, model="bert"):
    return Prediction(model, "text", TOPICS, shares, ("x",) * 3, 0, 0, 0.5, 2.0)


def test_a_card_of_many_labels_says_the_three_likeliest_and_the_margin():
    body = prediction_card(topical(0.5, 0.3, 0.15, 0.05), CARD)
    text = Tags(body).text.replace("\xa0", " ").replace("\u202f", " ")
    assert "<b>who</b> 50 %" in text and "b" not in Tags(body).tags
    assert "why 30 %" in text and "how 15 %" in text and "when" not in text
    assert "margin 20 points" in text and "+" not in text


def test_changes_of_many_labels_name_each_answer():
    before, after = topical(0.5, 0.3, 0.15, 0.05), topical(0.1, 0.8, 0.05, 0.05)
    text = Tags(changes([before], [after], called=("As typed", "Now"))).text
    text = text.replace("\xa0", " ").replace("\u202f", " ")
    assert "<b>who</b> 50 %" in text and "why 80 %" in text
    assert "why +50 points: turns why" in text


def test_changes_show_both_sentences_and_every_models_move():
    before = [prediction(0.9, "a good film", "lstm"), prediction(0.6, "a good film", "bert")]
    after = [prediction(0.3, "a bad film", "lstm"), prediction(0.55, "a bad film", "bert")]
    body = changes(before, after, called=("Pinned", "Now"))
    text = Tags(body).text.replace("\xa0", " ").replace("\u202f", " ")
    assert "<del>good</del>" in body and "<ins>bad</ins>" in body
    assert "−60 points: turns negative" in text and "−5 points" in text
    assert text.index("LSTM") < text.index("BERT") < text.index("Pinned") < text.index("Now")
    for share in ("90 %", "60 %", "30 %", "55 %"):
        assert share in text


def test_the_meter_ends_at_the_limit():
    machine = Host("cpu", 2, 690_000_000, True, "3.11", "2.13")
    body = meter(345_000_000, machine)
    assert "345 MB of 690 MB, its memory limit" in Tags(body).text and "width:50.0%" in body
    assert "width:100.0%" in meter(800_000_000, machine)


@pytest.mark.parametrize(
    "body",
    [
        changes([prediction(0.9, HOSTILE)], [prediction(0.8, "x " + HOSTILE)], called=("A", "B")),
        failed_card("bert", "BERT", HOSTILE),
        waiting_card("bert", "BERT"),
    ],
)
def test_typed_text_is_never_markup(body):
    assert not {"script", "img"} & set(Tags(body).tags)


@pytest.fixture
def result():
    now = {name: prediction(0.8, HOSTILE, name) for name in SPECS}
    before = {name: prediction(0.4, "pinned <b>text</b>", name) for name in SPECS}
    latencies = {name: Latency(name, 3, 1, 1, 2, (2.0, 4.0, 3.0)) for name in SPECS}
    when = datetime.now(UTC)
    measured = {
        (HOSTILE, tuple(SPECS), 1): (latencies, when),
        ("another text", tuple(SPECS), 1): (latencies, when),
    }
    courses = [
        Course("lstm", "forward", SENTIMENT, ((0.75, 0.25), (0.25, 0.75))),
        Course("bert", "layers", SENTIMENT, ((0.5, 0.5), (0.375, 0.625))),
    ]
    return (
        View(text=HOSTILE, pinned="pinned <b>text</b>"),
        Answers(HOSTILE, now, before),
        (courses, measured),
    )


def test_the_json_holds_everything_that_was_shown(result):
    view, answers, (courses, measured) = result
    record = json.loads(as_json(view, answers, courses, measured))
    assert record["text"] == HOSTILE and record["pinned"] == view.pinned
    assert [prediction["model"] for prediction in record["predictions"]] == list(SPECS)
    assert record["predictions"][0]["probabilities"]["positive"] == 0.8
    assert record["compared_with"][0]["probabilities"]["positive"] == 0.4
    assert record["courses"][0]["probabilities"] == [[0.75, 0.25], [0.25, 0.75]]
    assert record["set"] == "sentiment"
    samples = [latency["samples_ms"] for latency in record["latency"]]
    assert samples == [[2.0, 4.0, 3.0]] * len(SPECS)
    assert record["models"][0]["size_bytes"] > 1_000_000 and record["host"]["cores"]


def test_the_html_report_stands_alone_and_executes_nothing(result):
    view, answers, (courses, measured) = result
    body = as_html(view, answers, courses, measured).decode()
    tags = Tags(body.replace("<!doctype html>", ""))
    assert not {"script", "img", "link", "iframe"} & set(tags.tags)
    assert "http" not in body and "url(" not in body  # nothing from elsewhere
    assert HOSTILE.split()[0] in tags.text  # shown as typed
    for row in SPECS.values():
        assert row.title in tags.text
    assert "0.625" in tags.text and "+40 points" in tags.text.replace("\xa0", " ")


def test_coloured_words_show_scores_signs_and_no_markup():
    body = coloured_words("bert", "BERT", ["<i>", "good"], [-0.5, 1.0], 1.0, True)
    text = Tags(body).text
    assert "−0.50" in text and "+1.00" in text and "<i>" in text
    assert "#9C5BB5 30%" in body and "#1B9E8A 60%" in body
    assert "#808080" in coloured_words("bert", "BERT", ["a"], [0.5], 1.0, False)
