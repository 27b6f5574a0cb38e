"""Any text at all through tokenizer, models and attributions; `make fuzz` asks of many more."""

from math import isnan

import pytest
from hypothesis import HealthCheck, given, settings

from model_zoo.explain.attribute import METHODS
from model_zoo.inference.score import score
from model_zoo.models.loading import load
from model_zoo.models.sets import model_set
from tests.fuzz.hostile import (
    LONG,
    TROUBLE,
    check_attribution,
    check_encoding,
    check_prediction,
    texts,
)

small = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def models():
    return {name: load(row) for name, row in model_set().models.items()}


@settings(small, max_examples=120)
@given(texts)
def test_any_text_is_read_soundly(text):
    check_encoding(text)


@pytest.mark.slow
@settings(small, max_examples=200)
@given(texts)
def test_any_text_is_answered_soundly(models, text):
    words = len(check_encoding(text).words)
    for name in ("lstm", "bilstm"):
        check_prediction(models[name], text, words)


@pytest.mark.slow
def test_troublemakers_in_all_four_models_alone_and_together(models):
    words = [len(check_encoding(text).words) for text in TROUBLE]
    alone = [
        [check_prediction(models[name], text, count) for name in ("lstm", "distilbert")]
        for text, count in zip(TROUBLE, words, strict=True)
    ]
    together = score([models["lstm"], models["distilbert"]], TROUBLE)
    for rows, predictions in zip(together.probabilities, zip(*alone, strict=True), strict=True):
        for row, prediction in zip(rows, predictions, strict=True):
            if prediction is None:
                assert all(map(isnan, row))  # nothing to read
            else:
                assert row == pytest.approx(prediction.probabilities, abs=1e-4)
    for text, count in list(zip(TROUBLE, words, strict=True))[:40:8]:
        for name in ("bilstm", "bert"):
            check_prediction(models[name], text, count)


@pytest.mark.slow
@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_runs_are_read_and_answered(models, text):
    check_prediction(models["lstm"], text, len(check_encoding(text).words))


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_attributions_of_troublemakers_are_finite(models, method):
    for name, text in zip([*models] * 3, TROUBLE[::3], strict=False):
        check_attribution(models[name], text, method, check_encoding(text).word_texts)
