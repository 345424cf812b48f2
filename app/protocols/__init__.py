"""Ways in for clients that were written for other chats. One package each; docs/protocols.md."""

from flask import Flask

from app.protocols import dispatch
from app.protocols.p000.protocol import protocol as p000
from app.protocols.p001.protocol import protocol as p001
from app.protocols.p002.protocol import protocol as p002
from app.protocols.p003.protocol import protocol as p003
from app.protocols.p004.protocol import protocol as p004
from app.protocols.protocol import Protocol

KNOWN: dict[str, Protocol] = {each.name: each for each in (p000, p001, p002, p003, p004)}


def init_app(app: Flask) -> None:
    """Turns on those that `PROTOCOLS` names; of the others there is no route and no handler."""
    on = [KNOWN[name] for name in app.config["PROTOCOLS"]]
    for each in on:
        each.door.init_app(app)
        for url, page in each.pages.items():
            app.add_url_rule(url, f"p{each.name}{url}", app.view_functions[page])
    dispatch.init_app(app, on)
