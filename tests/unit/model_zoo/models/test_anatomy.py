"""What a model is made of: every weight counted once, and the drawing of it."""

import json
import re
import shutil
from dataclasses import replace

import pytest

from model_zoo.errors import UnknownModelError
from model_zoo.models.anatomy import STAGES, anatomy
from model_zoo.models.files import WEIGHTS, card, licence
from model_zoo.models.own import add_folder
from model_zoo.models.registry import spec
from model_zoo.models.sets import model_set
from tests import foreign
from ui.four.diagrams import diagram

MODELS = tuple(model_set().models)


@pytest.mark.parametrize("name", MODELS)
def test_blocks_add_up_to_the_card(name):
    blocks, about = anatomy(name), card(name)
    assert sum(block.parameters for block in blocks) == about.parameters
    for block in blocks:
        assert sum(part.parameters for part in block.parts) == block.parameters
    core = [block for block in blocks if block.stage == "core"]
    assert sum(block.parameters for block in core) == about.core_parameters
    assert [block.stage for block in blocks] == sorted(
        (block.stage for block in blocks), key=STAGES.index
    )


def test_blocks_are_named_after_what_the_config_says():
    names = {name: [block.name for block in anatomy(name)] for name in MODELS}
    assert names["lstm"] == ["Embeddings", "LSTM layer 1, left to right", "Classifier"]
    assert names["bilstm"][1:3] == ["LSTM layer 1, left to right", "LSTM layer 1, right to left"]
    assert names["bert"][1:13] == [f"Layer {i}" for i in range(1, 13)]  # 2 before 10
    assert names["distilbert"][1:7] == [f"Layer {i}" for i in range(1, 7)]
    layer = anatomy("bert")[1]
    assert layer.shape == "self-attention 12 heads of 32; feed-forward 384 → 1,536 → 384"
    assert {part.name: part.parameters for part in layer.parts} == {
        "self-attention": 4 * (384 * 384 + 384),
        "feed-forward": 2 * 384 * 1536 + 1536 + 384,
        "normalisation": 4 * 384,
    }
    cell = {part.name: part for part in anatomy("lstm")[1].parts}
    assert cell["from the state before"].shape == "384 → 4 × 384"


def test_a_weight_nobody_knows_is_counted_all_the_same(tmp_path):
    shutil.copytree(spec("lstm").folder, tmp_path / "lstm")
    file = tmp_path / "lstm" / WEIGHTS
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header["odd.thing"] = header.pop("classifier.bias")
    changed = json.dumps(header).encode()
    file.write_bytes(len(changed).to_bytes(8, "little") + changed + raw[8 + length :])
    blocks = anatomy(replace(spec("lstm"), folder=tmp_path / "lstm"))
    assert sum(block.parameters for block in blocks) == card("lstm").parameters


def test_an_unknown_model_is_refused_and_licences_are_read(tmp_path):
    with pytest.raises(UnknownModelError):
        anatomy("gpt")
    assert {licence(name) for name in MODELS} == {"apache-2.0"}
    assert licence(replace(spec("lstm"), folder=tmp_path)) == "not stated"


@pytest.mark.parametrize("kind", foreign.KINDS)
def test_models_of_other_kinds_have_their_layers_too(kind, tmp_path):
    row = add_folder(foreign.write(kind, tmp_path / kind, ("no", "yes")))
    blocks, about = anatomy(row), card(row)
    assert sum(block.parameters for block in blocks) == about.parameters
    assert blocks[0].name == "Embeddings" and blocks[0].parts[0].name == "word vectors"
    layers = [block for block in blocks if block.name.startswith("Layer ") and block.parts]
    layers = [block for block in layers if block.stage == "core"]
    assert len(layers) == (1 if kind == "albert" else about.layers)  # ALBERT's share their weights
    assert all("self-attention" in [part.name for part in layer.parts] for layer in layers)
    assert {block.stage for block in blocks} == set(STAGES)


@pytest.mark.parametrize("name", MODELS)
def test_bars_are_as_long_as_their_parameters(name):
    blocks, largest = anatomy(name), 20_000_000
    drawn = diagram(name, blocks, largest)
    assert f"{card(name).parameters:,} parameters" in drawn
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", drawn)]
    assert sum(widths) == pytest.approx(100 * card(name).parameters / largest, abs=0.05)
