"""Both sides of one chat in one page: each frame is somebody else, by a token of its own."""

from typing import Any

from flask import current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app.auth.tokens import access_token
from app.errors import NotFound
from app.models.users import Actor
from app.operations import access
from app.pages import shop
from app.pages.blueprint import bp
from app.pages.chats import beside_list, conversation_of, rows_of
from app.pages.widget import away_for
from app.queries import pins, sites, users

LOOPBACK = ("127.0.0.1", "localhost")
DEMO_SECONDS = 12 * 3600  # a demo that is left open goes on


@bp.get("/demo")
def demo() -> str:
    only_in_demo_mode()
    return render_template("demo.html")


@bp.get("/demo/customer")
def demo_customer() -> str:
    customer = demo_actor("customer@example.com")
    values = shop.example(customer.name) | as_viewer(customer) | {"away": away_for(customer)}
    return render_template("dashboard.html", chat=access.own_chat(customer), **values)


@bp.get("/demo/agent")
def demo_agent() -> str:
    agent, customer = demo_actor("agent@example.com"), demo_actor("customer@example.com")
    values = conversation_of(agent, access.own_chat(customer)) | rows_of(
        agent, "", pins.of(agent.id)
    )
    return render_template("inbox.html", **values, **beside_list(agent), **as_viewer(agent))


@bp.get("/demo/shop")
def demo_shop() -> Response:
    """A page of somebody else's, from an origin that is not ours, with the chat in one line."""
    only_in_demo_mode()
    desk, shop_host = neighbours(request.host)
    if request.host != shop_host:
        return redirect(f"{request.scheme}://{shop_host}{request.full_path.rstrip('?')}")
    site = sites.first()
    if site is None:
        raise NotFound
    desk = f"{request.scheme}://{desk}"
    answer = make_response(render_template("demo_shop.html", desk=desk, site=site))
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        f"img-src 'self'; style-src 'self'; script-src {desk}; connect-src {desk}; frame-src {desk}"
    )
    answer.headers["Permissions-Policy"] = ""  # as on most sites: a frame may have what it allows
    return answer


def neighbours(host: str) -> tuple[str, str]:
    """The desk's host and the shop's: two names of this machine, where it goes by one of them."""
    name, colon, port = host.partition(":")
    if name not in LOOPBACK:
        return host, host
    return f"{LOOPBACK[0]}{colon}{port}", f"{LOOPBACK[1]}{colon}{port}"


def as_viewer(actor: Actor) -> dict[str, Any]:
    """What makes a page this person's, whoever the browser's session belongs to."""
    return {
        "viewer": actor,
        "live_token": access_token(actor, DEMO_SECONDS),
        "is_framed": True,
    }


def demo_actor(email: str) -> Actor:
    only_in_demo_mode()
    actor = users.by_email(email)
    if actor is None:
        raise NotFound
    return actor


def only_in_demo_mode() -> None:
    if not current_app.config["DEMO"]:
        raise NotFound
