"""Articles as they are listed, and as words find them.

A desk has some hundred at most (`operations.articles.MOST`), so a search asks each of them whether
it has each word, which takes some milliseconds and needs no index of its own. What a word is says
`app/terms.py`, as in the search through chats.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, or_, select

from app.extensions import this_app
from app.models import articles, database
from app.models.articles import BY_ID, ONE_PUBLISHED, ArticleState
from app.models.users import Actor
from app.terms import Term, terms

EXCERPT_LENGTH = 300  # of a text, in a list
IN_TITLE, IN_TEXT = 3, 1  # what a word says that stands there
c = articles.c
LISTED = select(
    *(
        func.substr(c.text, 1, EXCERPT_LENGTH).label("text") if name == "text" else c[name]
        for name in ArticleState._fields
    )
)
SHOWN = LISTED.where(
    c.published_at.is_not(None), c.language.in_(bindparam("languages", expanding=True))
)
WHOLE = select(*(c[name] for name in ArticleState._fields)).where(
    c.published_at.is_not(None), c.id.in_(bindparam("wanted", expanding=True))
)
TITLES = select(c.id, c.title)
FOLDERS = select(c.folder).where(c.folder != "").distinct().order_by(c.folder)


class Folder(NamedTuple):
    language: str
    name: str
    articles: list[ArticleState]


class Hit(NamedTuple):
    """An article, and what each word of a search says of it: `IN_TITLE`, `IN_TEXT` or nothing."""

    article: ArticleState
    words: tuple[int, ...]


def names() -> dict[int, str]:
    """What each is called: its title."""
    return {row.id: row.title for row in database.rows(TITLES)}


def one(article_id: int) -> ArticleState | None:
    """For staff, a draft too."""
    found = database.row(BY_ID, article_id=article_id)
    return found and ArticleState._make(found)


def one_published(article_id: int) -> ArticleState | None:
    found = database.row(ONE_PUBLISHED, article_id=article_id)
    return found and ArticleState._make(found)


def one_for(reader: Actor, article_id: int) -> ArticleState | None:
    """What is published; for staff, a draft too."""
    return one(article_id) if reader.is_staff else one_published(article_id)


def found_by(reader: Actor, language: str, search: str) -> list[ArticleState]:
    """As `published`; for staff as `all_of`."""
    return (all_of if reader.is_staff else published)(language, search)


def whole(article_ids: Sequence[int]) -> list[ArticleState]:
    """Those of the ids that are published, with all of their text."""
    rows = database.rows(WHOLE, wanted=list(article_ids))
    return [ArticleState._make(row) for row in rows]


def folders() -> list[str]:
    return [row.folder for row in database.rows(FOLDERS)]


def all_of(language: str = "", search: str = "") -> list[ArticleState]:
    """Of a language or of all, drafts too; of what a search asks, each word stands in them."""
    return narrowed(LISTED.where(c.language == language) if language else LISTED, {}, search)


def published(language: str = "", search: str = "") -> list[ArticleState]:
    """As `all_of`, without drafts."""
    languages = [language] if language else this_app().config["LANGUAGES"]
    return narrowed(SHOWN, {"languages": languages}, search)


def shown_in(locale: str) -> list[ArticleState]:
    """What customers who read this language are shown: what is published in it, or where nothing
    is, in the desk's first one."""
    first = this_app().config["LANGUAGES"][0]
    found = narrowed(SHOWN, {"languages": [locale, first]}, "")
    own = [each for each in found if each.language == locale]
    return own or found


def by_folder(some: Iterable[ArticleState]) -> list[Folder]:
    """In the order in which they come: those without a folder are the first of their language."""
    grouped = groupby(some, lambda one: (one.language, one.folder))
    return [Folder(*key, list(each)) for key, each in grouped]


def narrowed(statement: Any, values: dict[str, Any], search: str) -> list[ArticleState]:
    found = [hit for hit in hits(statement, values, terms(search)) if all(hit.words)]
    places = in_order([hit.article for hit in found])
    weights = {hit.article.id: -sum(hit.words) for hit in found}
    return sorted(places, key=lambda each: weights[each.id])


def hits(statement: Any, values: dict[str, Any], wanted: Sequence[Term]) -> list[Hit]:
    for term in wanted:
        said = case((has(c.title_words, term), IN_TITLE), (has(c.words, term), IN_TEXT), else_=0)
        statement = statement.add_columns(said)
    width = len(ArticleState._fields)
    rows = database.rows(statement, **values)
    return [Hit(ArticleState._make(row[:width]), tuple(row[width:])) for row in rows]


def has(column: Any, term: Term) -> Any:
    """Whether the term stands there in one of its ways; the last word of one may go on."""
    ends = {True: "", False: " "}
    ways = (f" {' '.join(way.words)}{ends[way.is_beginning]}" for way in term)
    return or_(*(column.contains(way, autoescape=True) for way in ways))


def in_order(some: Sequence[ArticleState]) -> list[ArticleState]:
    """By folder, and in it by place and title; a folder stands where its first article does."""
    first: dict[tuple[str, str], int] = {}
    for each in some:
        key = (each.language, each.folder)
        first[key] = min(first.get(key, each.place), each.place)
    return sorted(
        some,
        key=lambda one: (
            one.language,
            one.folder != "",
            first[one.language, one.folder],
            one.folder,
            one.place,
            one.title,
            one.id,
        ),
    )
