"""The port that is served."""

import errno
import socket

#: Connections waiting to be accepted: everybody comes back at once after a restart.
BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """A listening socket of our own: eventlet's would share a port in use with its user."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Every connection inherits it. A page is two small writes, its head and its body, and
        # Nagle would hold the second back until the first is confirmed: 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SystemExit(f"Port {port} is in use: stop its user, or set PORT.") from None
        raise SystemExit(f"Cannot listen on {host}:{port}: {error.strerror}") from None
    return listener
