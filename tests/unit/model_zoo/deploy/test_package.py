"""The zip: whole, the same each time, and answering as this library does, without it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
import venv
import zipfile
from dataclasses import replace
from io import BytesIO
from time import sleep

import pytest

from model_zoo.deploy.advise import Needs, advise
from model_zoo.deploy.package import (
    check_packable,
    check_room,
    in_order_of_classes,
    ready,
    write_package,
)
from model_zoo.errors import EngineError, MeasureError
from model_zoo.inference.predict import predict
from model_zoo.models.files import set_tokenizer
from model_zoo.models.loading import load
from model_zoo.models.own import add_folder
from tests import foreign
from tests.browser.chromium import free_port
from tests.unit.model_zoo.deploy.figures import MB, option, surveyed

LEAN = {
    "README.md", "figures.json", "labels.json", "model.onnx", "network.py", "requirements.txt",
    "serve.py", "tokenizer.json", "words.npy",
}  # fmt: skip
TEXTS = [
    "Good.",
    "Not bad at all, but don't expect much …",
    "é ü 漢字 😀 [MASK] “curly”",
    "terrible💩💩 [SEP] ……",
    "A dull film, saved by its cast. " * 3,
    "word " * 600,
]


def advised(model, **needs):
    survey = surveyed(option(model, 3.0, 140, 0.9), option(model, 20.0, 180, 0.9, batch=8))
    return survey, advise(survey, Needs(**needs))


def packed(model, **needs):
    """The zip of the model, exported first if its engine needs that."""
    load(model)
    stream = BytesIO()
    write_package(*advised(model, **needs), stream)
    return stream.getvalue()


def opened(content):
    return zipfile.ZipFile(BytesIO(content))


def served(folder, texts, python=sys.executable):
    """What the unpacked server answers; UTF-8, wherever it runs."""
    done = subprocess.run(
        [str(python), "-X", "utf8", "serve.py", *texts],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_same(answers, model, texts):
    """The answers are those of the model here, to four decimals."""
    for answer, expected in zip(answers, predict(model, texts), strict=True):
        assert answer["label"] == expected.label
        assert set(answer["probabilities"]) == set(model.labels)
        for label in model.labels:
            assert answer["probabilities"][label] == pytest.approx(expected.of(label), abs=1e-4)


@pytest.mark.slow
def test_the_zip_holds_all_that_serving_takes_and_no_more():
    archive = opened(packed("lstm@onnx-int8", latency_ms=10))
    assert set(archive.namelist()) == LEAN and archive.testzip() is None
    pins = archive.read("requirements.txt").decode().split()
    assert [pin.partition("==")[0] for pin in pins] == ["numpy", "onnxruntime", "tokenizers"]
    assert all("==" in pin and "+" not in pin for pin in pins)
    assert json.loads(archive.read("labels.json")) == ["negative", "positive"]
    figures = json.loads(archive.read("figures.json"))
    assert figures["threads"] == 1 and [o["batch"] for o in figures["options"]] == [1, 8]
    assert figures["needs"]["latency_ms"] == 10 and figures["host"]["processor"]
    assert figures["taken"] == "2026-11-24T12:00:00+00:00"
    readme = archive.read("README.md").decode()
    assert "LSTM · int8 on 1 thread: p95 3.0 ms, 7.0 ms under your 10.0 ms" in readme
    for name in ("serve.py", "network.py"):
        assert "torch" not in archive.read(name).decode()


@pytest.mark.slow
def test_the_same_option_gives_the_same_bytes():
    assert packed("lstm@onnx") == packed("lstm@onnx")
    assert packed("lstm@onnx") != packed("lstm@onnx", memory_mb=200)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lstm@onnx", "bert@onnx-int8"])
def test_the_server_answers_as_this_library(name, tmp_path):
    model = load(name)
    opened(packed(name)).extractall(tmp_path)
    assert_same(served(tmp_path, TEXTS), model, TEXTS)


@pytest.mark.slow
def test_over_http_it_answers_lists_and_refuses_the_rest(tmp_path):
    model, port = load("lstm@onnx"), free_port()
    opened(packed("lstm@onnx")).extractall(tmp_path)
    server = subprocess.Popen(
        [sys.executable, "serve.py", "--port", str(port)],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:

        def post(body):
            for attempt in range(200):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}", body) as answer:
                        return json.load(answer)
                except urllib.error.HTTPError:
                    raise
                except OSError:
                    assert server.poll() is None and attempt < 199
                    sleep(0.1)  # until it has started
            return None

        texts = [*TEXTS, *(f"number {at}" for at in range(40))]
        assert_same(post(json.dumps(texts).encode()), model, texts)
        assert post(b"[]") == []
        assert len(post(b'["\\ud800 a lone surrogate"]')) == 1
        for wrong in (b"{}", b"[1]", b"no", b"\xff"):
            with pytest.raises(urllib.error.HTTPError, match="400"):
                post(wrong)
        assert post(b'["still there"]')
    finally:
        server.terminate()
        server.wait(20)


def test_labels_stand_in_the_order_of_the_classes():
    assert in_order_of_classes(["a", "b"], ()) == ["a", "b"]
    assert in_order_of_classes(["a", "b", "c"], (1, 2, 0)) == ["c", "a", "b"]


def test_the_tokenizer_cuts_and_fills_and_the_shared_one_stays_as_it_is():
    shared = set_tokenizer()
    own = ready(shared)
    long, short = own.encode_batch(["word " * 600, "a word"])
    assert len(long.ids) == len(short.ids) == 512
    assert list(long.ids) == list(shared.encode(["word " * 600])[0].ids)
    assert sum(short.attention_mask) == 4
    assert shared.backend.truncation is None and shared.backend.padding is None


def test_what_cannot_be_taken_along_is_said(monkeypatch, tmp_path):
    with pytest.raises(MeasureError, match="none to pack"):
        check_packable(advised("lstm@onnx", latency_ms=1)[1])
    with pytest.raises(EngineError, match="LSTM on torch needs this library"):
        check_packable(advised("lstm")[1])
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path / "elsewhere"))
    with pytest.raises(EngineError, match="export of LSTM · ONNX is gone. Measure again"):
        check_packable(advised("lstm@onnx")[1])
    monkeypatch.setattr("model_zoo.deploy.package.free_bytes", lambda: 60 * MB)
    check_room(replace(option("lstm@onnx", 1.0), disk_bytes=1 * MB))
    with pytest.raises(MeasureError, match="250 MB of memory, and 60 MB are free"):
        check_room(replace(option("bert@onnx", 1.0), disk_bytes=100 * MB))


@pytest.mark.slow
def test_a_model_on_torch_comes_as_safetensors_for_transformers(tmp_path):
    row = add_folder(foreign.write("roberta", tmp_path / "mine", ("positive", "negative")))
    archive = opened(packed(row.id))
    assert {"model/config.json", "model/model.safetensors"} <= set(archive.namelist())
    assert "transformers==" in archive.read("requirements.txt").decode()
    assert "for `transformers`" in archive.read("README.md").decode()
    archive.extractall(tmp_path / "out")
    texts = [text.replace("[MASK]", "") for text in TEXTS]  # only here it is any model's mask
    assert_same(served(tmp_path / "out", texts), load(row), texts)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", ["lstm@onnx", "distilbert@onnx-int8"])
def test_in_an_environment_with_its_requirements_alone_it_answers_the_same(name, tmp_path):
    folder, home = tmp_path / "zip", tmp_path / "venv"
    opened(packed(name)).extractall(folder)
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    installed = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "-r", "requirements.txt"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if installed.returncode:
        pytest.skip(f"pip cannot install here: {installed.stderr.strip()[-200:]}")
    for absent in ("torch", "transformers", "model_zoo"):
        found = subprocess.run(
            [str(python), "-c", f"import {absent}"], cwd=folder, capture_output=True, check=False
        )
        assert found.returncode and b"No module named" in found.stderr
    assert_same(served(folder, TEXTS, python), load(name), TEXTS)
