"""Arrays that are shared between threads."""

import numpy as np


def read_only(array: np.ndarray) -> np.ndarray:
    """The array, which from now on cannot be written to: records are shared between threads."""
    array.setflags(write=False)
    return array
