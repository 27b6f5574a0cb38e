"""Any text at all through tokenizer, models and attributions; `make fuzz` asks of many more."""

import pytest
from hypothesis import HealthCheck, given, settings

from model_zoo.explain.attribute import METHODS
from model_zoo.models.registry import SPECS, load
from model_zoo.reading.score import score
from tests.fuzz.hostile import LONG, TROUBLE, ask, explain, read, texts

small = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def models():
    return {name: load(name) for name in SPECS}


@settings(small, max_examples=120)
@given(texts)
def test_any_text_is_read_soundly(text):
    read(text)


@pytest.mark.slow
@settings(small, max_examples=200)
@given(texts)
def test_any_text_is_answered_soundly(models, text):
    words = len(read(text).words)
    for name in ("lstm", "bilstm"):
        ask(models[name], text, words)


@pytest.mark.slow
def test_troublemakers_in_all_four_models_alone_and_together(models):
    found = [read(text) for text in TROUBLE]
    alone = [
        [ask(models[name], one.text, len(one.words)) for name in ("lstm", "distilbert")]
        for one in found
    ]
    together = score([models["lstm"], models["distilbert"]], [one.text for one in found])
    for row, pair in zip(together.positive, alone, strict=True):
        for share, one in zip(row, pair, strict=True):
            if one is None:
                assert share != share  # NaN: nothing to read
            else:
                assert share == pytest.approx(one.positive, abs=1e-4)
    for one in found[:40:8]:
        for name in ("bilstm", "bert"):
            ask(models[name], one.text, len(one.words))


@pytest.mark.slow
@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_runs_are_read_and_answered(models, text):
    ask(models["lstm"], text, len(read(text).words))


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_attributions_of_troublemakers_are_finite(models, method):
    for name, text in zip([*SPECS] * 3, TROUBLE[::3], strict=False):
        explain(models[name], text, method, read(text).word_texts)
