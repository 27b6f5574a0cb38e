"""Where the files are that come with the library, and where those of its user go."""

import os
from contextlib import suppress
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[1]
_APP = _BESIDE / "quartet_app"  # where pyproject.toml puts app.py, pages, ui and assets

INSTALLED = _APP.is_dir()  # and not a checkout
ROOT = _APP if INSTALLED else _BESIDE  # app.py and assets; processes of ours start here
ASSETS = ROOT / "assets"
MODELS = ASSETS / "models"  # or the folder of QUARTET_MODELS, see below
MODELS_GIVEN = bool(os.environ.get("QUARTET_MODELS"))
REFERENCE = ASSETS / "reference"  # measurements shipped with the app
SAMPLES = ASSETS / "samples"


def given_folder(name: str) -> Path | None:
    """The folder that is meant by `name` on a command line; None where there is none."""
    try:
        folder = Path(name).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # longer than names can be, nobody's home
        return None


def listed_folders(variable: str) -> list[Path]:
    """The folders that an environment variable lists, but those of users there are none of."""
    folders = []
    for part in os.environ.get(variable, "").split(os.pathsep):
        with suppress(RuntimeError):
            if part:
                folders.append(Path(part).expanduser())
    return folders


def user_cache() -> Path | None:
    """The folder for what can be made anew; None where there is no home to have it in."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(base) / "quartet"


def user_data() -> Path | None:
    """The folder for what the user adds to the app; None where there is no home to have it in."""
    try:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    except RuntimeError:
        return None
    return Path(base) / "quartet"


if MODELS_GIVEN:
    with suppress(RuntimeError, OSError):
        MODELS = Path(os.environ["QUARTET_MODELS"]).expanduser().resolve()
        os.environ["QUARTET_MODELS"] = str(MODELS)  # processes that start elsewhere find it, too
