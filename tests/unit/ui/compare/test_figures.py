"""Figures hold the numbers they are given, on the scales they are given."""

import pytest

from model_zoo.inside.stepwise import Course
from model_zoo.measure.latency import Latency
from model_zoo.models.files import ModelCard
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


def test_word_by_word_shows_every_course_and_escapes_words():
    words = ["<b>bold</b>", "a" * 40, "&amp;"]
    courses = [
        Course("lstm", "forward", (0.2, 0.6, 0.9)),
        Course("bilstm", "backward", (0.1, 0.5, 0.7)),
    ]
    figure = by_word(courses, words, TITLES)
    assert [trace.y for trace in figure.data] == [(0.2, 0.6, 0.9), (0.1, 0.5, 0.7)]
    assert [trace.name for trace in figure.data] == ["LSTM, left to right", "BiLSTM, right to left"]
    assert figure.data[0].line.dash != figure.data[1].line.dash  # not told apart by colour alone
    ticks = figure.layout.xaxis.ticktext
    assert ticks == ("&lt;b&gt;bold&lt;/b&gt;", "a" * 17 + "…", "&amp;amp;")


@pytest.mark.parametrize("count", [1, 40, 41, 510])
def test_long_texts_keep_all_points_but_not_all_ticks(count):
    figure = by_word([Course("lstm", "forward", (0.5,) * count)], ["w"] * count, TITLES)
    assert len(figure.data[0].y) == count and len(figure.layout.xaxis.tickvals) <= 40


def test_layers_of_a_shallow_model_are_stretched_to_the_deepest():
    figure = by_layer(
        [
            Course("bert", "layers", (0.5, 0.6, 0.7, 0.8, 0.9)),
            Course("distilbert", "layers", (0.5, 0.6, 0.9)),
        ],
        TITLES,
    )
    deep, shallow = figure.data
    assert deep.x == (0, 1, 2, 3, 4) and shallow.x == (0, 2, 4)
    assert shallow.customdata[1] == "layer 1 of 2"
    assert figure.layout.xaxis.title.text == "layer of BERT"
