"""Files of others that are odd or damaged end with a sentence, on every page."""

import json
import struct

import pytest

from model_zoo.errors import SetError, UnknownModelError, WeightsError
from model_zoo.models.files import read_header
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.own import offered, own_spec
from model_zoo.models.registry import choose
from model_zoo.models.sets import add_set, model_sets
from tests.foreign import write_set
from ui.frame.permalink import View, parse

CONFIG = {"model_type": "bert", "id2label": {"0": "good", "1": "bad"}}
DEEP = "[" * 100_000


def written(folder, config):
    folder.mkdir(parents=True)
    text = config if isinstance(config, str) else json.dumps(config)
    (folder / "config.json").write_text(text)
    return folder


def test_folders_of_odd_names_are_offered(tmp_path, monkeypatch):
    for name in ("@@", "~", "fine"):
        written(tmp_path / name, CONFIG)
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path))
    assert {model.name for model in offered()} == {"model", "fine"}


@pytest.mark.parametrize("config", [DEEP, '{"num_labels": 1e400}', "[]", '{"id2label": {"x": 1}}'])
def test_a_damaged_config_is_a_sentence(tmp_path, monkeypatch, config):
    written(tmp_path / "odd", config)
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path))
    with pytest.raises(WeightsError, match=r"holds no model.*save_pretrained"):
        own_spec(ModelId("local/odd"))


@pytest.mark.parametrize(
    "description",
    [DEEP, '{"labels": "ab"}', '{"labels": {"a": 1, "b": 2}}',
     '{"labels": ["good", "bad"], "models": [{"name": 5}]}'],
)  # fmt: skip
def test_a_damaged_set_is_a_sentence_and_passed_over(tmp_path, monkeypatch, description):
    written(tmp_path / "odd" / "lstm", CONFIG)
    (tmp_path / "odd" / "set.json").write_text(description)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path))
    assert list(model_sets()) == ["sentiment"]
    with pytest.raises(SetError, match="cannot be read"):
        add_set(tmp_path / "odd")


def test_a_model_of_other_labels_than_its_set_is_not_read_in_any_order(tmp_path):
    other, same = write_set(tmp_path / "odd", "odd", ("good", "bad")), ("bad", "good")
    config = other / "lstm" / "config.json"
    for names in (same, ("bad!", "good!")):
        named = json.loads(config.read_text()) | {"id2label": dict(enumerate(names))}
        config.write_text(json.dumps(named))
        row = next(iter(add_set(other).models.values()))
        if names == same:
            assert row.order == (1, 0) and load(row).labels == ("good", "bad")
        else:
            with pytest.raises(WeightsError, match="other classes than its set has labels"):
                load(row)


def test_an_identity_without_a_name_is_none():
    for name in ("local/", "local/~x", "hub/"):
        with pytest.raises(UnknownModelError):
            choose([name])


@pytest.mark.parametrize(
    "tensor",
    [
        {"dtype": "F32", "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": ["a", "b"]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": []},
    ],
)
def test_a_header_of_impossible_sizes_is_a_sentence(tmp_path, tensor):
    header = json.dumps({"weight": tensor}).encode()
    file = tmp_path / "model.safetensors"
    file.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(WeightsError, match="damaged"):
        read_header(file)


def test_of_a_large_set_the_first_eight_stand_side_by_side(tmp_path):
    for number in range(12):
        written(tmp_path / "large" / f"m{number:02}", CONFIG)
    (tmp_path / "large" / "set.json").write_text('{"labels": ["good", "bad"]}')
    large = add_set(tmp_path / "large")
    assert len(large.models) == 12 and len(choose(None, large)) == 8


@pytest.mark.parametrize("name", ["local/fine@a", "local/fine~.0.1", "local/fine~@c"])
def test_an_address_has_one_way_to_write_a_model(tmp_path, monkeypatch, name):
    written(tmp_path / "fine", CONFIG | {"id2label": {"0": "negative", "1": "positive"}})
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path))
    default = View("A film.")
    assert parse({"models": ["local/fine"]}, default)[0].models == ("local/fine",)
    view, notices = parse({"models": [name]}, default)
    assert view.models == () and "no model named" in notices[0]
