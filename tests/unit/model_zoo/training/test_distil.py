"""The distillation loss against numbers worked by hand, and the student's first weights."""

import math

import pytest
import torch
from transformers import BertForSequenceClassification

from model_zoo.models.transformer import bert_config
from model_zoo.training import distil
from model_zoo.training.grow import grow


def worked(**weights):
    """One text, two tokens of which one is padding.

    Teacher logits (0, 2 ln 3), student (0, 0), T = 2: softened teacher (1/4, 3/4), student
    (1/2, 1/2), so KL = 1/4 ln(1/2) + 3/4 ln(3/2) = 0.130812; times T² = 0.523248.
    Hard: -ln(1/2) = 0.693147. Cosine of (1, 0) and (1, 1) = 0.707107, so 1 - cos = 0.292893.
    """
    return distil.loss(
        torch.tensor([[0.0, 0.0]]),
        torch.tensor([[0.0, 2 * math.log(3)]]),
        torch.tensor([1]),
        torch.tensor([[[1.0, 0.0], [1.0, 0.0]]]),
        torch.tensor([[[1.0, 1.0], [-1.0, 0.0]]]),
        torch.tensor([[1, 0]]),
        distil.Weights(**weights),
    ).item()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"soft": 1, "hard": 0, "states": 0}, 0.523248),
        ({"soft": 0, "hard": 1, "states": 0}, 0.693147),
        ({"soft": 0, "hard": 0, "states": 1}, 0.292893),
        ({"soft": 0.5, "hard": 0.25, "states": 0.25}, 0.508134),
    ],
)
def test_loss_equals_the_worked_number(weights, expected):
    assert worked(temperature=2.0, **weights) == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def teacher():
    torch.manual_seed(0)
    return BertForSequenceClassification(bert_config(layers=4)).eval()


def test_student_starts_as_every_second_layer(teacher):
    """A teacher whose odd layers are skipped computes what the student does."""
    student = distil.student_of(teacher).eval()
    assert student.config.n_layers == 2
    skipping = BertForSequenceClassification(bert_config(layers=2)).eval()
    weights = {
        key.replace("layer.2.", "layer.1."): value
        for key, value in teacher.state_dict().items()
        if "layer.1." not in key and "layer.3." not in key
    }
    skipping.load_state_dict(weights)
    ids = torch.tensor([[101, 2023, 2003, 2204, 102, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 1, 0]])
    theirs = skipping.bert(input_ids=ids, attention_mask=mask).last_hidden_state
    ours = student.distilbert(input_ids=ids, attention_mask=mask).last_hidden_state
    assert (ours - theirs)[:, :5].abs().max() < 1e-5


def test_growing_keeps_what_the_base_computes():
    torch.manual_seed(0)
    base = BertForSequenceClassification(bert_config(layers=3)).bert.eval()
    ids = torch.randint(1000, 20000, (8, 12))
    mask = torch.ones_like(ids)
    mask[:4, 8:] = 0
    grown = grow(base, ids, mask).eval()
    assert grown.config.num_hidden_layers == 6
    states = base(ids, attention_mask=mask, output_hidden_states=True).hidden_states
    longer = grown.bert(ids, attention_mask=mask, output_hidden_states=True).hidden_states
    real = mask.bool()
    for i in (1, 2):  # after original layer i and its new neighbour
        same = torch.cosine_similarity(states[i][real], longer[2 * i][real], dim=-1)
        assert same.mean() > 0.99
    # the last new layer leans [CLS] towards the mean over all positions
    mean = (states[3] * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    before = torch.cosine_similarity(states[3][:, 0], mean, dim=-1).mean()
    after = torch.cosine_similarity(longer[6][:, 0], mean, dim=-1).mean()
    assert after > before
