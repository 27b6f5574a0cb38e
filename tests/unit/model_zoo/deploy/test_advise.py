"""What is recommended: what meets the needs, the most accurate of that, and how it is said."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from model_zoo.deploy.advise import Advice, Needs, advise, exceeded
from model_zoo.deploy.options import as_csv, as_json, front
from model_zoo.deploy.wording import accuracy_about, sentences
from tests.unit.model_zoo.deploy.figures import option, surveyed

LSTM, BERT = option("lstm", 1.0, 100, 0.86), option("bert", 20.0, 600, 0.92)
INT8 = option("bert@onnx-int8", 4.0, 140, 0.915)


def words(survey, **needs):
    return " ".join(sentences(survey, advise(survey, Needs(**needs))))


def rows(right, of=1000):
    """Answers of which so many are right, where the truth is 1 everywhere."""
    return [1] * right + [0] * (of - right)


def test_the_most_accurate_that_meets_every_need_is_recommended():
    survey = surveyed(LSTM, INT8, BERT)
    assert advise(survey, Needs()).option == BERT
    assert advise(survey, Needs(latency_ms=10)).option == INT8
    assert advise(survey, Needs(memory_mb=120)).option == LSTM
    assert advise(survey, Needs(latency_ms=10, accuracy_loss=0.01)).option == INT8
    assert all(
        advise(survey, needs).meets
        for needs in (Needs(), Needs(latency_ms=4.0), Needs(memory_mb=140), Needs(10, 140, 0.005))
    ), "what is just met is met"


def test_batches_of_more_are_no_answer_to_a_need_of_latency():
    quick = option("bert", 0.5, 100, 0.99, batch=8)
    assert advise(surveyed(LSTM, quick), Needs(latency_ms=1)).option == LSTM


@pytest.mark.parametrize("apart, chosen", [(4, "lstm"), (60, "bert")])
def test_among_models_apart_by_what_could_be_chance_the_faster_wins(apart, chosen):
    slow, fast = option("bert", 20.0, 600, 0.9), option("lstm", 1.0, 100, 0.9 - apart / 1000)
    survey = surveyed(slow, fast, truth=[1] * 1000, bert=rows(900), lstm=rows(900 - apart))
    advice = advise(survey, Needs())
    assert advice.option.model == chosen and advice.meets
    assert advice.tied == (("bert",) if chosen == "lstm" else ())


def test_the_more_models_are_compared_the_more_may_be_chance():
    slow, fast = option("bert", 20.0, 600, 0.9), option("lstm", 1.0, 100, 0.894)
    others = {f"bert_at_{engine}": rows(900) for engine in ("onnx", "onnx_int8")}
    two = surveyed(slow, fast, truth=[1] * 1000, bert=rows(900), lstm=rows(894))
    four = surveyed(slow, fast, truth=[1] * 1000, bert=rows(900), lstm=rows(894), **others)
    assert two.compare("lstm", "bert").adjusted == two.compare("lstm", "bert").p < 0.05
    assert four.compare("lstm", "bert").adjusted == 3 * two.compare("lstm", "bert").p
    assert advise(two, Needs()).option.model == "bert"
    assert advise(four, Needs()).option.model == "lstm" and "could be chance" in words(four)


def test_without_rows_nothing_is_taken_for_chance():
    almost = option("lstm", 1.0, 100, 0.9199)
    assert advise(surveyed(BERT, almost), Needs()).option == BERT
    assert "whether that is chance was not tested" in words(surveyed(BERT, almost), memory_mb=200)


def test_engines_of_the_same_accuracy_are_chosen_by_time_and_threads_must_pay():
    one, two = option("bert@onnx", 8.0, 250, 0.92), option("bert@onnx", 7.9, 250, 0.92, threads=2)
    assert advise(surveyed(BERT, one, two), Needs()).option == one
    much = option("bert@onnx", 5.0, 250, 0.92, threads=2)
    assert advise(surveyed(BERT, one, much), Needs()).option == much


def test_what_is_not_known_is_not_assumed():
    unknown = option("bert@onnx-int8", 4.0, 140, agreement=0.98)
    survey = surveyed(LSTM, BERT, unknown)
    assert advise(survey, Needs(latency_ms=10)).option == LSTM
    assert exceeded(unknown, Needs(accuracy_loss=0.5), BERT) == {"accuracy_loss": None}
    assert "BERT · int8: faster" not in words(survey, latency_ms=10)  # the LSTM is faster still
    slower = surveyed(option("lstm", 5.0, 100, 0.86), BERT, unknown)
    assert "BERT · int8: faster, and meets the other needs, but how accurate" in words(
        slower, latency_ms=10
    )
    only = surveyed(unknown)
    assert advise(only, Needs(latency_ms=10)) == Advice(Needs(latency_ms=10), unknown, True)
    assert "accuracy not measured; 98.0% of its answers are torch’s" in words(only)
    assert "measured of no option; give a file" in words(only, accuracy_loss=0.01)


def test_where_nothing_meets_the_needs_it_says_which_fails_and_what_comes_closest():
    survey = surveyed(LSTM, INT8, BERT)
    advice = advise(survey, Needs(latency_ms=0.5))
    assert not advice.meets and advice.option == LSTM
    told = words(survey, latency_ms=0.5, memory_mb=50)
    assert "Latency: the least there is, LSTM on 1 thread, has 1.0 ms, 0.5 ms over your 0.5" in told
    assert "Memory: the least there is, LSTM on 1 thread, has 100 MB, 50 MB over your 50" in told
    together = words(survey, latency_ms=2, accuracy_loss=0.01)
    assert "none meets latency and accuracy together" in together
    assert "Closest: BERT · int8 on 1 thread: p95 4.0 ms, 2.0 ms over your 2.0 ms" in together
    assert not advise(survey, Needs(accuracy_loss=0, latency_ms=5)).meets


def test_nothing_measured_is_nothing_recommended():
    assert advise(surveyed(), Needs()) == Advice(Needs(), None, False)
    assert "Nothing was measured" in words(surveyed())


def test_the_words_give_every_figure_with_its_margin():
    truth, right = [1] * 1000, rows(920)
    other = rows(916)
    survey = surveyed(
        option("bert@torch", 20.0, 600, 0.92), option("bert@onnx-int8", 4.0, 140, 0.916),
        option("lstm", 1.0, 100, 0.8), truth=truth, bert_at_torch=right,
        bert_at_onnx_int8=other, lstm=rows(800),
    )  # fmt: skip
    told = words(survey, latency_ms=10, memory_mb=300, accuracy_loss=0.01)
    assert told.startswith(
        "BERT · int8 on 1 thread: p95 4.0 ms, 6.0 ms under your 10.0 ms; 140 MB of memory, 160 MB "
        "under your 300 MB; 0.4 points less accurate than BERT · torch, 0.6 points under "
        "your 1.0 points, "
        "which could be chance (p = 0.12)."
    )
    assert "4 rows right by torch alone, 0 rows by this engine alone (McNemar, p = 0.12)" in told
    assert "hardly by chance (p = <0.001)" in words(survey, latency_ms=2)
    assert "no option is more accurate (92.0%)" in words(surveyed(BERT))


def test_what_answers_no_better_than_chance_is_not_recommended():
    truth, coin = [0, 1] * 100, [0, 0, 1, 1] * 50
    slow, fast = option("bert", 20.0, 600, 0.5), option("lstm", 1.0, 100, 0.5)
    survey = surveyed(slow, fast, truth=truth, bert=coin, lstm=[1 - answer for answer in coin])
    advice = advise(survey, Needs())
    assert advice.meets and advice.guessing and not advice.recommended
    told = words(survey)
    assert told.startswith("Nothing that meets what you need can be recommended: 50.0% right")
    assert "commonest label would be right for 50.0%" in told


def test_of_two_that_could_be_equal_the_one_that_may_be_guessing_is_not_taken():
    truth = [0, 1] * 20
    better = [*truth[:34], *(1 - t for t in truth[34:])]  # 34 of 40 right
    worse = [*truth[:30], *(1 - t for t in truth[30:])]
    slow, fast = option("bert", 20.0, 600, 0.85), option("lstm", 1.0, 100, 0.75)
    survey = surveyed(slow, fast, truth=truth, bert=better, lstm=worse)
    advice = advise(survey, Needs())
    assert advice.option.model == "bert" and advice.recommended


def test_without_rows_chance_is_that_of_the_labels():
    coin = replace(option("lstm", 1.0, 100, 0.51), ci95=(0.48, 0.54))
    assert advise(surveyed(coin), Needs()).guessing
    assert "guessing would be right for 50.0%" in words(surveyed(coin))
    assert advise(surveyed(coin, BERT), Needs(latency_ms=5)).guessing
    assert advise(surveyed(coin, BERT), Needs()).recommended


def test_that_it_was_chosen_on_its_own_rows_is_said():
    slow, fast = option("bert", 20.0, 600, 0.9), option("lstm", 1.0, 100, 0.9)
    others = [*rows(896, 896), *[0] * 4, *rows(4, 100)]  # as many right, not the same
    near = surveyed(slow, fast, truth=[1] * 1000, bert=rows(900), lstm=others)
    assert "winner’s curse" in words(near)
    far = surveyed(slow, fast, truth=[1] * 1000, bert=rows(900), lstm=rows(500))
    assert "winner’s curse" not in words(far)


def test_few_rows_and_few_calls_are_said():
    few = option("bert", 3.0, 100, 0.75, runs=5)
    few = replace(few, accuracy_rows=4)
    told = words(surveyed(few, truth=[1, 1, 1, 1], bert=[1, 1, 1, 0]))
    assert "slowest of 5 calls 3.0 ms" in told and "4 labelled rows are few" in told


def test_a_busy_machine_is_noticed():
    assert "busy" not in words(surveyed(LSTM, BERT))
    assert "busy: p95 is more than 3 times the median for 1 of 2 options" in words(
        surveyed(LSTM, replace(BERT, median_ms=5.0))
    )


def test_accuracy_says_whose_rows_it_is_of():
    assert "own validation rows" in accuracy_about(surveyed(BERT))
    drawn = surveyed(BERT, truth=[1, 1], bert=[1, 0])
    assert "2 of your rows each" in accuracy_about(drawn)
    unlabelled = surveyed(BERT, bert=[1, 0])
    assert "they have no labels" in accuracy_about(unlabelled)


def test_the_front_leaves_out_what_is_beaten_and_what_is_unknown():
    beaten, unknown = option("bilstm", 1.5, 110, 0.85), option("lstm@onnx-int8", 0.1, 50)
    assert front([LSTM, BERT, INT8, beaten, unknown]) == [LSTM, BERT, INT8]
    assert front([LSTM, LSTM]) == [LSTM, LSTM], "equals do not beat one another"
    smaller = replace(option("lstm", 2.0, 100, 0.86), memory_bytes=99_800_000)
    assert front([LSTM, smaller]) == [LSTM], "200 kB less memory are chance"
    assert front([]) == []


def test_figures_to_take_along():
    batch = option("bert", 80.0, 700, 0.92, batch=8)
    survey = surveyed(LSTM, batch, truth=[1, 1], lstm=[1, 0], bert=[1, 1])
    table = list(csv.DictReader(io.StringIO(as_csv(survey))))
    assert [row["model"] for row in table] == ["lstm", "bert"]
    assert float(table[1]["texts_per_second"]) == pytest.approx(100)
    assert table[0]["agreement"] == "" and float(table[0]["ci95_low"]) == pytest.approx(0.84)
    record = as_json(survey)
    assert record["options"][1]["texts_per_second"] == pytest.approx(100)
    assert record["mcnemar"] == {"lstm|bert": {"b": 0, "c": 1, "p": 1.0, "adjusted": 1.0}}
    assert survey.compare("lstm", "gone") is None
    assert np.array_equal(survey.answers["bert"], [1, 1])
