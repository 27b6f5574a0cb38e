"""Downloads are whole, checked and what was looked up, whatever goes wrong on the way."""

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from model_zoo.errors import HubError
from model_zoo.models import hub, hub_download
from model_zoo.models.files import sha256_of
from model_zoo.models.hub_client import hub_folder
from model_zoo.models.hub_download import download, downloaded, remove
from tests.hub_server import HubServer, Repository
from tests.root import ROOT

pytestmark = pytest.mark.slow

REPO, NAME, WEIGHTS = "org/tiny", "org--tiny", "model.safetensors"
TEXT = "a fine film"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """What `save_pretrained` writes of a small classifier, and files that are not to be taken."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *TEXT.split()]
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    BertTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=64, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=128, id2label={0: "bad", 1: "good"}, label2id={"bad": 0, "good": 1},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "pytorch_model.bin").write_bytes(b"never opened")
    (folder / "modeling_tiny.py").write_text("raise SystemExit", encoding="utf-8")
    return folder


@pytest.fixture
def server(saved, monkeypatch):
    with HubServer.asked_by(monkeypatch) as running:
        content = {file.name: file.read_bytes() for file in saved.iterdir()}
        running.repositories[REPO] = Repository(content)
        yield running


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "data" / "hub"


def visible(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]


def begun(folder: Path) -> list[Path]:
    return list(folder.glob("*.part")) if folder.is_dir() else []


def assert_whole(folder: Path, saved: Path) -> None:
    """That the model is there as it was saved, with nothing that is not needed."""
    path = downloaded(folder)[NAME]
    needed = {f.name for f in saved.iterdir()} - {"pytorch_model.bin", "modeling_tiny.py"}
    assert {file.name for file in path.iterdir()} == needed | {"origin.json"}
    for name in needed:
        assert (path / name).read_bytes() == (saved / name).read_bytes()
    assert visible(folder) == [NAME] and not begun(folder)


def test_a_download_is_what_was_saved_and_can_be_loaded(server, saved, folder):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model, told = hub.look_up(REPO), []
    path = download(model, folder, lambda done, total: told.append((done, total)))
    assert path == folder / NAME
    assert_whole(folder, saved)
    total = model.download_bytes
    assert told == sorted(told) and {of for _, of in told} == {total}
    assert told[0] == (0, total) and told[-1] == (total, total) and len(told) > len(model.files) + 1
    assert not server.asked("pytorch_model.bin") and not server.asked("modeling_tiny.py")
    origin = json.loads((path / "origin.json").read_text(encoding="utf-8"))
    assert (origin["repo"], origin["revision"], origin["commit"]) == (REPO, None, model.commit)
    assert origin["host"] in server.address and origin["date"] and origin["licence"]
    assert origin["sha256"] == {file.name: sha256_of(path / file.name) for file in model.files}
    tokens = AutoTokenizer.from_pretrained(path, local_files_only=True)(TEXT, return_tensors="pt")
    network = AutoModelForSequenceClassification.from_pretrained(path, local_files_only=True)
    assert network(**tokens).logits.shape == (1, 2)
    assert tokens["input_ids"].tolist() == [[2, 5, 6, 7, 3]]


def test_what_is_there_is_not_asked_for_again(server, folder):
    model, told = hub.look_up(REPO), []
    path = download(model, folder)
    server.requests.clear()
    assert download(model, folder, lambda *progress: told.append(progress)) == path
    assert not server.requests and told == [(model.download_bytes, model.download_bytes)]


def test_another_commit_takes_the_place_of_the_first(server, folder):
    download(hub.look_up(REPO), folder)
    files = server.repositories[REPO].files
    files["config.json"] = files["config.json"].replace(b'"good"', b'"fine"')
    model = hub.look_up(REPO)
    path = download(model, folder)
    assert b'"fine"' in (path / "config.json").read_bytes()
    assert json.loads((path / "origin.json").read_text("utf-8"))["commit"] == model.commit
    assert visible(folder) == [NAME] and not begun(folder)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_download_goes_on_where_it_stopped(server, saved, folder, ranges):
    model = hub.look_up(REPO)
    server.cut[WEIGHTS] = 100_000
    with pytest.raises(HubError, match="connection broke off.*try again"):
        download(model, folder)
    assert visible(folder) == [] and downloaded(folder) == {}
    (part,) = begun(folder)
    have = (part / WEIGHTS).stat().st_size
    assert 0 < have <= 100_000
    server.requests.clear()
    server.ranges = ranges
    told = []
    download(model, folder, lambda done, total: told.append(done))
    assert_whole(folder, saved)
    (request,) = server.requests  # the other files were there
    size = (saved / WEIGHTS).stat().st_size
    assert request.file == WEIGHTS and request.range == f"bytes={have}-"
    assert (request.status, request.sent) == ((206, size - have) if ranges else (200, size))
    assert told[0] >= have and told[-1] == model.download_bytes


def test_what_another_commit_left_behind_is_not_used(server, saved, folder):
    server.cut[WEIGHTS] = 100_000
    server.repositories[REPO].files["extra.txt"] = b""
    with pytest.raises(HubError):
        download(hub.look_up(REPO), folder)
    del server.repositories[REPO].files["extra.txt"]
    server.requests.clear()
    download(hub.look_up(REPO), folder)
    assert_whole(folder, saved)
    assert not any(request.range for request in server.requests)


@pytest.mark.parametrize("name", [WEIGHTS, "tokenizer.json"])  # known by sha256, by git's sha1
def test_a_wrong_file_is_deleted(server, saved, folder, name):
    server.alter.add(name)
    model = hub.look_up(REPO)
    with pytest.raises(HubError, match=f"gave another {name}.*Download it again"):
        download(model, folder)
    (part,) = begun(folder)
    assert visible(folder) == [] and not (part / name).exists()
    server.heal()
    download(model, folder)
    assert_whole(folder, saved)


@pytest.mark.parametrize("change", [b"", b"longer" * 99_999])
def test_a_file_of_another_size_is_never_whole(server, saved, folder, change):
    model, files = hub.look_up(REPO), dict(server.repositories[REPO].files)
    commit = model.commit
    server.repositories[REPO] = Repository(
        files | {WEIGHTS: (files[WEIGHTS] + change) if change else files[WEIGHTS][:-9]},
        revisions=(commit,),
    )
    for sentence in ("gave another" if change else "ended model.safetensors early", "gave another"):
        told: list[int] = []
        with pytest.raises(HubError, match=sentence):
            download(model, folder, lambda done, _, told=told: told.append(done))
        assert visible(folder) == [] and max(told) <= model.download_bytes
    server.repositories[REPO] = Repository(files)
    download(model, folder)
    assert_whole(folder, saved)


def test_what_is_there_of_a_file_is_checked_as_well(server, saved, folder):
    model = hub.look_up(REPO)
    server.cut[WEIGHTS] = 100_000
    with pytest.raises(HubError):
        download(model, folder)
    (part,) = begun(folder)
    damaged = bytearray((part / WEIGHTS).read_bytes())
    damaged[9] ^= 1
    (part / WEIGHTS).write_bytes(damaged)
    (part / "config.json").write_bytes(b"too long" * 1000)
    with pytest.raises(HubError, match=f"gave another {WEIGHTS}"):
        download(model, folder)
    download(model, folder)
    assert_whole(folder, saved)


@pytest.mark.parametrize(
    "status, sentence",
    [
        (401, "HF_TOKEN"),
        (403, "gated"),
        (404, "not exist"),
        (429, "in 9 seconds"),
        (500, "Try again later"),
    ],
)
def test_a_refused_file_leaves_nothing_to_be_seen(server, saved, folder, status, sentence):
    model = hub.look_up(REPO)
    server.refuse[WEIGHTS] = (status, {"Retry-After": "9"})
    with pytest.raises(HubError, match=sentence):
        download(model, folder)
    assert visible(folder) == []
    server.heal()
    download(model, folder)
    assert_whole(folder, saved)


class CancelError(Exception):
    pass


@pytest.mark.parametrize("error", [CancelError, InterruptedError])
def test_a_download_can_be_cancelled(server, saved, folder, error):
    model = hub.look_up(REPO)

    def cancel(done: int, total: int) -> None:
        if done > total / 2:
            raise error

    with pytest.raises(error):
        download(model, folder, cancel)
    assert visible(folder) == [] and downloaded(folder) == {} and len(begun(folder)) == 1
    server.requests.clear()
    download(model, folder)
    assert_whole(folder, saved)
    assert server.requests[0].range


def test_a_full_disk_leaves_nothing(server, saved, folder, monkeypatch):
    model, place = hub.look_up(REPO), Path.open

    def full(path: Path, *arguments, **options):
        stream = place(path, *arguments, **options)
        if path.name == WEIGHTS and arguments[0] in ("ab", "wb"):
            stream.close()
            return place(Path("/dev/full"), "wb", buffering=0)
        return stream

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(HubError, match="disk is full.*Free some room"):
            download(model, folder)
    assert visible(folder) == [] and not begun(folder)
    download(model, folder)
    assert_whole(folder, saved)


def test_too_little_room_is_seen_before_anything_is_asked(server, folder, monkeypatch):
    model = hub.look_up(REPO)
    server.requests.clear()
    usage = shutil.disk_usage(folder.parents[1])
    for free in (hub_download.SPARE - 1, hub_download.SPARE + model.download_bytes - 1):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, f=free: usage._replace(free=f))
        with pytest.raises(HubError, match="needs .* MB on the disk"):
            download(model, folder)
    assert not server.requests and visible(folder) == []
    enough = usage._replace(free=hub_download.SPARE + model.download_bytes)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: enough)
    assert download(model, folder).is_dir()


def test_a_folder_that_cannot_be_written_is_a_sentence(server, folder, monkeypatch):
    model = hub.look_up(REPO)

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(HubError, match=r"cannot be used \(Permission denied\)"):
        download(model, folder)


def test_the_token_goes_to_the_hub_alone(server, folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    server.elsewhere = True
    download(hub.look_up(REPO), folder)
    tokens = {(r.path.split("/")[2].split(":")[0], r.token) for r in server.requests}
    assert tokens == {("127.0.0.1", "Bearer hf_secret"), ("localhost", None)}
    assert [r.status for r in server.asked(WEIGHTS)] == [302, 200]


def test_another_hosts_refusal_is_not_called_the_hubs(server, folder):
    server.elsewhere = True
    server.refuse["/kept/"] = (403, {})
    with pytest.raises(HubError, match=r"localhost, which keeps files.* refused \(403\)"):
        download(hub.look_up(REPO), folder)


def test_the_same_model_is_not_downloaded_twice_at_once(server, saved, folder):
    model, refusals = hub.look_up(REPO), []

    def again() -> None:
        for attempt in (lambda: download(model, folder), lambda: remove(NAME, folder)):
            try:
                attempt()
            except HubError as error:
                refusals.append(str(error))

    def advance(done: int, total: int) -> None:
        if not refusals:
            thread = Thread(target=again)
            thread.start()
            thread.join()

    download(model, folder, advance)
    assert len(refusals) == 2 and all("already" in refusal for refusal in refusals)
    assert_whole(folder, saved)


@pytest.mark.parametrize("index", [{"weight_map": {"w": "../other.bin"}}, {"weight_map": 3}, []])
def test_an_index_may_name_only_what_comes_with_it(server, saved, folder, index):
    files = server.repositories[REPO].files
    shard = "model-00001-of-00001.safetensors"
    files[shard] = files.pop(WEIGHTS)
    files["model.safetensors.index.json"] = json.dumps(index).encode()
    with pytest.raises(HubError, match=r"index.json of org/tiny is damaged"):
        download(hub.look_up(REPO), folder)
    assert visible(folder) == [] and not begun(folder)
    files["model.safetensors.index.json"] = json.dumps({"weight_map": {"w": shard}}).encode()
    assert (download(hub.look_up(REPO), folder) / shard).is_file()


def test_downloads_are_listed_and_removed(server, folder):
    assert downloaded(folder) == {}
    remove(NAME, folder)
    server.repositories["org/tiny.more"] = server.repositories[REPO]
    download(hub.look_up(REPO), folder)
    download(hub.look_up("org/tiny.more"), folder)
    download(hub.look_up(REPO, "main"), folder)
    (folder / "not-one").mkdir()
    names = ["org--tiny", "org--tiny+main", "org--tiny.more"]
    assert list(downloaded(folder)) == names
    assert all(path == folder / name for name, path in downloaded(folder).items())
    for name in ("..", "a/b", "/", ".hidden", ""):
        with pytest.raises(HubError, match="no downloaded model"):
            remove(name, folder)
    remove(NAME, folder)
    assert list(downloaded(folder)) == names[1:]
    server.cut[WEIGHTS] = 10
    with pytest.raises(HubError):
        download(hub.look_up(REPO), folder)
    remove(NAME, folder)
    assert not begun(folder) and list(downloaded(folder)) == names[1:]


def test_downloads_lie_with_the_users_data_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("QUARTET_HUB_FOLDER", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert hub_folder() == tmp_path / "quartet" / "hub"
    monkeypatch.setenv("QUARTET_HUB_FOLDER", str(tmp_path / "own"))
    assert hub_folder() == tmp_path / "own"


def test_the_hubs_library_is_imported_only_to_ask_the_hub():
    code = (
        "import sys; from model_zoo.models import hub, hub_client, hub_download;"
        "hub.parse('hub:a/b'), hub_client.host(), hub_download.downloaded(hub_download.Path('x'));"
        "assert not {'huggingface_hub', 'httpx2', 'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
