"""What several kinds of test need: rows to train on that belong to nobody."""

import gc
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from model_zoo.models import own, sets
from tests import lanes

pytest_collection_modifyitems = lanes.order
pytest_xdist_make_scheduler = lanes.dealer
pytest_runtest_setup = lanes.give_way

settings.register_profile("untimed", deadline=None)  # machines are busy at times
settings.load_profile("untimed")


@contextmanager
def _forgetting() -> Iterator[None]:
    """The process knows no other sets and folders after this block than before it."""
    known = (sets._added, own._given)
    before = [dict(kept) for kept in known]
    yield
    for kept, was in zip(known, before, strict=True):
        kept.clear()
        kept.update(was)


@pytest.fixture(autouse=True, scope="module")
def _after_each_module():
    with _forgetting():
        yield


@pytest.fixture(autouse=True)
def _after_each_test():
    with _forgetting():
        yield


@pytest.fixture(autouse=True, scope="session")
def _exports_of_their_own(tmp_path_factory):
    """Models are exported into a folder of this run, not into the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTET_EXPORTS", str(lanes.shared(tmp_path_factory, "engines")))
        yield


def pytest_collection_finish():
    """What is imported by now stays: no collection of garbage has to look through it again."""
    gc.freeze()


GOOD = "wonderful moving funny clever charming tender gripping splendid warm inventive"
BAD = "dreadful boring stale clumsy lifeless tedious awful shallow cold pointless"
SUBJECTS = "film plot cast script ending score dialogue pacing camera story"


@pytest.fixture(scope="session")
def reviews(tmp_path_factory) -> Path:
    """A folder like SST-2's: train.tsv (400 rows, phrases too), validation.tsv (60 sentences)."""
    chance = random.Random(0)
    folder = tmp_path_factory.mktemp("reviews")
    for part, sentences in (("train", 200), ("validation", 60)):
        lines = ["sentence\tlabel"]
        for i in range(sentences):
            label = i % 2
            words = chance.sample((GOOD if label else BAD).split(), 2)
            phrase = f"a {words[0]} and {words[1]} {chance.choice(SUBJECTS.split())}"
            lines.append(f"this is {phrase} , number {i} .\t{label}")
            if part == "train":
                lines.append(f"{phrase}\t{label}")
        (folder / f"{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What stands for bytes in the name of a test: packed ones hold the time at which they were
    packed, and two processes that share the tests out must agree on their names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def own_main():
    """AppTest leaves its script as `__main__`, which processes started later would run anew."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
