"""The customer's page of the site that the widget floats on."""

from flask import current_app, render_template

from app.auth.session import login_required, the_actor
from app.operations import access
from app.pages import shop
from app.pages.blueprint import bp
from app.pages.widget import away_for
from app.queries import chats
from app.queries.holds import told_of_own


@bp.get("/dashboard")
@login_required
def dashboard() -> str:
    actor = the_actor()
    if not actor.is_customer:
        return render_template("provider.html", chats=chats.of_provider(actor))
    shown = shop.example(actor.name) if current_app.config["DEMO"] else {}
    shown |= {"chat": told_of_own(actor, access.own_chat(actor)), "away": away_for(actor)}
    return render_template("dashboard.html", **shown)
