"""Models of one's own: how they are named and found, and by which labels they are read."""

import json
import os
import shutil

import pytest
from safetensors.torch import load_file, save_file

from model_zoo.errors import SetError, UnknownModelError, WeightsError
from model_zoo.inference.predict import predict
from model_zoo.models import own, sets
from model_zoo.models.loading import load
from model_zoo.models.network import ModelId
from model_zoo.models.own import add_folder, classes_of, offered, own_spec, read_by
from model_zoo.models.registry import choose, remember, spec, title
from model_zoo.models.sets import add_set, model_sets
from tests.foreign import SIX, write, write_set


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    monkeypatch.setattr(own, "_given", {})
    monkeypatch.setattr(sets, "_added", {})
    monkeypatch.delenv("QUARTET_MODEL_DIRS", raising=False)


@pytest.fixture(scope="module")
def sentiment(tmp_path_factory):
    """A real classifier whose classes are called as others call them, the second label first."""
    folder = tmp_path_factory.mktemp("own") / "sentiment"
    return write("electra", folder, ("POSITIVE", "NEGATIVE"))


def model(folder, *names, **config):
    """A folder with a config.json alone, which is all that is read before loading."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {"id2label": dict(enumerate(names))} if names else {}
    record = {"model_type": "bert"} | named | config
    (folder / "config.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def test_a_folder_is_added_and_known_by_its_identity(tmp_path):
    row = add_folder(model(tmp_path / "mine", "positive", "negative"))
    assert row.id == "local/mine" and row.folder == tmp_path / "mine"
    assert (row.title, row.model_type) == ("mine", "bert")
    assert row.description == "bert, a folder of your own"
    assert own_spec(ModelId("local/mine")) == spec("local/mine") == row
    assert title("local/mine") == "mine" and classes_of(row.id) == ("positive", "negative")


def test_folders_of_the_same_name_are_told_apart(tmp_path):
    first = add_folder(model(tmp_path / "a" / "mine", "negative", "positive"))
    second = add_folder(model(tmp_path / "b" / "mine", "x", "y"))
    again = add_folder(tmp_path / "b" / ".." / "a" / "mine")
    assert (first.id, second.id) == ("local/mine", "local/mine-2") and again == first
    assert spec(second.id).labels == ("x", "y") and spec(first.id) == first


@pytest.mark.parametrize(
    "folder, name",
    [("my model", "my-model"), ("a@b,c~d", "a-b-c-d"), ("@", "model"), ("v1.0+x", "v1.0+x")],
)
def test_a_folders_name_becomes_one_that_goes_into_addresses(tmp_path, folder, name):
    row = add_folder(model(tmp_path / folder))
    assert row.id.name == name and row.title == folder and spec(str(row.id)) == row


@pytest.mark.parametrize(
    "names, labels, order, comparable",
    [
        (("negative", "positive"), ("negative", "positive"), (), True),
        (("POSITIVE", "NEGATIVE"), ("negative", "positive"), (1, 0), True),
        (("LABEL_0", "LABEL_1"), ("LABEL_0", "LABEL_1"), (), False),
        (("negative", "neutral", "positive"), ("negative", "neutral", "positive"), (), False),
    ],
)
def test_classes_are_matched_to_the_set_by_name(tmp_path, names, labels, order, comparable):
    row = add_folder(model(tmp_path / "mine", *names))
    assert (row.labels, row.order, row.comparable) == (labels, order, comparable)


def test_classes_mean_what_they_are_said_to_mean(tmp_path):
    meanings = {"LABEL_0": "positive", "LABEL_1": "negative"}
    row = add_folder(model(tmp_path / "mine"), renamed=meanings)
    assert row.id == "local/mine~.1.0" and row.comparable
    assert (row.labels, row.order) == (("negative", "positive"), (1, 0))
    assert read_by(ModelId("local/mine"), "sentiment", meanings) == row
    half = read_by(ModelId("local/mine"), "sentiment", {"LABEL_0": "positive"})
    assert half.id == "local/mine" and not half.comparable


def test_it_is_read_by_the_labels_of_the_set_beside_it(tmp_path):
    add_set(write_set(tmp_path / "topics", "topics", SIX))
    row = add_folder(model(tmp_path / "mine", *reversed(SIX)), beside="topics")
    assert row.id == "local/mine~topics" and row.comparable
    assert (row.labels, row.order) == (SIX, (5, 4, 3, 2, 1, 0))
    elsewhere = read_by(row.id, "sentiment")
    assert elsewhere.id == "local/mine" and not elsewhere.comparable
    assert elsewhere.labels == tuple(reversed(SIX))


def test_identities_with_an_order_come_back_as_they_were(tmp_path):
    add_set(write_set(tmp_path / "topics", "topics", SIX))
    add_folder(model(tmp_path / "mine", *"abcdef"))
    identity = ModelId.of("mine", "local", beside="topics", order=(5, 0, 1, 2, 3, 4))
    row = spec(str(identity))
    assert identity == "local/mine~topics.5.0.1.2.3.4" == row.id and row.comparable
    assert (row.labels, row.order) == (SIX, (5, 0, 1, 2, 3, 4))
    assert (row.id.name, row.id.set, row.id.beside) == ("mine", "local", "topics")
    assert read_by(row.id, "topics", dict(zip("fabcde", SIX, strict=True))).id == identity


@pytest.mark.parametrize("order", ["0.0", "1.2", "1", "0.1.2", "x", "-1.0", "1.0." + "9" * 5000])
def test_an_order_that_is_none_leaves_it_in_a_column_of_its_own(tmp_path, order):
    add_folder(model(tmp_path / "mine", "a", "b"))
    row = spec(f"local/mine~.{order}")
    assert (row.labels, row.order, row.comparable) == (("a", "b"), (), False)


def test_an_order_of_more_classes_than_the_set_has_labels_counts_for_nothing(tmp_path):
    add_folder(model(tmp_path / "mine", "a", "b", "c"))
    assert not spec("local/mine~.1.0").comparable


def test_a_model_beside_a_set_that_is_gone_is_refused(tmp_path):
    add_folder(model(tmp_path / "mine", "a", "b"))
    with pytest.raises(SetError, match="no set of models named 'gone'"):
        spec("local/mine~gone")
    assert title("local/mine~gone") == "mine"


@pytest.mark.parametrize(
    "content", [None, "{", "[]", '"text"', '{"id2label": {"x": "a"}}', '{"num_labels": "many"}']
)
def test_a_folder_that_holds_no_model_is_refused(tmp_path, content):
    folder = tmp_path / "mine"
    folder.mkdir()
    if content is not None:
        (folder / "config.json").write_text(content)
    with pytest.raises(WeightsError, match=r"holds no model: its config\.json is missing or dam"):
        add_folder(folder)
    with pytest.raises(UnknownModelError):
        spec("local/mine")


@pytest.mark.parametrize(
    "config, reason",
    [
        ({"num_labels": 1}, "gives a number and not a label. Choose"),
        ({"id2label": {"0": "LABEL_0"}}, "gives a number and not a label"),
        ({"problem_type": "regression"}, "gives a number and not a label"),
        ({"problem_type": "multi_label_classification"}, "any number of labels"),
        ({"num_labels": 10**12}, "more than 200 labels"),
    ],
)
def test_one_that_does_not_choose_between_labels_is_refused(tmp_path, config, reason):
    with pytest.raises(WeightsError, match=reason):
        add_folder(model(tmp_path / "mine", **config))


def test_only_listed_folders_are_offered(tmp_path, monkeypatch):
    for name in ("a", "b/c", "b/d e", "b/c/inside", "x/y/z", "x/1/2/3", ".hidden"):
        model(tmp_path / "top" / name)
    model(tmp_path / "alone")
    model(tmp_path / "outside" / "secret")
    (tmp_path / "top" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "top" / "b" / "secret").symlink_to(tmp_path / "outside" / "secret")
    assert offered() == {}
    listed = [tmp_path / "top", "", tmp_path / "alone", tmp_path / "gone"]
    monkeypatch.setenv("QUARTET_MODEL_DIRS", os.pathsep.join(map(str, listed)))
    expected = ["local/a", "local/b--c", "local/b--d-e", "local/x--y--z", "local/alone"]
    assert list(offered()) == expected
    assert offered()["local/x--y--z"] == tmp_path / "top" / "x" / "y" / "z"
    assert spec("local/b--d-e").title == "d e"
    assert not any("secret" in str(folder) for folder in offered().values())
    with pytest.raises(UnknownModelError, match="Add it first"):
        spec("local/secret")


def test_there_is_an_end_to_what_is_offered(tmp_path, monkeypatch):
    monkeypatch.setattr(own, "MOST_FOLDERS", 3)
    for number in range(5):
        model(tmp_path / f"m{number}")
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path))
    assert list(offered()) == ["local/m0", "local/m1", "local/m2"]


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "../..", ".", "/x", "{0}/outside", "%2e%2e", "~", "top/../../outside", "\0", ""],
)
@pytest.mark.parametrize("where", ["local", "hub"])
def test_an_identity_is_never_a_path(tmp_path, monkeypatch, where, name):
    for folder in ("", "outside", "top", "top/x", "downloads", "downloads/x/y"):
        model(tmp_path / folder)
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path / "none"))
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "downloads"))
    with pytest.raises((UnknownModelError, SetError, ValueError)):
        spec(f"{where}/{name.format(tmp_path)}")


def test_a_download_is_known_by_its_name_once_it_is_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path))
    model(tmp_path / "org--name+v1", "negative", "positive")
    model(tmp_path / f".org--other.{'0' * 40}.part")
    row = spec("hub/org--name+v1")
    assert (row.title, row.description) == ("name+v1", "bert, from the Hub") and row.comparable
    with pytest.raises(UnknownModelError):
        spec(f"hub/.org--other.{'0' * 40}.part")


def test_on_the_command_line_a_name_may_be_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(model(tmp_path / "mine", "negative", "positive").parent)
    names = ["./mine", "bert", str(tmp_path / "mine"), "mine", "local/mine"]
    assert [row.id for row in choose(names)] == ["bert", "local/mine"]
    model(tmp_path / "bert")
    assert [row.id for row in choose(["bert"])] == ["bert"], "a model of the set before a folder"
    assert [row.id for row in choose(["./bert"])] == ["local/bert"]
    with pytest.raises(UnknownModelError, match=r"no folder \./gone\. Give that of a model"):
        choose(["./gone"])
    with pytest.raises(UnknownModelError, match="named 'gpt'. Choose from: lstm,.*; or give"):
        choose(["gpt"])


def test_eight_stand_side_by_side_at_most(tmp_path):
    folders = [str(model(tmp_path / f"m{number}")) for number in range(5)]
    assert len(choose(["lstm", "bilstm", "bert", "distilbert", *folders[:4]])) == 8
    with pytest.raises(UnknownModelError, match="9 models are too many; 8 stand"):
        choose(["lstm", "bilstm", "bert", "distilbert", *folders])


def test_another_process_learns_where_a_model_is(tmp_path):
    topics = write_set(tmp_path / "topics", "topics", SIX)
    row = remember("local/mine~far", model(tmp_path / "mine", *SIX), topics)
    assert row.comparable and row.labels == SIX
    assert remember("far/bert", topics / "bert", topics).folder == topics / "bert"


def test_answers_go_by_label_whatever_the_order_of_classes(sentiment, tmp_path):
    turned = shutil.copytree(sentiment, tmp_path / "turned")
    weights = load_file(turned / "model.safetensors")
    for name in ("classifier.out_proj.weight", "classifier.out_proj.bias"):
        weights[name] = weights[name].flip(0).contiguous()
    save_file(weights, turned / "model.safetensors", {"format": "pt"})
    config = json.loads((turned / "config.json").read_text())
    names = {"id2label": {"0": "negative", "1": "positive"}, "label2id": {}}
    (turned / "config.json").write_text(json.dumps(config | names))
    texts = ["A good film, and it isn't boring!", "Terrible.", "not"]
    rows = add_folder(sentiment), add_folder(turned)
    assert [row.order for row in rows] == [(1, 0), ()]
    theirs, ours = (predict(load(row), texts) for row in rows)
    for one, other in zip(theirs, ours, strict=True):
        assert one.labels == other.labels == ("negative", "positive")
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
    assert max(abs(prediction.margin) for prediction in ours) > 1e-3


def test_a_mapping_turns_the_answers_round(sentiment):
    straight = add_folder(sentiment)
    meanings = {"POSITIVE": "negative", "NEGATIVE": "positive"}
    turned = add_folder(sentiment, renamed=meanings)
    assert straight.id != turned.id, "caches tell them apart"
    one, other = (predict(load(row), ["A good film."])[0] for row in (straight, turned))
    assert one.of("positive") == pytest.approx(other.of("negative"), abs=1e-9)
    assert abs(one.margin) > 1e-3


def test_folders_of_users_that_are_not_there_are_passed_over(folders_of_nobody):
    assert offered() == {} and list(model_sets()) == ["sentiment"]


@pytest.fixture
def folders_of_nobody(monkeypatch):
    for variable in ("QUARTET_MODEL_DIRS", "QUARTET_SETS"):
        monkeypatch.setenv(variable, "~nobody-of-this-name/models")
