"""Sets of models: what a set.json says, what is refused, where sets are found."""

import json
import os
import re
import shutil

import pytest

from model_zoo.errors import SetError, UnknownModelError, WeightsError
from model_zoo.inference.predict import predict
from model_zoo.models import sets
from model_zoo.models.files import (
    card,
    check_weights,
    fingerprint,
    read_checksums,
    read_config,
    read_metrics,
    teacher,
)
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.registry import choose, spec, title
from model_zoo.models.sets import BUNDLED, add_set, model_set, model_sets, read_set
from model_zoo.paths import MODELS
from tests.foreign import MANY, SIX, write_set

MINIMAL = {"labels": ["no", "yes"]}


@pytest.fixture(autouse=True)
def nothing_added(monkeypatch):
    monkeypatch.setattr(sets, "_added", {})


@pytest.fixture(scope="module")
def topics(tmp_path_factory):
    """A folder for sets with one in it: "topics", of six labels."""
    folder = tmp_path_factory.mktemp("sets")
    write_set(folder / "topics", "topics", SIX)
    return folder


@pytest.fixture
def roots(topics, tmp_path, monkeypatch):
    """A copy of `topics`, in QUARTET_SETS."""
    folder = shutil.copytree(topics, tmp_path / "roots")
    monkeypatch.setenv("QUARTET_SETS", str(folder))
    return folder


def written(folder, record, models=("first",), **config):
    """A folder with a set.json of `record` and a config.json for each of the models."""
    for model in models:
        (folder / model).mkdir(parents=True, exist_ok=True)
        text = json.dumps({"model_type": "bert"} | config)
        (folder / model / "config.json").write_text(text, encoding="utf-8")
    text = record if isinstance(record, str) else json.dumps(record)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.json").write_text(text, encoding="utf-8")
    return folder


def test_the_bundled_set_is_read_like_any_other():
    bundled = model_set()
    assert bundled.name == BUNDLED == "sentiment" and bundled.folder == MODELS
    assert bundled.labels == ("negative", "positive") and bundled.is_sentiment
    assert list(bundled.models) == ["lstm", "bilstm", "bert", "distilbert"]
    assert all(row.order == () and row.comparable for row in bundled.models.values())
    assert bundled.title and bundled.language and bundled.origin and bundled.date


def test_a_description_is_read_whole(tmp_path):
    record = {
        "title": "Three ways",
        "task": "choice",
        "labels": ["b", "a", "é <i>"],
        "colours": {"a": "#00ff7F"},
        "language": "French",
        "origin": "made by hand",
        "date": "2026-01-02",
        "models": [
            {"name": "second", "title": "Second", "description": "the better one"},
            {"name": "first"},
        ],
    }
    opened = read_set(written(tmp_path, record, ("first", "second", "third")), "ways")
    assert opened.labels == ("b", "a", "é <i>") and dict(opened.colours) == {"a": "#00ff7F"}
    assert (opened.title, opened.task) == ("Three ways", "choice") and not opened.is_sentiment
    assert (opened.language, opened.origin, opened.date) == ("French", "made by hand", "2026-01-02")
    assert list(opened.models) == ["ways/second", "ways/first", "ways/third"], "rows, then others"
    second, first, third = opened.models.values()
    assert (second.title, second.description) == ("Second", "the better one")
    assert (first.title, first.description, third.title) == ("first", "bert", "third")
    assert {row.labels for row in opened.models.values()} == {opened.labels}


def test_little_has_to_be_said(tmp_path):
    opened = read_set(written(tmp_path, MINIMAL), "mine")
    assert (opened.title, opened.task, opened.language, opened.date) == ("mine", "", "", "")
    assert opened.colours == {} and list(opened.models) == ["mine/first"]


@pytest.mark.parametrize(
    "task, labels, is_sentiment",
    [
        ("sentiment", ["negative", "positive"], True),
        ("sentiment", ["positive", "negative"], False),
        ("sentiment", ["negative", "neutral", "positive"], False),
        ("tone", ["negative", "positive"], False),
    ],
)
def test_only_a_set_that_says_so_tells_bad_from_good(tmp_path, task, labels, is_sentiment):
    opened = read_set(written(tmp_path, {"task": task, "labels": labels}), "mine")
    assert opened.is_sentiment is is_sentiment


@pytest.mark.parametrize(
    "names, order",
    [(("yes", "no"), (1, 0)), (("NO", "Yes"), ()), (("LABEL_0", "LABEL_1"), ())],
)
def test_classes_give_the_labels_that_they_are_called_by(tmp_path, names, order):
    folder = written(tmp_path, MINIMAL, id2label=dict(enumerate(names)))
    assert read_set(folder, "mine").models[ModelId("mine/first")].order == order


@pytest.mark.parametrize(
    "record, sentence",
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ({}, "cannot be read (KeyError('labels')). Mend it, or make it anew."),
        ({"labels": None}, "cannot be read"),
        ({"labels": ["a", "b"], "models": [{}]}, "cannot be read"),
        ({"labels": ["a", "b"], "models": 3}, "cannot be read"),
        ({"labels": ["a", "b"], "colours": 3}, "cannot be read"),
        ({"labels": ["a"]}, "has 1 labels; a set has 2 to 200. Mend it."),
        ({"labels": [str(n) for n in range(201)]}, "has 201 labels; a set has 2 to 200"),
        ({"labels": []}, "has 0 labels; a set has 2 to 200"),
        ({"labels": ["a", 1]}, "each label must be a text that is not blank. Mend it."),
        ({"labels": ["a", " "]}, "each label must be a text that is not blank"),
        ({"labels": ["a", "a"]}, "has a label twice. Name each differently."),
        ({"labels": ["a", "b" * 101]}, "has a label longer than 100 characters. Shorten it."),
        (
            MINIMAL | {"colours": {"no": "red"}},
            "'red' for 'no' is no colour of a label. Mend it.",
        ),
        (MINIMAL | {"colours": {"no": "#12345"}}, "no colour of a label"),
        (MINIMAL | {"colours": {"no": "#123456\n"}}, "no colour of a label"),
        (MINIMAL | {"colours": {"maybe": "#123456"}}, "no colour of a label"),
        (MINIMAL | {"models": [{"name": "a,b"}]}, "a name that no model can have"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, record, sentence):
    folder = written(tmp_path / "mine", record)
    with pytest.raises(SetError, match=re.escape(sentence)) as refusal:
        read_set(folder, "mine")
    assert str(folder) in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_folder_without_a_description_or_models_is_no_set(tmp_path):
    with pytest.raises(SetError, match=r"is no set of models: it holds no set\.json\. Give"):
        read_set(tmp_path, "mine")
    with pytest.raises(SetError, match="holds no model. Put the folder of a model into it"):
        read_set(written(tmp_path / "empty", MINIMAL, models=()), "mine")


def test_sets_are_found_in_listed_folders(roots, tmp_path, monkeypatch):
    other = written(tmp_path / "other" / "more", MINIMAL).parent
    monkeypatch.setenv("QUARTET_SETS", os.pathsep.join([str(roots), "", str(other)]))
    assert list(model_sets()) == [BUNDLED, "topics", "more"]
    assert model_set("topics").title == "The set topics"
    assert model_set("more").folder == other / "more"


def test_sets_are_found_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("QUARTET_SETS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert list(model_sets()) == [BUNDLED]
    written(tmp_path / "quartet" / "sets" / "mine", MINIMAL)
    assert list(model_sets()) == [BUNDLED, "mine"]


def test_an_unknown_set_is_refused_with_those_there_are(roots):
    with pytest.raises(SetError, match=r"named 'nowhere'\. Choose from: sentiment, topics\."):
        model_set("nowhere")


@pytest.mark.parametrize("name", ["..", ".", "", "../roots/topics", "/", "local", "hub", "a b"])
def test_a_name_is_never_a_path(roots, name):
    for folder in (roots, roots.parent):
        (folder / "set.json").write_text(json.dumps(MINIMAL), encoding="utf-8")
    with pytest.raises(SetError, match="There is no set"):
        model_set(name)


def test_broken_sets_are_passed_over_where_all_are_listed(roots):
    written(roots / "broken", {"labels": ["a"]})
    written(roots / "local", MINIMAL)
    written(roots / BUNDLED, MINIMAL)
    (roots / "no-set").mkdir()
    (roots / "a file").write_text("")
    assert list(model_sets()) == [BUNDLED, "topics"]
    assert model_sets()[BUNDLED].folder == MODELS, "no other takes its place"
    with pytest.raises(SetError, match="has 1 labels"):
        model_set("broken")


def test_any_folder_can_be_added(topics, monkeypatch):
    monkeypatch.delenv("QUARTET_SETS", raising=False)
    added = add_set(topics / "topics")
    assert added.name == "topics" and model_set("topics") == added
    assert add_set(topics / "topics" / ".." / "topics").name == "topics", "the same once more"
    assert add_set(MODELS).name == BUNDLED


def test_two_folders_of_the_same_name_are_told_apart(roots, tmp_path):
    other = add_set(written(tmp_path / "topics", MINIMAL))
    third = add_set(written(tmp_path / "third" / "topics", MINIMAL))
    assert (other.name, third.name) == ("topics-2", "topics-3")
    assert model_set("topics").labels == SIX and model_set("topics-2").labels == ("no", "yes")
    assert list(model_sets()) == [BUNDLED, "topics", "topics-2", "topics-3"]
    assert list(other.models) == ["topics-2/first"]


@pytest.mark.parametrize(
    "folder, name", [("my set, v1.0", "my-set-v1-0"), ("@@", "set"), ("hub", "hub-2")]
)
def test_a_folders_name_becomes_one_that_goes_into_addresses(tmp_path, folder, name):
    added = add_set(written(tmp_path / folder, MINIMAL))
    assert added.name == name and model_set(name) == added
    (identity,) = added.models
    assert (ModelId(identity).set, ModelId(identity).is_own) == (name, False)


def test_what_is_no_set_is_not_added(tmp_path):
    with pytest.raises(SetError):
        add_set(tmp_path)
    assert list(model_sets()) == [BUNDLED]


def test_a_change_is_noticed(roots):
    file = roots / "topics" / "set.json"
    before, record = model_set("topics"), json.loads(file.read_text("utf-8"))
    assert model_set("topics") is before, "read once as long as it stays"
    file.write_text(json.dumps(record | {"title": "Renamed"}), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert model_set("topics").title == "Renamed"
    shutil.copytree(roots / "topics" / "bert", roots / "topics" / "later")
    assert list(model_set("topics").models)[-1] == "topics/later"
    (roots / "topics" / "later").rename(roots / "topics" / "latest")
    assert list(model_set("topics").models)[-1] == "topics/latest"


def test_models_of_the_same_name_are_told_apart_by_their_sets(roots):
    mine, theirs = spec("topics/bert"), spec("bert")
    assert (mine.name, theirs.name) == ("bert", "bert") and mine.id != theirs.id
    assert mine.labels == SIX and theirs.labels == ("negative", "positive")
    assert fingerprint("topics/bert") == read_checksums(roots / "topics")["bert"]
    assert fingerprint("topics/bert") == check_weights("topics/bert") != check_weights("bert")
    assert title("topics/bert") == "BERT" and title("gone/bert") == "bert"
    with pytest.raises(UnknownModelError, match="Choose from: lstm, bilstm, bert, distilbert"):
        spec("topics/gpt")


def test_models_of_a_set_are_chosen_by_their_names(roots):
    topics = model_set("topics")
    assert [row.id for row in choose(["bert", "lstm"], topics)] == ["topics/lstm", "topics/bert"]
    assert [row.id for row in choose(["topics/bert"], topics)] == ["topics/bert"]
    assert [row.id for row in choose(None, topics)] == list(topics.models)


@pytest.mark.parametrize("labels", [SIX, MANY], ids=["six", "many"])
def test_every_model_answers_with_the_labels_of_its_set(tmp_path, labels):
    opened = add_set(write_set(tmp_path / "many", "many", labels))
    for row in opened.models.values():
        (prediction,) = predict(load(row), ["a fine film"])
        assert prediction.model == row.id and prediction.labels == labels
        assert len(prediction.probabilities) == len(labels)
        assert sum(prediction.probabilities) == pytest.approx(1)


def test_a_model_with_other_classes_than_its_set_has_labels_is_refused(roots):
    file = roots / "topics" / "set.json"
    record = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(record | {"labels": ["no", "yes"]}), encoding="utf-8")
    with pytest.raises(WeightsError, match="6 classes for 2 labels"):
        load("topics/bert")


@pytest.mark.parametrize("content", ["{", "[]", "3", "\ud800", '{"validation": 3}', '{"made": []}'])
def test_damaged_metrics_are_named(roots, content):
    file = roots / "topics" / "bert" / "metrics.json"
    assert card("topics/bert").accuracy is None, "there are none, which is no harm"
    file.write_bytes(content.encode(errors="surrogatepass"))
    for ask in (card, teacher, read_metrics):
        with pytest.raises(WeightsError, match=r"metrics\.json (is damaged|cannot be read).*Copy"):
            ask("topics/bert")
    file.write_text('{"validation": {"accuracy": 0.5, "ci95": [0.4, 0.6]}, "eval_loss": 0.1}')
    assert card("topics/bert").accuracy == 0.5 and teacher("topics/bert") is None


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_damaged_config_is_named(roots, content):
    (roots / "topics" / "bert" / "config.json").write_text(content)
    with pytest.raises(WeightsError, match=r"config\.json (is damaged|cannot be read).*Copy"):
        card("topics/bert")
    with pytest.raises(WeightsError, match=r"config\.json (is damaged|cannot be read).*Copy"):
        load("topics/bert")
    assert card("topics/lstm").parameters, "the others are as they were"


def test_a_model_whose_folder_is_gone_is_named(roots):
    shutil.rmtree(roots / "topics" / "bert")
    assert list(model_set("topics").models)[2] == "topics/bert", "it has a row"
    with pytest.raises(WeightsError, match=r"topics/bert is missing or incomplete\. Copy"):
        card("topics/bert")
    with pytest.raises(WeightsError, match=r"bert/config\.json is missing"):
        load("topics/bert")
    with pytest.raises(WeightsError, match=r"config\.json is missing"):
        read_config("topics/bert")
