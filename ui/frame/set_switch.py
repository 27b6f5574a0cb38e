"""Which set of models is asked, where there is more than one."""

from collections import Counter

import streamlit as st

from ui.frame import mine, state


def set_switch() -> None:
    """A menu of the sets there are; nothing where there is one only."""
    sets = mine.sets()
    current = state.current_set().name
    if len(sets) > 1:
        count = Counter(each.title for each in sets.values())
        titles = {
            name: each.title if count[each.title] == 1 else f"{each.title} ({name})"
            for name, each in sets.items()
        }
        st.selectbox(
            "Set of models",
            list(sets),
            format_func=lambda name: titles.get(name, name),
            key=state.show(_key(), current),
            on_change=_switch,
            label_visibility="collapsed",
            width=280,
        )


def _key() -> str:
    """One a page: a widget of the page that was left would keep its key, and its value, for now."""
    return f"set of models on {st.session_state['page']}"


def _switch() -> None:
    state.change(set=st.session_state[_key()], models=())
