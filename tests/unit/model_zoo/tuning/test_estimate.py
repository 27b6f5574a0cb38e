"""Estimates follow rows, lengths and budgets, and memory that is short is said with what fits."""

import shlex
from dataclasses import replace

import pytest

from model_zoo.commands.parser import parser
from model_zoo.errors import RoomError
from model_zoo.tuning import estimate as estimates
from model_zoo.tuning.estimate import check_room, command_line, costs, estimate, offers
from model_zoo.tuning.rows import Cleaned
from model_zoo.tuning.settings import TrainingSettings
from model_zoo.tuning.speed import TYPICAL
from model_zoo.tuning.split import Inspection


def inspection(rows=5_000, tokens=14.0, labels=6):
    counts = {str(n): rows // labels for n in range(labels)}
    part = rows // 10
    return Inspection(
        counts, rows - 2 * part, part, part, Cleaned(), 0, (tokens, 2 * tokens), 0.0, "0"
    )


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(estimates, "known_speed", lambda: TYPICAL)
    return TrainingSettings(tmp_path / "rows.csv", "a text", "label", "mine")


def total(settings, of):
    return estimate(settings, of, TYPICAL).total


def test_more_rows_longer_texts_and_larger_budgets_take_longer(settings):
    few = inspection()
    assert total(settings, few) < total(settings, inspection(10_000))
    assert total(settings, few) < total(settings, inspection(tokens=60.0))
    quick, thorough = (replace(settings, budget=name) for name in ("quick", "thorough"))
    assert total(quick, few) < total(settings, few) < total(thorough, few)
    assert total(replace(settings, models=("lstm",)), few) < total(settings, few)


def test_seconds_by_model_and_of_all_runs_add_up(settings):
    made, by_run = estimate(settings, inspection(), TYPICAL), costs(settings, inspection(), TYPICAL)
    assert sum(made.seconds.values()) == pytest.approx(by_run.total)
    assert set(made.seconds) == set(settings.models) and made.low < made.total < made.high


def free(monkeypatch, size):
    monkeypatch.setattr(estimates, "free_bytes", lambda: size)


def test_what_fits_is_offered_the_most_alike_first(settings, monkeypatch):
    of = inspection()
    need = estimate(settings, of, TYPICAL).memory_bytes
    assert need["lstm"] < need["bert"]
    free(monkeypatch, max(need.values()) - 1)
    assert "bert" in estimate(settings, of, TYPICAL).too_large
    assert [each.budget for each in offers(settings, of)] == ["quick", "standard", "standard"]
    free(monkeypatch, need["lstm"] + 1)
    assert [each.models for each in offers(settings, of)] == [("lstm", "bilstm")]
    with pytest.raises(RoomError, match="What fits: --models lstm,bilstm"):
        check_room(settings, of)
    free(monkeypatch, 1)
    assert offers(settings, of) == []
    with pytest.raises(RoomError, match="Nothing of this fits"):
        check_room(settings, of)


def test_the_command_line_means_the_same_settings(settings):
    given = replace(
        settings, budget="quick", test=settings.file.with_name("a test.csv"), seed=3, header=False,
        models=("lstm", "bert"), heads_only=True,
    )  # fmt: skip
    words = shlex.split(command_line(given))
    assert words[:4] == ["python", "-m", "model_zoo", "train"]
    arguments = parser().parse_args(words[3:])
    assert (arguments.text, arguments.label, arguments.set_name) == ("a text", "label", "mine")
    assert (arguments.budget, arguments.seed, arguments.models) == ("quick", 3, "lstm,bert")
    assert arguments.test.name == "a test.csv" and arguments.no_header and arguments.heads_only
