"""Writing a network as a folder of a set: float16 weights, config and tokenizer, whole or not."""

import json
import shutil
from pathlib import Path

import torch
from transformers import PreTrainedModel

from model_zoo.models.files import WEIGHTS
from model_zoo.text.tokens import TOKENIZER
from model_zoo.tuning.quiet import quiet

_TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json")


def save_model(network: PreTrainedModel, folder: Path, tokenizer: Path) -> None:
    """Write `network` to `folder` with the tokenizer in another folder; what was there goes.

    The weights are float16. The config says float32 all the same: that is what to compute in.
    """
    aside = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    weights = {name: tensor.to(torch.float16) for name, tensor in network.state_dict().items()}
    with quiet():
        network.save_pretrained(aside, state_dict=weights)
    (aside / WEIGHTS).chmod(0o644)  # safetensors writes it for the owner alone
    config = aside / "config.json"
    entries = json.loads(config.read_text(encoding="utf-8")) | {"dtype": "float32"}
    entries.pop("_attn_implementation", None)
    config.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name in _TOKENIZER_FILES:
        shutil.copyfile(tokenizer / name, aside / name)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
