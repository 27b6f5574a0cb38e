"""Names on the Hub, and what is said of a model before it is downloaded."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from huggingface_hub import constants

from model_zoo.errors import HubError
from model_zoo.models import hub, hub_client
from tests.hub_server import HubServer, Repository

pytestmark = pytest.mark.slow

CONFIG = {"architectures": ["BertForSequenceClassification"], "model_type": "bert"}
REPO = "org/tiny"


def repository(config: object = CONFIG, **files: bytes) -> Repository:
    content = {
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": b"{}",
        "model.safetensors": b"w" * 1000,
    }
    return Repository(content | {name.replace("__", "."): data for name, data in files.items()})


@pytest.fixture
def server(monkeypatch):
    with HubServer.asked_by(monkeypatch) as running:
        running.repositories[REPO] = repository()
        yield running


@pytest.mark.parametrize(
    "text, parsed",
    [
        ("hub:org/name", ("org/name", None)),
        (" hub:distilbert/distilbert-base-uncased-finetuned-sst-2-english ",
         ("distilbert/distilbert-base-uncased-finetuned-sst-2-english", None)),
        ("hub:a_b/c.d@refs-1.0", ("a_b/c.d", "refs-1.0")),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart(text, parsed):
    assert hub.parse(text) == parsed


@pytest.mark.parametrize(
    "text",
    ["org/name", "hub:name", "hub:", "hub:a/b/c", "hub:../x", "hub:a/..", "hub:a/b@", "hub:a/b@c/d",
     "hub:a/b@c@d", "hub:a/b c", "hub:a/b?x", "hub:a--b/c", "hub:-a/b", "hub:a/.b", "hub:a/b,c",
     "hub:a/b.git", "hub:a/b@..", "hub:a/é", f"hub:a/{'b' * 100}", f"hub:a/b@{'c' * 65}",
     "hub:a/b\n/c"],
)  # fmt: skip
def test_what_is_no_name_is_refused(text):
    with pytest.raises(HubError, match="Write it as hub:org/name"):
        hub.parse(text)


def test_no_two_repositories_have_the_same_name():
    repos = [("a/b", None), ("a/b", "c"), ("a-b/c", None), ("a/b-c", None), ("a_/b", None)]
    names = {hub.model_name(*repo) for repo in repos}
    assert len(names) == len(repos) and not any(set(name) & set("/@,~") for name in names)


def test_visitors_may_ask_the_hub_only_where_the_operator_says_so(monkeypatch):
    monkeypatch.delenv("QUARTET_HUB", raising=False)
    assert not hub_client.allowed()
    monkeypatch.setenv("QUARTET_HUB", "0")
    assert not hub_client.allowed()
    monkeypatch.setenv("QUARTET_HUB", "1")
    assert hub_client.allowed()


def test_the_host_is_the_one_that_is_set_when_it_is_asked(monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert hub_client.host() == "huggingface.co"
    monkeypatch.setenv("HF_ENDPOINT", "https://user:word@mirror.example:8443/hf/")
    assert hub_client.host() == "mirror.example:8443"
    for wrong in ("mirror.example", "ftp://mirror.example", "https://", "http://a:port"):
        monkeypatch.setenv("HF_ENDPOINT", wrong)
        with pytest.raises(HubError, match="HF_ENDPOINT does not hold an address"):
            hub_client.host()


def test_a_model_is_looked_up_without_its_weights(server):
    files = {
        "pytorch_model__bin": b"b", "model__py": b"p", "README__md": b"r", "vocab__txt": b"v",
        "tokenizer_config__json": b"{}", "special_tokens_map__json": b"{}", "merges__txt": b"m",
        "spiece__model": b"s", "onnx/model__onnx": b"o", "sub/config__json": b"{}",
        "training_args__bin": b"t", "../config__json": b"{}",
    }  # fmt: skip
    server.repositories[REPO] = repository(**files)
    says = {"safetensors": {"parameters": {"F32": 250}, "total": 250}}
    server.repositories[REPO].says = says | {"cardData": {"license": "apache-2.0"}}
    model = hub.look_up(REPO)
    assert [file.name for file in model.files] == [
        "config.json", "spiece.model", "tokenizer.json", "vocab.txt", "merges.txt",
        "special_tokens_map.json", "tokenizer_config.json", "model.safetensors",
    ]  # fmt: skip
    assert model.commit == server.repositories[REPO].commit and model.name == "org--tiny"
    assert model.weights_bytes == 1000
    assert model.download_bytes == sum(
        len(server.repositories[REPO].files[file.name]) for file in model.files
    )
    assert (model.architecture, model.model_type) == ("BertForSequenceClassification", "bert")
    assert (model.parameters, model.licence) == (250, "apache-2.0")
    checks = {file.name: (bool(file.sha256), bool(file.git_sha1)) for file in model.files}
    assert checks["model.safetensors"] == checks["spiece.model"] == (True, False)
    assert checks["config.json"] == (False, True)
    assert {request.file for request in server.requests} == {"", "config.json"}


def test_weights_in_shards_are_taken_if_all_are_there(server):
    shards = {f"model-0000{i}-of-00002__safetensors": b"s" * i for i in (1, 2)}
    server.repositories[REPO] = repository(**shards, model__safetensors__index__json=b"{}")
    del server.repositories[REPO].files["model.safetensors"]
    model = hub.look_up(REPO)
    assert [file.name for file in model.files][-3:] == [
        "model.safetensors.index.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ]
    assert model.weights_bytes == 3 and model.parameters is None
    assert model.licence == "not stated"
    del server.repositories[REPO].files["model-00001-of-00002.safetensors"]
    with pytest.raises(HubError, match="no weights as safetensors"):
        hub.look_up(REPO)


def test_a_revision_is_asked_for_and_pinned(server):
    server.repositories[REPO].revisions = ("main", "v2")
    model = hub.look_up(REPO, "v2")
    assert (model.revision, model.name) == ("v2", "org--tiny+v2")
    assert server.requests[0].path.endswith("/api/models/org/tiny/revision/v2")
    assert f"/resolve/{model.commit}/" in server.requests[1].path
    with pytest.raises(HubError, match="has no such revision"):
        hub.look_up(REPO, "v3")
    with pytest.raises(HubError, match="Write it as"):
        hub.look_up(REPO, "v/3")


@pytest.mark.parametrize(
    "path, status, headers, sentence",
    [
        ("/api/", 401, {}, "private, or there is none.*HF_TOKEN"),
        ("/resolve/", 401, {"X-Error-Code": "GatedRepo"}, "is gated: accept its terms"),
        ("/resolve/", 403, {"X-Error-Code": "GatedRepo"}, "is gated: accept its terms"),
        ("/api/", 403, {}, "is gated: accept its terms"),
        ("/api/", 404, {"X-Error-Code": "RepoNotFound"}, "does not exist.*Check the name"),
        ("/resolve/", 404, {"X-Error-Code": "EntryNotFound"}, "lacks a file"),
        ("/api/", 429, {"Retry-After": "37"}, "too many requests.*in 37 seconds"),
        ("/api/", 429, {"RateLimit": '"api";r=0;t=55'}, "in 55 seconds"),
        ("/api/", 429, {}, "in a few minutes"),
        ("/resolve/", 429, {"Retry-After": "5"}, "in 5 seconds"),
        ("/api/", 503, {}, r"\(503\). Try again later"),
        ("/api/", 200, {"Content-Type": "text/html"}, "does not answer the way the Hub does"),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(server, path, status, headers, sentence):
    server.refuse[path] = (status, headers)
    with pytest.raises(HubError, match=sentence):
        hub.look_up(REPO)
    server.heal()
    assert hub.look_up(REPO).name == "org--tiny"


def test_a_date_to_come_back_is_told_in_seconds(server):
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    server.refuse["/api/"] = (429, {"Retry-After": tomorrow})
    with pytest.raises(HubError, match=r"in 86,[34]\d\d seconds"):
        hub.look_up(REPO)


def test_a_hub_out_of_reach_is_said_to_be(monkeypatch):
    with HubServer.asked_by(monkeypatch):
        pass
    with pytest.raises(HubError, match="cannot be reached.*Check the network"):
        hub.look_up(REPO)


def test_nothing_is_asked_offline(server, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set"):
        hub.look_up(REPO)
    assert not server.requests


@pytest.mark.parametrize(
    "config, sentence",
    [
        (CONFIG | {"architectures": ["BertForMaskedLM"]}, "a BertForMaskedLM, not a text class"),
        (CONFIG | {"architectures": None}, "of no stated kind, not a text classifier"),
        (CONFIG | {"model_type": "mine", "auto_map": {}}, "needs code of its own, and none is run"),
        (CONFIG | {"model_type": ["bert"]}, "needs code of its own"),
        (["no", "config"], "config.json of org/tiny is damaged"),
    ],
)
def test_what_is_no_classifier_is_refused(server, config, sentence):
    server.repositories[REPO] = repository(config)
    with pytest.raises(HubError, match=sentence):
        hub.look_up(REPO)


@pytest.mark.parametrize(
    "file, sentence",
    [
        ("config.json", "no transformers model"),
        ("model.safetensors", "no weights as safetensors.*can run code"),
        ("tokenizer.json", "has no tokenizer"),
    ],
)
def test_what_lacks_a_file_is_refused(server, file, sentence):
    server.repositories[REPO] = repository(pytorch_model__bin=b"b" * 100)
    del server.repositories[REPO].files[file]
    with pytest.raises(HubError, match=sentence):
        hub.look_up(REPO)


def test_what_is_too_large_is_refused(server):
    size = hub.look_up(REPO).download_bytes
    assert hub.look_up(REPO, limit=size).download_bytes == size
    with pytest.raises(HubError, match="0 MB to download, and 0 MB are allowed.*smaller"):
        hub.look_up(REPO, limit=size - 1)
