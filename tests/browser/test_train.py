"""From a file to a set on Compare, with the server killed in the middle of it."""

import json
import signal
from dataclasses import asdict

import psutil
import pytest
from playwright.sync_api import expect

from model_zoo.models.sets import model_set
from model_zoo.tuning import speed
from tests.browser.chromium import started
from tests.browser.conftest import PATIENCE, guarded, measured


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Folders of its own, and this machine's speed as if it had been measured."""
    caches = tmp_path / "caches"
    measured(caches, *model_set().models)
    record = {"of": speed._key(), "speed": asdict(speed.TYPICAL)}
    (caches / "quartet" / "training-speed.json").write_text(json.dumps(record))
    with guarded(tmp_path, caches) as env:
        yield env | {
            "QUARTET_TRAININGS": str(tmp_path / "trainings"),
            "QUARTET_SETS": str(tmp_path / "sets"),
            "QUARTET_TRAINING": None,
        }


def trainers(environment):
    """The processes that train for this test; others' tests may train on the same machine."""
    here = environment["QUARTET_TRAININGS"]
    return [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if (process.info["cmdline"] or [])[-3:] == ["-m", "model_zoo.tuning", "requests"]
        and (process.info["environ"] or {}).get("QUARTET_TRAININGS") == here
    ]


def test_choose_train_survive_and_compare(browser, environment, tmp_path):
    with started(env=environment) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server.address}/train")
        page.get_by_role("button", name="400 messages to a town library").click()
        expect(page.get_by_text("rows to learn from")).to_be_visible()
        for model in ("DistilBERT", "BERT", "BiLSTM"):
            page.get_by_role("button", name=model, exact=True).click()
            expect(page.get_by_text(f"{model} ").filter(has_text="learning curve")).to_have_count(0)
        start = page.get_by_role("button", name="Start training")
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        start.click()
        expect(page.get_by_text("LSTM learns from all rows")).to_be_visible()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        (trainer,) = trainers(environment)  # it outlives the server
        trainer.send_signal(signal.SIGKILL)  # and now it is killed, too
        trainer.wait()
        with started(env=environment, port=int(server.address.rpartition(":")[2])):
            page.goto(f"{server.address}/train")
            expect(page.get_by_text("Its process ended without a word")).to_be_visible()
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_text("of 40 held-out rows right")).to_be_visible()
            expect(page.get_by_text("On the held-out rows")).to_be_visible()
            with page.expect_download() as download:
                page.get_by_role("button", name="All of it").click()
            assert download.value.path().stat().st_size > 1_000_000
            page.get_by_role("button", name="Compare them on a sentence").click()
            expect(page.get_by_role("heading", name="Compare")).to_be_visible()
            box = page.get_by_label("A sentence in English")
            box.fill("Can I renew the two novels that are due on Friday?")
            box.press("Enter")
            card = page.locator(".q-card").first
            expect(card).to_contain_text("borrowing")
            page.get_by_role("link", name="Train", exact=True).click()
            page.get_by_role("button", name="Delete", exact=True).click()
            page.get_by_role("button", name="Yes, delete it").click()
            expect(page.get_by_text("Trained here")).to_have_count(0)
        page.close()
    left = [path.name for path in (tmp_path / "sets").iterdir()]
    assert left == [], left
    assert not list((tmp_path / "trainings").rglob("input"))
