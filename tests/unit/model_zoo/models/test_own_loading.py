"""Loading models of one's own: what is read, and what is refused before it could do harm."""

import json
import shutil
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from model_zoo.errors import RoomError, WeightsError
from model_zoo.inference.predict import predict
from model_zoo.models import loading, own
from model_zoo.models.files import card, check_weights, fingerprint, weights_files
from model_zoo.models.loading import load, needed_bytes
from model_zoo.models.own import add_folder
from tests.foreign import write

pytestmark = pytest.mark.slow

WEIGHTS = "model.safetensors"
TEXTS = ["A good film, and it isn't boring!", "Terrible."]


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    monkeypatch.setattr(own, "_given", {})


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return write("roberta", tmp_path_factory.mktemp("own") / "roberta", ("negative", "positive"))


@pytest.fixture
def folder(saved, tmp_path):
    """A copy to be spoilt."""
    return shutil.copytree(saved, tmp_path / "mine")


def configure(folder, **fields):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | fields))


def answers(folder):
    return [prediction.probabilities for prediction in predict(load(add_folder(folder)), TEXTS)]


def refused(folder, match):
    """The one sentence with which the folder is refused."""
    with pytest.raises(WeightsError, match=match) as refusal:
        load(add_folder(folder))
    assert "\n" not in str(refusal.value) and str(refusal.value).endswith(".")
    return str(refusal.value)


def test_a_pickle_is_never_opened(folder):
    (folder / WEIGHTS).unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    message = refused(folder, "as a pickle only, which can run code when it is opened")
    assert "save_pretrained" in message


def test_without_weights_there_is_nothing_to_load(folder):
    (folder / WEIGHTS).unlink()
    refused(folder, r"model\.safetensors is missing\. Copy the model's folder again")


def test_weights_without_a_head_make_no_classifier(folder):
    weights = load_file(folder / WEIGHTS)
    body = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    assert 0 < len(body) < len(weights)
    save_file(body, folder / WEIGHTS, {"format": "pt"})
    refused(folder, "no classifier, or lacks weights: classifier")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-10],
        lambda content: content + b"x",
        lambda content: b"",
        lambda content: b"\xff" * 8 + content[8:],
        lambda content: content[:8] + b"[" + content[9:],
        lambda content: b"version https://git-lfs.github.com/spec/v1\n",
    ],
    ids=["cut", "longer", "empty", "length", "header", "pointer"],
)
def test_damaged_weights_are_refused(folder, spoil):
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(spoil(content))
    refused(folder, r"is cut short.*Copy the model's folder again from where it came\.")


def test_weights_of_another_size_are_refused(folder):
    configure(folder, hidden_size=64)
    refused(folder, "cannot be loaded as mine: .*size mismatch")


def test_a_folder_of_another_kind_of_model_is_refused(folder):
    configure(folder, architectures=["RobertaForMaskedLM"], model_type="clip")
    refused(folder, "cannot be loaded as mine")


def test_a_kind_that_is_unknown_is_refused(folder):
    configure(folder, model_type="perceptron")
    refused(folder, "cannot be loaded as mine: .*perceptron")


def test_weights_in_several_files_are_read(saved, folder):
    expected, whole = answers(saved), add_folder(saved)
    (folder / WEIGHTS).unlink()
    AutoModelForSequenceClassification.from_pretrained(saved).save_pretrained(
        folder, max_shard_size="40KB"
    )
    row = add_folder(folder)
    assert not (folder / WEIGHTS).exists() and len(weights_files(row)) > 2
    assert answers(folder) == [pytest.approx(shares, abs=1e-6) for shares in expected]
    assert card(row).parameters == card(whole).parameters
    assert check_weights(row) != check_weights(whole) and len(check_weights(row)) == 64
    before = check_weights(row), fingerprint(row)
    last = weights_files(row)[-1]
    content = last.read_bytes()
    last.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert check_weights(row) != before[0] and fingerprint(row) != before[1]
    last.unlink()
    refused(folder, r"lacks some of the files in model\.safetensors\.index\.json")


@pytest.mark.parametrize("index", ["{", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {}}'])
def test_a_damaged_index_is_refused(folder, index):
    (folder / WEIGHTS).unlink()
    (folder / f"{WEIGHTS}.index.json").write_text(index)
    refused(folder, "cannot be read|lacks some")


def test_an_index_never_leads_out_of_the_folder(folder, tmp_path):
    (folder / WEIGHTS).rename(tmp_path / WEIGHTS)
    index = {"weight_map": {"a": f"../{WEIGHTS}"}}
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps(index))
    refused(folder, "lacks some of the files")


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.bfloat16, torch.float64])
def test_weights_of_any_precision_compute_in_float32(saved, folder, dtype):
    weights = {name: tensor.to(dtype) for name, tensor in load_file(folder / WEIGHTS).items()}
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    configure(folder, dtype=str(dtype).removeprefix("torch."))
    module = load(add_folder(folder)).network.module
    table = module.get_input_embeddings().weight
    precisions = {p.dtype for p in module.parameters() if p is not table}
    assert precisions == {torch.float32}
    assert answers(folder) == [pytest.approx(shares, abs=0.05) for shares in answers(saved)]


def test_old_names_of_weights_are_translated(saved, folder):
    old = {".LayerNorm.weight": ".LayerNorm.gamma", ".LayerNorm.bias": ".LayerNorm.beta"}
    weights = {}
    for name, tensor in load_file(folder / WEIGHTS).items():
        for new, before in old.items():
            name = name.replace(new, before)
        weights[name] = tensor
    assert any("gamma" in name for name in weights)
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    assert answers(folder) == [pytest.approx(shares, abs=1e-6) for shares in answers(saved)]
    module = load(add_folder(folder)).network.module
    assert not module.training and not any(p.requires_grad for p in module.parameters())


def test_weights_that_are_not_needed_do_no_harm(saved, folder):
    weights = load_file(folder / WEIGHTS)
    save_file(weights | {"more": torch.zeros(3)}, folder / WEIGHTS, {"format": "pt"})
    assert answers(folder) == answers(saved)


def test_what_does_not_fit_into_memory_is_refused_before_it_is_read(folder, monkeypatch):
    row = add_folder(folder)
    needed = needed_bytes(row)
    assert needed == 4 * card(row).parameters
    monkeypatch.setattr(loading, "free_bytes", lambda: needed)
    load(row)
    monkeypatch.setattr(loading, "free_bytes", lambda: needed - 1)
    monkeypatch.setattr(loading, "check_folder", lambda row: pytest.fail("weights were read"))
    with pytest.raises(RoomError, match="mine needs 0 MB of memory and 0 MB are free here. Choose"):
        load(row)


MARK = """
from pathlib import Path
Path(__file__).with_name("was run").touch()
raise SystemExit("code of the folder was run")
"""


@pytest.mark.parametrize("kind", ["roberta", "own-kind", "vit"])
@pytest.mark.parametrize("where", ["config", "tokenizer"])
def test_code_in_a_folder_is_never_run_nor_asked_about(folder, monkeypatch, kind, where):
    """What transformers knows is loaded without that code; nothing is asked on the terminal."""
    asked = []
    monkeypatch.setattr("builtins.input", lambda *question: asked.append(question) or "y")
    for name in ("modeling", "configuration", "tokenization"):
        (folder / f"{name}_mine.py").write_text(MARK)
    classes = {
        "AutoConfig": "configuration_mine.MineConfig",
        "AutoModelForSequenceClassification": "modeling_mine.Mine",
        "AutoTokenizer": ["tokenization_mine.MineTokenizer", None],
    }
    configure(folder, auto_map=classes, model_type=kind)
    if where == "tokenizer":
        (folder / "tokenizer.json").unlink()
        settings = {"auto_map": classes, "tokenizer_class": "MineTokenizer"}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    if kind == "roberta" and where == "config":
        load(add_folder(folder))
    else:
        with pytest.raises(WeightsError):
            load(add_folder(folder))
    assert not asked and not (folder / "was run").exists()
    assert not any("_mine" in name for name in sys.modules)


@pytest.mark.parametrize(
    "metrics", ["[]", '{"validation": 0.9}', "not JSON", '{"validation": {"accuracy": "good"}}']
)
def test_what_other_programs_call_metrics_is_not_read(folder, metrics):
    (folder / "metrics.json").write_text(metrics)
    assert card(add_folder(folder)).accuracy is None


def test_a_folder_without_a_tokenizer_is_refused(folder):
    for file in folder.glob("*token*"):
        file.unlink()
    refused(folder, "tokenizer")
