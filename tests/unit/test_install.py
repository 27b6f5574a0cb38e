"""Quartet installed from its wheel: the command `quartet`, away from the repository."""

import json
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

from tests.browser.chromium import free_port
from tests.root import ROOT

PARTS = ("app.py", "pages", "ui", "model_zoo", "assets", ".streamlit")
TEXTS = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE", "NOTICE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy: builds leave folders behind where they are made."""
    folder = tmp_path_factory.mktemp("build")
    for name in PARTS + TEXTS:
        source, target = ROOT / name, folder / "source" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", folder, folder / "source"], check=True
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory) -> Path:
    """Where the commands of an environment are that has quartet, and sees this one's packages."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    names = {"base": str(folder), "platbase": str(folder)}
    library = Path(sysconfig.get_path("purelib", "venv", names))
    (library / "packages.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    places = Path(sysconfig.get_path("scripts", "venv", names))
    command = [places / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, wheel], check=True, cwd=folder)
    return places


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A folder of its own to work in, with nothing of the repository on the way."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("QUARTET_EXPORTS", str(tmp_path / "engines"))
    return tmp_path


def run(scripts, folder, *arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [scripts / "quartet", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.long
def test_the_wheel_holds_the_app_and_nothing_of_the_workshop(wheel):
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for package, at in (("model_zoo", ""), ("ui", "quartet_app/"), ("pages", "quartet_app/")):
        for file in (ROOT / package).rglob("*.py"):
            assert f"{at}{file.relative_to(ROOT).as_posix()}" in names
    for file in (ROOT / "assets").rglob("*"):
        if file.is_file() and file.name != "screenshot.png":
            assert f"quartet_app/{file.relative_to(ROOT).as_posix()}" in names
    assert {"quartet_app/app.py", "quartet_app/.streamlit/config.toml"} <= names
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"model_zoo", "quartet_app"}
    assert not any("test" in name or "benchmarks" in name for name in names)


@pytest.mark.long
def test_the_command_answers_from_anywhere(scripts, elsewhere):
    done = run(scripts, elsewhere, "predict", "A fine film.", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert [result["model"] for result in row["results"]] == [
        "lstm",
        "bilstm",
        "bert",
        "distilbert",
    ]
    assert {result["label"] for result in row["results"]} == {"positive"}
    python = [scripts / "python", "-c", "import model_zoo.paths as p; print(p.ROOT, p.INSTALLED)"]
    where = subprocess.run(python, cwd=elsewhere, capture_output=True, text=True, check=True)
    assert where.stdout.split() == [str(_library(scripts) / "quartet_app"), "True"]
    refused = run(scripts, elsewhere, "shout")
    assert refused.returncode == 2 and "See `quartet --help`" in refused.stderr


@pytest.mark.long
def test_what_runs_in_a_process_of_its_own_is_found(scripts, elsewhere):
    """An export is made by `python -m model_zoo...`, started by the command."""
    options = ("--models", "lstm", "--engine", "onnx-int8", "--json")
    done = run(scripts, elsewhere, "predict", "A fine film.", *options)
    assert done.returncode == 0, done.stderr
    assert list((elsewhere / "engines").iterdir())


@pytest.mark.long
def test_models_are_found_where_the_variable_says(scripts, elsewhere, monkeypatch):
    folder = elsewhere / "weights"
    shutil.copytree(ROOT / "assets" / "models", folder)
    for name in ("bert", "bilstm"):
        shutil.rmtree(folder / name)
    record = json.loads((folder / "set.json").read_text("utf-8"))
    record["models"] = [row for row in record["models"] if (folder / row["name"]).is_dir()]
    (folder / "set.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setenv("QUARTET_MODELS", "weights")  # from where the command is given
    done = run(scripts, elsewhere, "models", "--json")
    assert [row["name"] for row in json.loads(done.stdout)] == ["lstm", "distilbert"], done.stderr
    monkeypatch.setenv("QUARTET_MODELS", "nowhere")
    assert "holds no set.json" in run(scripts, elsewhere, "models").stderr


@pytest.mark.long
def test_the_app_opens(scripts, elsewhere):
    port = free_port()
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (elsewhere / "log").open("w") as log:
        server = subprocess.Popen(
            [scripts / "quartet", "app", *options], cwd=elsewhere, stdout=log, stderr=log
        )
    try:
        assert _fetch(f"http://localhost:{port}/_stcore/health", server) == "ok"
        assert "<title>Streamlit</title>" in _fetch(f"http://localhost:{port}/", server)
    finally:
        server.terminate()
        server.wait(30)
    said = (elsewhere / "log").read_text("utf-8")
    assert "usage statistics" not in said  # .streamlit/config.toml came along, and was read
    visit = (
        "from streamlit.testing.v1 import AppTest; from model_zoo.paths import ROOT; import sys;"
        "sys.path.insert(0, str(ROOT));"
        "app = AppTest.from_file(str(ROOT / 'app.py'), default_timeout=300).run();"
        "assert not app.exception and not app.error;"
        "print(*(html.proto.body for html in app.get('html')))"
    )
    seen = subprocess.run(
        [scripts / "python", "-c", visit], cwd=elsewhere, capture_output=True, text=True
    )
    assert ">Compare</h1>" in seen.stdout, seen.stderr


def _library(scripts: Path) -> Path:
    return next((scripts.parent / "lib").glob("python*/site-packages"))


def _fetch(address: str, server: subprocess.Popen) -> str:
    """What is at the address, once the server is up."""
    for _ in range(120):
        with suppress(URLError, OSError), urlopen(address, timeout=5) as page:
            return page.read().decode()
        assert server.poll() is None, "the server has ended"
        time.sleep(0.5)
    raise AssertionError(f"{address} does not answer")
