"""What every page starts with: configuration, menu, and a boundary that keeps tracebacks away."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from model_zoo import patches
from model_zoo.errors import ZooError
from model_zoo.language_models.models import available
from model_zoo.paths import ASSETS
from ui.frame import asked, loader, mine, pictures, state
from ui.frame.own_models import own_models
from ui.frame.set_switch import set_switch
from ui.serve.pool import pool
from ui.show.style import STYLE
from ui.show.wording import plain

TRAIN = "Train"  # whose address may hold a secret
MENU = (
    ("app.py", "Compare"),
    ("pages/tour.py", "Start here"),
    ("pages/attributions.py", "Attributions"),
    ("pages/inside.py", "Inside"),
    ("pages/speed.py", "Speed and size"),
    ("pages/evaluate.py", "Your data"),
    ("pages/models.py", "The four models"),
    ("pages/train.py", TRAIN),
)
WORDS = ("pages/words.py", "Guess the word")  # in the menu where there are language models
patches.apply("streamlit")
patches.apply("starlette", spool_max_size=(1 + st.get_option("server.maxUploadSize")) * 2**20)


@contextmanager
def page(title: str, *, heading: bool = True) -> Iterator[None]:
    """The page's frame; its content goes inside. Errors meant for the user become a message.

    Without a `heading` the title takes no room on the screen; screen readers still say it.

    Streamlit's own menu is off (see .streamlit/config.toml): with it, a deep link opened cold
    would skip app.py.
    """
    state.go()
    st.set_page_config(
        page_title=f"{title} · Quartet",
        page_icon=str(ASSETS / "icon.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"About": "Quartet: four models read the same sentence side by side."},
    )
    _run_again_on_reconnect()
    # Of a style alone Streamlit makes an event, which a busy browser takes up long after the page.
    st.html(f"<i hidden></i>{STYLE}")
    pictures.begin()
    mine.read_address(here=title == TRAIN)
    arrived = st.session_state.get("page", title) != title
    if arrived:
        asked.forget()
    state.read_address(arrived=arrived)
    st.session_state["page"] = title
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="menu"):
        st.image(str(ASSETS / "icon.png"), width=36, alt="")
        st.markdown("**Quartet**", width="content")
        for path, label in (*MENU, WORDS) if available() else MENU:
            st.page_link(path, label=label)
        with _boundary():
            set_switch()
    with st.sidebar:
        loader.heading()
    if heading:
        st.title(title)
    else:
        st.html(f'<h1 class="q-unseen">{title}</h1>')
    short_of_memory = st.empty()
    pool.warm_up()
    try:
        with _boundary():
            yield
        pictures.downloads(title)
        if title == TRAIN:
            mine.remember()
        with short_of_memory:
            loader.notice()
        with st.sidebar:
            loader.panel()  # at the end, when it is known what this run has loaded
            with _boundary():
                own_models()
    finally:  # also where the visitor went on, or left
        pool.tidy()


@contextmanager
def _boundary() -> Iterator[None]:
    """What is raised for the user to read in this block is shown as a message."""
    try:
        yield
    except ZooError as error:
        st.error(plain(str(error)), icon=":material/error:")


@st.fragment(run_every=86_400)
def _run_again_on_reconnect() -> None:
    """Nothing, once a day; but a tab with a timer asks for a new run when it finds a server again.

    Without one it shows its old answers, and the first click is lost: the new server, or the one
    that forgot the tab while its machine slept, knows none of the page's buttons.
    """
