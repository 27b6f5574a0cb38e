"""What stands in the place of a model that cannot be asked, or not yet: why, and what to do."""

from collections.abc import Iterable

import streamlit as st

from model_zoo.errors import ZooError
from model_zoo.models.registry import title
from ui.serve.exporting import AwaitedError, Export, ExportError, exporting
from ui.show.wording import plain

LOOK_SECONDS = 1.0  # between two looks at an export that is under way


def instead(name: str, error: ZooError) -> None:
    """Why there are no results of the model `name`: what was raised when it was asked for.

    Where it is being exported, the page runs again when that is over.
    """
    if isinstance(error, AwaitedError):
        st.fragment(_awaited, run_every=LOOK_SECONDS)(name, error.export)
        return
    st.error(plain(f"{title(name)}: {error}"), icon=":material/error:")
    if isinstance(error, ExportError):
        try_again(name, error.export)


def try_again(name: str, export: Export) -> None:
    """A button that has an export that failed begin anew."""
    st.button(
        "Try again",
        key=f"export-{name}",
        icon=":material/refresh:",
        on_click=exporting.retry,
        args=(export,),
    )


def ready(names: Iterable[str]) -> list[str]:
    """Those of the models that can be asked at once; for each of the others a sentence why not.

    Others begin to be exported, if that is what they need.
    """
    able = []
    for name in names:
        try:
            exporting.require(name)
            able.append(name)
        except ZooError as error:
            instead(name, error)
    return able


def _awaited(name: str, export: Export) -> None:
    if not export.is_running:
        st.rerun()
    st.info(
        f"**{plain(title(name))}**: {plain(exporting.sentence(export))}",
        icon=":material/hourglass_top:",
    )
