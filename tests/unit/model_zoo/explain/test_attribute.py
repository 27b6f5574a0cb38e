"""Attributions: equal to Captum's own, complete, seeded, and leaving no trace."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.attr import LayerIntegratedGradients

from model_zoo.errors import TextError, ZooError
from model_zoo.explain.attribute import attribute, merge
from model_zoo.explain.methods import METHODS, IntegratedGradients
from model_zoo.explain.problem import BASELINES, Problem, Target, pose, resolve
from model_zoo.inference.predict import predict
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.own import add_folder
from model_zoo.models.sets import add_set, model_set
from model_zoo.text.tokens import TextTokenizer
from tests import foreign

TEXT = "An absolutly charming film, but far too long."


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.slow) if name in ("bilstm", "bert") else name
        for name in model_set().models
    ],
)
def model(request):
    return load(request.param)


@pytest.fixture(scope="module")
def lstm():
    return load("lstm")


def test_integrated_gradients_equal_captums_layer_method(model):
    """The layer method hooks into the network, so it gets a network of its own."""
    attribution = attribute(model, TEXT, target="negative", steps=24)
    own = load(model.name).network.torch.module
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    plain = torch.zeros_like(ids)  # [PAD]
    plain[0, 0], plain[0, -1] = ids[0, 0], ids[0, -1]
    layer = LayerIntegratedGradients(lambda x: own(input_ids=x).logits, own.get_input_embeddings())
    scores = layer.attribute(ids, plain, target=0, n_steps=24).sum(-1)[0]
    assert np.allclose(attribution.scores, scores.detach().numpy(), atol=1e-4)


@pytest.mark.slow
def test_it_stops_by_itself_when_the_gap_is_small(model):
    attribution = attribute(model, TEXT)
    assert attribution.gap_relative <= 0.01 and attribution.gap == pytest.approx(
        abs(sum(attribution.scores) - attribution.rise)
    )
    fine = attribute(model, TEXT, target=attribution.target, steps=100)
    assert np.allclose(attribution.scores, fine.scores, atol=0.03 * max(map(abs, fine.scores)))


def test_a_cap_is_kept_and_the_gap_told(model):
    attribution = attribute(model, TEXT, tolerance=1e-9, cap=24)
    assert attribution.steps <= 24 and attribution.gap_relative > 1e-9


def random_problem(seed: int, score=None) -> Problem:
    """A small smooth network nobody trained, from scalar fields over (1, 6, 4) embeddings."""
    draw = torch.Generator().manual_seed(seed)
    first = torch.randn(24, 16, generator=draw)
    second = torch.randn(16, generator=draw)
    inputs = torch.randn(1, 6, 4, generator=draw)
    baseline = torch.zeros_like(inputs)
    baseline[:, [0, -1]] = inputs[:, [0, -1]]
    features = torch.tensor([[4, 0, 1, 1, 3, 4]])
    usual = lambda x: (x.flatten(1) @ first).tanh() @ second  # noqa: E731
    return Problem(score or usual, inputs, baseline, features, seed)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.complete])
def test_complete_methods_add_up_on_random_models(name, seed):
    problem = random_problem(seed)
    scores = METHODS[name].run(problem).values
    rise = float(problem.score(problem.inputs) - problem.score(problem.baseline))
    assert abs(float(scores.sum()) - rise) <= 0.01 * abs(rise) + 1e-6


def test_a_planted_error_makes_completeness_fail(monkeypatch):
    """The test above would notice scores that are wrong by a twentieth."""
    whole = IntegratedGradients.attribute
    monkeypatch.setattr(IntegratedGradients, "attribute", lambda *a, **k: 1.05 * whole(*a, **k))
    problem = random_problem(0)
    scores = METHODS["integrated_gradients"].run(problem).values
    rise = float(problem.score(problem.inputs) - problem.score(problem.baseline))
    assert abs(float(scores.sum()) - rise) > 0.01 * abs(rise)


@pytest.mark.parametrize("name", METHODS)
def test_the_one_decisive_token_ranks_first(name):
    decisive = 4
    problem = random_problem(0, lambda x: (x[:, decisive].sum(-1)).tanh() + 0.001 * x.sum((1, 2)))
    scores = METHODS[name].run(problem).values
    assert int(scores.abs().argmax()) == decisive
    rest = torch.cat([scores[:decisive], scores[decisive + 1 :]]).abs().max()
    assert rest < 0.2 * scores[decisive].abs()


def test_special_tokens_stay_and_have_no_score(model):
    for baseline in BASELINES:
        attribution = attribute(model, TEXT, baseline=baseline, steps=8)
        assert attribution.scores[0] == 0 == attribution.scores[-1]


def test_targets(lstm):
    targets = ("predicted", "negative", "positive", "difference")
    by = {target: attribute(lstm, TEXT, target=target) for target in targets}
    label = predict(lstm, [TEXT])[0].label
    assert by["predicted"].target == label and by["predicted"].scores == by[label].scores
    both = np.array(by["positive"].scores) - np.array(by["negative"].scores)
    assert np.allclose(by["difference"].scores, both, atol=0.02)


@pytest.mark.parametrize("name", METHODS)
def test_words_get_the_sum_of_their_tokens(lstm, name):
    attribution = attribute(lstm, TEXT, method=name)
    assert len(attribution.words) < len(attribution.tokens) - 2  # some words are made of pieces
    assert sum(attribution.word_scores) == pytest.approx(sum(attribution.scores[1:-1]), abs=1e-5)


def test_merging_by_hand(lstm):
    (encoded,) = lstm.encode(["brillant film"])
    assert encoded.tokens[1:-1] == ("br", "##illa", "##nt", "film")
    assert merge(np.array([9.0, 1.0, 2.0, -4.0, 0.5, 9.0]), encoded) == [-1.0, 0.5]


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.random])
def test_a_seed_gives_the_same_scores_and_another_others(lstm, name):
    torch.manual_seed(1)
    first = attribute(lstm, TEXT, method=name, seed=3)
    torch.manual_seed(2)  # torch's own generator has no say
    assert attribute(lstm, TEXT, method=name, seed=3).scores == first.scores
    assert attribute(lstm, TEXT, method=name, seed=4).scores != first.scores


def test_what_does_not_exist_is_refused(lstm):
    for wrong in ({"method": "magic"}, {"target": "neutral"}, {"baseline": "noise"}):
        with pytest.raises(ZooError, match="Choose from"):
            attribute(lstm, TEXT, **wrong)
    with pytest.raises(TextError):
        attribute(lstm, "  ")
    with pytest.raises(TextError, match="gradient method"):
        attribute(lstm, "word " * 200, method="shapley")


@pytest.mark.slow
def test_the_longest_text_and_a_single_word(lstm):
    long = attribute(lstm, "good film " * 400)
    assert len(long.scores) == 512 and long.gap_relative <= 0.01
    assert attribute(lstm, "Good").words == ("Good",)


def clean(model) -> bool:
    return not any(
        module._forward_hooks or module._forward_pre_hooks or module._backward_hooks
        for module in model.network.torch.module.modules()
    ) and not any(
        weight.grad is not None or weight.requires_grad
        for weight in model.network.torch.module.parameters()
    )


@pytest.mark.slow
def test_nothing_is_left_behind_also_after_a_stop(model):
    class StopError(Exception):
        pass

    def stop(rows):
        raise StopError

    for name in METHODS:
        attribute(model, "Good film.", method=name)
        with pytest.raises(StopError):
            attribute(model, TEXT, method=name, advance=stop)
    assert clean(model) and not model.network.torch.module.training


def test_progress_counts_the_rows_read(lstm):
    read = []
    attribution = attribute(lstm, TEXT, advance=read.append)
    assert sum(read) >= attribution.steps


@pytest.mark.slow
def test_threads_get_what_one_alone_gets(model):
    """8 threads x 10 predictions and attributions, mixed, equal the serial results exactly."""
    texts = [f"Far {'too ' * i}long." for i in range(5)]
    options = {
        "shapley": {"samples": 2},
        "lime": {"samples": 8},
        "integrated_gradients": {"cap": 16},
    }
    names = (*options, "occlusion", "saliency")

    def task(i):
        text, name = texts[i % 5], names[i % 5]
        if i % 2:
            return replace(predict(model, [text])[0], tokenize_ms=0, forward_ms=0)
        return replace(attribute(model, text, method=name, **options.get(name, {})), seconds=0)

    expected = [task(i) for i in range(10)]
    wrong = []

    def work(start):
        for k in range(10):
            i = (start + k) % 10
            if task(i) != expected[i]:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(3 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_text_is_encoded_once(lstm, monkeypatch):
    whole, encoded = TextTokenizer.encode, []
    monkeypatch.setattr(
        TextTokenizer, "encode", lambda own, texts: encoded.append(texts) or whole(own, texts)
    )
    attribute(lstm, "Great fun.")
    assert encoded == [["Great fun."]]


@pytest.fixture(scope="module", params=[foreign.SIX, foreign.MANY], ids=["6 labels", "150 labels"])
def many(request, tmp_path_factory):
    """A model of many labels."""
    made = add_set(foreign.write_set(tmp_path_factory.mktemp("set"), "set", request.param))
    return load(made.models[ModelId.of("bert", made.name)])


def test_every_label_is_a_target(many):
    ids = torch.tensor([many.read(TEXT).ids])
    with torch.no_grad():
        logits = many.network.logits(ids, torch.ones_like(ids))[0]
    for at in (0, 3, len(many.labels) - 1):
        attribution = attribute(many, TEXT, target=many.labels[at], steps=48)
        assert attribution.target == many.labels[at] and attribution.gap_relative < 0.05
        problem, _ = pose(many, many.read(TEXT), many.labels[at], "pad", 0, None)
        assert float(problem.score(problem.inputs)) == pytest.approx(float(logits[at]), abs=1e-4)
    assert attribute(many, TEXT).target == many.labels[int(logits.argmax())]


def test_the_difference_is_to_the_runner_up(many):
    first, second = predict(many, [TEXT])[0].top(2)
    difference = attribute(many, TEXT, target="difference", method="occlusion")
    assert difference.target == f"{first[0]} over {second[0]}"
    assert difference.explained == (first[0], second[0]) and difference.asked == "difference"
    own, other = (
        attribute(many, TEXT, target=f"label:{label}", method="occlusion").scores
        for label in difference.explained
    )
    assert np.allclose(difference.scores, np.subtract(own, other), atol=1e-4)


def test_of_many_labels_the_likely_ones_are_named(many):
    with pytest.raises(ZooError) as refused:
        attribute(many, TEXT, target=f"{many.labels[4].upper()}s")
    message = str(refused.value)
    assert f"Did you mean {many.labels[4]!r}" in message and "Choose from: predicted," in message
    assert ("142 more labels" in message) == (len(many.labels) == 150)
    assert len(message) < 500


def test_a_label_may_be_called_like_a_target():
    labels = ("predicted", "difference", "label:x", "x")
    logits = torch.tensor([0.0, 1.0, 2.0, 3.0])
    for at, label in enumerate(labels):
        assert resolve(f"label:{label}", labels, logits) == Target(at)
    assert resolve("predicted", labels, logits) == Target(3)
    assert resolve("difference", labels, logits) == Target(3, 2)
    assert resolve("difference", labels[:2], logits[:2]) == Target(1, 0)


@pytest.mark.parametrize("kind", foreign.KINDS)
def test_models_of_any_kind_are_explained_word_by_word(kind, tmp_path):
    model = load(add_folder(foreign.write(kind, tmp_path / kind, foreign.SIX)))
    attribution = attribute(model, TEXT, target="difference", steps=8)
    words = attribution.text.replace(",", " ,").replace(".", " .").split()
    assert list(attribution.words) == words
    assert [TEXT[start:end] for start, end in attribution.word_spans] == words
    special = [score for score, word in zip(attribution.scores, attribution.word_of, strict=True)
               if word is None]  # fmt: skip
    assert len(special) == 2 and not any(special)
    pieces = [score for _, score in attribution.pieces]
    assert len(pieces) == len(attribution.tokens) - 2
    assert sum(pieces) == pytest.approx(sum(attribution.word_scores), abs=1e-5)


def test_what_is_written_of_it_has_the_fields_it_always_had(lstm):
    assert list(attribute(lstm, "Good.").as_record()) == [
        "model", "method", "target", "baseline", "text", "tokens", "scores", "words",
        "word_scores", "rise", "gap", "gap_relative", "steps", "seconds", "unknown", "dropped",
    ]  # fmt: skip
