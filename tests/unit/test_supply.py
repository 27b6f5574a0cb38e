"""What the app is made of: bounded, recorded, and nothing that runs code when it is read."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from model_zoo import paths
from model_zoo.models.files import WEIGHTS, check_weights, read_checksums
from model_zoo.models.sets import model_set
from tests.root import ROOT
from ui.data.choice import MAX_UPLOAD_MB

SPECS = model_set().models
OWN = [*ROOT.glob("*.py"), *(f for n in ("model_zoo", "ui", "pages", "benchmarks", "tests")
       for f in sorted((ROOT / n).rglob("*.py")))]  # fmt: skip
# Split, so that this file is not found to hold them.
UNSAFE = re.compile(
    "|".join(
        (
            r"\b(?:import|from)\s+(?:c?pick" + r"le|cloudpick" + r"le|di" + r"ll|jobl" + r"ib"
            r"|mars" + r"hal|shel" + r"ve)\b",
            r"torch\.lo" + r"ad\(|torch\.sa" + r"ve\(|allow_pick" + r"le\s*=\s*True",
            r"(?<![\w.])ev" + r"al\(|(?<![\w.])ex" + r"ec\(",
            r"yaml\.(?:unsafe_)?lo" + r"ad\(",
            r"trust_remote_co" + r"de\s*=\s*True|shell\s*=\s*Tr" + r"ue|os\.syst" + r"em\(",
        )
    )
)


def requirements(name: str) -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    found = [Requirement(line.rstrip("\\")) for line in lines if line and not line.startswith("-")]
    return {re.sub(r"[-_.]+", "-", one.name).lower(): one for one in found}


def test_every_requirement_has_an_upper_bound():
    every = [
        one for file in ROOT.glob("requirements*.txt") for one in requirements(file.name).values()
    ]
    bounded = {"<", "<=", "==", "~="}
    assert [str(o) for o in every if not bounded & {part.operator for part in o.specifier}] == []


def test_the_lock_file_holds_exact_versions_within_the_bounds():
    locked = requirements("requirements.lock")
    for one in locked.values():
        (part,) = one.specifier
        assert part.operator == "==" and "+" not in part.version and not one.url
    for name, one in requirements("requirements.txt").items():
        (part,) = locked[name].specifier
        assert one.specifier.contains(part.version), one
    text = re.sub(r"^#.*$", "", (ROOT / "requirements.lock").read_text("utf-8"), flags=re.MULTILINE)
    assert not re.search(r"https?:|file:|^-|/home|/tmp", text, re.MULTILINE)
    each = re.split(r"\n(?=\w)", text.strip())
    assert len(each) == len(locked)
    for one in each:
        assert re.fullmatch(r"\S+(?: \\\n    --hash=sha256:[0-9a-f]{64})+", one), one


def test_the_image_is_made_of_what_is_recorded():
    """The base by its digest, packages by the lock file's hashes, and only what comes along."""
    lines = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^FROM \S+:[\w.-]+@sha256:[0-9a-f]{64}$", lines, re.MULTILINE)
    installs = re.findall(r"pip install(?:.*\\\n)*.*", lines)
    assert installs and all("--require-hashes" in line for line in installs)
    assert all(line.endswith("-r requirements.lock") for line in installs)
    assert "!requirements.lock" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def test_hosted_runs_have_pinned_actions_and_no_rights_to_write():
    """Every action by its commit, reading alone, and no secret in a run for a stranger's change."""
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert {file.stem for file in files} >= {"check", "nightly"}
    for file in files:
        text = file.read_text("utf-8")
        used = re.findall(r"uses: *(.*)", text)
        assert used and all(re.match(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d", one) for one in used)
        assert re.findall(r"^ *permissions:\n((?: +\S.*\n)+)", text, re.MULTILINE) == [
            "  contents: read\n"
        ]
        assert text.count("persist-credentials: false") == text.count("actions/checkout@")
        assert "pull_request_target" not in text and "secrets." not in text
        for script in re.findall(r"\$\{\{(.*?)\}\}", text):
            assert script.strip() == "github.ref"  # a title or a branch's name may hold commands
    said = "".join(file.read_text("utf-8") for file in files)
    for needed in ("make lint", "make test\n", "make test-long", "make docs", "docker build",
                   "docker run"):  # fmt: skip
        assert needed in said


def test_nothing_runs_code_that_it_reads():
    assert [f"{file}: {found[0]}" for file in OWN
            if (found := UNSAFE.search(file.read_text("utf-8")))] == []  # fmt: skip


def test_the_search_finds_what_it_looks_for():
    for bad in ("import pick" + "le", "torch.lo" + "ad(f)", "ev" + "al(x)", "trust_remote_co"
                + "de=True", "yaml.lo" + "ad(f)", "from jobl" + "ib import x"):  # fmt: skip
        assert UNSAFE.search(bad)
    assert not UNSAFE.search("network.eval()") and not UNSAFE.search("re.compile(x)")


def test_the_models_hold_only_weights_and_text():
    kinds = {file.suffix for file in paths.MODELS.rglob("*") if file.is_file()}
    assert kinds == {".safetensors", ".json", ".md", ""}  # "": SHA256SUMS
    others = {file.suffix for file in (ROOT / "assets").rglob("*") if file.is_file()} - kinds
    assert others <= {".png", ".svg", ".csv", ".npz"}


def test_every_weights_file_is_the_one_recorded():
    files = {file.parent.name for file in paths.MODELS.rglob(f"*{Path(WEIGHTS).suffix}")}
    assert files == set(read_checksums(paths.MODELS)) == set(SPECS)
    for name in SPECS:
        assert re.fullmatch("[0-9a-f]{64}", check_weights(name))


def test_the_server_takes_no_more_than_the_page_says():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] == MAX_UPLOAD_MB
