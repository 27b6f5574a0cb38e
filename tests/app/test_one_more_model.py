"""What docs/extending.md says of models and pages: a folder or a file and a row each, no more."""

import json
import shutil
import subprocess
import sys

import pytest
from tokenizers import ByteLevelBPETokenizer, Tokenizer, processors
from transformers import BertConfig, RobertaConfig

from model_zoo.models.files import write_checksum
from model_zoo.models.transformer import label_names
from model_zoo.whole_files import write_json
from tests.foreign import network
from tests.root import ROOT

# What a fresh process does: visit every page.
VISIT = """
import json
from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from ui.serve import cached
from ui.serve.pool import pool
from ui.serve import footprints
from ui.compare import answers as compare
from ui.compare import gauges

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
pool.warm_up = lambda: None
footprints.added = lambda _: {}
gauges.RUNS, compare.PAINT_SECONDS = 3, 0
text = "The acting's great, but the film as a whole is naïve…"
pages = [
    "app.py", "pages/attributions.py", "pages/inside.py", "pages/speed.py", "pages/evaluate.py",
    "pages/models.py", "pages/seventh.py",
]
seen = {}


def look(what, app):
    assert not app.exception, (what, [(e.message, e.stack_trace) for e in app.exception])
    assert not app.error, (what, [error.value for error in app.error])
    assert "Seventh" in [link.proto.label for link in app.get("page_link")]
    seen[what] = [box.value for box in (*app.markdown, *app.caption)] + [
        body.proto.body for body in app.get("html")
    ]


for page in pages:
    app = AppTest.from_file("app.py", default_timeout=300)
    app.query_params["text"] = text
    app.run() if page == "app.py" else app.switch_page(page).run()
    if page.endswith("models.py"):
        app.query_params["tab"] = "What they are made of"
        app.run()
    look(page, app)
    if page.endswith("inside.py"):
        for picture in app.segmented_control(key="attention-picture").options:
            look(picture, app.segmented_control(key="attention-picture").set_value(picture).run())
        for section in app.segmented_control(key="section").options:
            look(section, app.segmented_control(key="section").set_value(section).run())
    if page.endswith("evaluate.py"):
        next(button for button in app.button if "72" in button.label).click().run()
        look("scored", next(b for b in app.button if "Score" in b.label).click().run())
print(json.dumps(seen))
"""


PAGE = """
import streamlit as st

from ui.frame.page import page

with page("Seventh"):
    st.markdown("A page of one's own.")
"""


def make(models):
    """Both models, small and untrained, in their folders."""
    small = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64, **label_names()}
    bert = BertConfig(vocab_size=30522, num_hidden_layers=3, **small)
    network(bert).half().save_pretrained(models / "small")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(models / "bert" / name, models / "small")

    trained = ByteLevelBPETokenizer()
    sentences = (ROOT / "assets/samples/opinions.csv").read_text("utf-8").splitlines()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(
        sentences, vocab_size=600, special_tokens=specials, show_progress=False
    )
    tokenizer = Tokenizer.from_str(trained.to_str())
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    folder = models / "own-words"
    roberta = RobertaConfig(
        vocab_size=600, num_hidden_layers=2, max_position_embeddings=514, pad_token_id=1, **small
    )
    network(roberta).half().save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = {"pad_token": "<pad>", "mask_token": "<mask>", "unk_token": "<unk>"}
    write_json(folder / "tokenizer_config.json", marks | {"model_max_length": 512})
    for name in ("small", "own-words"):
        write_checksum(name, models)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A copy with two rows more in the bundled set, and their folders."""
    copy = tmp_path_factory.mktemp("repository")
    for name in ("model_zoo", "ui", "pages", "assets", ".streamlit"):
        shutil.copytree(ROOT / name, copy / name)
    for file in ("app.py", "pyproject.toml"):  # which says what version it is
        shutil.copy(ROOT / file, copy)
    description = copy / "assets" / "models" / "set.json"
    record = json.loads(description.read_text("utf-8"))
    record["models"] += [
        {"name": "small", "title": "Small BERT", "description": "Transformer encoder, untrained"},
        {"name": "own-words", "title": "RoBERTa", "description": "Transformer encoder, own words"},
    ]
    description.write_text(json.dumps(record), encoding="utf-8")
    (copy / "pages" / "seventh.py").write_text(PAGE, encoding="utf-8")
    frame = copy / "ui" / "frame" / "page.py"
    last = '("pages/models.py", "The four models"),'
    menu = frame.read_text("utf-8").replace(last, f'{last} ("pages/seventh.py", "Seventh"),')
    frame.write_text(menu, encoding="utf-8")
    make(copy / "assets" / "models")
    return copy


def run(folder, code, given=""):
    """What a fresh process in `folder` prints."""
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout[-500:] + finished.stderr[-3000:]
    return finished.stdout


@pytest.mark.slow
def test_every_page_shows_them(repository):
    seen = json.loads(run(repository, VISIT))
    assert "A page of one's own." in seen["pages/seventh.py"]
    for page in ("app.py", "pages/attributions.py", "pages/models.py"):
        assert all(any(title in text for text in seen[page]) for title in ("Small BERT", "RoBERTa"))
    assert any("cuts the text into other tokens" in text for text in seen["lines from a token"])


ASK = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO

from model_zoo.__main__ import main

answers = []
for command in json.loads(sys.stdin.read()):
    with redirect_stdout(StringIO()) as out:
        assert main([*command, "--models", "bert,small,own-words", "--json"]) == 0
    answers.append(json.loads(out.getvalue()))
print(json.dumps(answers))
"""


@pytest.mark.slow
def test_every_command_takes_them(repository, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\nGreat fun.,1\nA bore.,0\n")
    text, three = "The acting’s great, but it is naïve…", ["bert", "small", "own-words"]
    columns = ("--text", "text", "--label", "label")
    commands = (("predict", text), ("attribute", text), ("evaluate", str(rows), *columns))
    answers = json.loads(run(repository, ASK, given=json.dumps(commands)))
    (predicted,), attributed, evaluated = answers
    assert [result["model"] for result in predicted["results"]] == three
    assert [result["model"] for result in attributed] == three
    for result in attributed:
        assert result["words"] == attributed[0]["words"] and result["gap_relative"] < 0.05
    assert list(evaluated["models"]) == three
