"""Identities of models: what is told from them, and what cannot be part of one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.errors import CapabilityError, ZooError
from model_zoo.models.network import Capability, ModelId, Network
from model_zoo.models.registry import spec, title

PARTS = st.text("abcxyz-_+.0189é", min_size=1, max_size=8)
SETS = PARTS.filter(lambda part: part not in ModelId.OWN and "." not in part)


@pytest.mark.parametrize(
    ("identity", "name", "set", "engine", "beside", "order"),
    [
        ("bert", "bert", "sentiment", "auto", "sentiment", ()),
        ("bert@onnx", "bert", "sentiment", "onnx", "sentiment", ()),
        ("mine/bert", "bert", "mine", "auto", "mine", ()),
        ("mine/bert@onnx", "bert", "mine", "onnx", "mine", ()),
        ("local/my-model", "my-model", "local", "auto", "sentiment", ()),
        ("local/my-model~topics", "my-model", "local", "auto", "topics", ()),
        ("local/my-model~.1.0", "my-model", "local", "auto", "sentiment", (1, 0)),
        ("local/v1.0~topics.2.0.1@onnx", "v1.0", "local", "onnx", "topics", (2, 0, 1)),
        ("hub/org--name+v1.0", "org--name+v1.0", "hub", "auto", "sentiment", ()),
    ],
)
def test_parts_are_told_from_an_identity(identity, name, set, engine, beside, order):
    read = ModelId(identity)
    assert (read.name, read.set, read.engine) == (name, set, engine)
    assert (read.beside, read.order) == (beside, order)
    assert read.is_own == (set in ("local", "hub"))
    own = {"beside": beside, "order": order} if read.is_own else {}
    assert ModelId.of(name, set, engine, **own) == identity, "and it is made of them again"


@given(name=PARTS, set=SETS, engine=PARTS)
def test_what_is_in_a_set_comes_back(name, set, engine):
    identity = ModelId(json.loads(json.dumps(ModelId.of(name, set, engine))))
    assert (identity.name, identity.set, identity.engine) == (name, set, engine)
    assert (identity.beside, identity.order, identity.is_own) == (set, (), False)


@given(
    name=PARTS,
    where=st.sampled_from(ModelId.OWN),
    engine=PARTS,
    beside=SETS,
    order=st.lists(st.integers(0, 199), max_size=5).map(tuple),
)
def test_what_is_the_users_own_comes_back(name, where, engine, beside, order):
    identity = ModelId(str(ModelId.of(name, where, engine, beside, order)))
    assert (identity.name, identity.set, identity.engine) == (name, where, engine)
    assert (identity.beside, identity.order, identity.is_own) == (beside, order, True)


def test_other_models_have_other_identities():
    made = [
        ModelId.of(name, set, engine, beside, order)
        for name in ("bert", "lstm")
        for set in ("sentiment", "mine", "local", "hub")
        for engine in ("auto", "onnx")
        for beside in (("sentiment", "topics") if set in ModelId.OWN else ("sentiment",))
        for order in (((), (0, 1), (1, 0)) if set in ModelId.OWN else ((),))
    ]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("mark", ["/", "@", ",", "~"])
@pytest.mark.parametrize("part", ["name", "set", "engine", "beside"])
def test_what_could_not_be_told_apart_is_no_part(part, mark):
    parts = {"name": "bert", "set": "local"} | {part: f"a{mark}b"}
    with pytest.raises(ValueError, match="is no identity"):
        ModelId.of(**parts)


@pytest.mark.parametrize("parts", [{"name": ""}, {"set": ""}, {"engine": ""}, {"beside": "a.b"}])
def test_nothing_is_no_part_and_the_set_beside_has_no_full_stop(parts):
    with pytest.raises(ValueError, match="is no identity"):
        ModelId.of(**({"name": "bert", "set": "local"} | parts))


def test_it_is_a_string_wherever_it_goes():
    identity = ModelId.of("bert", "mine")
    assert identity == "mine/bert" and {identity: 1}["mine/bert"] == 1
    assert json.dumps([identity]) == '["mine/bert"]' and f"{identity}" == "mine/bert"


@given(st.text(max_size=30) | st.text("/@~.,01lochub", max_size=20))
def test_any_text_for_an_identity_ends_with_a_sentence_or_a_model(text):
    """Identities come from addresses: whatever stands there is refused in words, or is known."""
    try:
        row = spec(text)
    except ZooError as error:
        assert str(error).endswith(".")
    else:
        assert row.id == text
    assert isinstance(title(text), str)


def test_a_network_says_what_it_cannot_be_asked():
    class Least(Network):
        title = "Least"

    for question, capability in (
        (lambda: Least().embed(None), Capability.EMBEDDINGS),
        (lambda: Least().layers(None), Capability.LAYERS),
        (lambda: Least().steps(None), Capability.STEPS),
        (lambda: Least().attention(None), Capability.ATTENTION),
        (lambda: Least().gates(None), Capability.GATES),
    ):
        with pytest.raises(CapabilityError, match=f"Least is not a model that {capability}"):
            question()
