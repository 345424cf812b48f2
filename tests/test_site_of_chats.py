"""A chat knows the site its customer wrote from; the inbox and REST show it and filter by it."""

import re
import secrets

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.cli.factories import state
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import assignments, chats, closures, messages, sites, visitors
from app.operations.messages import Draft
from app.queries import inbox
from app.queries import sites as directory
from app.queries.inbox import Filter
from app.schemas.chats import chat_out
from tests.people import People


@pytest.fixture
def shops(app: Flask) -> tuple[SiteState, SiteState]:
    """The site that was there from the start, and another one."""
    first = directory.first()
    assert first is not None
    return first, sites.create_by_shell(name="Blog")


def visitor_of(site: SiteState, text: str = "Hello?") -> tuple[Actor, int]:
    """Somebody without an account, who has just written, and their chat."""
    actor, message = visitors.write_first(
        site, secrets.token_urlsafe(32), Draft(text, "a"), language="", address="10.0.0.1"
    )
    return actor, message.chat_id


def as_staff(app: Flask, who: Actor) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    return client


def test_a_visitors_chat_is_of_their_site_and_nobody_elses_is_of_any(
    people: People, shops: tuple[SiteState, SiteState]
) -> None:
    for site in shops:
        visitor, chat_id = visitor_of(site)
        chat = state(chat_id)
        assert chat.site_id == chat_out(chat)["siteId"] == site.id
        closures.close(people.ana, chat_id)
        again, is_new = chats.open_with(people.ana, visitor.id)
        assert (is_new, again.site_id) == (True, site.id)
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    assert state(chat_id).site_id is None
    between, _ = chats.open_between(people.lena, people.petra.id, people.lena.id)
    assert between.site_id is None


def test_a_message_in_a_chat_that_is_there_asks_nothing_about_its_site(
    people: People, shops: tuple[SiteState, SiteState], statements: list[str]
) -> None:
    visitor, chat_id = visitor_of(shops[0])
    statements.clear()
    messages.send(visitor, chat_id, Draft("Anybody?", "b"))
    assert [each.split()[0] for each in statements] == ["SELECT", "INSERT", "UPDATE"]
    assert not any("visitors" in each or "sites" in each for each in statements)


@pytest.mark.parametrize("wanted", list(Filter))
def test_every_filter_is_narrowed_to_a_site_with_its_counts(
    people: People, shops: tuple[SiteState, SiteState], wanted: Filter
) -> None:
    first, second = shops
    _, taken = visitor_of(first)
    assignments.claim(people.ana, taken)
    visitor_of(first)
    _, closed = visitor_of(second)
    closures.close(people.ana, closed)
    messages.send(people.lena, None, Draft("Hello", "a"))
    every = {row.chat.id: row.chat.site_id for row in inbox.page(people.ana, wanted).rows}
    for site in shops:
        found = inbox.page(people.ana, wanted, site_id=site.id).rows
        assert {row.chat.id for row in found} == {i for i, of in every.items() if of == site.id}
    counted = inbox.counts(people.ana, first.id)
    assert (counted.waiting, counted.mine, counted.unassigned, counted.needs_reply) == (1, 1, 1, 2)
    assert inbox.counts(people.ana, second.id)[:4] == (0, 0, 0, 0)
    assert counted.unread == inbox.counts(people.ana).unread > 0


def test_a_search_stays_within_the_site(people: People, shops: tuple[SiteState, SiteState]) -> None:
    ids = [visitor_of(site)[1] for site in shops]
    for search in ("visitor", "v"):
        every = {row.chat.id for row in inbox.page(people.ana, Filter.ALL, search).rows}
        assert every == set(ids)
        found = inbox.page(people.ana, Filter.ALL, search, site_id=shops[1].id).rows
        assert [row.chat.id for row in found] == ids[1:]


def test_the_inbox_shows_sites_only_where_there_are_several(app: Flask, people: People) -> None:
    first = directory.first()
    assert first is not None
    visitor, chat_id = visitor_of(first)
    client = as_staff(app, people.ana)
    page = client.get(f"/admin/messages/{chat_id}").text
    assert visitor.name in page
    assert 'id="chat-site"' not in page
    assert "Northwind Chairs</span>" not in page
    blog = sites.create_by_shell(name="Blog <b>")
    page = client.get(f"/admin/messages/{chat_id}").text
    assert '<option value="1">Northwind Chairs</option>' in page
    assert f'<option value="{blog.id}">Blog &lt;b&gt;</option>' in page
    assert 'title="Northwind Chairs">Northwind Chairs</span>' in page
    panel = client.get(f"/admin/messages/{chat_id}/customer").text
    assert "Northwind Chairs" in panel


def test_the_inbox_filters_by_a_site_and_takes_no_other_word_for_one(
    app: Flask, people: People, shops: tuple[SiteState, SiteState]
) -> None:
    first, blog = shops
    ids = [visitor_of(first)[1], visitor_of(blog)[1]]
    client = as_staff(app, people.ana)

    def shown(query: str) -> list[int]:
        page = client.get(f"/admin/messages?{query}").text
        return sorted(map(int, re.findall('id="chat-row-([0-9]+)"', page)))

    assert shown(f"site={blog.id}") == [ids[1]]
    assert shown(f"filter=waiting&site={first.id}") == [ids[0]]
    for nonsense in ("", "0", "99", "-1", "x", "1 OR 1=1", "١"):
        assert shown(f"site={nonsense}") == ids
    page = client.get(f"/admin/messages?site={blog.id}").text
    assert f'<option value="{blog.id}" selected>' in page
    assert f'data-site="{blog.id}"' in page
    assert f'href="/admin/messages?filter=waiting&amp;site={blog.id}"' in page
    part = client.get(f"/admin/messages/filters?site={blog.id}", headers={"HX-Request": "true"})
    assert 'Waiting <span class="filter-count">1</span>' in part.text


def test_the_next_page_is_of_the_same_site(
    app: Flask, people: People, shops: tuple[SiteState, SiteState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 1)
    ids = [visitor_of(site)[1] for site in (*shops, *shops)]
    page = as_staff(app, people.ana).get(f"/admin/messages/rows?site={shops[0].id}").text
    (more,) = re.findall('hx-get="([^"]+)" hx-trigger="intersect', page)
    following = as_staff(app, people.ana).get(more.replace("&amp;", "&")).text
    assert re.findall('id="chat-row-([0-9]+)"', page + following) == [str(ids[2]), str(ids[0])]


def test_rest_filters_by_a_site(
    client: FlaskClient, people: People, shops: tuple[SiteState, SiteState]
) -> None:
    ids = [visitor_of(site)[1] for site in shops]
    messages.send(people.lena, None, Draft("Hello", "a"))
    headers = {"Authorization": f"Bearer {access_token(people.ana)}"}
    for site, chat_id in zip(shops, ids, strict=True):
        told = client.get(f"/api/v1/chats?site={site.id}", headers=headers).get_json()["chats"]
        assert [(chat["id"], chat["siteId"]) for chat in told] == [(chat_id, site.id)]
    assert client.get("/api/v1/chats?site=99", headers=headers).get_json()["chats"] == []
    assert client.get("/api/v1/chats?site=x", headers=headers).status_code == 422
