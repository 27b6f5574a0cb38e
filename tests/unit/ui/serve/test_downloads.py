"""Downloads in the background: one of each at a time, cancelled, taken up again."""

import json
from threading import Event

import pytest

from model_zoo.models import hub
from model_zoo.models.hub_download import downloaded
from tests.hub_server import HubServer, Repository
from ui.serve import downloads as module
from ui.serve.downloads import Downloads

REPO, NAME = "org/tiny", "org--tiny"
CONFIG = {"architectures": ["BertForSequenceClassification"], "model_type": "bert"}


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "downloads"))
    with HubServer.asked_by(monkeypatch) as running:
        files = {
            "config.json": json.dumps(CONFIG).encode(),
            "tokenizer.json": b"{}",
            "model.safetensors": b"w" * 1_000_000,
        }
        running.repositories[REPO] = Repository(files)
        yield running


@pytest.fixture
def held(monkeypatch):
    """Holds every download at each of its bytes until told to go on; says that it has begun."""
    begun, go_on = Event(), Event()
    whole = module.download

    def slowly(model, folder, advance):
        def step(done, total):
            begun.set()
            go_on.wait(60)
            advance(done, total)

        return whole(model, folder, step)

    monkeypatch.setattr(module, "download", slowly)
    yield begun, go_on
    go_on.set()


def ended(downloads):
    """The download once it is over."""
    download = downloads.get(NAME)
    assert download.ended.wait(60) and not download.is_running
    return download


def test_a_download_ends_with_its_folder(server, tmp_path):
    downloads, model = Downloads(), hub.look_up(REPO)
    assert downloads.get(NAME) is None
    downloads.start(model)
    over = ended(downloads)
    assert over.folder == tmp_path / "downloads" / NAME and not over.error
    assert over.done == over.total == model.download_bytes
    assert list(downloaded(tmp_path / "downloads")) == [NAME]


def test_one_of_each_at_a_time(server, held):
    downloads, model = Downloads(), hub.look_up(REPO)
    begun, go_on = held
    downloads.start(model)
    first = downloads.get(NAME)
    assert begun.wait(60) and first.is_running
    downloads.start(model)
    assert downloads.get(NAME) is first
    go_on.set()
    assert ended(downloads) is first and first.folder
    assert len(server.asked("model.safetensors")) == 1


def test_a_cancelled_one_leaves_nothing_to_be_seen_and_can_be_asked_for_again(
    server, held, tmp_path
):
    downloads, model = Downloads(), hub.look_up(REPO)
    begun, go_on = held
    downloads.start(model)
    assert begun.wait(60)
    cancelled = downloads.get(NAME)
    cancelled.cancelled.set()
    downloads.start(model)
    assert downloads.get(NAME) is cancelled and cancelled.is_running, "it has not let go yet"
    go_on.set()
    assert ended(downloads) is cancelled
    assert cancelled.folder is None and not cancelled.error
    assert downloaded(tmp_path / "downloads") == {}
    downloads.start(model)
    again = ended(downloads)
    assert again is not cancelled and again.folder and not again.error


@pytest.mark.parametrize(
    "status, message",
    [(401, "private, or there is none"), (403, "is gated"), (429, "too many requests")],
)
def test_what_goes_wrong_is_kept_as_a_sentence(server, tmp_path, status, message):
    downloads, model = Downloads(), hub.look_up(REPO)
    server.refuse["/resolve/"] = (status, {})
    downloads.start(model)
    over = ended(downloads)
    assert message in over.error and over.folder is None
    assert downloaded(tmp_path / "downloads") == {}
    server.heal()
    downloads.start(model)
    assert ended(downloads).folder


def test_a_cut_connection_is_gone_on_with(server):
    downloads, model = Downloads(), hub.look_up(REPO)
    server.cut["model.safetensors"] = 300_000
    downloads.start(model)
    assert "Try again" in ended(downloads).error or "try again" in ended(downloads).error
    downloads.start(model)
    assert ended(downloads).folder
    assert server.asked("model.safetensors")[-1].range.startswith("bytes=")


def test_a_folder_that_cannot_be_made_is_said(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "file" / "downloads"))
    downloads = Downloads()
    downloads.start(hub.look_up(REPO))
    assert "ended early (Not a directory)" in ended(downloads).error


def test_a_fault_of_any_kind_ends_it(server, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(module, "download", fail)
    downloads = Downloads()
    downloads.start(hub.look_up(REPO))
    over = ended(downloads)
    assert over.folder is None and "did not foresee (RuntimeError)" in over.error
