"""What a config.json says of classes, and which label each gives."""

import pytest

from model_zoo.models.classes import MOST_LABELS, class_names, matched, unfit


def named(*names, **more):
    return {"id2label": {str(number): name for number, name in enumerate(names)}} | more


@pytest.mark.parametrize(
    "config, names",
    [
        ({}, ("LABEL_0", "LABEL_1")),
        ({"num_labels": 3}, ("LABEL_0", "LABEL_1", "LABEL_2")),
        ({"id2label": {}}, ("LABEL_0", "LABEL_1")),
        ({"id2label": {"10": "k", "9": "j", "2": "c"}}, ("c", "j", "k")),
        ({"id2label": {0: 1, 1: None}}, ("1", "None")),
    ],
)
def test_classes_are_named_in_their_order(config, names):
    assert class_names(config) == names


def test_a_count_from_a_file_takes_no_memory():
    assert len(class_names({"num_labels": 10**12})) == MOST_LABELS + 1


@pytest.mark.parametrize(
    "classes, labels, renamed, order",
    [
        (("a", "b", "c"), ("c", "a", "b"), {}, (2, 0, 1)),
        (("Not_Good", " GOOD "), ("good", "not good"), {}, (1, 0)),
        (("x", "y"), ("no", "yes"), {"x": "yes", "y": "no"}, (1, 0)),
        (("no", "y"), ("no", "yes"), {"y": "YES"}, (0, 1)),
        (("no", "yes"), ("no", "yes"), {"no": "yes", "yes": "no"}, (1, 0)),
        (("no", "yes"), ("no", "yes"), {"other": "no"}, (0, 1)),
        (("no", "yes"), ("no", "yes", "perhaps"), {}, None),
        (("no", "yes", "perhaps"), ("no", "yes"), {}, None),
        (("x", "y"), ("no", "yes"), {"x": "no", "y": "no"}, None),
        (("no", "No"), ("no", "yes"), {}, None),
        (("no", "no"), ("no", "no"), {}, None),
    ],
)
def test_classes_are_matched_by_name_or_by_what_they_are_said_to_mean(
    classes, labels, renamed, order
):
    assert matched(classes, labels, renamed) == order


@pytest.mark.parametrize(
    "config, reason",
    [
        (named("only"), "a number and not a label"),
        ({"num_labels": 1}, "a number and not a label"),
        (named("a", "b", problem_type="regression"), "a number and not a label"),
        (named("a", "b", problem_type="multi_label_classification"), "any number of labels"),
        ({"num_labels": 201}, "more than 200 labels"),
        (named("a", "a"), "without names of their own"),
        (named("a", " "), "without names of their own"),
        (named("a", "b" * 101), "longer than 100 characters"),
        (named("a", "b", quantization_config={"load_in_8bit": True}), "quantised weights"),
    ],
)
def test_what_cannot_be_asked_for_one_label_is_told(config, reason):
    assert reason in unfit(config) and unfit(config).endswith(".")


@pytest.mark.parametrize(
    "config",
    [
        {},
        named("a", "b", problem_type="single_label_classification"),
        named("a", "b", problem_type=None, quantization_config=None),
        named("a", "b" * 100),
        {"num_labels": 200},
    ],
)
def test_whatever_chooses_between_labels_can_be_asked(config):
    assert unfit(config) == ""
