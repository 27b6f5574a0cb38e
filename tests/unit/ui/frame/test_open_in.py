"""What one page shows, opened on another."""

import pytest

from ui.frame.open_in import section_for


@pytest.mark.parametrize(
    ("models", "section"),
    [
        (["lstm"], "Recurrence"),
        (["bilstm", "bert"], "Attention"),
        (["lstm@onnx-int8"], "What can each position see?"),
    ],
)
def test_what_opens_has_something_of_the_models_in_it(models, section):
    assert section_for(models) == section
