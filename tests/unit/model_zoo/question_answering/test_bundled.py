"""The readers that come with the app: small, of the bundled language models, and measured."""

import pytest

from model_zoo.language_models import models
from model_zoo.models.files import WEIGHTS, read_checksums, read_header
from model_zoo.question_answering import folders
from model_zoo.question_answering.answer import answer
from model_zoo.question_answering.reader import load_reader
from tests import language_zoo
from tests.documentation import table_row

BYTES_TOGETHER = 180e6  # of language models and readers
NAMES = folders.available(folders.ASSETS / "answering")
PASSAGE = (
    "The lighthouse on Gull Rock was built in 1862 by the engineer Martha Lund. It is 41 metres "
    "high. For ninety years a keeper lived there with his family. In 1954 the lamp was made "
    "automatic, and the last keeper, Peter Holm, moved to the mainland."
)
ELSEWHERE = (
    "The Quiet Harbour, the second film of Ines Calder, was shot in eleven weeks in a fishing "
    "village in Portugal. It tells of a sailor who comes home after twenty years."
)
ASKED = "When was the lamp made automatic?"


@pytest.fixture(autouse=True)
def bundled(monkeypatch):
    monkeypatch.delenv("QUARTET_LANGUAGE", raising=False)
    monkeypatch.delenv("QUARTET_ANSWERING", raising=False)


def test_they_are_of_the_four_and_small():
    assert set(NAMES) <= set(language_zoo.NAMES) and "bert" in NAMES
    assert set(read_checksums(folders.root())) == set(NAMES)
    weights = [folders.root() / name / WEIGHTS for name in NAMES]
    weights += [models.root() / name / WEIGHTS for name in models.available()]
    assert sum(file.stat().st_size for file in weights) < BYTES_TOGETHER
    for file in weights[: len(NAMES)]:
        assert {tensor["dtype"] for tensor in read_header(file).values()} == {"F16"}


def test_bert_finds_an_easy_answer_and_doubts_where_there_is_none():
    reader = load_reader(folders.root() / "bert")
    answers = answer(reader, PASSAGE, ASKED)
    assert "1954" in answers.best.text and not answers.no_answer_likely
    astray = answer(reader, ELSEWHERE, ASKED)
    assert astray.no_answer > answers.no_answer


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_gives_the_figures_as_measured(name):
    row = table_row("models.md", "The readers", models.TITLES[name])
    metrics = folders.read_metrics(folders.root() / name)
    assert f"{metrics['weights_bytes'] / 1e6:.1f} MB" in row
    for which in ("exact", "f1"):
        low, high = metrics["test"][f"{which}_ci95"]
        assert f"{metrics['test'][which]:.1%} ({low:.1%} to {high:.1%})" in row
    weak = metrics["no_answer"]["test"]
    assert f"| {weak['noticed']:.0%} | {weak['doubted']:.0%} |" in row


@pytest.mark.parametrize("name", NAMES)
def test_each_was_trained_from_the_bundled_language_model_of_its_name(name):
    description = folders.read_description(folders.root() / name)
    assert description["body_sha256"] == models.stamp(description["body"])
    assert folders.read_metrics(folders.root() / name)["data"]["questions"]["train"] == 7765
