"""Whose a training is: a second visitor sees that the place is taken, and no more.

No training runs here: see test_train.py, whose pages these are.
"""

import json
import re
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model_zoo.models.owner import Owner, digest, new_secret, write_owner
from model_zoo.models.sets import BUNDLED
from model_zoo.tuning import visitors
from model_zoo.tuning.job import PROGRESS, Job, Kind, jobs, jobs_folder
from model_zoo.tuning.outcome import owner, trained_sets
from model_zoo.tuning.progress import Reporter
from tests.app.test_train import (  # noqa: F401  (the fixture)
    TOKEN,
    _no_processes,
    as_operator,
    button,
    press,
    said,
    started,
    upload,
)
from tests.root import ROOT
from tests.trained import trained_set
from ui.frame import mine, state
from ui.serve import reach


def opened(page="pages/train.py", cookie="", **parameters):
    """The page as a visitor of its own opens it, with a cookie and an address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    app.session_state[mine._HELD] = [each for each in cookie.split(".") if each]
    for name, value in parameters.items():
        app.query_params[name] = value
    app = app.switch_page(page).run()
    assert not app.exception
    return app


def secret_of(app):
    given = app.query_params["key"]
    return given if isinstance(given, str) else given[0]  # as the script or the address set it


def everything(app):
    """All that was sent to the visitor's browser."""
    return " ".join(str(getattr(node, "proto", "")) for node in app._tree) + said(app)


def labels(app):
    return {each.label for each in app.button} | {
        str(each.label) for each in app.get("download_button")
    }


OWN = {"Pause", "Yes, throw it away", "Rename it", "Yes, delete it", "Report (HTML)"}


def test_another_visitor_sees_that_the_place_is_taken_and_for_how_long():
    job = started(upload(opened(), name="merger.csv"), "merger")
    reporter = Reporter(job.folder / PROGRESS)
    reporter.tell("stage", stage="training")
    reporter.tell("run", run="lstm-1-0", model="lstm", share=1.0, seed=0, rows=64, steps=4, step=1,
                  epoch=0.5, seconds=1.0, done=0.25, left=600.0, loss=0.5)  # fmt: skip
    other = opened()
    assert "1 of others is in line" in said(other)
    assert "merger" not in everything(other) and not labels(other) & OWN
    job.set_state(Kind.PAUSED)
    assert "of others" not in said(other.run()) and "merger" not in everything(other)


def test_for_how_long(monkeypatch):
    job = started(upload(opened(), name="merger.csv"), "merger")
    Reporter(job.folder / PROGRESS).tell("stage", stage="training", done=0.5, left=600.0)
    monkeypatch.setattr("model_zoo.tuning.job.is_held", lambda file: True)
    job.set_state(Kind.RUNNING)
    other = opened()
    assert re.search(r"Somebody else’s training is under way, about (10|9) min left", said(other))
    assert "merger" not in everything(other) and not other.get("plotly_chart")


def test_the_link_brings_it_back_and_so_does_the_browser():
    app = upload(opened())
    job = started(app)
    secret = secret_of(app)
    assert any(f"key={secret}" in code.value for code in app.code)
    press(app, "I have it")
    assert not any("key=" in code.value for code in app.code) and secret_of(app) == secret
    for again in (opened(key=secret), opened(cookie=f"{new_secret()}.{secret}")):
        assert "Pause" in labels(again)
    press(opened(key=secret), "Pause")
    assert job.state.kind is Kind.PAUSED


@pytest.mark.parametrize(
    "forge",
    [str.swapcase, lambda secret: secret * 500, lambda secret: new_secret()],
    ids=["case", "long", "another"],
)
def test_what_is_not_the_secret_opens_nothing(forge):
    app = upload(opened(), name="merger.csv")
    job = started(app, "merger")
    forged = forge(secret_of(app))
    other = opened(key=forged, cookie=forged)
    assert not labels(other) & OWN and "merger" not in everything(other)
    assert job.state.kind is Kind.WAITING
    other = opened(key=forged)
    assert "key" not in other.query_params  # nor is it kept, for what is started later
    assert "opens nothing here" in said(other)


def test_a_link_that_somebody_sent_does_not_make_ones_own_training_theirs():
    theirs = upload(opened(), name="theirs.csv")
    started(theirs, "theirs")
    sent = secret_of(theirs)
    app = upload(opened(key=sent), name="own.csv")
    job = started(app, "own")
    assert job.owner.digest == digest(secret_of(app)) != digest(sent)
    again = opened(key=sent)
    assert [each.label for each in again.button].count("Pause") == 1
    assert "theirs" in {box.value.split()[-1].strip("*") for box in again.markdown if box.value}


def test_the_secret_is_written_down_nowhere_and_is_in_no_other_pages_address(
    tmp_path, caplog, capfd
):
    app = upload(opened())
    started(app)
    secret = secret_of(app)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files and not any(secret.encode() in file.read_bytes() for file in files)
    for other in (app.switch_page("pages/models.py").run(), opened("pages/models.py", key=secret)):
        assert "key" not in other.query_params and secret not in everything(other)
    assert secret not in caplog.text and secret not in "".join(capfd.readouterr())


def test_a_name_of_others_is_neither_told_nor_taken(tmp_path):
    first = started(upload(opened(), name="merger.csv"), "merger")
    app = upload(opened(), name="merger.csv")
    assert app.text_input(key="train-name-0").value == "merger" and not app.warning
    press(app, "Start training")
    assert not app.error and "**merger**" in " ".join(box.value for box in app.markdown)
    (second,) = [job for job in jobs() if job.folder != first.folder]
    assert second.settings.called == "merger" and second.name != "merger"
    assert second.owner != first.owner
    press(app, "Start training")
    assert "There is a training named 'merger' already" in said(app)


@pytest.fixture
def two_sets(tmp_path):
    """A set of a visitor's, with their secret, and one that was there before there were owners."""
    secret = new_secret()
    trained_set(tmp_path / "sets", "old", labels=("old one", "old two"))
    folder = trained_set(tmp_path / "sets", "merger", labels=("takeover", "layoffs"))
    write_owner(folder, Owner(digest(secret)))
    (folder / "test.jsonl").write_text('{"text": "a held-out row"}')
    return secret


def test_a_set_is_its_owners_and_old_ones_are_the_operators(two_sets, monkeypatch):
    app = opened()
    assert "merger" not in everything(app) and "takeover" not in everything(app)
    assert "old one" in everything(app) and not labels(app) & OWN
    app = opened(key=two_sets)
    app.selectbox(key="trained-set").set_value("merger").run()
    assert labels(app) >= {"Rename it", "Yes, delete it", "Report (HTML)"}
    app.selectbox(key="trained-set").set_value("old").run()
    assert not labels(app) & OWN
    monkeypatch.setenv("QUARTET_ADMIN", TOKEN)
    app = as_operator(opened())
    for name in ("merger", "old"):
        app.selectbox(key="trained-set").set_value(name).run()
        assert labels(app) >= {"Rename it", "Yes, delete it", "Report (HTML)"}


@pytest.mark.parametrize(
    "token", ["", "the operator's own toke", "The operator's own token", "x" * 201]
)
def test_what_is_not_the_operators_token_makes_nobody_the_operator(two_sets, monkeypatch, token):
    monkeypatch.setenv("QUARTET_ADMIN", TOKEN)
    app = as_operator(opened(), token)
    assert "merger" not in everything(app) and not labels(app) & OWN
    assert "That is not the token" in said(app) and TOKEN not in everything(app)


@pytest.mark.parametrize("token", [None, "", "1", "short"])
def test_without_a_token_that_cannot_be_guessed_there_is_no_operator(monkeypatch, token):
    if token is None:
        monkeypatch.delenv("QUARTET_ADMIN", raising=False)
    else:
        monkeypatch.setenv("QUARTET_ADMIN", token)
    app = opened()
    assert not [box for box in app.text_input if box.key == "operator-token"]


def test_the_menu_offers_it_to_its_owner_and_its_address_opens_it_to_nobody_else(two_sets):
    app = opened(cookie=two_sets, set="merger")
    assert app.session_state[state._VIEW].set == "merger"
    (menu,) = (box for box in app.selectbox if str(box.key).startswith("set of models on"))
    assert menu.value == "merger" and "merger" in menu.options
    other = opened(set="merger")
    assert other.session_state[state._VIEW].set == BUNDLED
    (menu,) = (box for box in other.selectbox if str(box.key).startswith("set of models on"))
    assert "merger" not in menu.options and "old" in menu.options
    assert "takeover" not in everything(other) and "merger" not in everything(other)


def test_the_owner_may_share_it_and_take_that_back(two_sets):
    app = opened(key=two_sets)
    app.selectbox(key="trained-set").set_value("merger").run()
    (switch,) = app.toggle
    switch.set_value(True).run()
    assert owner("merger").shared
    other = opened()
    other.selectbox(key="trained-set").set_value("merger").run()
    assert "takeover" in everything(other) and not labels(other) & OWN
    (switch,) = app.toggle
    switch.set_value(False).run()
    assert not owner("merger").shared and "takeover" not in everything(opened())


def test_a_damaged_record_of_the_owner_opens_it_to_nobody(two_sets, tmp_path):
    for record in ("{}", "[" * 100_000, "null", '{"digest": "x", "shared": true}', ""):
        (tmp_path / "sets" / "merger" / "owner.json").write_text(record)
        assert "takeover" not in everything(opened())
        assert "takeover" not in everything(opened(key=two_sets))


def test_what_came_under_the_name_meanwhile_is_not_touched(two_sets, tmp_path):
    app = opened(key=two_sets)
    app.selectbox(key="trained-set").set_value("merger").run()
    write_owner(tmp_path / "sets" / "merger", Owner(digest(new_secret())))
    press(app, "Yes, delete it")
    assert "merger" in trained_sets()


def test_one_set_that_is_damaged_leaves_the_others(two_sets, tmp_path):
    (tmp_path / "sets" / "old" / "comparison.json").write_text("{}")
    app = opened(key=two_sets)
    for name in ("merger", "old"):
        app.selectbox(key="trained-set").set_value(name).run()
        assert not app.exception
    assert "cannot be read" in said(app)


def test_many_uploads_are_not_all_taken(monkeypatch):
    monkeypatch.setattr(visitors, "MOST_TRAININGS", 2)
    for number in range(2):
        started(upload(opened(), name=f"n{number}.csv"), f"n{number}")
    app = press(upload(opened()), "Start training")
    assert "as many as this server takes" in said(app) and len(jobs()) == 2
    Job(jobs_folder() / "n0").set_state(Kind.PAUSED)
    assert "as many" in said(press(app, "Start training"))
    monkeypatch.setattr(visitors, "STALE_SECONDS", -1)  # stopped for long
    assert "as many" not in said(press(app, "Start training"))
    assert Job(jobs_folder() / "n0").state.kind is Kind.CANCELLED


@pytest.mark.parametrize(
    ("bound", "value", "said_so"),
    [
        ("MOST_FILE_BYTES", 100, "as much as this server takes"),
        ("MOST_SETS", 1, "as many as this server keeps"),
        ("LEAST_FREE_BYTES", 10**18, "disk of this server is too full"),
    ],
)
def test_bytes_sets_and_disk_are_bounded(monkeypatch, two_sets, bound, value, said_so):
    monkeypatch.setattr(visitors, bound, value)
    app = press(upload(opened()), "Start training")
    assert said_so in said(app) and not jobs()


@pytest.mark.parametrize(
    ("address", "listening", "variable", "allowed"),
    [
        (None, [], None, True),  # nothing listens: nobody comes from outside
        ("127.0.0.1", ["127.0.0.1"], None, True),
        ("localhost", ["::1"], None, True),
        (None, ["::"], None, False),
        ("0.0.0.0", [], None, False),
        ("unix:///run/app", [], None, False),
        ("127.0.0.1", ["127.0.0.1", "10.0.0.1"], None, False),
        ("0.0.0.0", ["0.0.0.0"], "1", True),
        ("127.0.0.1", ["127.0.0.1"], "0", False),
    ],
)
def test_training_is_on_where_only_this_machine_reaches_the_server(
    monkeypatch, address, listening, variable, allowed
):
    if variable:
        monkeypatch.setenv("QUARTET_TRAINING", variable)
    monkeypatch.setattr(reach, "_listening", lambda: listening)
    monkeypatch.setattr(
        reach,
        "st",
        SimpleNamespace(get_option=lambda name: address if name == "server.address" else st),
    )
    assert reach.training_allowed() is allowed


def test_a_page_drawn_before_starts_nothing_once_it_is_off(monkeypatch):
    app = upload(opened())
    monkeypatch.setenv("QUARTET_TRAINING", "0")
    press(app, "Start training")
    assert not jobs() and "switched off" in said(app)


def test_records_made_before_there_were_owners_are_the_operators(tmp_path):
    job = started(upload(opened(), name="merger.csv"), "merger")
    file = job.folder / "settings.json"
    record = json.loads(file.read_text())
    del record["owner"], record["settings"]["title"]
    file.write_text(json.dumps(record))
    assert job.owner == Owner() and job.settings.called == "merger"
    assert not labels(opened()) & OWN
