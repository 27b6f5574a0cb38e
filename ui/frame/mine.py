"""Which trainings and sets are this visitor's: by secrets in the address, the browser, the session.

A secret comes by a link, or with the training that the visitor starts; the browser keeps it in a
cookie. It goes into no page but its owner's, and into no other page's address than Train's.
"""

import streamlit as st

from model_zoo.models.owner import Holder, digest, is_operators, is_secret, operator_token
from model_zoo.models.sets import ModelSet, model_set, model_sets
from model_zoo.tuning.visitors import holds_any

PARAMETER = "key"  # of Train's address
COOKIE = "quartet-keys"
MOST_KEPT = 20  # secrets, the newest: more would not go into a cookie
_HELD = "secrets of this visitor's trainings and sets"
_CURRENT = "the secret in Train's address"
_NEW = "a secret that has not been shown yet"
_UNKNOWN = "the address brought a secret of nothing that is here"
_OPERATOR = "digest of the token that this visitor gave"

# Streamlit reads cookies but sets none. SameSite keeps it from other sites' requests.
_keeper = st.components.v2.component(
    "keys",
    html="<span hidden></span>",
    js=r"""
export default function ({ data }) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie =
    `${data.name}=${data.value}; Path=/; SameSite=Strict; Max-Age=31536000${secure}`;
}
""",
)


def holder() -> Holder:
    """Who this visitor is to trainings and sets."""
    token = operator_token()
    operator = token is not None and st.session_state.get(_OPERATOR) == digest(token)
    return Holder.of(_held(), operator=operator)


def sees(name: str) -> bool:
    """Whether the visitor may know of the set called so; SetError where there is none."""
    return holder().sees(model_set(name).owner)


def sets() -> dict[str, ModelSet]:
    """The sets that the visitor may know of, by name, the bundled one first."""
    who = holder()
    return {name: each for name, each in model_sets().items() if who.sees(each.owner)}


def read_address(*, here: bool) -> None:
    """Take up the secret that the address brings; it stays there only where `here` says so.

    One of nothing that is here is not kept: what a visitor starts later gets a new one, so that no
    link that somebody sent makes it the sender's, too.
    """
    given = st.query_params.get_all(PARAMETER)
    if given and given[-1] not in _held():
        known = is_secret(given[-1]) and holds_any(Holder.of([given[-1]]))
        st.session_state[_UNKNOWN] = not known
        if known:
            _keep(given[-1])
    elif given:
        st.session_state.setdefault(_CURRENT, given[-1])
    current = st.session_state.get(_CURRENT)
    if given and not (here and given == [current]):
        del st.query_params[PARAMETER]
    if here and current:
        st.query_params[PARAMETER] = current


def remember() -> None:
    """Have the browser keep the visitor's secrets; called last on a page, for it draws nothing."""
    if _held():
        _keeper(key="keys", data={"name": COOKIE, "value": ".".join(_held())})


def take(secret: str) -> None:
    """Have what has this secret be the visitor's, and show the secret once; for callbacks."""
    _keep(secret)
    st.session_state[_NEW] = secret


def new_secret() -> str | None:
    """The secret that is to be shown, until `shown` says that it was."""
    return st.session_state.get(_NEW)


def shown() -> None:
    """The visitor has it; a callback."""
    st.session_state.pop(_NEW, None)


def link(secret: str) -> str:
    """The address of Train that brings the secret back."""
    return f"{(st.context.url or '').split('?')[0]}?{PARAMETER}={secret}"


def unknown() -> bool:
    """Whether the address brought a secret of nothing that is here; says so once."""
    return bool(st.session_state.pop(_UNKNOWN, False))


def become_operator(token: str) -> bool:
    """Have the visitor be the operator, if this is the token; whether it is. For callbacks."""
    if not is_operators(token):
        return False
    st.session_state[_OPERATOR] = digest(token)
    return True


def _held() -> list[str]:
    """The visitor's secrets, the newest last; at first those that the browser brings."""
    if _HELD not in st.session_state:
        brought = str(st.context.cookies.get(COOKIE, ""))[: 64 * MOST_KEPT].split(".")
        st.session_state[_HELD] = [each for each in brought if is_secret(each)][-MOST_KEPT:]
    held: list[str] = st.session_state[_HELD]
    return held


def _keep(secret: str) -> None:
    st.session_state[_HELD] = [*(each for each in _held() if each != secret), secret][-MOST_KEPT:]
    st.session_state[_CURRENT] = secret
