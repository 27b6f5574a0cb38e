"""The network, computed by ONNX Runtime."""

import json
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).parent
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = json.loads((HERE / "figures.json").read_text("utf-8"))["threads"]
session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), options)
# word vectors (V, E), which the network reads in place of ids; without the file it takes these
words = np.load(HERE / "words.npy", mmap_mode="r") if (HERE / "words.npy").exists() else None


def logits(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(B, T), (B, T) -> (B, C)."""
    first = {"input_ids": ids} if words is None else {"inputs_embeds": np.float32(words[ids])}
    return session.run(["logits"], {**first, "attention_mask": mask})[0]
