"""Errors that nobody foresaw: the traceback goes to the server's log, a sentence to the visitor."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from model_zoo.errors import ZooError

LOG = logging.getLogger(__name__)


class UnforeseenError(ZooError):
    """What was not raised on purpose, in words."""


def in_words(error: Exception) -> str:
    """What to say of any error: its own words where it has some that are for people."""
    if isinstance(error, ZooError):
        return str(error)
    LOG.error("Unforeseen", exc_info=error)
    return (
        f"Something failed that Quartet did not foresee ({type(error).__name__}); this server’s "
        "log says more. Try again, or choose another text or model."
    )


@contextmanager
def foreseen() -> Iterator[None]:
    """Have every error in this block be a ZooError, so that it is handled as one."""
    try:
        yield
    except ZooError:
        raise
    except Exception as error:
        raise UnforeseenError(in_words(error)) from error
