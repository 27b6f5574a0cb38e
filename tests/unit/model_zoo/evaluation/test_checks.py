"""Behaviour checks: their cases, and that failures are counted where they belong."""

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

from model_zoo.__main__ import main
from model_zoo.evaluation import checks
from model_zoo.evaluation.checks import (
    CHECKS,
    DIRECTIONAL,
    INVARIANCE,
    MINIMUM,
    TOLERANCE,
    Checked,
    fails,
    gaps,
    run,
)
from model_zoo.evaluation.metrics import holm, mcnemar, wilson
from model_zoo.evaluation.templates import TEMPLATES, Case
from model_zoo.evaluation.words import WORDS
from model_zoo.inference.predict import Prediction
from model_zoo.labels import SENTIMENT
from model_zoo.models.sets import model_set
from tests.unit.test_imports import ROOT
from ui.checks.figures import failures
from ui.checks.wording import families

SPECS = model_set().models
OF_KIND = {
    kind: [check for check in CHECKS.values() if check.kind == kind]
    for kind in (MINIMUM, INVARIANCE, DIRECTIONAL)
}
EXPECTED = {  # text -> label, where there is one
    text: label
    for check in OF_KIND[MINIMUM]
    for case in check.cases
    for text, label in zip(case.texts, case.expected, strict=True)
}


@pytest.fixture
def model(monkeypatch):
    """A stand-in for a model: a function that gives its probability of positive for a text."""

    def made(positive, name="lstm"):
        def predict(model, texts):
            shares = [model.positive(text) for text in texts]
            return [
                Prediction(model.id, text, SENTIMENT, (1 - share, share), (), 0, 0, 0.1, 0.1)
                for text, share in zip(texts, shares, strict=True)
            ]

        monkeypatch.setattr(checks, "predict", predict)
        return SimpleNamespace(id=name, name=name, positive=positive)

    return made


def words(text):
    return Counter(re.findall(r"[\w']+", text.lower()))


def failed(model, check):
    return set(checks.ask(model, CHECKS[check]).failed)


def test_there_are_templates_for_every_check_and_a_use_for_every_word():
    assert list(TEMPLATES) == list(CHECKS)
    texts = [text for rows in TEMPLATES.values() for row in rows for text in row.texts]
    used = set(re.findall(r"{(\w+?)2?}", " ".join(texts)))
    assert used == set(WORDS)


def test_cases_are_the_same_in_another_process():
    code = (
        "import hashlib; from model_zoo.evaluation.checks import CHECKS;"
        "print(hashlib.sha256(repr([c.cases for c in CHECKS.values()]).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_cases_are_well_formed(check):
    assert len(check.cases) == checks.CASES
    assert len(set(check.cases)) == len({case.texts for case in check.cases}) == checks.CASES
    for case in check.cases:
        for text in case.texts:
            assert re.fullmatch(r"[A-Z][\w ',;:-]*[.!?]( [A-Z][\w ',;:-]*[.!?])*", text), text
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|  ", text, re.I), text
        if check.kind == MINIMUM:
            assert len(case.expected) == len(case.texts) and set(case.expected) <= set(SENTIMENT)
        else:
            assert len(case.texts) == len(set(case.texts)) == 2
            assert len(case.expected) == (check.kind == DIRECTIONAL)


def test_no_text_is_expected_to_be_both():
    pairs = {
        (text, label)
        for check in OF_KIND[MINIMUM]
        for case in check.cases
        for text, label in zip(case.texts, case.expected, strict=True)
    }
    assert len(pairs) == len(EXPECTED)


def test_word_order_pairs_hold_the_same_words():
    for case in CHECKS["word order"].cases:
        first, second = case.texts
        assert first != second and words(first) == words(second)
        assert case.expected == ("positive", "negative")


def test_typo_pairs_differ_by_one_swap_of_neighbours():
    for case in CHECKS["typos"].cases:
        first, second = case.texts
        assert len(first) == len(second)
        at = [i for i in range(len(first)) if first[i] != second[i]]
        assert len(at) == 2 and at[1] == at[0] + 1
        assert first[at[0]] + first[at[1]] == second[at[1]] + second[at[0]]


@pytest.mark.parametrize("check", ["names, places, titles", "numbers"])
def test_swapped_pairs_differ_in_one_name_or_number(check):
    known = {word for slot in ("person", "city", "title") for word in WORDS[slot]}
    for case in CHECKS[check].cases:
        gone, come = words(case.texts[0]), words(case.texts[1])
        (old,), (new,) = (gone - come).elements(), (come - gone).elements()
        if check == "numbers":
            assert old.isdigit() and new.isdigit()
        else:
            assert {old.title(), new.title()} <= known


@pytest.mark.parametrize("check", ["intensifiers", "downtoners", "one more opinion"])
def test_graded_texts_only_gain_words(check):
    for case in CHECKS[check].cases:
        gone, come = map(words, case.texts)
        assert not gone - come and 1 <= (come - gone).total() <= 8


def test_a_model_that_is_right_fails_nothing(model):
    answers = {text: 0.9 if label == "positive" else 0.1 for text, label in EXPECTED.items()}
    for check in [*OF_KIND[INVARIANCE], *OF_KIND[DIRECTIONAL]]:
        for case in check.cases:
            before, after = case.texts
            answers.setdefault(after, answers.setdefault(before, 0.9))
    for result in run([model(answers.__getitem__)]):
        assert result.failed == () and result.share == 0
        assert result.ci95 == wilson(0, checks.CASES)


def test_a_model_that_always_praises_fails_what_is_negative_and_nothing_else(model):
    for result in run([model(lambda text: 0.9)]):
        check = CHECKS[result.check]
        negative = [at for at, case in enumerate(check.cases) if "negative" in case.expected]
        assert list(result.failed) == (negative if check.kind == MINIMUM else [])
        assert result.ci95 == wilson(len(result.failed), checks.CASES)
    assert any(EXPECTED[text] == "positive" for text in EXPECTED)


def test_a_model_that_counts_words_fails_every_pair_of_the_same_words(model):
    def counting(text):
        counts = words(text)
        score = sum(counts[word] * (len(word) % 3 - 1) for word in counts)
        return 0.5 + score / 100

    assert len(failed(model(counting), "word order")) == checks.CASES


def test_a_dislike_of_one_name_is_found_by_the_check_of_names_only(model):
    disliked = model(lambda text: 0.2 if "Olga" in text else 0.8)
    check = CHECKS["names, places, titles"]
    hit = {at for at, case in enumerate(check.cases) if any("Olga" in text for text in case.texts)}
    assert hit and failed(disliked, check.name) == hit
    for other in [*OF_KIND[INVARIANCE], *OF_KIND[DIRECTIONAL]]:
        assert other is check or not failed(disliked, other.name)


def test_a_model_that_mistakes_intensifiers_is_found(model):
    backward = model(lambda text: 0.9 - 0.06 * len(re.findall("very|really|truly", text)))
    check = CHECKS["intensifiers"]
    hit = {
        at
        for at, case in enumerate(check.cases)
        if case.expected == ("positive",) and re.search("very|really|truly", case.texts[1])
    }
    assert hit and failed(backward, check.name) == hit


@pytest.mark.parametrize(
    ("kind", "expected", "positive", "wrong"),
    [
        (MINIMUM, ("positive",), (0.51,), False),
        (MINIMUM, ("positive",), (0.5,), True),  # no positive answer: see Prediction.label
        (MINIMUM, ("positive", "negative"), (0.9, 0.9), True),
        (MINIMUM, ("positive", "negative"), (0.9, 0.1), False),
        (INVARIANCE, (), (0.9, 0.55), False),  # moved, but said the same
        (INVARIANCE, (), (0.51, 0.49), False),  # changed by a hair's breadth
        (INVARIANCE, (), (0.49, 0.56), True),
        (DIRECTIONAL, ("positive",), (0.8, 0.7), True),
        (DIRECTIONAL, ("positive",), (0.8, 0.76), False),
        (DIRECTIONAL, ("positive",), (0.2, 0.9), False),
        (DIRECTIONAL, ("negative",), (0.8, 0.9), True),
        (DIRECTIONAL, ("negative",), (0.8, 0.1), False),
    ],
)
def test_what_counts_as_a_failure(kind, expected, positive, wrong):
    assert TOLERANCE == 0.05
    assert fails(kind, Case(("a", "b")[: len(positive)], expected), positive) is wrong


def results(**failures):
    """Ten cases of each check, of which these fail: model=[cases of the first check, …]."""
    return [
        Checked(check, name, ((0.5,),) * 10, tuple(rows), wilson(len(rows), 10))
        for name, columns in failures.items()
        for check, rows in zip(CHECKS, columns, strict=False)
    ]


def test_families_are_compared_case_by_case():
    compared = gaps(
        results(
            lstm=[range(8), [0]],
            bilstm=[range(2, 8), []],
            bert=[[0, 9], []],
            distilbert=[[9], [0]],
        )
    )
    # first check: both families fail case 0 once, the recurrent ones 1 to 7, the others 9
    assert [(gap.b, gap.c) for gap in compared] == [(7, 1), (0, 0)]
    assert compared[0].p == pytest.approx(2 * 2 * (1 + 8) / 2**8)  # Holm doubles the smaller of two
    assert compared[1].p == 1


def test_one_model_against_one_is_mcnemars_test():
    (gap,) = gaps(results(lstm=[range(6)], bert=[[9]]))
    assert (gap.b, gap.c, gap.p) == (6, 1, mcnemar(6, 1).p)


def test_nothing_is_compared_within_one_family():
    assert gaps(results(lstm=[[1]], bilstm=[[2]])) == ()
    assert gaps(results(bert=[[1]])) == ()


def test_the_figure_has_a_row_a_check_below_the_name_of_its_kind():
    results = {"typos": {}, "numbers": {}, "intensifiers": {}}
    for check, row in results.items():
        for name, rows in (("lstm", range(5)), ("bert", [])):
            row[name] = Checked(check, name, ((0.5,),) * 10, tuple(rows), wilson(len(rows), 10))
    del results["intensifiers"]["bert"]
    kinds = {check: CHECKS[check].kind for check in results}
    figure = failures(results, kinds, {"lstm": "LSTM", "bert": "BERT"})
    shares, numbers = figure.data
    nothing = (None, None)
    assert list(map(tuple, shares.z)) == [nothing, (0.5, 0), (0.5, 0), nothing, (0.5, None)]
    assert shares.x == ("LSTM", "BERT") and (shares.zmin, shares.zmax) == (0, 1)
    assert figure.layout.yaxis.ticktext == (
        "<b>invariance</b>", "typos", "numbers", "<b>directional</b>", "intensifiers",
    )  # fmt: skip
    assert shares.customdata[1][0] == "typos: 5 of 10 cases failed, 50.0% (23.7% to 76.3%)"
    assert numbers.text == ("50%", "0%", "50%", "0%", "50%")
    assert list(zip(numbers.x, numbers.y, strict=True))[-1] == ("LSTM", 4)


def test_the_sentence_tells_both_directions_and_what_may_be_chance():
    rows = results(lstm=[range(9), [], [1]], bert=[[], [3], range(1, 10)])
    plain, praise, criticism = list(CHECKS)[:3]
    by_name = checks.by_check(rows)
    narrow = "\u202f"
    assert families(by_name, gaps(rows), ["lstm"]) == (
        f"The recurrent models fail more cases than the others, beyond chance, in 1 of 3 checks: "
        f"“{plain}” (90{narrow}% against 0{narrow}%). The Transformers fail more cases than the "
        f"others, beyond chance, in 1 of 3 checks: “{criticism}” (90{narrow}% against 10{narrow}%)."
    )
    rows = [row for row in rows if row.check == praise]
    assert families(checks.by_check(rows), gaps(rows), ["lstm"]) == (
        "The recurrent models fail more cases than the others in no check. The Transformers fail "
        f"more cases beyond chance in no check; the largest difference is in “{praise}” "
        f"(10{narrow}% against 0{narrow}%) and may be chance (p = 1)."
    )
    assert "nothing to compare" in families(by_name, (), ["lstm"])


def test_holm_agrees_with_its_definition():
    p = [0.01, 0.04, 0.03, 0.005, 0.9]
    assert holm(p) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.9])
    assert holm([]) == []
    assert all(a <= b for a, b in pairwise(sorted(holm(p))))


def test_csv_holds_every_case_and_no_formula(model, monkeypatch):
    odd = replace(CHECKS["typos"], name="=typos")
    monkeypatch.setitem(checks.CHECKS, "=typos", odd)
    case = Case(('=1+1,"', "second"), ())
    monkeypatch.setattr(checks, "cases", lambda name, size: (case,))
    results = run([model(lambda text: 0.25), model(lambda text: 0.75, "bert")], [odd])
    (row,) = csv.DictReader(io.StringIO(checks.as_csv(results).decode()))
    assert row["check"] == "'=typos" and row["text"] == "'" + case.texts[0]
    assert (row["second text"], row["expected"], row["kind"]) == ("second", "", INVARIANCE)
    assert (row["lstm positive"], row["lstm second positive"]) == ("0.25", "0.25")
    assert (row["bert positive"], row["bert failed"]) == ("0.75", "0")


def test_command_line(capsys):
    assert main(["checks", "--json", "--models", "lstm"]) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [row["check"] for row in rows] == list(CHECKS)
    for row in rows:
        assert set(row) == {
            "check", "kind", "asks", "failure", "cases", "models",
            "recurrent_against_transformers", "failing",
        }  # fmt: skip
        ((name, rate),) = row["models"].items()
        assert name == "lstm" and row["recurrent_against_transformers"] is None
        assert rate["failures"] == len(row["failing"]) == round(rate["share"] * row["cases"])
        assert rate["ci95"] == list(wilson(rate["failures"], row["cases"]))
        for case in row["failing"]:
            assert case["failed_by"] == ["lstm"] and len(case["positive"]["lstm"]) == len(
                case["texts"]
            )
    assert "LSTM" in printed.err


@pytest.mark.slow
@pytest.mark.long
def test_the_bundled_models_pass_the_plain_check_and_the_table_compares_them(capsys):
    assert main(["checks", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    plain, *_ = rows
    assert set(plain["models"]) == set(SPECS)
    assert all(rate["share"] < 0.1 for rate in plain["models"].values())
    gap = next(row for row in rows if row["check"] == "negated criticism")
    assert gap["recurrent_against_transformers"]["p_holm"] < 0.01
    assert main(["checks"]) == 0
    rate = plain["models"]["lstm"]["share"]
    table = capsys.readouterr().out
    assert re.search(rf"plain words +│ +{100 * rate:.0f} \(\d+–\d+\)", table)
    assert "recurrent" in table and "Holm" in table
