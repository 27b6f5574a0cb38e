"""What the fuzzed pages need as those of tests/app do."""

from tests.app.conftest import components_looked_for_once  # noqa: F401  (the fixture)
