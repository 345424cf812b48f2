"""The page in the frame that other sites show: the chat for somebody who has not written yet."""

from typing import Any

from flask import Response, g, make_response, render_template

from app.errors import SiteUnknown
from app.languages import speak
from app.models.bots import Bot
from app.pages.blueprint import bp
from app.pages.widget import away_of, help_for, history_of, status_of
from app.queries import sites, topics


@bp.get("/embed/<key>/frame")
def frame(key: str) -> Response:
    """The same for everybody: who looks is told by the page around it, and in no address."""
    site = sites.by_key(key)
    if site is None:
        raise SiteUnknown
    g.framed_by = site.allowed
    speak(site.languages)
    values: dict[str, Any] = {"viewer": None, "history": history_of(None), **status_of(None)}
    values |= {"help": help_for(None), "offered": None, "bot_is_on": site.bot == Bot.ON}
    values["topics"] = topics.offered_on(site.id, asks=site.asks_topic)
    values |= {"site_name": sites.name_of(site), "away": away_of(site)}
    answer = make_response(render_template("embed.html", site=site, **values))
    # A page that isolates itself takes no other frames.
    answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
