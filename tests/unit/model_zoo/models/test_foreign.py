"""Classifiers of every kind, as others make them: what they are asked is what they do."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, GPT2Config, T5Config

from model_zoo.errors import CapabilityError, WeightsError
from model_zoo.explain.attribute import attribute
from model_zoo.inference.predict import predict
from model_zoo.internals.context import influence
from model_zoo.internals.path import path
from model_zoo.models.architectures import architecture
from model_zoo.models.classifier import Classifier
from model_zoo.models.loading import load
from model_zoo.models.network import Capability
from model_zoo.models.registry import add_folder
from model_zoo.text.tokens import TextTokenizer
from tests import foreign

pytestmark = pytest.mark.slow

LABELS = ("negative", "positive")
TEXTS = [
    "A good film, and it isn't boring!",
    "Terrible.",
    "The plot is weak  and the acting worse, but I loved every scene of the last half 😀",
    "[MASK] <mask> </s>",
    "not",
]
WALKED = [kind for kind in foreign.KINDS if Capability.STEPS in architecture(kind).capabilities]
FRAMED = [kind for kind in foreign.KINDS if kind != "xlnet"]
FAMILIES = ["electra", "modernbert", "deberta-v2"]  # WordPiece, BPE, Unigram
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "embedding_size": 32,
    "max_position_embeddings": 130,
}

every_kind = pytest.mark.parametrize("kind", foreign.KINDS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    top = tmp_path_factory.mktemp("foreign")
    return {kind: foreign.write(kind, top / kind, LABELS) for kind in foreign.KINDS}


@pytest.fixture(scope="module")
def model(folders):
    return cache(lambda kind: load(add_folder(folders[kind])))


def ids_of(model, text):
    return torch.tensor([model.read(text).ids])


def hooks(module):
    return sum(
        len(part._forward_hooks) + len(part._forward_pre_hooks) + len(part._backward_hooks)
        for part in module.modules()
    )


def plain(folder, **options):
    return AutoModelForSequenceClassification.from_pretrained(folder, **options).eval()


@every_kind
def test_it_answers_as_in_plain_transformers(model, folders, kind):
    theirs = plain(folders[kind])
    for prediction in predict(model(kind), TEXTS):
        with torch.inference_mode():
            logits = theirs(input_ids=ids_of(model(kind), prediction.text)).logits[0]
        assert prediction.probabilities == pytest.approx(logits.softmax(-1).tolist(), abs=1e-5)


@every_kind
def test_answers_vary_and_padding_changes_none_of_them(model, kind):
    together = predict(model(kind), TEXTS)
    alone = [predict(model(kind), [text])[0] for text in TEXTS]
    first = [prediction.probabilities[0] for prediction in alone]
    assert max(first) - min(first) > 0.01
    for batched, single in zip(together, alone, strict=True):
        assert batched.probabilities == pytest.approx(single.probabilities, abs=1e-5)


@every_kind
def test_embeddings_in_place_of_words_give_the_same_logits(model, kind):
    network, ids = model(kind).network, ids_of(model(kind), TEXTS[0])
    with torch.inference_mode():
        expected = network.logits(ids, torch.ones_like(ids))
        assert torch.allclose(
            network.logits_from_embeddings(network.embed(ids)), expected, atol=1e-5
        )
    assert network.embedding_table().shape[0] >= network.tokenizer.backend.get_vocab_size()


@every_kind
def test_every_one_is_explained_by_word(model, kind):
    attribution = attribute(model(kind), TEXTS[0], method="integrated_gradients")
    assert attribution.words == ("A", "good", "film", ",", "and", "it", "isn't", "boring", "!")
    assert len(attribution.word_scores) == 9 and any(attribution.word_scores)


@pytest.mark.parametrize("kind", WALKED)
def test_the_last_step_of_its_walk_is_its_answer(model, kind):
    network = model(kind).network
    for text in TEXTS:
        ids = ids_of(model(kind), text)
        with torch.inference_mode():
            ((reading, steps),) = network.steps(ids)
            logits = network.logits(ids, torch.ones_like(ids))
        assert reading == "layers" and len(steps) == network.module.config.num_hidden_layers + 1
        assert torch.allclose(steps[-1:], logits, atol=1e-5)


@pytest.mark.parametrize("kind", WALKED)
def test_its_attention_is_what_the_library_computes(model, folders, kind):
    eager = plain(folders[kind], attn_implementation="eager")
    for text in TEXTS:
        ids = ids_of(model(kind), text)
        with torch.inference_mode():
            ours = list(model(kind).network.attention(ids))
            theirs = eager(input_ids=ids, output_attentions=True).attentions
        assert len(ours) == len(theirs) > 1
        for weights, expected in zip(ours, theirs, strict=True):
            assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5)
            assert torch.allclose(weights, expected, atol=1e-5)


@pytest.mark.parametrize("kind", FRAMED)
def test_its_layers_lead_to_what_the_head_sees(model, kind):
    module, ids = model(kind).network.module, ids_of(model(kind), TEXTS[0])
    with torch.inference_mode():
        layers = list(model(kind).network.layers(ids))
        expected = module.base_model(input_ids=ids).last_hidden_state
    assert torch.allclose(layers[-1].states, expected, atol=1e-5)
    assert len({layer.space for layer in layers}) == (1 if kind in WALKED else 2)
    seen = influence(model(kind), TEXTS[0])
    assert seen.change.shape == (seen.total, seen.total) and (seen.change.diagonal() > 0).all()
    assert path(model(kind), TEXTS[0]).points.shape[:2] == (len(layers), ids.shape[1])


def test_a_text_without_a_frame_gets_no_picture_by_token(model):
    """XLNet's special tokens are both behind the text."""
    network, ids = model("xlnet").network, ids_of(model("xlnet"), TEXTS[0])
    assert network.capabilities == {Capability.EMBEDDINGS, Capability.GRADIENTS}
    with pytest.raises(CapabilityError, match="xlnet is not a model that shows the hidden states"):
        next(network.layers(ids))
    for ask in (network.steps, network.attention, network.gates):
        with pytest.raises(CapabilityError):
            ask(ids)


def test_pictures_are_withheld_from_any_kind_without_a_frame(model, folders, tmp_path):
    folder = shutil.copytree(folders["roberta"], tmp_path / "bare")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["post_processor"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    bare = load(add_folder(folder))
    assert predict(bare, TEXTS[:1])[0].tokens[0] == "A"
    assert bare.network.capabilities == {Capability.EMBEDDINGS, Capability.GRADIENTS}
    for ask in (bare.network.layers, bare.network.steps, bare.network.attention):
        with pytest.raises(CapabilityError):
            list(ask(ids_of(bare, TEXTS[0])))


@pytest.mark.parametrize("kind", ["xlm-roberta", "camembert"])
def test_kinds_built_like_roberta_are_walked_alike(model, folders, tmp_path, kind):
    folder = shutil.copytree(folders["roberta"], tmp_path / kind)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": kind}))
    other, ids = load(add_folder(folder)), ids_of(model("roberta"), TEXTS[0])
    with torch.inference_mode():
        ((_, steps),) = other.network.steps(ids)
        expected = model("roberta").network.logits(ids, torch.ones_like(ids))
    assert other.network.tokenizer.max_tokens == model("roberta").network.tokenizer.max_tokens
    assert torch.allclose(steps[-1:], expected, atol=1e-5)


@every_kind
def test_the_longest_text_fits(model, kind):
    (prediction,) = predict(model(kind), ["good film " * 400])
    limit = model(kind).network.tokenizer.max_tokens
    assert (
        len(prediction.tokens)
        == limit
        == {"xlnet": 512, "roberta": 128, "mpnet": 128}.get(kind, 130)
    )


@every_kind
def test_labels_in_another_order_turn_the_logits_round(folders, model, kind):
    row = model(kind).network
    turned = Classifier.__new__(type(row))
    turned.__init__("turned", row.module, row.tokenizer, row.architecture, (1, 0))
    ids = ids_of(model(kind), TEXTS[0])
    with torch.inference_mode():
        mask = torch.ones_like(ids)
        assert torch.equal(turned.logits(ids, mask), row.logits(ids, mask).flip(-1))
        embedded = row.embed(ids)
        there, back = (n.logits_from_embeddings(embedded) for n in (turned, row))
        assert torch.equal(there, back.flip(-1))
        if kind in WALKED:
            ((_, steps),), ((_, straight),) = turned.steps(ids), row.steps(ids)
            assert torch.equal(steps, straight.flip(-1))


def test_a_config_that_asks_for_hidden_states_leaves_no_hooks(folders, tmp_path):
    folder = shutil.copytree(folders["modernbert"], tmp_path / "asks")
    config = json.loads((folder / "config.json").read_text())
    asks = {"output_hidden_states": True, "output_attentions": True, "return_dict": False}
    (folder / "config.json").write_text(json.dumps(config | asks))
    asking = load(add_folder(folder))
    assert predict(asking, TEXTS)[0].probabilities
    list(asking.network.layers(ids_of(asking, TEXTS[0])))
    assert not hooks(asking.network.module)


def test_a_tokenizer_of_another_model_is_refused(folders, tmp_path):
    folder = shutil.copytree(folders["electra"], tmp_path / "mixed")
    shutil.copy(folders["roberta"] / "tokenizer.json", folder)
    with pytest.raises(WeightsError, match="for 373 tokens, and its tokenizer knows 600. Save"):
        load(add_folder(folder))


def test_a_decoder_without_a_padding_token_reads_batches(folders):
    """GPT-2 answers from the last token, and knows no padding by itself."""
    config = GPT2Config(vocab_size=700, n_embd=32, n_layer=2, n_head=2, n_positions=64)
    tokenizer = TextTokenizer(folders["modernbert"])
    network = Classifier("GPT-2", foreign.network(config), tokenizer, architecture("gpt2"))
    encoded = tokenizer.encode(TEXTS[:3])
    longest = max(len(item.ids) for item in encoded)
    rows = [[*item.ids, *[0] * (longest - len(item.ids))] for item in encoded]
    mask = torch.tensor([[i < len(item.ids) for i in range(longest)] for item in encoded]).long()
    with torch.inference_mode():
        together = network.logits(torch.tensor(rows), mask)
        for row, item in zip(together, encoded, strict=True):
            ids = torch.tensor([item.ids])
            assert torch.allclose(network.logits(ids, torch.ones_like(ids))[0], row, atol=1e-5)
            embedded = network.embed(ids).expand(2, -1, -1)
            again = network.logits_from_embeddings(embedded)
            assert torch.allclose(again, row.expand(2, -1), atol=1e-5)


def test_an_encoder_with_a_decoder_only_answers(folders):
    sizes = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 2}
    ends = {"decoder_start_token_id": 0, "eos_token_id": 3}
    config = T5Config(vocab_size=700, pad_token_id=0, **ends, **sizes)
    tokenizer = TextTokenizer(folders["albert"])
    for row in (architecture("t5"), architecture("some other")):
        network = Classifier("T5", foreign.network(config), tokenizer, row)
        assert not network.capabilities
        with pytest.raises(CapabilityError, match="takes word embeddings"):
            network.logits_from_embeddings(torch.zeros(1, 3, 32))


@pytest.mark.parametrize("kind", ["mobilebert", "convbert", "fnet"])
def test_one_whose_answers_padding_would_change_reads_each_text_alone(folders, kind):
    config = AutoConfig.for_model(kind, vocab_size=700, pad_token_id=3, **SMALL)
    tokenizer = TextTokenizer(folders["modernbert"])
    network = Classifier(kind, foreign.network(config), tokenizer, architecture(kind))
    short, long = (torch.tensor([item.ids]) for item in tokenizer.encode(TEXTS[1::-1]))
    padding = torch.full((1, long.shape[1] - short.shape[1]), tokenizer.pad_id)
    rows = torch.cat([torch.cat([short, padding], 1), long])
    mask = torch.ones_like(rows)
    mask[0, short.shape[1] :] = 0
    with torch.inference_mode():
        alone = network.module(input_ids=short).logits
        careless = network.module(input_ids=rows).logits[:1]
        assert torch.equal(network.logits(rows, mask)[:1], alone)
    assert not torch.allclose(careless, alone, atol=1e-3)


def test_what_embeddings_would_answer_otherwise_is_withheld(folders):
    """ESM scales the embeddings of words, but not those it is given."""
    config = AutoConfig.for_model("esm", vocab_size=700, pad_token_id=3, **SMALL)
    tokenizer = TextTokenizer(folders["modernbert"])
    network = Classifier("ESM", foreign.network(config), tokenizer, architecture("esm"))
    assert network.capabilities == {Capability.LAYERS}
    with pytest.raises(CapabilityError, match="ESM is not a model that takes word embeddings"):
        network.logits_from_embeddings(torch.zeros(1, 3, 32))


def test_one_that_does_not_classify_texts_is_refused(folders):
    config = T5Config(vocab_size=700, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=2)
    tokenizer = TextTokenizer(folders["albert"])
    with pytest.raises(WeightsError, match="T5 cannot read a text.*Choose another model"):
        Classifier("T5", foreign.network(config), tokenizer, architecture("t5"))


@every_kind
def test_it_is_frozen_and_free_of_hooks(model, kind):
    network, ids = model(kind).network, ids_of(model(kind), TEXTS[0])
    predict(model(kind), TEXTS)
    attribute(model(kind), TEXTS[0], method="saliency")
    if kind in FRAMED:
        list(network.layers(ids))
    assert not network.module.training and not hooks(network.module)
    assert not any(weight.requires_grad for weight in network.module.parameters())
    assert all(weight.grad is None for weight in network.module.parameters())


@pytest.mark.parametrize("kind", FAMILIES)
def test_eight_threads_get_what_each_gets_alone(folders, kind):
    shared = load(add_folder(folders[kind]))

    def ask(text):
        attribution = attribute(shared, text, method="integrated_gradients", steps=8)
        seen = influence(shared, text).change.tolist()
        return predict(shared, [text])[0].probabilities, attribution.word_scores, seen

    alone = {text: ask(text) for text in TEXTS}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, TEXTS * 8))
    for text, (probabilities, scores, seen) in zip(TEXTS * 8, answers, strict=True):
        expected = alone[text]
        assert probabilities == pytest.approx(expected[0], abs=1e-6)
        assert scores == pytest.approx(expected[1], abs=1e-5)
        assert torch.allclose(torch.tensor(seen), torch.tensor(expected[2]), atol=1e-5)
    assert not hooks(shared.network.module)
    assert not any(weight.requires_grad for weight in shared.network.module.parameters())
    assert all(weight.grad is None for weight in shared.network.module.parameters())


@pytest.mark.parametrize("labels", [foreign.SIX, foreign.MANY], ids=["six", "many"])
def test_a_whole_set_is_made_whose_answers_vary(tmp_path, labels):
    from model_zoo.models.sets import add_set

    made = add_set(foreign.write_set(tmp_path / "topics", "topics", labels))
    assert [known.name for known in made.models] == ["lstm", "bilstm", "bert", "distilbert"]
    for row in made.models.values():
        predictions = predict(load(row), TEXTS[:3])
        assert predictions[0].labels == labels
        assert predictions[0].probabilities != pytest.approx(predictions[1].probabilities, abs=1e-3)
