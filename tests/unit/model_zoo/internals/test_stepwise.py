"""How an answer forms: each step is what it is said to be, on the bundled models."""

from math import log

import pytest

from model_zoo.errors import TextError
from model_zoo.explain.attribute import attribute
from model_zoo.inference.predict import predict
from model_zoo.internals.stepwise import stepwise
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.own import add_folder
from model_zoo.models.sets import add_set, model_set
from tests import foreign

TEXT = "The acting is great but the film as a whole is dreadful"


def log_odds(share):
    return log(share / (1 - share))


@pytest.fixture(scope="module", params=list(model_set().models))
def model(request):
    return load(request.param)


def positive(model, text):
    return predict(model, [text])[0].of("positive")


def test_lengths_and_readings(model):
    courses = {course.reading: course.of("positive") for course in stepwise(model, TEXT)}
    network = model.network.torch.module
    if hasattr(network, "lstm"):
        two = ["forward", "backward"][: 1 + network.config.bidirectional]
        assert list(courses) == two
        assert {len(course) for course in courses.values()} == {len(TEXT.split())}
    else:
        assert list(courses) == ["layers"]
        assert len(courses["layers"]) == network.config.num_hidden_layers + 1


def test_lstm_says_what_it_would_say_of_each_beginning():
    model = load("lstm")
    (course,) = stepwise(model, TEXT)
    words = TEXT.split()
    for i, share in enumerate(course.of("positive"), start=1):
        assert share == pytest.approx(positive(model, " ".join(words[:i])), abs=1e-5)


def test_the_bilstms_two_directions_add_up_to_its_answer():
    model = load("bilstm")
    forward, backward = stepwise(model, TEXT)
    bias = model.network.torch.module.classifier.bias
    both = log_odds(forward.of("positive")[-1]) + log_odds(backward.of("positive")[0])
    assert both - float(bias[1] - bias[0]) == pytest.approx(
        log_odds(positive(model, TEXT)), abs=1e-4
    )


@pytest.mark.parametrize("name", ["bert", "distilbert"])
def test_the_last_layer_is_the_prediction_and_layers_are_the_librarys(name):
    import torch

    model = load(name)
    (course,) = stepwise(model, TEXT)
    assert course.of("positive")[-1] == pytest.approx(positive(model, TEXT), abs=1e-5)
    another = load(name)  # asked for hidden states, the library leaves hooks on a network
    ids = torch.tensor([model.encode([TEXT])[0].ids])
    with torch.inference_mode():
        hidden = another.network.torch.module(
            input_ids=ids, output_hidden_states=True
        ).hidden_states
        for share, layer in zip(course.of("positive"), hidden, strict=True):
            logits = model.network.torch._head(layer)
            assert share == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-5)


def test_nothing_is_left_on_the_shared_network(model):
    stepwise(model, TEXT)
    assert not model.network.torch.module.training
    for module in model.network.torch.module.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_nothing_to_read_is_refused(model, text):
    with pytest.raises(TextError):
        stepwise(model, text)


def test_one_word_and_far_too_many(model):
    assert all(course.probabilities for course in stepwise(model, "Good"))
    for course in stepwise(model, "good film " * 600):
        assert len(course.probabilities) == 510 or course.reading == "layers"
        assert all(sum(shares) == pytest.approx(1) for shares in course.probabilities)
        assert len(course.spans) == (0 if course.reading == "layers" else 510)


@pytest.mark.parametrize("labels", [foreign.SIX, foreign.MANY], ids=["6", "150"])
def test_courses_of_any_labels_end_at_the_answer(labels, tmp_path):
    made = add_set(foreign.write_set(tmp_path / "topics", "topics", labels))
    for name in ("lstm", "bert", "distilbert"):
        model = load(made.models[ModelId.of(name, made.name)])
        (course,) = stepwise(model, TEXT)
        answer = predict(model, [TEXT])[0]
        assert course.labels == labels and course.likeliest[-1] == answer.label
        assert course.probabilities[-1] == pytest.approx(answer.probabilities, abs=1e-5)
        assert course.of(labels[-1])[-1] == course.probabilities[-1][-1]
        assert all(sum(shares) == pytest.approx(1) for shares in course.probabilities)


@pytest.mark.parametrize("kind", ["roberta", "albert", "electra", "mpnet"])
def test_courses_of_other_kinds_end_at_the_answer(kind, tmp_path):
    model = load(add_folder(foreign.write(kind, tmp_path / kind, foreign.SIX)))
    (course,) = stepwise(model, TEXT)
    answer = predict(model, [TEXT])[0]
    assert course.probabilities[-1] == pytest.approx(answer.probabilities, abs=1e-5)


def test_labels_come_in_the_sets_order(tmp_path):
    """A model whose classes are in another order than the labels it is read by."""
    made = add_set(foreign.write_set(tmp_path / "topics", "topics", foreign.SIX))
    folder = foreign.write("roberta", tmp_path / "turned", foreign.SIX[::-1])
    model = load(add_folder(folder, beside=made.name))
    assert model.labels == foreign.SIX and model.spec.order
    (course,) = stepwise(model, TEXT)
    answer = predict(model, [TEXT])[0]
    assert course.probabilities[-1] == pytest.approx(answer.probabilities, abs=1e-5)
    attribution = attribute(model, TEXT)
    assert attribution.target == answer.label
