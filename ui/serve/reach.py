"""From where this server can be reached, and what that allows its visitors."""

import os
from ipaddress import ip_address

import psutil
import streamlit as st


def training_allowed() -> bool:
    """Whether visitors may train here.

    QUARTET_TRAINING=1 says so, 0 that they may not; without it, they may where only this machine
    reaches the server.
    """
    said = os.environ.get("QUARTET_TRAINING", "")
    return said == "1" or (said == "" and is_local())


def is_local() -> bool:
    """Whether only this machine reaches the server: by what it was told and where it listens."""
    told = st.get_option("server.address")
    return all(map(_loopback, [*filter(None, [told]), *_listening()]))


def _listening() -> list[str]:
    """The addresses at which this process takes connections; any, where that is not told."""
    try:
        found = psutil.Process().net_connections("inet")
    except psutil.Error:
        return ["0.0.0.0"]
    return [each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN]


def _loopback(address: str) -> bool:
    """
    >>> list(map(_loopback, ("localhost", "::1", "127.0.0.1", "::", "unix://a", "10.1.2.3")))
    [True, True, True, False, False, False]
    """
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
