"""Setting up: which build of torch comes, with what, and that nobody waits for a silent index."""

import importlib.util
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.root import ROOT

CPU = "https://download.pytorch.org/whl/cpu"


@pytest.fixture
def setup(monkeypatch):
    """install.py, and the commands it gives. None is run; all succeed but those that `fails`."""
    spec = importlib.util.spec_from_file_location("install", ROOT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.given, module.fails = [], lambda command: False

    def done(*command):
        module.given.append(" ".join(command).removeprefix(f"{sys.executable} -m "))
        return not module.fails(command)

    monkeypatch.setattr(module, "done", done)
    monkeypatch.setattr(sys, "platform", "linux")
    return module


def commands(setup, monkeypatch, *, uv, reached, gpu):
    monkeypatch.setattr(setup, "find_uv", lambda: "/bin/uv" if uv else None)
    monkeypatch.setattr(setup, "answers", lambda index: reached)
    monkeypatch.setattr(setup, "has_gpu", lambda: gpu)
    assert setup.install(["requirements.txt"])
    return setup.given


def test_the_build_is_the_one_for_this_machine(setup, monkeypatch):
    wanted = f"-r {(ROOT / 'requirements.txt').resolve()}"
    monkeypatch.chdir(ROOT)
    uv = f"/bin/uv pip install --quiet --python {sys.executable}"
    for case, expected in {
        (True, True, False): [f"{uv} --torch-backend cpu {wanted}"],
        (True, True, True): [f"{uv} --torch-backend auto {wanted}"],
        (True, False, False): ["pip install --quiet torch==2.13.0", f"{uv} {wanted}"],
        (False, True, False): [f"pip install --quiet --extra-index-url {CPU} {wanted}"],
        (False, True, True): [f"pip install --quiet {wanted}"],
        (False, False, False): [f"pip install --quiet {wanted}"],
    }.items():
        setup.given.clear()
        by_uv, reached, gpu = case
        assert commands(setup, monkeypatch, uv=by_uv, reached=reached, gpu=gpu) == expected, case


def test_what_fails_is_tried_the_plain_way(setup, monkeypatch):
    setup.fails = lambda command: "/bin/uv" in command or CPU in command
    given = commands(setup, monkeypatch, uv=True, reached=True, gpu=False)
    assert [CPU in line for line in given] == [False, True, False]
    setup.fails = lambda command: True
    assert not setup.install(["requirements.txt"])


def test_elsewhere_no_index_but_the_usual_one_is_asked(setup, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    (given,) = commands(setup, monkeypatch, uv=False, reached=True, gpu=False)
    assert CPU not in given


class _Silent(BaseHTTPRequestHandler):
    """An index that answers after two seconds."""

    def do_GET(self):
        time.sleep(2)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_nobody_waits_for_an_index_that_is_silent(setup):
    server = HTTPServer(("127.0.0.1", 0), _Silent)
    Thread(target=server.serve_forever, daemon=True).start()
    begun = time.monotonic()
    assert not setup.answers(f"http://127.0.0.1:{server.server_port}", 0.2)
    assert time.monotonic() - begun < 1.5
    server.shutdown()
    assert not setup.answers("http://127.0.0.1:9") and not setup.answers("nonsense")
