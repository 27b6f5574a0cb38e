"""Examples in docstrings, which the site shows as code."""

import re
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Fences around the examples of every docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """An example goes from `>>>` to the next blank line."""
        if obj.docstring:
            obj.docstring.value = re.sub(
                r"^(>>> .*?)(?=\n\s*\n|\Z)",
                r"```python\n\1\n```",
                obj.docstring.value,
                flags=re.DOTALL | re.MULTILINE,
            )
