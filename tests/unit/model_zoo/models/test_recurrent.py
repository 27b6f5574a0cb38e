"""The recurrent models against a cell written out by hand."""

import numpy as np
import pytest
import torch

from model_zoo.models.recurrent import RecurrentConfig, RecurrentForSequenceClassification


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_hand(weights, inputs, suffix=""):
    """Last hidden state of an LSTM (Hochreiter and Schmidhuber 1997) over `inputs` (T, E)."""
    w_ih, w_hh, b_ih, b_hh = (
        weights[f"lstm.{part}_l0{suffix}"].double().numpy()
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    size = w_hh.shape[1]
    hidden = cell = np.zeros(size)
    for step in inputs:
        gates = w_ih @ step + b_ih + w_hh @ hidden + b_hh
        enter, forget, new, leave = (gates[i * size : (i + 1) * size] for i in range(4))
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(new)
        hidden = sigmoid(leave) * np.tanh(cell)
    return hidden


@pytest.fixture(params=[False, True], ids=["lstm", "bilstm"])
def network(request):
    torch.manual_seed(3)
    config = RecurrentConfig(
        vocab_size=50, embedding_size=6, hidden_size=5, bidirectional=request.param
    )
    return RecurrentForSequenceClassification(config).eval()


def test_equals_a_hand_written_cell(network):
    ids = torch.tensor([[7, 3, 41, 3, 20]])
    weights = network.state_dict()
    inputs = weights["embeddings.weight"][ids[0]].double().numpy()
    state = by_hand(weights, inputs)
    if network.config.bidirectional:
        state = np.concatenate([state, by_hand(weights, inputs[::-1], "_reverse")])
    head = weights["classifier.weight"].double().numpy()
    expected = head @ state + weights["classifier.bias"].double().numpy()
    assert np.allclose(network(input_ids=ids).logits.detach().numpy()[0], expected, atol=1e-5)


def test_padding_changes_nothing(network):
    torch.manual_seed(1)
    short, long = torch.randint(1, 50, (1, 4)), torch.randint(1, 50, (1, 9))
    batch = torch.cat([torch.cat([short, torch.zeros(1, 5, dtype=torch.long)], 1), long])
    mask = torch.tensor([[1] * 4 + [0] * 5, [1] * 9])
    padded = network(input_ids=batch, attention_mask=mask).logits
    alone = torch.cat([network(input_ids=ids).logits for ids in (short, long)])
    assert (padded - alone).abs().max() < 1e-5
    junk = batch.clone()
    junk[0, 4:] = 33  # whatever stands in the padding
    assert torch.equal(network(input_ids=junk, attention_mask=mask).logits, padded)


def test_embeddings_may_be_given_instead_of_ids(network):
    ids = torch.tensor([[7, 3, 41]])
    given = network(inputs_embeds=network.get_input_embeddings()(ids)).logits
    assert torch.equal(given, network(input_ids=ids).logits)
    with pytest.raises(ValueError, match="either"):
        network()


def test_the_bilstm_reads_from_both_ends_and_the_lstm_remembers_least_of_the_start():
    """Swapping the first word moves the backward state of a BiLSTM directly."""
    torch.manual_seed(0)
    config = RecurrentConfig(vocab_size=50, embedding_size=6, hidden_size=5, bidirectional=True)
    network = RecurrentForSequenceClassification(config).eval()
    with torch.no_grad():
        network.classifier.weight[:, :5] = 0  # leave the backward state alone in the head
    first, second = torch.tensor([[9] + [4] * 60]), torch.tensor([[8] + [4] * 60])
    apart = (network(input_ids=first).logits - network(input_ids=second).logits).abs().max()
    assert apart > 1e-3


def test_saving_and_loading_keeps_the_answer(network, tmp_path):
    from transformers import AutoModelForSequenceClassification

    network.save_pretrained(tmp_path)
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    ids = torch.tensor([[7, 3, 41, 2]])
    assert torch.equal(again(input_ids=ids).logits, network(input_ids=ids).logits)
