"""Articles: written by managers, read by customers once they are published."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, delete, func, insert, select, update

from app import clock
from app.errors import Invalid, NotFound
from app.events import SettingsChanged
from app.extensions import this_app
from app.models import articles
from app.models.articles import (
    BY_ID,
    FOLDER_LENGTH,
    LAST_PLACE,
    TEXT_LENGTH,
    TITLE_LENGTH,
    ArticleState,
    searched,
)
from app.models.audits import Action
from app.models.messages import clean
from app.models.users import Actor
from app.operations import access, audits, limits
from app.operations.transaction import Transaction, transaction
from app.operations.users import on_one_line
from app.visible import shows

MOST = 500  # a search looks through all of them
c = articles.c
INSERT = insert(articles.table)
CHANGE = update(articles.table).where(c.id == bindparam("which"))
REMOVE = delete(articles.table).where(c.id == bindparam("which"))
HOW_MANY = select(func.count()).select_from(articles.table)
LOCKED = BY_ID.with_for_update()


class Wanted(TypedDict, total=False):
    """What may be said of one; what is left out stays as it is."""

    title: str
    text: str
    language: str
    folder: str
    place: int
    is_published: bool


def create(staff: Actor, **wanted: Unpack[Wanted]) -> ArticleState:
    """A new one, a draft unless it says otherwise, in the desk's first language.

    Raises `Forbidden` for who is no manager, `Invalid` with `fields`, `TooFast`.
    """
    access.require_manager(staff)
    language = this_app().config["LANGUAGES"][0]
    values = checked({"title": "", "text": "", "language": language} | wanted)
    limits.sends(staff)
    with transaction() as tx:
        access.check_still_holds(staff, tx)
        if tx.run(HOW_MANY, {}).scalar() >= MOST:
            raise Invalid(fields={"title": _l("There are %(count)s already.", count=MOST)})
        now = clock.now()
        published_at = now if values.pop("is_published", False) else None
        new: dict[str, Any] = {"folder": "", "place": 0} | values
        new |= {"published_at": published_at, "created_at": now, "updated_at": now}
        article = ArticleState(id=0, **new)
        article = article._replace(id=tx.add(INSERT, stored(article)))
        about = {"subject_id": article.id, "is_published": published_at is not None}
        audits.record(tx, Action.ARTICLE_MADE, staff, **about)
        tx.say(SettingsChanged("articles", "made", article.id))
        return article


def edit(staff: Actor, article_id: int, **wanted: Unpack[Wanted]) -> ArticleState:
    """It says something else, stands elsewhere, or is published or a draft from now on.

    Raises `NotFound`, and as `create`.
    """
    access.require_manager(staff)
    values = checked(wanted)
    limits.sends(staff)
    with transaction() as tx:
        before = by_id(tx, staff, article_id)
        now = clock.now()
        if (is_published := values.pop("is_published", None)) is not None:
            values["published_at"] = (before.published_at or now) if is_published else None
        after = before._replace(**values, updated_at=now)
        tx.run(CHANGE, stored(after) | {"which": article_id})
        changed = [n for n in Wanted.__annotations__ if getattr(before, n) != getattr(after, n)]
        if changed:
            about: dict[str, Any] = {"changed": changed, "is_published": after.is_published}
            audits.record(tx, Action.ARTICLE_CHANGED, staff, subject_id=article_id, **about)
        tx.say(SettingsChanged("articles", "changed", article_id))
        return after


def remove(staff: Actor, article_id: int) -> None:
    """It is gone. Raises `Forbidden`, `NotFound`, `TooFast`."""
    access.require_manager(staff)
    limits.sends(staff)
    with transaction() as tx:
        by_id(tx, staff, article_id)
        tx.run(REMOVE, {"which": article_id})
        audits.record(tx, Action.ARTICLE_REMOVED, staff, subject_id=article_id)
        tx.say(SettingsChanged("articles", "removed", article_id))


def checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises `Invalid` with `fields`."""
    values: dict[str, Any] = dict(wanted)
    wrong: dict[str, Any] = {}
    for name, most in (("title", TITLE_LENGTH), ("folder", FOLDER_LENGTH)):
        if name in values:
            values[name] = on_one_line(values[name])
            if len(values[name]) > most:
                wrong[name] = _l("It has at most %(limit)s characters.", limit=most)
    if "title" in values and not shows(values["title"]):
        wrong["title"] = _l("It is empty.")
    if "text" in values:
        values["text"] = clean(values["text"]).strip()
        if not shows(values["text"]):
            wrong["text"] = _l("It is empty.")
        elif len(values["text"]) > TEXT_LENGTH:
            wrong["text"] = _l("It has at most %(limit)s characters.", limit=TEXT_LENGTH)
    languages = this_app().config["LANGUAGES"]
    if "language" in values and values["language"] not in languages:
        wrong["language"] = _l("It is one of %(kinds)s.", kinds=", ".join(languages))
    if "place" in values and not 0 <= values["place"] <= LAST_PLACE:
        wrong["place"] = _l("It is a number from 0 to %(limit)s.", limit=LAST_PLACE)
    if wrong:
        raise Invalid(fields=wrong)
    return values


def by_id(tx: Transaction, staff: Actor, article_id: int) -> ArticleState:
    access.check_still_holds(staff, tx)
    found = tx.run(LOCKED, {"article_id": article_id}).first()
    if found is None:
        raise NotFound
    return ArticleState._make(found)


def stored(article: ArticleState) -> dict[str, Any]:
    values = article._asdict()
    del values["id"]
    words = {"title_words": searched(article.title), "words": searched(article.text)}
    return values | words
