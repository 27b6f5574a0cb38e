"""Models of the visitor's own, in the sidebar, and the switch of sets."""

import re
import shutil
from threading import Event

import pytest

from model_zoo.models import own, sets
from model_zoo.models.hub_download import downloaded
from model_zoo.models.sets import model_set
from tests import foreign
from tests.app import zoo
from tests.hub_server import HubServer, Repository
from ui.frame import own_models
from ui.frame.permalink import View, parse
from ui.serve import downloads
from ui.serve.downloads import Downloads
from ui.serve.pool import pool

pytestmark = pytest.mark.slow

FOLDER, HUB_NAME = "folder to add", "hub name"
REPO, NAME = "org/judge", "org--judge"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Folders with a model whose classes tell what they are, and with one whose do not."""
    folder = tmp_path_factory.mktemp("shelf")
    foreign.write("roberta", folder / "judge", ("POSITIVE", "NEGATIVE"))
    foreign.write("electra", folder / "plain", ("LABEL_0", "LABEL_1"))
    foreign.write("albert", folder / "topics", foreign.SIX)
    return folder


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Nothing is offered, nothing known, nothing downloading, unless a test says so."""
    for name in ("QUARTET_MODEL_DIRS", "QUARTET_HUB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "no sets"))
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "downloads"))
    monkeypatch.setattr(own, "_given", {})
    monkeypatch.setattr(sets, "_added", {})
    monkeypatch.setattr(own_models, "downloads", Downloads())
    yield
    pool.unload(*(name for name in list(pool._loaded) if "/" in name))


@pytest.fixture
def shelved(shelf, monkeypatch):
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(shelf))
    return shelf


@pytest.fixture
def hub(shelf, monkeypatch):
    """The Hub, on this machine, which visitors may ask."""
    monkeypatch.setenv("QUARTET_HUB", "1")
    with HubServer.asked_by(monkeypatch) as server:
        files = {file.name: file.read_bytes() for file in (shelf / "judge").iterdir()}
        server.repositories[REPO] = Repository(files)
        yield server


def opened(page="app.py", **parameters):
    app = zoo.opened(page, **{"models": "lstm", **parameters})
    assert not app.exception
    return app


def read(text):
    """What people read of Markdown in which marks are escaped."""
    return re.sub(r"\\(.)", r"\1", text)


def sidebar(app):
    """All that the sidebar says."""
    boxes = (*app.sidebar.markdown, *app.sidebar.caption, *app.sidebar.error, *app.sidebar.warning)
    return read("\n".join(box.value for box in boxes))


def errors(app):
    return read("\n".join(error.value for error in app.error))


def keys(app):
    return {element.key for element in (*app.button, *app.selectbox, *app.text_input)}


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def added(app, name):
    """The app with the model of this folder, by the sidebar."""
    app.selectbox(key=FOLDER).select(name).run()
    return press(app, "add-folder")


def address(app, key):
    """What the address says of this; None where it says nothing."""
    values = app.query_params.get(key)
    return values[-1] if isinstance(values, list) else values


def models(app):
    return address(app, "models").split(",")


def test_nothing_can_be_added_unless_it_is_allowed():
    app = opened()
    assert "whoever runs this server lists folders" in sidebar(app)
    assert not keys(app) & {FOLDER, HUB_NAME, "look-up", "add-folder"}
    assert switch(app) is None, "there is one set"


def test_a_listed_folder_becomes_a_column(shelved):
    app = opened()
    assert app.selectbox(key=FOLDER).options == ["judge", "plain", "topics"]
    assert HUB_NAME not in keys(app) and "add-folder" not in keys(app)
    app.selectbox(key=FOLDER).select("judge").run()
    assert "roberta, a folder of your own; needs" in sidebar(app) and "are free." in sidebar(app)
    assert models(app) == ["lstm"], "nothing is added by looking"
    press(app, "add-folder")
    assert models(app) == ["lstm", "local/judge"]
    assert not app.error and "judge" in zoo.written(app) and pool.loaded("local/judge")
    assert "**judge** · in memory" in sidebar(app)


def pills(app):
    return next(group for group in app.pills if group.key.startswith("chosen-"))


def test_what_was_chosen_last_counts_though_the_page_was_not_drawn_since(shelved):
    app = opened()
    app.selectbox(key=FOLDER).select("topics").run()
    app.selectbox(key=FOLDER).select("plain")  # no run: the click comes at once
    press(app, "add-folder")
    assert address(app, "models") == "lstm,local/plain"
    for number, meaning in enumerate(("negative", "positive")):
        app.selectbox(key=f"class-local-plain-{number}-sentiment").select(meaning)
    app.run()
    for number, meaning in enumerate(("positive", "negative")):
        app.selectbox(key=f"class-local-plain-{number}-sentiment").select(meaning)
    press(app, "read-local/plain")
    assert address(app, "models") == "lstm,local/plain~.1.0"


def test_it_is_among_those_that_are_chosen_until_it_is_not(shelved):
    app = added(opened(), "judge")
    assert pills(app).options[-1] == "judge" and pills(app).value == ["lstm", "local/judge"]
    pills(app).set_value(["lstm", "local/judge", "bert"]).run()
    assert models(app) == ["lstm", "bert", "local/judge"]
    pills(app).set_value(["bert"]).run()
    assert models(app) == ["bert"] and "away-local/judge" in keys(app)
    added(app, "judge")
    assert pills(app).value == ["bert", "local/judge"]
    press(app, "away-local/judge")
    assert pills(app).value == ["bert"] and "judge" not in pills(app).options
    assert models(app) == ["bert"] and "away-local/judge" not in keys(app)
    assert "judge" not in zoo.written(app)


def test_it_is_in_links_and_on_other_pages(shelved):
    app = opened(models="bert,local/judge")
    assert not app.error and "judge" in zoo.written(app)
    app.switch_page("pages/models.py").query_params["tab"] = "What they are made of"
    app.run()
    assert not app.exception and not app.error and "judge" in app.table[0].value.index


def test_classes_are_given_meanings_by_menus(shelved):
    app = added(opened(), "plain")
    assert models(app) == ["lstm", "local/plain"]
    assert "(LABEL_0 and LABEL_1) are not those of the set" in sidebar(app)
    menus = [app.selectbox(key=f"class-local-plain-{number}-sentiment") for number in (0, 1)]
    assert [menu.options for menu in menus] == [["negative", "positive"]] * 2
    assert app.button(key="read-local/plain").disabled
    menus[0].select("positive").run()
    app.selectbox(key="class-local-plain-1-sentiment").select("positive").run()
    assert app.button(key="read-local/plain").disabled, "both cannot mean the same"
    app.selectbox(key="class-local-plain-1-sentiment").select("negative").run()
    press(app, "read-local/plain")
    assert models(app) == ["lstm", "local/plain~.1.0"]
    assert "are not those of the set" not in sidebar(app) and not app.error
    menus = [app.selectbox(key=f"class-local-plain-{number}-sentiment") for number in (0, 1)]
    assert [menu.value for menu in menus] == ["positive", "negative"]


def test_a_mapping_comes_back_from_a_link_and_can_be_turned_round(shelved):
    app = opened(models="lstm,local/plain~.1.0")
    assert models(app) == ["lstm", "local/plain~.1.0"] and not app.error
    assert app.selectbox(key="class-local-plain-0-sentiment").value == "positive"
    app.selectbox(key="class-local-plain-0-sentiment").select("negative").run()
    app.selectbox(key="class-local-plain-1-sentiment").select("positive").run()
    press(app, "read-local/plain~.1.0")
    assert models(app) == ["lstm", "local/plain~.0.1"]


def test_the_last_column_taken_away_leaves_the_set(shelved):
    app = opened(models="local/judge")
    press(app, "away-local/judge")
    assert address(app, "models") is None and not app.error


def test_a_ninth_column_is_refused_with_a_sentence(shelf, tmp_path, monkeypatch):
    for number in range(5):
        shutil.copytree(shelf / "plain", tmp_path / "listed" / f"m{number}")
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path / "listed"))
    eight = ["lstm", "bilstm", "bert", "distilbert", *(f"local/m{n}" for n in range(4))]
    app = added(opened(models=",".join(eight)), "m4")
    assert models(app) == eight
    assert "8 models stand side by side already. Choose fewer" in errors(app)
    pills(app).set_value([*eight, "local/m4"]).run()
    assert pills(app).value == models(app) == eight, "one too many is not taken"
    pills(app).set_value([*eight[1:], "local/m4"]).run()
    assert models(app) == [*eight[1:], "local/m4"]


def test_an_address_names_no_folder_that_is_not_listed(shelved):
    given = View(text="A text.", models=("lstm",))
    for name in ("local/nobody", "local/../judge", "hub/org--judge", "/judge"):
        view, (notice,) = parse({"models": [f"lstm,{name}"]}, given)
        assert view.models == ("lstm",) and "there is no model named" in notice, name
    app = opened(models="lstm,local/../judge")
    assert any("there is no model named" in read(box.value) for box in app.warning)
    assert address(app, "models") is None


def test_a_folder_that_is_gone_is_said_and_can_be_taken_away(shelf, tmp_path, monkeypatch):
    folder = shutil.copytree(shelf / "judge", tmp_path / "listed" / "judge")
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(folder.parent))
    app = added(opened(), "judge")
    shutil.rmtree(folder)
    app.run()
    assert not app.exception and "its config.json is missing or damaged" in sidebar(app)
    press(app, "away-local/judge")
    assert models(app) == ["lstm"] and not app.error


SPOILT = {  # a folder: which file of it, what is in that, what is said
    "weights": ("model.safetensors", "", "model.safetensors is missing"),
    "regression": ("config.json", '{"num_labels": 1}', "a number and"),
    "config": ("config.json", "{", "missing or damaged"),
}


def test_what_cannot_be_used_is_said_before_it_is_added(shelf, tmp_path, monkeypatch):
    for name, (file, content, _) in SPOILT.items():
        spoilt = shutil.copytree(shelf / "judge", tmp_path / "listed" / name) / file
        spoilt.write_text(content) if content else spoilt.unlink()
    monkeypatch.setenv("QUARTET_MODEL_DIRS", str(tmp_path / "listed"))
    app = opened()
    for name, (*_, message) in SPOILT.items():
        app.selectbox(key=FOLDER).select(name).run()
        assert not app.exception and "add-folder" not in keys(app)
        assert message in errors(app), name


def test_what_does_not_fit_is_said(shelved, monkeypatch):
    monkeypatch.setattr(own_models, "free_bytes", lambda: 1000)
    app = opened()
    app.selectbox(key=FOLDER).select("judge").run()
    assert "It does not fit: choose a smaller one." in sidebar(app)


def looked_up(app, name=REPO):
    app.text_input(key=HUB_NAME).set_value(name).run()
    return press(app, "look-up")


def finished(app):
    """The app once the download is over."""
    assert own_models.downloads.get(NAME).ended.wait(60)
    app.run()
    assert not app.exception
    return app


def test_the_hub_is_asked_only_when_told_to(hub, tmp_path):
    app = opened()
    host = hub.address.removeprefix("http://")
    assert read(app.button(key="look-up").label) == f"Look it up at {host}"
    app.text_input(key=HUB_NAME).set_value("hub:org/judge").run()
    assert not hub.requests, "typing asks nothing"
    press(app, "look-up")
    assert f"{REPO}: RobertaForSequenceClassification, licence not stated; needs" in sidebar(app)
    label = read(app.button(key="download-model").label)
    assert label.endswith(f"from {host}") and "MB" in label
    assert not hub.asked("model.safetensors") and not (tmp_path / "downloads").exists()


def test_a_model_on_the_hub_becomes_a_column(hub, tmp_path):
    app = finished(press(looked_up(opened()), "download-model"))
    assert models(app) == ["lstm"]
    press(app, "add-download")
    assert models(app) == ["lstm", f"hub/{NAME}"] and not app.error
    assert "judge" in zoo.written(app) and pool.loaded(f"hub/{NAME}")
    assert list(downloaded(tmp_path / "downloads")) == [NAME]


def test_a_download_can_be_cancelled_and_asked_for_again(hub, tmp_path, monkeypatch):
    go_on, whole = Event(), downloads.download

    def slowly(model, folder, advance):
        def step(done, total):
            go_on.wait(60)
            advance(done, total)

        return whole(model, folder, step)

    monkeypatch.setattr(downloads, "download", slowly)
    app = press(looked_up(opened()), "download-model")
    assert "cancel-download" in keys(app) and "download-model" not in keys(app)
    press(app, "cancel-download")
    assert "Stopping." in sidebar(app) and "cancel-download" not in keys(app)
    go_on.set()
    finished(app)
    assert "Stopped. Press the button again to go on from there." in sidebar(app)
    assert downloaded(tmp_path / "downloads") == {} and "add-download" not in keys(app)
    finished(press(app, "download-model"))
    assert "add-download" in keys(app)


def test_what_the_hub_refuses_is_said(hub):
    app = opened()
    for status, message in (
        (401, "it is private, or there is none"),
        (403, "is gated"),
        (429, "too many requests"),
    ):
        hub.refuse["/api/"] = (status, {})
        looked_up(app)
        assert message in errors(app)
        assert "download-model" not in keys(app)
    hub.heal()
    looked_up(app)
    assert not app.error and "download-model" in keys(app)
    hub.refuse["nobody"] = (401, {})
    for name, message in (
        ("", "no model's name on the Hub"),
        ("../x/y", "no model's name"),
        ("org/nobody", "shows no"),
    ):
        looked_up(app, name)
        assert message in errors(app) and "download-model" not in keys(app)


def test_a_download_that_fails_is_said_and_can_be_tried_again(hub):
    app = looked_up(opened())
    hub.cut["model.safetensors"] = 1000
    finished(press(app, "download-model"))
    assert "try again" in errors(app).lower()
    assert "add-download" not in keys(app)
    finished(press(app, "download-model"))
    assert not app.error and "add-download" in keys(app)


def test_without_a_network_that_is_said(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    app = looked_up(opened())
    assert "127.0.0.1:9 cannot be reached" in errors(app)


def test_an_address_of_the_hubs_that_is_none_is_said(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "nowhere")
    app = opened()
    assert "HF_ENDPOINT does not hold an address" in errors(app)


def test_what_is_too_large_for_the_server_is_not_downloaded(hub, monkeypatch):
    monkeypatch.setattr(own_models, "free_bytes", lambda: 1000)
    app = looked_up(opened())
    assert "does not fit into this server’s memory" in sidebar(app)
    assert "download-model" not in keys(app)


def test_others_downloads_are_not_for_visitors_where_the_hub_is_not_allowed(
    shelf, tmp_path, monkeypatch
):
    shutil.copytree(shelf / "judge", tmp_path / "downloads" / NAME)
    app = opened(models=f"lstm,hub/{NAME}")
    assert address(app, "models") is None and not pool.loaded(f"hub/{NAME}")
    monkeypatch.setenv("QUARTET_HUB", "1")
    app = opened(models=f"lstm,hub/{NAME}")
    assert models(app) == ["lstm", f"hub/{NAME}"] and not app.error


def switch(app):
    return next((box for box in app.selectbox if box.label == "Set of models"), None)


def test_the_switch_of_sets_leads_to_another_and_stays_on_other_pages(tmp_path, monkeypatch):
    foreign.write_set(tmp_path / "sets" / "six", "six", foreign.SIX)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    app = opened()
    assert switch(app).options == [model_set().title, "The set six"]
    switch(app).select("The set six").run()
    assert not app.exception and not app.error
    assert (address(app, "set"), address(app, "models")) == ("six", None)
    assert pool.loaded("six/bert")
    app.switch_page("pages/speed.py").run()
    assert switch(app).value == "six" and address(app, "set") == "six"


def test_a_model_of_other_labels_stands_alone_and_stays_beside_another_set(
    shelved, tmp_path, monkeypatch
):
    foreign.write_set(tmp_path / "sets" / "six", "six", foreign.SIX)
    monkeypatch.setenv("QUARTET_SETS", str(tmp_path / "sets"))
    app = added(opened(), "topics")
    assert "it has a column of its own, and is left out of agreement" in sidebar(app)
    assert not app.error and not any("class-local-topics" in str(key) for key in keys(app))
    switch(app).select("The set six").run()
    assert "away-local/topics~six" in keys(app), "to be chosen beside this set, too"
    assert "are not those of the set" not in sidebar(app), "its labels are those of this set"
