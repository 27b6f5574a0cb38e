"""The contract every row of the registry must keep, on the real weights."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
import torch

from model_zoo import paths
from model_zoo.errors import TextError, UnknownModelError, WeightsError, ZooError
from model_zoo.inference.predict import predict
from model_zoo.labels import SENTIMENT
from model_zoo.models import files, sets
from model_zoo.models.files import CHECKSUMS, WEIGHTS
from model_zoo.models.loading import load
from model_zoo.models.sets import DESCRIPTION, add_set, model_set
from tests.documentation import table_row

SPECS = model_set().models
TEXTS = [
    "A gorgeous, witty, seductive movie.",
    "Bad.",
    "The plot is thin and the jokes are stale, but the leads are so good that I forgave it all.",
    "I don't think I have ever been this bored in a cinema.",
    "😀",
]

model = cache(load)
every_model = pytest.mark.parametrize("name", list(SPECS))


@every_model
def test_is_ready_and_frozen(name):
    network = model(f"{name}@torch").network.module
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
    half = [key for key, p in network.named_parameters() if p.dtype != torch.float32]
    table = network.get_input_embeddings()
    assert len(half) == 1 and table.weight.dtype == torch.float16  # as stored; only looked up
    assert table(torch.tensor([[2]])).dtype == torch.float32
    assert tuple(network.config.id2label.values()) == model(name).labels == SENTIMENT


@every_model
def test_batches_come_back_in_order_and_padding_changes_nothing(name):
    together = predict(model(name), TEXTS * 3, batch_size=4)
    alone = [predict(model(name), [text])[0] for text in TEXTS] * 3
    assert [p.text for p in together] == TEXTS * 3
    for batched, single in zip(together, alone, strict=True):
        assert batched.label == single.label and batched.tokens == single.tokens
        assert batched.probabilities == pytest.approx(single.probabilities, abs=1e-5)
        assert sum(batched.probabilities) == pytest.approx(1, abs=1e-12)
        assert batched.tokenize_ms > 0 and batched.forward_ms > 0


@every_model
def test_embeddings_may_be_given_instead_of_ids(name):
    network = model(name).network.torch.module
    ids = torch.tensor([[101, 2023, 2003, 2204, 102]])
    embedded = network.get_input_embeddings()(ids)
    with torch.no_grad():
        apart = network(inputs_embeds=embedded).logits - network(input_ids=ids).logits
    assert apart.abs().max() < 1e-5


@every_model
@pytest.mark.slow
def test_threads_get_the_same_answers_as_one_at_a_time(name):
    expected = [predict(model(name), [text])[0].probabilities for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        predictions = list(pool.map(lambda text: predict(model(name), [text])[0], TEXTS * 20))
    for i, prediction in enumerate(predictions):
        assert prediction.text == TEXTS[i % len(TEXTS)]
        assert prediction.probabilities == pytest.approx(expected[i % len(TEXTS)], abs=1e-6)


@pytest.mark.slow
def test_loading_in_several_threads_at_once_gives_whole_models():
    names = [*SPECS, *SPECS]
    with ThreadPoolExecutor(len(names)) as pool:
        models = list(pool.map(load, names))
    for name, loaded in zip(names, models, strict=True):
        expected = predict(model(name), TEXTS[:1])[0].probabilities
        assert predict(loaded, TEXTS[:1])[0].probabilities == pytest.approx(expected, abs=1e-6)


@every_model
def test_folder_loads_with_plain_transformers_and_answers_alike(name):
    from transformers import pipeline

    import model_zoo.recurrent  # noqa: F401  registers the recurrent architecture

    answer = pipeline("text-classification", model=str(paths.MODELS / name), top_k=None)
    ours = predict(model(name), TEXTS)
    for rows, prediction in zip(answer(TEXTS), ours, strict=True):
        scores = {row["label"]: row["score"] for row in rows}
        for label, probability in zip(SENTIMENT, prediction.probabilities, strict=True):
            assert scores[label] == pytest.approx(probability, abs=1e-4)


@every_model
def test_weights_are_stored_in_half_precision_and_card_agrees_with_the_network(name):
    header = files.read_header(paths.MODELS / name / WEIGHTS)
    assert {tensor["dtype"] for tensor in header.values()} == {"F16"}
    card = files.card(name)
    network = model(name).network.torch.module
    assert card.parameters == sum(p.numel() for p in network.parameters())
    assert card.layers == network.config.num_hidden_layers
    assert 0 < card.core_parameters < card.parameters
    assert card.ci95[0] < card.accuracy < card.ci95[1]


@every_model
def test_knows_good_from_bad(name):
    """Plain cases that no trained model gets wrong more than now and then; a random one would."""
    good = ["A wonderful, moving film.", "I loved every minute.", "Brilliant acting.", "Great fun!",
            "One of the best films of the year.", "Charming and funny."]  # fmt: skip
    bad = ["A terrible, boring film.", "I hated every minute.", "Awful acting.", "A waste of time.",
           "One of the worst films of the year.", "Dull and lifeless."]  # fmt: skip
    answers = [p.label for p in predict(model(name), good + bad)]
    right = [a == b for a, b in zip(answers, ["positive"] * 6 + ["negative"] * 6, strict=True)]
    assert sum(right) >= 11


def test_sizes_are_in_the_papers_proportions():
    cards = {name: files.card(name) for name in SPECS}
    assert cards["bert"].layers == 2 * cards["distilbert"].layers == 12
    assert cards["bilstm"].core_parameters == 2 * cards["lstm"].core_parameters
    assert cards["bert"].core_parameters == pytest.approx(
        2 * cards["distilbert"].core_parameters, rel=1e-3
    )


@every_model
def test_the_documentation_gives_the_figures_as_measured(name):
    card, metrics = files.card(name), files.read_metrics(name)
    row = table_row("models.md", "The bundled models", card.title)
    assert f"{card.parameters / 1e6:.1f} M" in row and f"{card.size_bytes / 1e6:.1f} MB" in row
    assert f"{card.accuracy:.1%} ({card.ci95[0]:.1%} to {card.ci95[1]:.1%})" in row
    assert f"{metrics['unseen_half']['accuracy']:.1%}" in row


def test_how_the_bundled_models_were_made_is_on_record():
    made = {name: files.read_metrics(name)["made"] for name in SPECS}
    assert made["lstm"] == made["bilstm"] == {"by": "supervision"}
    assert made["bert"] == {"by": "fine-tuning", "pretrained_layers": 6}
    assert made["distilbert"] == {"by": "distillation", "teacher": "bert"}


def test_weights_stay_small():
    limits = {"lstm": 10e6, "bilstm": 12e6, "bert": 70e6, "distilbert": 48e6}
    for name, limit in limits.items():
        assert files.card(name).size_bytes <= limit


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07", "\u200b"])
def test_nothing_to_read_is_refused_with_its_position(text):
    with pytest.raises(TextError, match="Text 2 of 2"):
        predict(model("lstm"), ["fine", text])
    with pytest.raises(TextError, match="Type at least one word"):
        predict(model("lstm"), [text])


def test_no_texts_no_predictions():
    assert predict(model("lstm"), []) == []


@every_model
def test_long_text_is_cut_and_says_so(name):
    (prediction,) = predict(model(name), ["good film " * 2000])
    assert prediction.truncated and prediction.dropped == 4002 - 512
    assert len(prediction.tokens) == 512


def test_unknown_names_list_the_known_ones():
    with pytest.raises(UnknownModelError, match="'gpt'.*lstm, bilstm, bert, distilbert"):
        load("gpt")
    for path in ("../lstm", str(paths.MODELS / "lstm"), "/lstm"):
        with pytest.raises(ZooError, match=r"There is no .*Choose from: "):
            load(path)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The folder of a set that is called `copy`, with the bundled LSTM."""
    monkeypatch.setattr(sets, "_added", {})
    folder = tmp_path / "copy"
    shutil.copytree(paths.MODELS / "lstm", folder / "lstm")
    for file in (CHECKSUMS, DESCRIPTION):
        shutil.copy(paths.MODELS / file, folder)
    add_set(folder)
    return folder


def test_an_untouched_copy_loads(copy):
    assert predict(load("copy/lstm"), TEXTS)[0].label == predict(model("lstm"), TEXTS)[0].label


@pytest.mark.parametrize("file", [WEIGHTS, "config.json", "tokenizer.json"])
def test_missing_files_are_named(copy, monkeypatch, file):
    (copy / "lstm" / file).unlink()
    with pytest.raises(WeightsError, match=f"{file} is missing. Copy the model's folder again"):
        load("copy/lstm")
    monkeypatch.setattr(paths, "MODELS", copy)
    with pytest.raises(WeightsError, match=f"{file} is missing.*git restore"):
        load("lstm")


def test_one_flipped_bit_is_noticed(copy):
    weights = copy / "lstm" / WEIGHTS
    data = bytearray(weights.read_bytes())
    data[-1000] ^= 1
    weights.write_bytes(data)
    with pytest.raises(WeightsError, match="not the file that was recorded"):
        load("copy/lstm")


@pytest.mark.parametrize("keep", [0, 5, 100, 1_000_000])
def test_truncated_weights_are_noticed(copy, keep):
    weights = copy / "lstm" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(WeightsError, match="cut short"):
        load("copy/lstm")


def test_weights_of_another_model_are_noticed(copy):
    """Even with a matching checksum, an LSTM's weights do not make a BiLSTM.

    On torch, which is what every export is made with, in seconds.
    """
    shutil.copytree(copy / "lstm", copy / "bilstm")
    shutil.copy(paths.MODELS / "bilstm" / "config.json", copy / "bilstm")
    files.write_checksum("bilstm", copy)
    with pytest.raises(WeightsError, match="BiLSTM"):
        load("copy/bilstm@torch")


def test_a_broken_config_is_noticed(copy):
    (copy / "lstm" / "config.json").write_text("{")
    with pytest.raises(WeightsError, match="cannot be read"):
        load("copy/lstm")


def test_without_a_checksum_nothing_loads(copy):
    (copy / CHECKSUMS).unlink()
    with pytest.raises(WeightsError, match="no line for lstm"):
        load("copy/lstm")
