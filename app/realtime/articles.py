"""Events in: looking for an article, and reading one."""

from typing import Any

from app.errors import NotFound
from app.operations import access
from app.queries import articles as queries
from app.realtime.live import on
from app.schemas.articles import ArticleQuery, GetArticle, article_out, listed_out
from app.sockets.connections import Connection


@on("find_articles", ArticleQuery)
def find_articles(connection: Connection, payload: ArticleQuery) -> dict[str, Any]:
    access.check_still_holds(connection.actor)
    found = queries.found_by(connection.actor, payload.language, payload.query)
    return {"articles": [listed_out(each) for each in found]}


@on("get_article", GetArticle)
def get_article(connection: Connection, payload: GetArticle) -> dict[str, Any]:
    access.check_still_holds(connection.actor)
    article = queries.one_for(connection.actor, payload.article_id)
    if article is None:
        raise NotFound
    return {"article": article_out(article)}
