"""The model loader made visible: what is in memory, what it took, and a way to drop it."""

import streamlit as st

from model_zoo.host import host, resident_bytes
from ui.frame import state
from ui.serve import on_demand
from ui.serve.pool import called, pool
from ui.show.meter import meter
from ui.show.wording import listing, megabytes, plain


def heading() -> None:
    """What the panel is about."""
    st.subheader("Model loader")
    st.caption(
        "Models are loaded once, in the background, and shared by all visitors. Unloading frees a "
        "model’s memory for everybody; the next sentence loads it again. Where memory is short, "
        "the one not used for the longest is dropped."
    )


def notice() -> None:
    """Which models had to be dropped, if any; for the page itself, as the panel may be closed."""
    if gone := pool.dropped():
        names = plain(listing([called(name) for name in gone]))
        instead = set(gone.values())
        others = plain(called(instead.pop())) if len(instead) == 1 else "others"
        st.warning(
            f"This host is short of memory: {names} {'was' if len(gone) == 1 else 'were'} dropped "
            f"to make room for {others}. Nothing of yours is lost: a dropped model is loaded again "
            "when it is next asked, which takes some seconds. Fewer models spare the wait.",
            icon=":material/memory:",
        )


@st.fragment
def panel() -> None:
    """Each model's entry in the cache, with a button to unload it.

    Models that are loaded on demand are listed while they are in memory.
    """
    for name in (*state.lineup(), *filter(pool.loaded, on_demand.identities())):
        _entry(name)
    st.html(meter(resident_bytes(), host()))
    st.caption("Numbers are as of now; the first model’s include the libraries that it needs.")
    st.button("Look again", key="loader-refresh")


def _entry(name: str) -> None:
    """One model: whether it is in memory, what that took, and a button to unload it."""
    gone = pool.dropped()
    entry, uses, title = pool.loaded(name), pool.uses(name), plain(called(name))
    with st.container(border=True, key=f"loader-{name.replace(':', '-')}"):
        st.markdown(f"**{title}** · {'in memory' if entry else 'not loaded'}")
        asked = f"asked {uses:,} time{'s' * (uses != 1)} since the server’s start"
        if entry:
            asked = (
                f"loaded in {entry.load_ms / 1e3:.1f} s, added about "
                f"{megabytes(entry.added_bytes)} here; {asked}"
            )
        if name in gone:
            asked += f"; dropped, as memory was short, to make room for {plain(called(gone[name]))}"
        st.caption(asked)
        st.button(
            f"Unload {title}",
            key=f"unload-{name}",
            disabled=entry is None,
            on_click=pool.unload,
            args=(name,),
        )
