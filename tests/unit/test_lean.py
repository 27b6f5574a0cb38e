"""Imports without what is not needed: the same answers, and nothing pretended afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch._dynamo", "sympy", "torch.distributed.tensor", "matplotlib", "sklearn")


def run(code):
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.slow
def test_reading_and_attributing_bring_nothing_heavy_and_leave_no_stand_in():
    run(
        "import sys\n"
        "from model_zoo.registry import SPECS, load\n"
        "from model_zoo.predict import predict\n"
        "from model_zoo.attribute import attribute\n"
        "for name in SPECS:\n"
        "    model = load(name); predict(model, ['A fine film.']); attribute(model, 'Fine.')\n"
        f"assert not set({HEAVY}) & set(sys.modules), set({HEAVY}) & set(sys.modules)\n"
        "import torch, torch._dynamo, matplotlib\n"
        "assert torch.distributed.is_available() and torch._dynamo.config\n"
        "assert matplotlib.__version__\n"
        "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(2)).tolist() == [2, 2]"
    )


@pytest.mark.slow
@pytest.mark.long
def test_the_answers_are_those_of_plain_imports():
    code = (
        "import sys\n"
        "from model_zoo.registry import SPECS, load\n"
        "from model_zoo.predict import predict\n"
        "for name in SPECS:\n"
        "    print([p.positive for p in predict(load(name), ['A fine film.', 'Not good.'])])\n"
        "print('torch._dynamo' in sys.modules)"
    )
    lean = run(code).splitlines()
    plain = run(f"import torch._dynamo, transformers.modeling_utils\n{code}").splitlines()
    assert lean[:-1] == plain[:-1] and (lean[-1], plain[-1]) == ("False", "True")
