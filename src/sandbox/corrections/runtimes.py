"""The servers that functions with a runtime of their own ask for their next event: for this user's processes only.

A runtime does not sign what it asks, and in AWS nothing but the function is in its machine. Here every user of the
computer, and every page in a browser, reaches such a server's port, and could take an event or answer for the function.
"""
import http.server
import os
import socket
import sys

from . import guard
from .fit import wrap

TABLE = "/proc/net/tcp"


def in_table(address):
    """An IPv4 address and its port as the kernel writes them."""
    number = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{number:08X}:{address[1]:04X}"


def is_of_this_user(connection):
    """Whether the other end of a connection is a process of the same user. Only Linux says it."""
    if not os.path.exists(TABLE):
        return True
    ends = [in_table(connection.getpeername()), in_table(connection.getsockname())]
    with open(TABLE, encoding="ascii") as lines:
        rows = [line.split() for line in lines]
    return any(row[1:3] == ends and row[7] == str(os.getuid()) for row in rows)


@wrap(http.server.BaseHTTPRequestHandler, "parse_request", "self")
def parse_request(original, handler):
    if not original(handler):
        return False
    about = [(name.lower().encode(), value.encode("latin-1")) for name, value in handler.headers.items()]
    scope = {"headers": about, "method": handler.command, "path": handler.path}
    port = str(handler.server.server_address[1])
    if guard.refused(scope, port) or not is_of_this_user(handler.connection):
        handler.close_connection = True
        handler.send_error(403)
        return False
    return True
