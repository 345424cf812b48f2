"""Articles on the wire."""

from typing import Annotated, Any, cast

from pydantic import Field, StrictBool

from app.clock import iso
from app.models.articles import ArticleState
from app.operations.articles import Wanted
from app.schemas.wire import Id, Wire

Words = Annotated[str, Field(max_length=100_000)]
Place = Annotated[int, Field(ge=0, le=9999)]


class ArticleInList(Wire):
    """An article as a list has it."""

    id: int
    title: str
    language: str
    folder: str
    place: int = Field(description="in its folder, the lowest first")
    published_at: str | None = Field(description="null for a draft, which staff alone sees")
    created_at: str
    updated_at: str


class ArticleOut(ArticleInList):
    text: str = Field(description="formatted as messages are")


class ArticlesOut(Wire):
    articles: list[ArticleInList]


class ArticleAck(Wire):
    article: ArticleOut


class GetArticle(Wire):
    """`get_article`."""

    article_id: Id


class NewArticle(Wire):
    title: Words
    text: Words
    language: Words | None = Field(default=None, description="the desk's first one, if unsaid")
    folder: Words = ""
    place: Place = 0
    is_published: StrictBool = False

    @property
    def said(self) -> Wanted:
        return said_by(self)


class ArticleChanges(Wire):
    title: Words | None = None
    text: Words | None = None
    language: Words | None = None
    folder: Words | None = None
    place: Place | None = None
    is_published: StrictBool | None = None

    @property
    def said(self) -> Wanted:
        return said_by(self)


class ArticleQuery(Wire):
    """`find_articles`: each word of `query` stands in it; first those that have it in the title."""

    query: Annotated[str, Field(max_length=200)] = ""
    language: Annotated[str, Field(max_length=16)] = ""


def said_by(body: NewArticle | ArticleChanges) -> Wanted:
    said = {name: getattr(body, name) for name in Wanted.__optional_keys__}
    return cast(Wanted, {name: value for name, value in said.items() if value is not None})


def listed_out(article: ArticleState) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "language": article.language,
        "folder": article.folder,
        "place": article.place,
        "publishedAt": iso(article.published_at),
        "createdAt": iso(article.created_at),
        "updatedAt": iso(article.updated_at),
    }


def article_out(article: ArticleState) -> dict[str, Any]:
    return listed_out(article) | {"text": article.text}
