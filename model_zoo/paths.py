"""Where the files are that come with the library."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
MODELS = ASSETS / "models"
REFERENCE = ASSETS / "reference"  # measurements shipped with the app
SAMPLES = ASSETS / "samples"


def cache_folder() -> Path | None:
    """The user's cache folder for what can be made or fetched again; None where there is no home.

    It may not be there yet.
    """
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "quartet"


def downloads_folder() -> Path | None:
    """Where models from the Hub are kept, likewise."""
    cache = cache_folder()
    return cache and cache / "hub"
