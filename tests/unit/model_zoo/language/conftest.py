"""Four tiny language models for the tests of this room."""

import pytest

from model_zoo.language import models
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
