"""Folders that cannot be the model they say they are end with a sentence, whatever the engine."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from model_zoo.backends import export
from model_zoo.backends.agreement import Agreement
from model_zoo.errors import EngineError, SetError, WeightsError
from model_zoo.inference.predict import predict
from model_zoo.models.files import licence, read_card, write_checksum
from model_zoo.models.loading import load, load_module
from model_zoo.models.own import add_folder
from model_zoo.models.registry import spec
from model_zoo.models.sets import MOST_MODELS, add_set
from model_zoo.text import bounds
from model_zoo.text.tokens import TextTokenizer
from tests.foreign import write, write_set

WEIGHTS = "model.safetensors"
pytestmark = pytest.mark.slow
LABELS = ("negative", "positive")
DEEP = "[" * 100_000
ENGINES = ("auto", "torch", "onnx")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    write_set(folder / "odd", "odd", LABELS)
    write("roberta", folder / "mine", LABELS)
    return folder


@pytest.fixture
def odd(written, tmp_path):
    """The folder of a set, to be spoilt."""
    return shutil.copytree(written / "odd", tmp_path / "odd")


@pytest.fixture
def mine(written, tmp_path):
    """The folder of a model of one's own, to be spoilt."""
    return shutil.copytree(written / "mine", tmp_path / "mine")


def configure(folder, name="config.json", **fields):
    config = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(config | fields))


def rewrite(folder, change):
    weights = load_file(folder / WEIGHTS)
    change(weights)
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    if (folder.parent / "SHA256SUMS").is_file():
        write_checksum(folder.name, folder.parent)


def in_set(folder, name, engine="auto"):
    models = add_set(folder).models
    return next(row for row in models.values() if row.name == name).on(engine)


def refused(row, match):
    with pytest.raises(WeightsError, match=match) as refusal:
        load(row() if callable(row) else row)
    message = str(refusal.value)
    assert "\n" not in message and message.endswith(".")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "number"), [("lstm", math.nan), ("bert", -math.inf)])
def test_weights_that_are_no_numbers_are_refused(odd, engine, model, number):
    def spoil(weights):
        list(weights.values())[-1].view(-1)[-1] = number

    rewrite(odd / model, spoil)
    refused(in_set(odd, model, engine), "holds weights that are no numbers")


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_they_are_found_in_every_precision(mine, kind):
    def spoil(weights, number):
        for name, weight in weights.items():
            weights[name] = weight.to(kind)
        weights["classifier.out_proj.bias"][0] = number

    rewrite(mine, lambda weights: spoil(weights, torch.finfo(kind).max / 1e4))
    with pytest.raises(WeightsError) as refusal:  # answers may be too large, weights are not
        load(add_folder(mine))
        raise WeightsError("it answers")
    assert "holds weights" not in str(refusal.value)
    rewrite(mine, lambda weights: spoil(weights, math.nan))
    refused(add_folder(mine), r"holds weights that are no numbers \(classifier\.out_proj\.bias\)")


def test_a_model_whose_answers_are_no_numbers_is_refused(mine):
    def spoil(weights):
        weights["classifier.out_proj.weight"].fill_(3e38)
        weights["classifier.dense.bias"].fill_(50)

    rewrite(mine, spoil)
    refused(add_folder(mine), "what comes of its weights is no number")


def test_an_answer_that_is_no_number_is_never_shown(monkeypatch):
    model = load("lstm@torch")
    monkeypatch.setattr(
        type(model.network), "classify", lambda self, ids, mask: np.full((len(ids), 2), np.nan)
    )
    with pytest.raises(WeightsError, match="answers a text with what is no number"):
        predict(model, ["A film."])


def test_an_export_whose_answers_are_no_numbers_is_not_exact(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "agreement", lambda *_: Agreement(*[math.nan] * 3, 1.0))
    for engine, reason in (("onnx", "its probabilities"), ("onnx-int8", "in 8 bits")):
        with pytest.raises(EngineError, match=reason):
            export.export(spec(f"lstm@{engine}"), tmp_path)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id2label": {"1": "negative", "2": "positive"}}, "numbers its classes otherwise"),
        ({"id2label": {"0": "negative", "2": "positive"}}, "numbers its classes otherwise"),
        ({"id2label": {"0": "negative", "00": "x", "1": "positive"}}, "numbers its classes"),
        ({"num_labels": 3}, "has num_labels 3 and names 2 classes"),
        ({"num_labels": 10**9, "id2label": None}, "more than 200 labels"),
    ],
)
def test_classes_are_numbered_from_0_and_all_named(odd, mine, fields, reason):
    configure(mine, **fields)
    refused(lambda: add_folder(mine), reason)
    configure(odd / "bert", **fields)
    for engine in ENGINES:
        refused(in_set(odd, "bert", engine), reason)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tokenizer_larger_than_the_embeddings_is_refused(odd, engine):
    def cut(weights):
        weights["embeddings.weight"] = weights["embeddings.weight"][:1000].clone()

    rewrite(odd / "lstm", cut)
    configure(odd / "lstm", vocab_size=1000)
    refused(in_set(odd, "lstm", engine), "vectors for 1,000 tokens, and its tokenizer knows 30,522")


def test_a_tokenizer_that_numbers_past_the_embeddings_is_refused(mine):
    definition = json.loads((mine / "tokenizer.json").read_text())
    vocabulary = definition["model"]["vocab"]
    vocabulary[max(vocabulary, key=vocabulary.get)] = 10**6
    (mine / "tokenizer.json").write_text(json.dumps(definition))
    refused(add_folder(mine), "has one numbered 1,000,000")


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("tokenizer_config.json", "model_max_length", "512"),
        ("tokenizer_config.json", "model_max_length", [512]),
        ("tokenizer_config.json", "model_max_length", math.nan),
        ("tokenizer_config.json", "model_max_length", 2),
        ("config.json", "max_position_embeddings", "130"),
        ("config.json", "max_position_embeddings", 2),
        ("config.json", "max_position_embeddings", 131),
        ("config.json", "pad_token_id", "1"),
    ],
)
def test_lengths_are_numbers_that_leave_room_for_a_word(mine, file, field, value):
    configure(mine, file, **{field: value})
    refused(add_folder(mine), "no number|no room for a word|131, and its weights 130 at most")


@pytest.mark.parametrize(
    "field",
    ["num_hidden_layers", "hidden_size", "intermediate_size", "vocab_size", "type_vocab_size",
     "max_position_embeddings", "num_attention_heads"],
)  # fmt: skip
def test_a_network_that_the_weights_cannot_be_of_is_never_begun(mine, odd, field):
    for folder in (mine, odd / "bert"):
        configure(folder, **{field: 10**7})
    refused(add_folder(mine), "cannot be loaded as mine")
    refused(in_set(odd, "bert", "torch"), "cannot be loaded as BERT")
    with pytest.raises(WeightsError):
        load_module(in_set(odd, "bert"))


def test_layers_of_a_recurrent_network_are_bounded_as_well(odd):
    configure(odd / "lstm", num_hidden_layers=10**7)
    for engine in ENGINES:
        refused(in_set(odd, "lstm", engine), "num_hidden_layers 10,000,000, and its weights")


def test_what_no_table_knows_is_bounded_while_it_is_built(mine):
    """More experts, kernels, groups: whatever makes a network larger than its weights."""
    configure(mine, type_vocab_size=10**6)
    refused(add_folder(mine), "of a larger network than its weights")


@pytest.mark.parametrize("file", ["tokenizer_config.json", "special_tokens_map.json"])
def test_settings_nested_without_end_are_a_sentence(mine, file):
    (mine / file).write_text(DEEP)
    refused(add_folder(mine), f"{file} cannot be read")


@pytest.mark.parametrize("file", ["config.json", "model.safetensors.index.json"])
def test_so_are_those_of_a_model_in_a_set(odd, file):
    (odd / "lstm" / file).write_text(DEEP)
    if file == "config.json":
        refused(in_set(odd, "lstm"), "nested too deeply")
    else:
        load(in_set(odd, "lstm", "torch"))  # not needed beside a whole file


def exploding():
    yield (
        "times",
        lambda made: setattr(
            made, "normalizer", normalizers.Sequence([normalizers.Replace("a", "a" * 1000)] * 3)
        ),
    )
    yield "nested", lambda made: setattr(
        made,
        "normalizer",
        normalizers.Sequence(
            [normalizers.Replace("a", "a" * 9), normalizers.Sequence(
                [normalizers.Replace(Regex("a"), "a" * 9), normalizers.Replace("a", "a" * 9)])]
        ),
    )  # fmt: skip
    yield (
        "bytes",
        lambda made: setattr(
            made, "pre_tokenizer", pre_tokenizers.Sequence([pre_tokenizers.ByteLevel()] * 30)
        ),
    )
    yield (
        "template",
        lambda made: setattr(
            made,
            "post_processor",
            processors.TemplateProcessing(single=" ".join(["$A"] * 1000), special_tokens=[]),
        ),
    )
    yield (
        "regex",
        lambda made: setattr(
            made, "pre_tokenizer", pre_tokenizers.Split(Regex("(a+)+$"), "isolated")
        ),
    )
    yield "words", lambda made: setattr(made.model, "max_input_chars_per_word", 10**9)


@pytest.mark.parametrize(("name", "spoil"), list(exploding()), ids=lambda value: value)
def test_a_tokenizer_whose_rules_explode_ends_in_time(mine, name, spoil):
    made = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    spoil(made)
    made.save(str(mine / "tokenizer.json"))
    refused(add_folder(mine), "rules (may make|fail)|characters|takes it too long")


def test_one_that_takes_too_long_is_given_up(mine, monkeypatch):
    monkeypatch.setattr(bounds, "TRIAL_SECONDS", 0.0)
    made = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.normalizer = normalizers.Replace(Regex("(a+)+$"), "a")
    made.save(str(mine / "tokenizer.json"))
    with pytest.raises(WeightsError, match="a short text takes it too long"):
        TextTokenizer(mine)


def test_rules_of_the_families_there_are_pass(written):
    for folder in (written / "mine", written / "odd" / "bert"):
        assert TextTokenizer(folder).encode(["Fine."])[0].words


def test_a_set_of_100_000_models_is_refused(odd, tmp_path):
    description = json.loads((odd / "set.json").read_text())
    models = [{"name": f"m{number}"} for number in range(100_000)]
    (odd / "set.json").write_text(json.dumps(description | {"models": models}))
    with pytest.raises(SetError, match=f"has more than {MOST_MODELS} models. Make several"):
        add_set(odd)
    (odd / "set.json").write_text(json.dumps(description))
    for number in range(MOST_MODELS):
        (odd / f"n{number}").mkdir()
        (odd / f"n{number}" / "config.json").write_text("{}")
    with pytest.raises(SetError, match=f"has more than {MOST_MODELS} models"):
        add_set(odd)


@pytest.mark.parametrize(
    ("readme", "text", "named"),
    [
        ("---\nlicense: mit\n---\n\n# A model\n", "# A model\n", "mit"),
        ("---\nlicense: 'mit'\ntags:\n- a---b\n---\n# A\n\n---\nB\n", "# A\n\n---\nB\n", "mit"),
        ("# A model\n\n---\nfirst\n\n---\nlicense: none\n", None, "not stated"),
        ("---\r\nlicense: mit\r\n---\r\n# A\r\n", "# A\n", "mit"),
        ("---\nno end", None, "not stated"),
        ("Title\n---\nText", None, "not stated"),
        ("", None, "not stated"),
    ],
)  # fmt: skip
def test_front_matter_alone_is_left_out_of_a_card(mine, readme, text, named):
    (mine / "README.md").write_bytes(readme.encode())
    row = add_folder(mine)
    assert read_card(row) == (readme if text is None else text) and licence(row) == named
