"""Four tiny language models for the tests of this room."""

import pytest
import torch
from transformers import AutoModelForMaskedLM

from model_zoo.language_models import models, recurrent  # noqa: F401 - registers the architecture
from tests import language_zoo


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return language_zoo.write(tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="session")
def loaded(folder):
    """Name -> language model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTET_LANGUAGE", str(folder))
        return {name: models.load(name) for name in models.available()}


@pytest.fixture(scope="session")
def plain(folder):
    """Name -> the network as transformers loads it, in float32."""
    return {
        name: AutoModelForMaskedLM.from_pretrained(folder / name, dtype=torch.float32).eval()
        for name in language_zoo.NAMES
    }
