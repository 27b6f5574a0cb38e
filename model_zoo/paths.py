"""Where the files are that come with the library."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "assets"
MODELS = ASSETS / "models"
REFERENCE = ASSETS / "reference"  # measurements shipped with the app
SAMPLES = ASSETS / "samples"
