"""With this folder on PYTHONPATH, Python refuses to reach any machine but its own.

Each attempt is a line in the file that QUARTET_CALLS names. Only what goes through Python's own
sockets is seen; tests that run without a network see to the rest.
"""

import os
import sys

HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None}
EVENTS = {  # Python's audit events, and which of their arguments says where to
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


def refuse(event: str, arguments: tuple) -> None:
    """Write down and refuse what leads away; raises PermissionError."""
    if event not in EVENTS:
        return
    where = arguments[EVENTS[event]]
    if isinstance(where, tuple):  # of an address; a name or path, of a socket in the file system
        where = where[0]
    elif event in ("socket.connect", "socket.sendto"):
        return
    where = where.decode() if isinstance(where, bytes) else where
    if where in HERE:
        return
    with open(os.environ["QUARTET_CALLS"], "a", encoding="utf-8") as log:  # noqa: PTH123
        log.write(f"{event} {where}: {' '.join(sys.argv)}\n")
    raise PermissionError(f"{where} is another machine")


sys.addaudithook(refuse)
