"""Figures hold the numbers they are given, on the scales they are given."""

import pytest

from model_zoo.internals.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.files import ModelCard
from model_zoo.text.tokens import Encoded
from ui.compare.figures import by_layer, by_word, gauges

CARD = ModelCard(
    "bert", "BERT", "Transformer", 12, 33_400_000, 21_000_000, 66_700_000, 1, False, None, None
)
TITLES = {"lstm": "LSTM", "bilstm": "BiLSTM", "bert": "BERT", "distilbert": "DistilBERT"}
SCALES = {
    "slowest_ms": 50.0,
    "most_parameters": 40_000_000,
    "largest_bytes": 70_000_000,
    "most_bytes": 160_000_000,
}


def test_gauges_show_median_p95_and_sizes_on_common_scales():
    latency = Latency("bert", 9, 1, 1, 2, (20.0, 30.0, 22.0))
    dial, *bars = gauges(latency, CARD, 150_000_000, **SCALES).data
    assert dial.value == 22.0 and dial.gauge.threshold.value == 30.0
    assert dial.gauge.axis.range == (0, 50.0)
    assert [(bar.value, bar.gauge.axis.range[1]) for bar in bars] == [
        (33_400_000, 40_000_000),
        (66_700_000, 70_000_000),
        (150_000_000, 160_000_000),
    ]


def test_what_is_not_measured_yet_is_an_empty_gauge():
    figure = gauges(None, CARD, None, **SCALES | {"most_bytes": None})
    assert figure.data[0].value is None and figure.data[3].value is None
    assert "…" in [note.text for note in figure.layout.annotations]


def read(words):
    """A text of these words as a model reads it that has a token for each of them."""
    text = " ".join(words)
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    spans = tuple((start, start + len(word)) for start, word in zip(starts, words, strict=False))
    tokens, owners = ("[CLS]", *words, "[SEP]"), (None, *range(len(words)), None)
    return Encoded(text, (1,) * len(tokens), tokens, ((0, 0), *spans, (0, 0)), owners, spans, 0)


def course(model, reading, shares, text=None):
    """Of two labels; `shares` are those of the second."""
    spans = text.spans[1:-1] if text else ()
    both = tuple((1 - share, share) for share in shares)
    return Course(model, reading, ("negative", "positive"), both, spans)


def test_a_course_over_other_tokens_stands_where_they_end():
    text = read(["not", "good", "at", "all"])
    own = ((0, 8), (9, 15))  # "not good", "at all"
    labels, shares = ("a", "b", "<i>"), ((0.2, 0.3, 0.5), (0.1, 0.1, 0.8))
    other = Course("lstm", "forward", labels, shares, own)
    (trace,) = (figure := by_word([other], text, TITLES, "<i>")).data
    assert trace.x == (1, 3) and trace.y == (0.5, 0.8)
    assert trace.customdata == ("not good", "at all") and trace.hovertemplate.endswith("&lt;i&gt;")
    assert figure.layout.yaxis.title.text == "probability of &lt;i&gt;"
    assert figure.layout.shapes[0].y0 == pytest.approx(1 / 3)  # what three alike would have


def test_word_by_word_shows_every_course_and_escapes_words():
    words = ["<b>bold</b>", "a" * 40, "&amp;"]
    text = read(words)
    courses = [
        course("lstm", "forward", (0.2, 0.6, 0.9), text),
        course("bilstm", "backward", (0.1, 0.5, 0.7), text),
    ]
    figure = by_word(courses, text, TITLES, "positive")
    assert [trace.y for trace in figure.data] == [(0.2, 0.6, 0.9), (0.1, 0.5, 0.7)]
    assert [trace.name for trace in figure.data] == ["LSTM, left to right", "BiLSTM, right to left"]
    assert figure.data[0].line.dash != figure.data[1].line.dash  # not told apart by colour alone
    ticks = figure.layout.xaxis.ticktext
    assert ticks == ("&lt;b&gt;bold&lt;/b&gt;", "a" * 17 + "…", "&amp;amp;")


@pytest.mark.parametrize("count", [1, 40, 41, 510])
def test_long_texts_keep_all_points_but_not_all_ticks(count):
    text = read(["w"] * count)
    figure = by_word([course("lstm", "forward", (0.5,) * count, text)], text, TITLES, "positive")
    assert len(figure.data[0].y) == count and len(figure.layout.xaxis.tickvals) <= 40


def test_layers_of_a_shallow_model_are_stretched_to_the_deepest():
    figure = by_layer(
        [
            course("bert", "layers", (0.5, 0.6, 0.7, 0.8, 0.9)),
            course("distilbert", "layers", (0.5, 0.6, 0.9)),
        ],
        TITLES,
        "positive",
    )
    deep, shallow = figure.data
    assert deep.x == (0, 1, 2, 3, 4) and shallow.x == (0, 2, 4)
    assert shallow.customdata[1] == "layer 1 of 2"
    assert figure.layout.xaxis.title.text == "layer of BERT"
