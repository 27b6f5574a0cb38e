"""The recommendation says what the figures say, and the report holds all of it and runs nothing."""

import re
from dataclasses import replace

import pytest

from model_zoo.evaluation.metrics import Bin, wilson
from model_zoo.tuning.compare import Comparison, Pair, Point, Standing, paired_interval
from model_zoo.tuning.recipes import Recipe, Run
from model_zoo.tuning.recommend import recommend
from model_zoo.tuning.report import report
from model_zoo.tuning.rows import Cleaned
from model_zoo.tuning.settings import TITLES, TrainingSettings
from model_zoo.tuning.split import Inspection
from model_zoo.tuning.work import Result

ROWS = 500
COST = {"lstm": (4.0, 9), "bilstm": (6.0, 11), "bert": (40.0, 67), "distilbert": (20.0, 45)}


def standing(name, right, seeds=1):
    share = right / ROWS
    latency, size = COST[name]
    return Standing(
        name=name,
        title=TITLES[name],
        accuracy=share,
        accuracy_ci95=wilson(right, ROWS),
        macro_f1=share,
        macro_f1_ci95=wilson(right, ROWS),
        ece=0.02,
        reliability=(Bin(ROWS, 0.9, share, wilson(right, ROWS)),),
        confusion=((right, ROWS - right), (0, 0)),
        f1_by_label=(share, 0.0),
        validation_accuracy=share,
        seeds=(share,) * seeds,
        train_seconds=60.0,
        peak_bytes=10**9,
        latency_ms=latency,
        latency_p95_ms=latency,
        size_bytes=size * 10**6,
        parameters=size * 10**6 // 2,
        curve=(
            Point(100, share - 0.1, wilson(right - 50, ROWS)),
            Point(200, share, wilson(right, ROWS)),
        ),
    )


def comparison(rights, chance, labels=("a", "b")):
    """Models with so many right; `chance` says of each pair whether it could be."""
    models = tuple(standing(name, right) for name, right in rights.items())
    pairs = tuple(
        Pair(
            first.name,
            second.name,
            30,
            30 - round(ROWS * (first.accuracy - second.accuracy)),
            first.accuracy - second.accuracy,
            paired_interval(30, 30, ROWS),
            *((0.4, 0.8) if (first.name, second.name) in chance else (0.001, 0.004)),
        )
        for at, first in enumerate(models)
        for second in models[at + 1 :]
    )
    return Comparison(labels, ROWS, 12, models, pairs)


def test_the_cheaper_of_two_that_could_be_equal_is_taken():
    told = recommend(
        comparison({"lstm": 440, "bert": 482, "distilbert": 480}, chance={("bert", "distilbert")})
    )
    assert told.model == "distilbert"
    assert told.reason.startswith("Take DistilBERT: 96.0% of 500 held-out rows right, within 0.4")
    assert "could be chance, p = 0.8" in told.reason and "half the time" in told.reason
    lstm = next(sentence for sentence in told.others if sentence.startswith("LSTM"))
    assert "8.0 points worse than DistilBERT" in lstm and "hardly by chance" in lstm
    assert any("“could be chance” does not mean" in words for words in told.uncertainty)


def test_one_that_is_beyond_chance_the_best_is_taken_whatever_it_costs():
    told = recommend(comparison({"lstm": 440, "bert": 482}, chance=()))
    assert told.model == "bert" and "hardly by chance" in told.reason


def test_where_the_cheapest_is_also_the_best_it_says_so():
    told = recommend(comparison({"lstm": 482, "bert": 480}, chance={("lstm", "bert")}))
    assert told.model == "lstm" and "ahead of BERT could be chance" in told.reason


def test_a_cheap_model_that_is_well_behind_is_not_taken_for_want_of_proof():
    told = recommend(comparison({"lstm": 468, "bert": 482}, chance={("lstm", "bert")}))
    assert told.model == "bert"
    assert any("LSTM: 2.8 points worse" in words for words in told.others)


def guessers(**confusions):
    """Models with these rows by label and answer, of two labels."""
    of = comparison(
        {name: counts[0][0] + counts[1][1] for name, counts in confusions.items()},
        chance=[(a, b) for a in confusions for b in confusions],
    )
    return replace(of, models=tuple(replace(m, confusion=confusions[m.name]) for m in of.models))


@pytest.mark.parametrize(
    "confusion",
    [((125, 125), (125, 125)), ((0, 250), (0, 250)), ((140, 110), (125, 125))],
    ids=["by coin", "one label", "a little better"],
)
def test_what_answers_no_better_than_chance_is_not_recommended(confusion):
    told = recommend(guessers(lstm=confusion, bert=((120, 130), (125, 125))))
    assert told.guessing and told.reason.startswith("Take none of these yet")
    assert "commonest label would be right for 50.0%" in told.reason


def test_a_rare_label_is_weighed_against_the_commonest():
    """95 % of the rows are right for whoever never looks."""
    told = recommend(guessers(lstm=((475, 0), (25, 0)), bert=((474, 1), (24, 1))))
    assert told.guessing and "95.0%" in told.reason


def test_one_that_may_be_guessing_is_not_taken_for_being_cheap():
    told = recommend(guessers(lstm=((140, 110), (122, 128)), bert=((160, 90), (100, 150))))
    assert told.model == "bert" and not told.guessing


def test_that_the_best_was_chosen_on_the_same_rows_is_said():
    near = recommend(comparison({"lstm": 482, "bert": 480}, chance={("lstm", "bert")}))
    assert any("LSTM’s figure is the highest of several" in words for words in near.uncertainty)
    apart = recommend(comparison({"lstm": 440, "bert": 482}, chance=()))
    assert not any("winner" in words for words in apart.uncertainty)


def test_how_well_accuracies_are_known_is_the_larger_side_of_an_interval():
    low, high = wilson(482, ROWS)  # 94.3 to 97.7 around 96.4
    (words,) = (w for w in recommend(comparison({"bert": 482}, ())).uncertainty if "within" in w)
    assert low < 482 / ROWS - (high - 482 / ROWS)
    assert f"known to within {100 * (482 / ROWS - low):.1f} points" in words


def test_a_label_without_held_out_rows_is_named():
    told = recommend(comparison({"bert": 482}, ()))  # all rows have the first label
    assert any("No row has the label 'b': macro F1" in words for words in told.uncertainty)


def test_a_single_model_is_its_own_recommendation():
    assert recommend(comparison({"bert": 480}, chance=())).model == "bert"


def test_a_pair_seen_from_the_other_side_is_turned_around():
    of = comparison({"lstm": 440, "bert": 482}, chance=())
    there, back = of.pair("lstm", "bert"), of.pair("bert", "lstm")
    assert back.difference == -there.difference == pytest.approx(0.084)
    assert (back.only_first, back.only_second) == (there.only_second, there.only_first)
    assert back.ci95 == tuple(-end for end in reversed(there.ci95))


def page(of, tmp_path, name="mine"):
    settings = TrainingSettings(tmp_path / "rows.csv", "text", "label", name)
    counts = dict.fromkeys(of.labels, 10)
    inspection = Inspection(counts, 80, 10, 10, Cleaned(), 0, (9.0, 20.0), 0.0, "0" * 64)
    look = {
        "step": 5, "epoch": 1.0, "train_loss": 0.5, "held_out_accuracy": 0.9, "held_out_loss": 0.3,
    }  # fmt: skip
    runs = {
        model.name: Result(
            Run(model.name, 1.0, 0), 80, Recipe(1, 1e-3, 8), 0.9, 0.3, 5, 60.0, 10**9, [look], 450
        )
        for model in of.models
    }
    return report(settings, inspection, of, recommend(of), runs, ["A note."])


@pytest.mark.parametrize("labels", [("<b>", "&"), tuple(f"label {n}" for n in range(60))])
def test_the_report_needs_nothing_else_and_runs_nothing(labels, tmp_path):
    of = comparison({"lstm": 440, "bert": 482}, chance=())
    counts = [[0] * len(labels) for _ in labels]
    counts[0][0], counts[0][1] = 450, 50
    models = tuple(
        replace(model, confusion=tuple(map(tuple, counts)), f1_by_label=(0.9,) * len(labels))
        for model in of.models
    )
    html = page(replace(of, labels=labels, models=models), tmp_path)
    assert not re.search(r"<script|https?://|src=|url\(|<b>", html)
    assert html.count("<svg") == 6 and html.count("aria-label=") == 6
    assert recommend(of).reason in html and "A note." in html
    for pair in of.pairs:
        assert f"{100 * pair.difference:+.1f}" in html


def test_one_row_of_points_is_drawn_as_well(tmp_path):
    of = comparison({"bert": 480}, chance=())
    assert "There is one model only" in page(of, tmp_path)
