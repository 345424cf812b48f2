"""Articles: answers to common questions."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import articles as operations
from app.queries import articles as queries
from app.rest import MANAGERS
from app.schemas.articles import (
    ArticleChanges,
    ArticleOut,
    ArticleQuery,
    ArticlesOut,
    NewArticle,
    article_out,
    listed_out,
)

ONE = "/articles/<id:article_id>"


@endpoint("GET", "/articles", query=ArticleQuery, answer=ArticlesOut)
def find_articles(actor: Actor, query: ArticleQuery) -> dict[str, Any]:
    """Those that are published, and for staff the drafts too, by folder and place."""
    found = queries.found_by(actor, query.language, query.query)
    return {"articles": [listed_out(each) for each in found]}


@endpoint("GET", ONE, answer=ArticleOut, raises=(NotFound,))
def get_article(actor: Actor, article_id: int) -> dict[str, Any]:
    """One of them."""
    found = queries.one_for(actor, article_id)
    if found is None:
        raise NotFound
    return article_out(found)


@endpoint(
    "POST",
    "/articles",
    body=NewArticle,
    answer=ArticleOut,
    status=201,
    only=MANAGERS,
    raises=(TooFast,),
)
def create_article(actor: Actor, body: NewArticle) -> dict[str, Any]:
    """Write one: a draft, unless it is published at once."""
    return article_out(operations.create(actor, **body.said))


@endpoint(
    "PATCH",
    ONE,
    body=ArticleChanges,
    answer=ArticleOut,
    only=MANAGERS,
    raises=(NotFound, TooFast),
)
def edit_article(actor: Actor, article_id: int, body: ArticleChanges) -> dict[str, Any]:
    """What is left out stays as it is."""
    return article_out(operations.edit(actor, article_id, **body.said))


@endpoint("DELETE", ONE, status=204, only=MANAGERS, raises=(NotFound, TooFast))
def remove_article(actor: Actor, article_id: int) -> None:
    """Remove one for good."""
    operations.remove(actor, article_id)
