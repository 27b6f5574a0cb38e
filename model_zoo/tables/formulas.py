"""Cells that a spreadsheet would run: guarded where a table is written, read back as they were.

The guard is an apostrophe before the cell (OWASP, CSV injection). A cell that looks guarded already
gets one more, so that taking one away always gives back what was written.
"""

import re
import unicodedata

_RUNS = re.compile("[=+@-]")
_BREAKS = ("\t", "\r", "\n")  # a spreadsheet drops them, or begins a new cell there
_NUMBER = re.compile(r"[+-]?(?=[.,]*[0-9])[0-9.,]+(?:[eE][+-]?[0-9]+)?%?")
_UNSEEN = "ZCM"  # general categories: spaces, controls and format characters, lone marks


def safe_cell(value: str) -> str:
    """`value`, with an apostrophe before it if a spreadsheet would take it for a formula.

    Numbers are none. What stands before the sign unseen does not hide it, nor does its width.

    >>> safe_cell("=1+1"), safe_cell("1 = 1"), safe_cell("-1.5"), safe_cell("\\u200b＝1")
    ("'=1+1", '1 = 1', '-1.5', "'\\u200b＝1")
    """
    if value[:1].isalnum() or _NUMBER.fullmatch(value):
        return value
    return "'" + value if _formula(value.lstrip("'")) else value


def unguarded(cell: str) -> str:
    """What `safe_cell` was given; other cells as they are.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'-1.5"), unguarded("'tis")
    ('=1+1', "'=1+1", '-1.5', "'tis")
    """
    return cell[1:] if cell[:1] == "'" and _formula(cell.lstrip("'")) else cell


def _formula(value: str) -> bool:
    """Whether the first character of it that can be seen begins a formula, or a line ends there."""
    if value.startswith(_BREAKS):
        return True
    first = next((char for char in value if unicodedata.category(char)[0] not in _UNSEEN), "")
    return bool(_RUNS.match(unicodedata.normalize("NFKC", first)))
