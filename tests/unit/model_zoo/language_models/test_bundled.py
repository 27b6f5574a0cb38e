"""The language models that come with the app: small, plain, and measured as they are."""

from math import prod

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM

from model_zoo.language_models import models, report
from model_zoo.language_models.guess import guess
from model_zoo.models.files import WEIGHTS, read_header
from tests import language_zoo
from tests.documentation import table_row

BYTES_EACH, BYTES_TOGETHER = 95e6, 180e6


@pytest.fixture(autouse=True)
def bundled(monkeypatch):
    monkeypatch.delenv("QUARTET_LANGUAGE", raising=False)


def test_there_are_four_and_they_are_small():
    assert models.available() == language_zoo.NAMES
    sizes = [models.needed_bytes(name) for name in models.available()]
    assert max(sizes) < BYTES_EACH and sum(sizes) < BYTES_TOGETHER


@pytest.mark.parametrize("name", ["bert", "distilbert"])
def test_transformers_alone_loads_them(name):
    model = models.load(name)
    network = AutoModelForMaskedLM.from_pretrained(models.root() / name, dtype=torch.float32).eval()
    ids = list(model.read("One of the best films of the year.").ids)
    ids[2] = model.vocabulary.mask
    with torch.inference_mode():
        theirs = network(torch.tensor([ids])).logits[0, 2].log_softmax(-1).numpy()
    ours = model.log_probabilities([ids], [(0, 2)])[0]
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_each_knows_an_easy_word_from_what_it_sees(name):
    (blank,) = guess(models.load(name), "It is one of the best films of the year.", [3])
    assert blank.rank == 1 and blank.truth == "of"


@pytest.mark.parametrize("name", [report.MISSING, report.GRAMMAR])
def test_what_was_measured_is_of_these_weights(name):
    assert set(report.kept(name)["models"]) == set(language_zoo.NAMES)


@pytest.mark.parametrize("name", language_zoo.NAMES)
def test_the_documentation_gives_the_figures_as_measured(name):
    row = table_row("models.md", "The language models", models.TITLES[name])
    tensors = read_header(models.root() / name / WEIGHTS).values()
    assert f"{sum(prod(tensor['shape']) for tensor in tensors) / 1e6:.1f} M" in row
    assert f"{models.needed_bytes(name) / 1e6:.1f} MB" in row
    assert f"{models.metrics(name)['guesses'] / 1e6:.1f} M" in row
    missing = report.kept(report.MISSING)["models"][name]["all"]
    for which in ("top1", "top5"):
        low, high = missing[f"{which}_ci95"]
        assert f"{missing[which]:.1%} ({low:.1%} to {high:.1%})" in row
    assert f"{report.kept(report.GRAMMAR)['models'][name]['mean']:.1%}" in row


def test_each_says_how_it_was_trained():
    for name in models.available():
        metrics = models.metrics(name)
        assert metrics["guesses"] > 0 and metrics["data"]["sources"]
        card = (models.root() / name / "README.md").read_text("utf-8")
        assert f"{metrics['data']['words']:,} words" in card
