"""What the four start from, with the pre-trained encoder and without it."""

import numpy as np
import pytest
import torch

from model_zoo.models.registry import spec
from model_zoo.tuning import networks
from model_zoo.tuning.networks import Origin
from model_zoo.tuning.save import save_model
from model_zoo.tuning.token_rows import TokenRows

pytestmark = pytest.mark.slow

LABELS = ("who", "what", "why")
ORIGINS = [networks.origin(), Origin(None, "bundled", 12)]
SAMPLE = TokenRows(
    np.tile(np.array([101, 2040, 2003, 2027, 102], dtype=np.uint16), 8),
    np.arange(0, 41, 5),
    np.zeros(8, dtype=np.int64),
)


@pytest.mark.parametrize("start", ORIGINS, ids=["pre-trained", "bundled"])
def test_bert_and_its_student_have_the_labels_and_answer(start, tmp_path):
    torch.manual_seed(0)
    teacher = networks.bert(start, LABELS, SAMPLE)
    save_model(teacher, tmp_path / "bert", spec("bert").folder)
    loaded = networks.load_bert(tmp_path / "bert")
    student = networks.distilbert(loaded)
    ids, mask, _ = SAMPLE.batch(range(3))
    for network in (loaded, student):
        assert network.config.id2label == dict(enumerate(LABELS))
        with torch.no_grad():
            assert network.eval()(input_ids=ids, attention_mask=mask).logits.shape == (3, 3)
    assert teacher.dtype == torch.float32  # saving in half leaves the network as it is
    files = {file.name for file in (tmp_path / "bert").iterdir()}
    assert files == {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip


@pytest.mark.parametrize("start", ORIGINS, ids=["pre-trained", "bundled"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_networks_start_from_word_vectors(start, bidirectional):
    network = networks.recurrent(start, LABELS, bidirectional)
    table = network.embeddings.weight
    assert table.shape == (30522, 128) and not table[0].any()
    film, movie, tax = (table[word].detach() for word in (2143, 3185, 4171))
    near, far = (torch.cosine_similarity(film, other, dim=0) for other in (movie, tax))
    assert near > far
