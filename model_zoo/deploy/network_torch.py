"""The network, computed by PyTorch."""

import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification

HERE = Path(__file__).parent
threads = json.loads((HERE / "figures.json").read_text("utf-8"))["threads"]
network = AutoModelForSequenceClassification.from_pretrained(
    HERE / "model", local_files_only=True, dtype=torch.float32
).eval()


def logits(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(B, T), (B, T) -> (B, C)."""
    torch.set_num_threads(threads)  # heeded by the thread that sets it
    with torch.inference_mode():  # text by text: not every network may be padded
        texts = [torch.from_numpy(row[real == 1]) for row, real in zip(ids, mask, strict=True)]
        return torch.cat([network(input_ids=text[None]).logits for text in texts]).numpy()
