"""Which way scores point, and what is said of that: two labels, more, and labels of one's own."""

from dataclasses import replace

import pytest

from model_zoo.explain.records import Attribution
from model_zoo.models.own import add_folder
from model_zoo.models.sets import add_set, model_set
from tests import foreign
from ui.show.attribution import AGAINST_AND_FOR, colours, meaning, pole, toward
from ui.show.titles import named_apart


def attribution(model, *explained):
    target = " over ".join(explained)
    return Attribution(
        model, "occlusion", target, "pad", "a b", ("a", "b"), (1.0, -2.0), ("a", "b"), (1.0, -2.0),
        1.0, None, None, None, 0.1, explained, ((0, 1), (2, 3)), (0, 1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    return add_set(foreign.write_set(tmp_path_factory.mktemp("shown"), "shown", foreign.SIX))


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A model with labels of its own beside the bundled set, its title BERT."""
    folder = foreign.write("electra", tmp_path_factory.mktemp("own") / "BERT", ("yes", "no"))
    return add_folder(folder).id


def test_two_labels_point_toward_the_second_whichever_is_explained():
    of = model_set()
    assert pole("bert", of) == "positive"
    scores = attribution("bert", "negative").word_scores
    assert toward(attribution("bert", "negative"), scores, True, "positive") == [-1.0, 2.0]
    assert toward(attribution("bert", "positive"), scores, True, "positive") == [1.0, -2.0]
    difference = attribution("bert", "positive", "negative")
    assert toward(difference, scores, True, "positive") == [1.0, -2.0]
    assert toward(attribution("bert", "negative"), scores, False, "positive") == [1.0, -2.0]
    both = [attribution("bert", "negative"), attribution("lstm", "positive")]
    said = meaning(both, of, named_apart(["bert", "lstm"]))
    assert said == "Teal with + pushes towards positive, purple with − towards negative"


def test_a_difference_is_called_by_its_two_labels():
    difference = replace(attribution("bert", "positive", "negative"), target="difference")
    assert difference.evidence == "positive against negative"
    assert attribution("bert", "negative").evidence == "negative"


def test_colours_of_the_sets_own_are_spoken_of_by_their_labels():
    of = replace(model_set(), colours={"negative": "#000000", "positive": "#123456"})
    assert colours(["bert"], of) == ("#000000", "#123456")
    said = meaning([attribution("bert", "negative")], of)
    assert said.startswith("Words in the colour of positive push towards positive")


def test_of_more_labels_each_points_toward_its_own(six):
    lstm, _, bert, _ = six.models
    assert pole(bert, six) is None and colours([bert], six) == AGAINST_AND_FOR
    one, other = attribution(bert, foreign.SIX[0]), attribution(lstm, *foreign.SIX[3:5])
    assert toward(one, one.word_scores, True, None) == [1.0, -2.0]
    said = meaning([one, other], six, named_apart([bert, lstm]))
    assert "sport for BERT, <b>bold</b> over money, markets for LSTM" in said
    alone = meaning([one], six, numbers=False)
    assert alone == "teal words push towards sport, purple ones against it"


def test_a_model_with_labels_of_its_own_beside_two(own):
    of = model_set()
    assert pole(own, of) is None
    assert named_apart(["bert", own], "LSTM") == {"bert": "BERT", own: "BERT (2)"}
    both = [attribution("bert", "negative"), attribution(own, "yes")]
    said = meaning(both, of, named_apart(["bert", own]))
    assert "positive for BERT, yes for BERT (2)" in said  # BERT's scores point toward positive


def test_titles_are_told_from_what_is_taken(own):
    assert named_apart(["bert", own], "BERT") == {"bert": "BERT (2)", own: "BERT (3)"}
