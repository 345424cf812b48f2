"""How an origin is written here: one spelling, the one in which browsers send it."""

import re
from ipaddress import IPv4Address, IPv6Address

import idna

LONGEST = 255
LONGEST_HOST = 253
NOWHERE = "null"  # what browsers send for a file, and for a frame that is kept apart
PORTS = {"http": "80", "https": "443"}
SHAPE = re.compile(
    r"(?P<scheme>https?)://(?P<below>\*\.)?"
    r"(?P<host>[^\s/\\?#@:*\[\]]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?",
    re.I,
)
LABEL = re.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def normal(text: str) -> str:
    """The one spelling of an origin, or of all that are below a host: `https://*.example.com`.

    Lower case, no port that goes without saying, no slash, letters beyond ASCII as `xn--`. Raises
    `ValueError` for what is none.
    """
    found = SHAPE.fullmatch(text.strip())
    if found is None:
        raise ValueError("no origin")
    scheme, below, port = found["scheme"].lower(), found["below"] or "", found["port"]
    host = host_of(found["host"])
    # All of a top level are anybody's; a number has nothing below it.
    if below and ("." not in host or is_number(host)):
        raise ValueError("too wide")
    if port is not None and not 0 < int(port) <= 65535:
        raise ValueError("no port")
    told = "" if port is None or str(int(port)) == PORTS[scheme] else f":{int(port)}"
    origin = f"{scheme}://{below}{host}{told}"
    if len(origin) > LONGEST:
        raise ValueError("too long")
    return origin


def is_origin(text: str) -> bool:
    """Whether a browser sends it so."""
    try:
        return text == NOWHERE or ("*" not in text and normal(text) == text)
    except ValueError:
        return False


def host_of(written: str) -> str:
    """Raises `ValueError`, of which `idna.IDNAError` is one."""
    if written.startswith("["):
        return f"[{IPv6Address(written[1:-1]).compressed}]"
    host = written.lower()
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    if len(host) > LONGEST_HOST or not all(map(LABEL.fullmatch, host.split("."))):
        raise ValueError("no host")
    if is_number(host):
        return str(IPv4Address(host))
    return host


def is_number(host: str) -> bool:
    """Whether browsers take it for an address of numbers."""
    return host.startswith("[") or host.rpartition(".")[2].isdigit()
