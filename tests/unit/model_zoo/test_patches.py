"""What is changed inside other packages: still needed, still heeded, and nothing besides."""

import ast
import asyncio
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from itertools import chain
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import requests
from starlette.datastructures import Headers

from model_zoo import patches
from tests.root import ROOT

TABLE = (*patches.WHILE_IMPORTING, *patches.FOR_GOOD)
HEAVY = ("torch._dynamo", "sympy", "torch.distributed.tensor", "matplotlib", "sklearn")


def package(row):
    return row.seen_on.split()[0]


def named(*rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


# While importing


def run(code, without=()):
    """What `code` prints in a process of its own, where the rows `without` are not in the table."""
    code = (
        "import sys; from contextlib import suppress; from model_zoo import patches\n"
        "patches.WHILE_IMPORTING = tuple(\n"
        f"    row for row in patches.WHILE_IMPORTING if row.name not in {tuple(without)})\n{code}"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


ASKING = (
    "import json, torch, model_zoo.explain.faithfulness; torch.set_num_threads(1)\n"
    "from model_zoo.models.loading import load\n"
    "from model_zoo.inference.predict import predict\n"
    "from model_zoo.explain.attribute import attribute\n"
    "answers = []\n"
    "for name in ('lstm', 'bert', 'bilstm@torch', 'distilbert@torch'):\n"
    "    model = load(name)\n"
    "    answers += [p.of('positive') for p in predict(model, ['A fine film.', 'Not good.'])]\n"
    "    answers += attribute(model, 'Not good.', method='lime', samples=20).word_scores\n"
    "    attribute(model, 'Fine.', steps=2)\n"
    f"print(json.dumps([answers, sorted(set({HEAVY}) & set(sys.modules))]))\n"
)
NO_STAND_IN_IS_LEFT = (
    "import torch, torch._dynamo, matplotlib\n"
    "assert torch.distributed.is_available() and torch._dynamo.config\n"
    "assert matplotlib.__version__\n"
    "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(2)).tolist() == [2, 2]"
)


@pytest.mark.slow
def test_reading_and_attributing_bring_nothing_heavy_and_answer_as_with_plain_imports():
    everything = [row.name for row in patches.WHILE_IMPORTING]
    lean, nothing = json.loads(run(ASKING + NO_STAND_IN_IS_LEFT))
    plain, heavy = json.loads(run(ASKING, without=everything))
    assert not nothing and {"torch._dynamo", "matplotlib"} <= set(heavy)
    assert lean == plain


WITHOUT_EACH = (
    "import json, os, torch\n"
    "importing = {'captum': 'captum.attr', 'transformers': 'model_zoo.models.recurrent'}\n"
    "brings = {'torch.distributed:is_available': 'torch.distributed.tensor'}\n"
    "rows = patches.WHILE_IMPORTING\n"
    "for row in rows:\n"
    "    if os.fork() == 0:\n"  # nothing but torch is imported there yet, which takes long
    "        patches.WHILE_IMPORTING = tuple(other for other in rows if other is not row)\n"
    "        with suppress(Exception), patches.lean_imports():\n"
    "            __import__(importing[row.seen_on.split()[0]])\n"
    "        found = brings.get(row.name, row.name) in sys.modules\n"
    "        print(json.dumps([row.name, found]), flush=True)\n"
    "        os._exit(0)\n"
    "    os.wait()\n"
)


@pytest.mark.slow
def test_without_its_row_an_import_brings_it_or_breaks():
    """It breaks where the real module meets the stand-in of another row."""
    printed = [json.loads(line) for line in run(WITHOUT_EACH).splitlines()]
    assert printed == [[row.name, True] for row in patches.WHILE_IMPORTING]


# For good


@pytest.fixture
def fresh(monkeypatch):
    """Another copy of a module, as it is without patches; patches are made to this one."""

    def copy(name):
        spec = find_spec(name)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return copy


@pytest.mark.parametrize("patched", [False, True])
def test_streamlit_does_not_look_for_its_own_address(fresh, monkeypatch, patched):
    from streamlit.web.server import server_util

    net_util = fresh("streamlit.net_util")
    monkeypatch.setattr(server_util, "net_util", net_util)
    requested = []
    answer = SimpleNamespace(text="192.0.2.1")
    monkeypatch.setattr(requests, "get", lambda url, **_: requested.append(url) or answer)
    monkeypatch.setattr(socket, "socket", lambda *_: requested.append("network") or MagicMock())
    if patched:
        patches.apply("streamlit")
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert requested == ([] if patched else ["network", "http://checkip.amazonaws.com"])


@pytest.mark.parametrize("patched", [False, True])
def test_uploads_stay_in_memory(fresh, patched):
    parsers = fresh("starlette.formparsers")
    if patched:
        patches.apply("starlette", spool_max_size=3 * 2**20)

    async def body():
        yield b'--end\r\nContent-Disposition: form-data; name="one"; filename="one.csv"\r\n\r\n'
        for _ in range(32):
            yield bytes(2**16)
        yield b"\r\n--end--\r\n"

    headers = Headers({"Content-Type": "multipart/form-data; boundary=end"})

    async def upload():
        form = await parsers.MultiPartParser(headers, body()).parse()
        size, rolled = form["one"].size, form["one"].file._rolled
        await form.close()
        return size, rolled

    with ThreadPoolExecutor(1) as thread:  # the browser tests leave a loop in this one
        assert thread.submit(asyncio.run, upload()).result() == (2**21, not patched)


@pytest.mark.parametrize("patched", [False, True])
def test_a_click_does_not_end_the_callbacks_of_the_click_before(fresh, patched):
    safe = fresh("streamlit.runtime.state.safe_session_state")
    if patched:
        patches.apply("streamlit")

    class Runner:
        _execing, asked = True, 0

        def ask(self):
            self.asked += self._execing

    class Session:
        def on_script_will_rerun(self, states, **_):
            return state["read"], states

        def __getitem__(self, key):
            return key

    runner = Runner()
    state = safe.SafeSessionState(Session(), runner.ask)
    state.on_script_will_rerun(None)
    assert runner.asked == (0 if patched else 2)
    assert state["read"] and runner.asked == (1 if patched else 3)


@pytest.mark.parametrize("patched", [False, True])
def test_nobody_is_told_what_the_server_counts(fresh, patched):
    from starlette.applications import Starlette
    from starlette.testclient import TestClient
    from streamlit.web.server.starlette.starlette_routes import create_metrics_routes

    manager = fresh("streamlit.runtime.stats").StatsManager()  # as a server that runs already has
    if patched:
        patches.apply("streamlit")
    client = TestClient(
        Starlette(routes=create_metrics_routes(SimpleNamespace(stats_mgr=manager), None))
    )
    for path in ("/_stcore/metrics", "/_stcore/metrics?families=cache_memory_bytes"):
        assert client.get(path).status_code == (404 if patched else 200)


def test_an_attribute_left_open_needs_a_value(fresh):
    fresh("starlette.formparsers")
    with pytest.raises(KeyError, match="spool_max_size"):
        patches.apply("starlette")


@named(*patches.FOR_GOOD)
def test_every_page_begins_with_them(row, fresh):
    import ui.frame.page  # noqa: F401

    holder, attribute = patches._place(row)
    now = getattr(holder, attribute)
    fresh(row.name.partition(":")[0])
    holder, attribute = patches._place(row)
    assert now != getattr(holder, attribute)
    assert row.value is None or now == row.value


# The table


def test_somebody_has_looked_at_this_version():
    """Where this fails, look at what the rows are there for, then write the new version in."""
    now = {row.name: version(package(row)).split(".")[:2] for row in TABLE}
    assert [r.name for r in TABLE if now[r.name] != r.seen_on.split()[1].split(".")] == []


def private(name):
    return name.startswith("_") and not name.startswith("__")


def reaching(source):
    """Lines of `source` that change other packages or use names of theirs that are private."""
    tree = ast.parse(source)
    foreign = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            whole = [f"{module}.{alias.name}" if module else alias.name for alias in node.names]
            if any(private(part) for part in ".".join(whole).split(".")):
                yield node.lineno
            for alias, name in zip(node.names, whole, strict=True):
                if name.split(".")[0] not in {"model_zoo", "ui"} | sys.stdlib_module_names:
                    foreign.add((alias.asname or alias.name).split(".")[0])
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names = ast.unparse(node.value).split(".")
            if private(node.attr) and names not in (["self"], ["cls"], ["super()"]):
                yield node.lineno
            written = not isinstance(node.ctx, ast.Load) and "session_state" not in names
            if written and names[0] in foreign:
                yield node.lineno
        if isinstance(node, ast.Name) and node.id in ("setattr", "delattr", "mock"):
            yield node.lineno


def test_nothing_else_reaches_into_other_packages():
    files = chain((ROOT / "model_zoo").rglob("*.py"), (ROOT / "ui").rglob("*.py"))
    found = {str(f.relative_to(ROOT)): list(reaching(f.read_text("utf-8"))) for f in files}
    reach = {file: lines for file, lines in found.items() if lines}
    assert reach.pop("model_zoo/patches.py") and reach == {}


def test_a_reach_is_found():
    for source in (
        "from captum._utils.models.model import Model",
        "from captum import _utils",
        "import captum._utils",
        "import torch\ntorch._foreach_lerp_([], [], 1)",
        "from streamlit import net_util\nnet_util._internal_ip = ''",
        "def f(network): return network.config._attn_implementation",
        "from a.b import C\nC.size = 1",
        "import a.b\na.b.size += 1",
        "import a\nsetattr(a, 'size', 1)",
        "from unittest import mock\nmock.patch('a.size', 1)",
    ):
        assert list(reaching(source)), source
