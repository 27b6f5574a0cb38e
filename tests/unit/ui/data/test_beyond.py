"""The commands for a file that has more rows than the page takes."""

import shlex

import pandas as pd
import pytest

from model_zoo.cluster.summary import Totals
from model_zoo.commands.lineup import chosen_models
from model_zoo.commands.parser import understood
from model_zoo.labels import SENTIMENT
from model_zoo.models.network import ModelId
from model_zoo.models.sets import model_set
from ui.data.beyond import commands
from ui.data.dataset import Dataset
from ui.data.totals import totals_table

MODELS = [ModelId("lstm"), ModelId("bert@onnx")]


def data(mapping, columns=("my review", "mood")):
    frame = pd.DataFrame({column: ["a"] for column in columns})
    label = columns[1] if mapping else None
    return Dataset("it's big.csv", frame, 7, columns[0], label, SENTIMENT, mapping)


def test_the_commands_are_those_that_the_command_line_takes():
    score, evaluate = commands(data({"negative": 0, "1": 1}), MODELS, model_set())
    for line in (score, evaluate):
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "model_zoo"]
        arguments = understood(words[3:])
        assert arguments.input == ["it's big.csv"] and arguments.text == "my review"
        assert arguments.cluster == "local" and not arguments.no_header
        assert [row.id for row in chosen_models(arguments)] == MODELS
    assert understood(shlex.split(evaluate)[3:]).label == "mood"
    assert "--out 'it'\"'\"'s big-scored'" in score


@pytest.mark.parametrize(
    "mapping", [{}, {"1": 0, "3": None, "5": 1}, {"negative": 1, "positive": 0}]
)
def test_labels_that_evaluate_would_read_otherwise_are_left_to_the_page(mapping):
    assert len(commands(data(mapping), MODELS, model_set())) == 1


def test_a_file_without_names_is_said_to_be_one():
    (score,) = commands(data({}, ("column 1", "column 2")), MODELS, model_set())
    assert "--no-header" in score


def test_totals_are_shares_of_each_models_answers():
    table = totals_table(Totals(10, 2, 1.0, {"lstm": {"no": 2, "yes": 6}, "bert": {}}))
    assert table.to_dict("records") == [
        {"model": "lstm", "answer": "yes", "rows": 6, "share": 0.75},
        {"model": "lstm", "answer": "no", "rows": 2, "share": 0.25},
    ]
