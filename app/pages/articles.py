"""Articles: staff's page of all there are, and what customers are shown and find of them."""

from typing import Any

from flask import current_app, render_template, url_for
from werkzeug.wrappers import Response

from app.auth.session import manager_required, staff_required, the_actor
from app.errors import ChatError, NotFound
from app.models.articles import ArticleState
from app.operations import articles as operations
from app.pages.blueprint import bp, searched, see_other, wants_part
from app.pages.filters import known, locale
from app.pages.forms import ArticleForm, show_errors
from app.queries import articles as queries
from app.queries import inbox


@bp.get("/articles")
def found_articles() -> str:
    """What is published, for anybody: as a page, or as what a search in the chat's window finds."""
    search, language = searched(), str(locale())
    shown = queries.shown_in(language)
    if search and shown:
        shown = queries.published(shown[0].language, search)
    values = {"help": queries.by_folder(shown), "search": search}
    template = "_help_found.html" if wants_part() else "help.html"
    return render_template(template, **values)


@bp.get("/articles/<id:article_id>")
def read_article(article_id: int) -> str:
    found = queries.one_published(article_id)
    if found is None:
        raise NotFound
    template = "_help_article.html" if wants_part() else "help.html"
    return render_template(template, article=found)


@bp.get("/admin/articles")
@staff_required
def articles() -> str:
    search = searched()
    folders = queries.by_folder(queries.all_of(search=search))
    return page("articles.html", folders=folders, search=search)


@bp.route("/admin/articles/new", methods=["GET", "POST"])
@manager_required
def new_article() -> Response | str | tuple[str, int]:
    return page_of(None)


@bp.route("/admin/articles/<id:article_id>", methods=["GET", "POST"])
@staff_required
def article(article_id: int) -> Response | str | tuple[str, int]:
    found = queries.one(article_id)
    if found is None:
        raise NotFound
    return page_of(found)


@bp.post("/admin/articles/<id:article_id>/removal")
@staff_required
def remove_article(article_id: int) -> Response:
    operations.remove(the_actor(), article_id)
    return see_other(url_for("pages.articles"))


def page_of(found: ArticleState | None) -> Response | str | tuple[str, int]:
    form = ArticleForm(found, languages())
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            if found is None:
                operations.create(the_actor(), **form.wanted)
            else:
                operations.edit(the_actor(), found.id, **form.changes)
            return see_other(url_for("pages.articles"))
        except ChatError as error:
            show_errors(form, error.fields, error.message)
            status = error.status
    values: dict[str, Any] = {"form": form, "article": found, "folders": queries.folders()}
    return page("article.html", **values), status


def languages() -> dict[str, str]:
    """Those of the desk, as the page's language calls them."""
    spoken, shown = current_app.config["LANGUAGES"], locale()
    return {each: (known(each) or shown).get_display_name(shown) or each for each in spoken}


def page(template: str, **values: Any) -> str:
    counts = inbox.counts(the_actor())
    return render_template(template, counts=counts, languages=languages(), **values)
