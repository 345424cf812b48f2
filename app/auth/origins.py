"""Where a request comes from: a page of ours, and from which address."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask


def same_origin(environ: Mapping[str, Any]) -> bool:
    """Whether a page of ours sent this. Origins that the settings name bring a token instead.

    A cookie comes along from any site, so a request that does not say where it comes from is
    refused. Browsers send no Origin with a GET of the same origin (long polling), but they do
    send Sec-Fetch-Site, and where that is missing a Referer.
    """
    host = environ.get("HTTP_HOST", "")
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        return bool(host) and host_of(origin) == host
    if "HTTP_SEC_FETCH_SITE" in environ:
        return bool(environ["HTTP_SEC_FETCH_SITE"] == "same-origin")
    return bool(host) and host_of(environ.get("HTTP_REFERER", "")) == host


def host_of(url: str) -> str:
    """The host and port of an address, nothing for what is none."""
    return parts_of(url).netloc


def parts_of(url: str) -> SplitResult:
    """The parts of an address that somebody sent; of what is none they are empty."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def address_of(app: Flask, environ: Mapping[str, Any]) -> str:
    """The address of the peer, or what the trusted proxies in front say it is."""
    hops = app.config["TRUSTED_PROXIES"]
    forwarded = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return str(forwarded[-hops])
    return str(environ.get("REMOTE_ADDR", ""))
