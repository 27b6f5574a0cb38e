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
one_a_call = session.get_inputs()[0].shape[0] == 1  # in 8 bits a call has scales for all of it


def logits(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(B, T), (B, T) -> (B, C)."""
    name = "input_ids" if words is None else "inputs_embeds"
    first = ids if words is None else words[ids].astype(np.float32)
    calls = [(first, mask)]
    if one_a_call:
        calls = [(first[at, kept][None], mask[at, kept][None]) for at, kept in enumerate(mask > 0)]
    feeds = ({name: text, "attention_mask": ones} for text, ones in calls)
    return np.concatenate([session.run(["logits"], feed)[0] for feed in feeds])
