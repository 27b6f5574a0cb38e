"""Readers: the parts on the disk make the network that was trained; others' folders; answers."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    BertForQuestionAnswering,
)

import tests.foreign as foreign
from model_zoo.__main__ import main
from model_zoo.errors import TextError, WeightsError
from model_zoo.finetuning.plans import PLANS
from model_zoo.finetuning.train import prepared
from model_zoo.question_answering.adapters import differences, merge
from model_zoo.question_answering.answer import answer, answer_all
from model_zoo.question_answering.attribute import attribute_span
from model_zoo.question_answering.evaluate import evaluate_readers
from model_zoo.question_answering.folders import available
from model_zoo.question_answering.reader import fresh_network, load_reader, save_plain
from model_zoo.question_answering.squad import read_squad
from tests.readers import train, write_bodies, write_squad
from tests.root import ROOT

PASSAGE = "Anna lives in Oslo, and Karl lives in Berlin. " * 3
FOUR = ("lstm", "bilstm", "bert", "distilbert")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with bodies, questions and four readers."""
    folder = tmp_path_factory.mktemp("answering")
    write_bodies(folder / "bodies")
    write_squad(folder / "squad")
    for name in FOUR:
        train(name, folder)
    return folder


@pytest.fixture(scope="module")
def readers(trained):
    return {name: load_reader(trained / "readers" / name, trained / "bodies") for name in FOUR}


@pytest.mark.parametrize("changed", [{"b": torch.ones(1)}, {"w.down": torch.ones(1, 2)}])
def test_changes_of_another_size_are_refused(changed):
    weights = {"b": torch.zeros(3), "w.weight": torch.zeros(1, 2)}
    with pytest.raises(RuntimeError, match="not"):
        merge(weights, changed | {"w.up": torch.ones(3, 1)}, 1.0)


@pytest.mark.parametrize("name", FOUR)
def test_merged_weights_compute_what_the_adapted_network_does(trained, name):
    body = trained / "bodies" / name
    torch.manual_seed(0)
    network = prepared(body, PLANS[name]).eval()
    for parameter in network.parameters():
        if parameter.requires_grad:
            parameter.data = (parameter.data + 0.1 * torch.randn_like(parameter)).half().float()
    changed = differences(network)
    plain = fresh_network(body).eval()
    ids = torch.randint(1000, 2000, (2, 9))
    untouched = plain(input_ids=ids).start_logits
    merge(plain.state_dict(), changed, PLANS[name].scale)
    with torch.no_grad():
        adapted, now = network(input_ids=ids), plain(input_ids=ids)
    assert torch.allclose(adapted.start_logits, now.start_logits, atol=1e-4)
    assert torch.allclose(adapted.end_logits, now.end_logits, atol=1e-4)
    assert not torch.allclose(untouched, now.start_logits, atol=0.05)
    vectors = [n for n in changed if n.endswith("embeddings.weight") and "position" not in n]
    assert all("token_type" in n for n in vectors)  # the word vectors are the body's


@pytest.mark.parametrize("name", FOUR)
def test_a_plain_folder_says_the_same(trained, readers, name, tmp_path):
    save_plain(tmp_path, trained / "readers" / name, trained / "bodies")
    plain = AutoModelForQuestionAnswering.from_pretrained(tmp_path)
    assert plain.dtype == torch.float32
    given = AutoTokenizer.from_pretrained(tmp_path)("Who?", "Anna.")
    assert ("token_type_ids" in given) == (name == "bert")
    own, other = readers[name], load_reader(tmp_path)
    assert not other.calibrated and other.threshold == 0.5
    a, b = (answer(reader, PASSAGE, "Where does Karl live?") for reader in (own, other))
    assert [span.text for span in a.spans] == [span.text for span in b.spans]
    assert np.allclose(a.start_probabilities, b.start_probabilities, atol=1e-5)


def test_listing_readers_does_not_import_torch():
    code = (
        "import sys; from model_zoo.question_answering import folders, records; "
        "folders.available(); "
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_readers_stand_in_their_order(trained):
    assert available(trained / "readers") == FOUR


@pytest.mark.parametrize("name", FOUR)
def test_an_answer_adds_up(readers, name):
    answers = answer(readers[name], PASSAGE, "Where does Karl live?")
    assert len(answers.spans) == 3 and answers.windows == 1
    for span in answers.spans:
        assert PASSAGE[span.start : span.end] == span.text and 0 < span.probability < 1
    assert sum(answers.start_probabilities) + answers.no_answer == pytest.approx(1)
    assert sum(answers.end_probabilities) + answers.no_answer == pytest.approx(1)
    assert len(answers.token_spans) == len(answers.start_probabilities)
    assert answers.no_answer_likely == (answers.no_answer >= readers[name].threshold)
    assert answers.seconds > 0


@pytest.mark.parametrize("name", FOUR)
def test_many_at_once_are_answered_as_one(readers, name):
    pairs = [(PASSAGE, "Where?"), ("Tom is here.", "Who is here now?"), (PASSAGE * 12, "Who?")]
    together = answer_all(readers[name], pairs, top=3)
    for (passage, question), many in zip(pairs, together, strict=True):
        alone = answer(readers[name], passage, question)
        assert alone.spans[0].text == many.spans[0].text
        assert alone.spans[0].probability == pytest.approx(many.spans[0].probability, rel=1e-3)
    assert together[2].windows > 1


def test_threads_share_a_reader(readers):
    def ask(number):
        return answer(readers["bert"], PASSAGE * (1 + number % 3), "Who?").best

    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(ask, range(12)))
    assert several[:3] == several[3:6] == several[6:9] == [ask(0), ask(1), ask(2)]
    for module in readers["bert"].network.modules():
        assert not module._forward_hooks and not module._forward_pre_hooks


@pytest.mark.parametrize("name", ["bilstm", "bert"])
@pytest.mark.parametrize(
    "passage, question",
    [
        ("😀 " * 50 + "Anna", "Who 👩‍🚀?"),
        ("a\x00b Anna \ud800 [SEP] [CLS] <b>", "[SEP] who \x00?"),
        ("שלום לאנה e\u0301e\u0301", "מי?"),
        ("x" * 20_000, "?"),
        ("Anna saw it. " * 1500, "Who saw it?"),
        ("[PAD]", "[MASK]"),
    ],
)
def test_whatever_is_typed_is_answered(readers, name, passage, question):
    answers = answer(readers[name], passage, question)
    assert answers.spans and np.isfinite(answers.no_answer)
    assert all(passage[span.start : span.end] == span.text != "" for span in answers.spans)


def test_nothing_to_read_is_said(readers):
    for passage, question in (("", "Who?"), ("Anna.", " "), ("\x00", "Who?")):
        with pytest.raises(TextError):
            answer(readers["lstm"], passage, question)


@pytest.mark.parametrize("name", FOUR)
def test_attributions_add_up_to_the_logits(readers, name):
    reader = readers[name]
    question, passage = "Where does Karl live now?", "Anna lives in Oslo, Karl in Berlin."
    answers = answer(reader, passage, question)
    why = attribute_span(reader, answers, steps=400, tolerance=0.001)
    assert [question[a:b] for a, b in why.question_words] == [*question[:-1].split(), "?"]
    assert len(why.passage_words) == len(why.start.passage) == 9
    ids, _, types = (torch.tensor([part]) for part in _window(reader, question, passage))
    start, end = reader.forward(types, input_ids=ids)
    blank = ids.clone()
    blank[0, [i for i in range(ids.shape[1]) if ids[0, i] not in (101, 102)]] = 0
    low, high = reader.forward(types, input_ids=blank)
    at = [_begin(reader, question, passage) + token for token in answers.best.tokens]
    for one, now, before, place in ((why.start, start, low, at[0]), (why.end, end, high, at[1])):
        rise = (now[0, place] - before[0, place]).item()
        assert one.rise == pytest.approx(rise, abs=1e-4)
        total = sum(one.question) + sum(one.passage)
        assert total == pytest.approx(rise, abs=0.02 * abs(rise) + 1e-4)
        assert one.gap == pytest.approx(abs(total - one.rise), abs=1e-5)
    assert why.start.passage != why.end.passage


def _window(reader, question, passage):
    (window,) = reader.read(question, passage).windows
    return window.ids, [1] * len(window.ids), window.types


def _begin(reader, question, passage):
    return reader.read(question, passage).windows[0].begin


def test_evaluation_counts_and_compares(trained, readers):
    questions = read_squad(trained / "squad" / "test.json")
    seen = []
    some = [readers["lstm"], readers["bert"]]
    evaluation = evaluate_readers(some, questions, advance=lambda name, n: seen.append((name, n)))
    assert (evaluation.questions, evaluation.passages, evaluation.articles) == (8, 8, 2)
    assert seen == [("lstm", 8), ("bert", 8)]
    first, second = (evaluation.qualities[name] for name in ("lstm", "bert"))
    assert first.exact == np.mean(first.exact_each) <= first.f1 == np.mean(first.f1_each)
    test = evaluation.pairs["lstm", "bert"]
    assert test.f1_difference == pytest.approx(second.f1 - first.f1)
    only_first = sum(a and not b for a, b in zip(first.exact_each, second.exact_each, strict=True))
    assert test.exact.b == only_first


@pytest.mark.parametrize("kind", foreign.KINDS)
def test_folders_of_others_are_read(tmp_path, kind):
    foreign.write(kind, tmp_path, ("a", "b"))  # for its tokenizer and config
    config = AutoConfig.from_pretrained(tmp_path)
    network = AutoModelForQuestionAnswering.from_config(config)
    network.save_pretrained(tmp_path)
    reader = load_reader(tmp_path)
    answers = answer(reader, "the film was very good and the story " * 40, "what was good?")
    assert len(answers.spans) == 3 and answers.windows > 1 and not answers.calibrated
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    passage, question = "the story was good.", "what was good?"
    pair = tokenizer(question, passage, return_tensors="pt")
    (window,) = reader.read(question, passage).windows
    assert list(window.ids) == pair["input_ids"][0].tolist()
    with torch.no_grad():
        expected = network.eval()(**pair).start_logits[0]
    assert np.allclose(reader.logits([window])[0][0], expected, atol=1e-4)


def test_a_classifier_is_no_reader(tmp_path):
    foreign.write("electra", tmp_path, ("a", "b"))
    with pytest.raises(WeightsError, match="no model for question answering"):
        load_reader(tmp_path)


def test_pickles_are_not_opened(tmp_path, trained):
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    BertForQuestionAnswering.config_class().save_pretrained(tmp_path)
    with pytest.raises(WeightsError):
        load_reader(tmp_path)
    with pytest.raises(WeightsError, match="neither"):
        load_reader(tmp_path / "none")


@pytest.mark.parametrize(
    "harm, says",
    [
        (lambda r, b: (r / "model.safetensors").write_bytes(b"12345678"), "cut short"),
        (lambda r, b: (b / "model.safetensors").unlink(), "is missing"),
        (lambda r, b: _flip(r / "model.safetensors"), "not the file that was recorded"),
        (lambda r, b: _flip(b / "model.safetensors"), "trained from other weights"),
        (lambda r, b: (r / "reader.json").write_text("{}"), "is damaged"),
        (lambda r, b: _body(r / "reader.json", "../bert"), "no name of a folder"),
        (lambda r, b: (r / "metrics.json").write_text("["), "metrics.json is damaged"),
    ],
)
def test_damage_is_named(tmp_path, harm, says):
    write_bodies(tmp_path / "bodies")
    write_squad(tmp_path / "squad")
    train("lstm", tmp_path, overrides={"epochs": 0.1})
    harm(tmp_path / "readers" / "lstm", tmp_path / "bodies" / "lstm")
    with pytest.raises(WeightsError, match=says):
        load_reader(tmp_path / "readers" / "lstm", tmp_path / "bodies")


def _flip(file):
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _body(file, name):
    file.write_text(json.dumps(json.loads(file.read_text()) | {"body": name}))


def test_the_command_answers_and_measures(trained, tmp_path, capsys):
    where = ["--readers", str(trained / "readers"), "--bodies", str(trained / "bodies")]
    file = tmp_path / "passage.txt"
    file.write_text(PASSAGE, encoding="utf-8")
    rows = []
    for passage in (PASSAGE, str(file)):
        argv = ["answer", "Who lives in Oslo?", "--passage", passage, "--models", "bert"]
        assert main([*argv, "--top", "2", "--json", *where]) == 0
        rows.append(json.loads(capsys.readouterr().out)[0])
    assert rows[0]["spans"] == rows[1]["spans"] and len(rows[0]["spans"]) == 2
    assert main(["answer", "Who?", "--passage", PASSAGE, *where]) == 0
    assert "DistilBERT" in capsys.readouterr().out
    squad = ["answer", "--squad", str(trained / "squad" / "test.json"), *where]
    assert main([*squad, "--models", "lstm,bert"]) == 0
    assert "95 % intervals" in capsys.readouterr().out
    assert main([*squad, "--models", "lstm,bert", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["questions"] == 8 and set(figures["pairs"]) == {"lstm|bert"}


def test_readers_of_one_name_stand_side_by_side(trained, tmp_path, capsys):
    where = ["--readers", str(trained / "readers"), "--bodies", str(trained / "bodies")]
    mine = tmp_path / "lstm"
    shutil.copytree(trained / "readers" / "lstm", mine)
    squad = ["answer", "--squad", str(trained / "squad" / "test.json"), *where, "--json"]
    assert main([*squad, "--models", f"lstm,{mine},lstm"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["readers"]) == {"lstm", str(mine)}
    assert set(figures["pairs"]) == {f"lstm|{mine}"}


@pytest.mark.parametrize(
    "argv, says",
    [
        ([], "Ask a question"),
        (["Who?"], "Say where to look"),
        (["Who?", "--passage", "Anna.", "--models", "gpt"], "no reader 'gpt'"),
        (["--squad", "nowhere.json"], "does not exist"),
        (["Who?", "--passage", "nowhere.txt"], "There is no file nowhere.txt"),
        (["Who?", "--passage", "Anna.", "--readers", "nowhere"], "holds no reader"),
    ],
)
def test_the_command_says_what_to_do(trained, capsys, argv, says):
    where = ["--readers", str(trained / "readers"), "--bodies", str(trained / "bodies")]
    assert main(["answer", *where, *argv]) == 2
    assert says in capsys.readouterr().err
