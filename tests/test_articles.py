"""Articles: who writes and sees which, in which order they stand, and how they are found."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.errors import Forbidden, Invalid, NotFound
from app.models.articles import ArticleState
from app.models.users import Actor
from app.operations import articles
from app.queries import articles as queries
from tests.people import People


@pytest.fixture(autouse=True)
def unhurried(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False


def written(people: People, title: str, text: str = "Text", **more: Any) -> ArticleState:
    wanted: Any = {"title": title, "text": text, "is_published": True} | more
    return articles.create(people.maya, **wanted)


def bearer(who: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token(who)}"}


def titles(some: list[ArticleState]) -> list[str]:
    return [each.title for each in some]


def test_a_draft_is_staffs_alone(people: People) -> None:
    draft = written(people, "Draft", is_published=False)
    shown = written(people, "Shown")
    assert titles(queries.published()) == ["Shown"]
    assert titles(queries.all_of()) == ["Draft", "Shown"]
    assert queries.one_published(draft.id) is None
    assert queries.one(draft.id) == draft
    published = articles.edit(people.maya, draft.id, is_published=True)
    assert titles(queries.published()) == ["Draft", "Shown"]
    again = articles.edit(people.maya, draft.id, is_published=True)
    assert again.published_at == published.published_at
    articles.edit(people.maya, shown.id, is_published=False)
    assert titles(queries.published()) == ["Draft"]


def test_managers_alone_write_them(people: People) -> None:
    article = written(people, "Returns")
    for change in (
        lambda: articles.create(people.ana, title="Mine", text="a"),
        lambda: articles.edit(people.ana, article.id, text="a"),
        lambda: articles.remove(people.ana, article.id),
        lambda: articles.create(people.lena, title="Mine", text="a"),
    ):
        with pytest.raises(Forbidden):
            change()
    articles.remove(people.maya, article.id)
    for change in (
        lambda: articles.remove(people.maya, article.id),
        lambda: articles.edit(people.maya, article.id, text="a"),
    ):
        with pytest.raises(NotFound):
            change()
    assert queries.all_of() == []


def test_folders_stand_where_their_first_article_does(people: People) -> None:
    written(people, "Refund", folder="Money", place=5)
    written(people, "Parcel", folder="Orders", place=9)
    written(people, "Order", folder="Orders", place=1)
    written(people, "Zebra", place=9)
    written(people, "Bezahlen", language="de", folder="Geld")
    found = queries.by_folder(queries.published())
    assert [(each.language, each.name, titles(each.articles)) for each in found] == [
        ("de", "Geld", ["Bezahlen"]),
        ("en", "", ["Zebra"]),
        ("en", "Orders", ["Order", "Parcel"]),
        ("en", "Money", ["Refund"]),
    ]


def test_customers_see_their_language_or_the_desks_first(people: People) -> None:
    assert queries.shown_in("de") == []
    written(people, "Returns")
    assert titles(queries.shown_in("de")) == ["Returns"]
    written(people, "Rückgabe", language="de", is_published=False)
    assert titles(queries.shown_in("de")) == ["Returns"]
    written(people, "Geld zurück", language="de")
    assert titles(queries.shown_in("de")) == ["Geld zurück"]
    assert titles(queries.shown_in("en")) == ["Returns"]


def test_each_word_is_to_be_found_and_titles_come_first(people: People) -> None:
    written(people, "Parcels", "How a return is sent by post.")
    written(people, "How to return", "By post.")
    written(people, "Rückgabe", "Schicken Sie es zurück.", language="de")
    written(people, "إرجاع الطلب", "نص", language="ar")
    written(people, "商品の返品", "三十日以内に返品できます。")
    assert titles(queries.published(search="return")) == ["How to return", "Parcels"]
    assert titles(queries.published(search="RETURN par")) == ["Parcels"]
    assert titles(queries.published(search="ruckgabe")) == ["Rückgabe"]
    assert titles(queries.published(search="rueck")) == ["Rückgabe"]
    assert titles(queries.published(search="طلب")) == ["إرجاع الطلب"]
    assert titles(queries.published(search="返品")) == ["商品の返品"]
    assert titles(queries.published("en", "zurück")) == []
    assert len(queries.published(search="%")) == 5, "which is no word"
    assert titles(queries.published(search="urn")) == [], "words are found by how they begin"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"title": " \u200b"}, "title"),
        ({"title": "a" * 121}, "title"),
        ({"text": " \n"}, "text"),
        ({"text": "a" * 20_001}, "text"),
        ({"folder": "a" * 61}, "folder"),
        ({"language": "xx"}, "language"),
        ({"place": -1}, "place"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    people: People, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        written(people, **{"title": "Returns"} | wanted)
    assert set(refused.value.fields or {}) == {field}
    assert queries.all_of() == []


def test_there_are_not_too_many(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "MOST", 2)
    for title in ("a", "b"):
        written(people, title)
    with pytest.raises(Invalid):
        written(people, "c")


def test_rest_shows_customers_what_is_published(people: People, client: FlaskClient) -> None:
    draft = written(people, "Draft", is_published=False)
    shown = written(people, "Returns", "**Bold**", folder="Orders")
    for who, expected in ((people.lena, ["Returns"]), (people.ana, ["Draft", "Returns"])):
        headers = bearer(who)
        given = client.get("/api/v1/articles", headers=headers).get_json()["articles"]
        assert [each["title"] for each in given] == expected
    headers = bearer(people.lena)
    assert client.get(f"/api/v1/articles/{draft.id}", headers=headers).status_code == 404
    given = client.get(f"/api/v1/articles/{shown.id}", headers=headers).get_json()
    assert (given["text"], given["folder"]) == ("**Bold**", "Orders")
    headers = bearer(people.maya)
    body = {"title": "Post", "text": "By post", "isPublished": True, "place": 3}
    created = client.post("/api/v1/articles", json=body, headers=headers).get_json()
    assert (created["language"], created["place"]) == ("en", 3)
    path = f"/api/v1/articles/{created['id']}"
    changed = client.patch(path, json={"isPublished": False}, headers=headers).get_json()
    assert changed["publishedAt"] is None
    found = client.get("/api/v1/articles?query=post", headers=headers).get_json()["articles"]
    assert [each["id"] for each in found] == [created["id"]]
    assert client.delete(path, headers=headers).status_code == 204
