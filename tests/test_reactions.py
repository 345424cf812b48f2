"""Reactions: who may give which to what, and what becomes of them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.cli import factories
from app.cli.factories import state
from app.errors import ChatBlocked, Conflict, Forbidden, Invalid, MessageNotFound, TooFast
from app.events import Event, MessageChanged
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import (
    access,
    assignments,
    blocks,
    chats,
    edits,
    merges,
    messages,
    reactions,
    receipts,
    users,
)
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import counts
from app.queries import messages as history
from app.realtime import deliver
from app.schemas.messages import message_out
from tests.people import PASSWORD, People
from tests.sql import recorded

Change = Callable[[Actor, int, str], MessageState]
CHANGES: list[Change] = [reactions.react, reactions.unreact]
UP, HEART = "👍", "❤️"


@pytest.fixture
def said(people: People) -> MessageState:
    return messages.send(people.lena, None, Draft("Hello", "a"))


def test_it_is_a_change_like_any_other(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    before = state(said.chat_id)
    message = reactions.react(people.ana, said.id, UP)
    after = state(said.chat_id)
    assert message.reacted == {UP: [people.ana.id]}
    assert message.version == after.version == before.version + 1
    assert (message.seq, message.edited_at, message.text) == (said.seq, None, "Hello")
    assert announced == [MessageChanged(after, message)]
    assert history.changed(said.chat_id, before.version).messages == [message]
    assert message_out(message)["reactions"] == [{"emoji": UP, "userIds": [people.ana.id]}]
    assert counts.wrong() == {}


def test_it_makes_nothing_unread_and_needs_no_reply(people: People, said: MessageState) -> None:
    answer = messages.send(people.ana, said.chat_id, Draft("Hi", "b"))
    receipts.mark_read(people.ana, said.chat_id)
    receipts.mark_read(people.lena, said.chat_id)
    before = state(said.chat_id)
    reactions.react(people.lena, answer.id, UP)
    after = state(said.chat_id)
    changed = {"version": before.version + 1, "updated_at": after.updated_at}
    assert after == before._replace(**changed)
    assert (after.staff_unread, after.customer_unread, after.needs_reply) == (0, 0, False)


def test_each_is_given_once_and_taken_away_once(
    people: People, said: MessageState, announced: list[Event]
) -> None:
    for who, emoji in ((people.ana, UP), (people.lena, HEART), (people.lena, UP)):
        reactions.react(who, said.id, emoji)
    again = reactions.react(people.ana, said.id, UP)
    assert again.reacted == {UP: [people.ana.id, people.lena.id], HEART: [people.lena.id]}
    assert list(again.reacted) == [UP, HEART]
    assert len(announced) == 3
    left = reactions.unreact(people.ana, said.id, UP)
    assert left.reacted == {UP: [people.lena.id], HEART: [people.lena.id]}
    assert reactions.unreact(people.ana, said.id, UP) == left
    reactions.unreact(people.lena, said.id, HEART)
    last = reactions.unreact(people.lena, said.id, UP)
    assert (last.reactions, last.reacted) == (None, {})
    assert len(announced) == 6


@pytest.mark.parametrize(
    "text",
    ["", "a", "1", "#", "👍👍", "👍 ", ":+1:", "🇩", "🏻", "<b>", "\u200b", "❤️" * 20, "👍\u0000"],
)
@pytest.mark.parametrize("change", CHANGES)
def test_it_is_one_emoji(people: People, said: MessageState, change: Change, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        change(people.ana, said.id, text)
    assert set(refused.value.fields or {}) == {"emoji"}
    assert access.message_for(people.ana, said.id) == said


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("❤", "❤️"),
        ("☺", "☺️"),
        ("©", "©️"),
        ("👍🏽", "👍🏽"),
        ("🇩🇪", "🇩🇪"),
        ("#️⃣", "#️⃣"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_however_it_is_written_it_is_the_same(
    people: People, said: MessageState, written: str, shown: str
) -> None:
    reactions.react(people.ana, said.id, written)
    assert reactions.react(people.lena, said.id, shown).reacted == {
        shown: [people.ana.id, people.lena.id]
    }


def test_there_is_an_end_to_different_ones(app: Flask, people: People, said: MessageState) -> None:
    app.config["RATE_LIMITS"] = False
    some = [
        "😀",
        "😁",
        "😂",
        "🤣",
        "😃",
        "😄",
        "😅",
        "😆",
        "😉",
        "😊",
        "😋",
        "😎",
        "😍",
        "😘",
        "🥰",
        "😗",
    ]
    for emoji in [*some, "😙", "🥲", "😚", UP]:
        reactions.react(people.ana, said.id, emoji)
    with pytest.raises(Conflict):
        reactions.react(people.ana, said.id, HEART)
    assert len(reactions.react(people.lena, said.id, UP).reacted) == 20


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_reacts_to_what_they_do_not_see_nor_to_lines(
    people: People, said: MessageState, change: Change
) -> None:
    assignments.claim(people.ana, said.chat_id)
    line = history.before(said.chat_id).messages[-1]
    for who in (people.marcus, people.petra):
        with pytest.raises(MessageNotFound):
            change(who, said.id, UP)
    with pytest.raises(Forbidden):
        change(people.ana, line.id, UP)


@pytest.mark.parametrize("change", CHANGES)
def test_in_a_blocked_chat_its_customer_does_not(
    people: People, said: MessageState, change: Change
) -> None:
    blocks.block(people.ana, said.chat_id)
    with pytest.raises(ChatBlocked):
        change(people.lena, said.id, UP)
    change(people.ana, said.id, UP)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_taken_back_loses_them_and_gets_none(
    people: People, said: MessageState, change: Change
) -> None:
    reactions.react(people.ana, said.id, UP)
    assert edits.edit(people.lena, said.id, "Other").reacted == {UP: [people.ana.id]}
    assert edits.take_back(people.lena, said.id).reactions is None
    with pytest.raises(MessageNotFound):
        change(people.ana, said.id, UP)


def test_too_fast_is_told(people: People, said: MessageState) -> None:
    for _ in range(9):
        reactions.react(people.lena, said.id, UP)
    with pytest.raises(TooFast):
        reactions.unreact(people.lena, said.id, UP)


def test_whoever_becomes_somebody_else_has_reacted_as_them(
    people: People, said: MessageState
) -> None:
    guest = factories.person("Visitor")
    poured = messages.send(guest, None, Draft("Hello", "x"))
    reactions.react(people.ana, poured.id, UP)
    reactions.react(guest, poured.id, UP)
    between, _ = chats.open_between(people.petra, people.petra.id, guest.id, 7)
    whole = messages.send(people.petra, between.id, Draft("Ready"))
    reactions.react(guest, whole.id, HEART)
    with transaction() as tx:
        merges.merge(tx, guest, people.lena)
    now = access.message_for(people.ana, poured.id)
    assert (now.chat_id, now.reacted) == (said.chat_id, {UP: [people.ana.id, people.lena.id]})
    assert access.message_for(people.petra, whole.id).reacted == {HEART: [people.lena.id]}
    assert reactions.unreact(people.lena, whole.id, HEART).reactions is None
    both = json.dumps({UP: [guest.id, people.lena.id]})
    assert reactions.moved(both, {guest.id: people.lena.id}) == f'{{"{UP}":[{people.lena.id}]}}'


def test_a_page_of_history_asks_for_names_once_and_only_where_somebody_reacted(
    people: People, said: MessageState
) -> None:
    messages.send(people.ana, said.chat_id, Draft("Hi"))
    with recorded() as without:
        history.shown(said.chat_id)
    assert len(without) == 1
    for message in history.before(said.chat_id).messages:
        if not message.is_line:
            reactions.react(people.ana, message.id, UP)
            reactions.react(people.lena, message.id, HEART)
    with recorded() as with_some:
        page = history.shown(said.chat_id)
    assert len(with_some) == 2
    names = {people.ana.id: "Ana Weber", people.lena.id: "Lena Ortiz"}
    assert page.related.names == names


def test_a_plain_message_costs_no_look_at_emoji(
    people: People, said: MessageState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(reactions, "emojis", never)
    monkeypatch.setattr(deliver, "related", never)
    monkeypatch.setattr(deliver, "pages", lambda *_: [("en", "room")])
    emitted: list[Any] = []
    monkeypatch.setattr(deliver, "emit", lambda _name, payload, _to: emitted.append(payload))
    messages.send(people.lena, said.chat_id, Draft("Plain"))
    assert "Plain" in emitted[-1]["html"]


def test_pages_name_who_reacted(client: FlaskClient, people: People, said: MessageState) -> None:
    reactions.react(people.ana, said.id, UP)
    reactions.react(people.lena, said.id, UP)
    users.edit(people.ada, people.lena.id, name="<i>Lena</i>")
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    html = client.get(f"/chats/{said.chat_id}/messages").text
    button = html.split('class="reaction"')[1].split("</button>")[0]
    assert UP in button
    assert "Ana Weber" in button
    assert "&lt;i&gt;Lena" in button
    assert f'data-user-ids="{people.ana.id} {people.lena.id}"' in button
    assert "<i>" not in button


def test_who_was_deactivated_is_still_named(people: People, said: MessageState) -> None:
    reactions.react(people.ben, said.id, UP)
    users.deactivate(people.ben.email)
    assert history.shown(said.chat_id).related.names == {people.ben.id: "Ben Carter"}


@pytest.mark.parametrize("emoji", [UP, HEART, "#️⃣", "👨‍👩‍👧"])
def test_by_rest(client: FlaskClient, people: People, said: MessageState, emoji: str) -> None:
    headers = {"Authorization": f"Bearer {access_token(people.ana)}"}
    path = f"/api/v1/messages/{said.id}/reactions/{quote(emoji)}"
    told = [{"emoji": emoji, "userIds": [people.ana.id]}]
    for method, expected in ((client.put, told), (client.put, told), (client.delete, [])):
        answer = method(path, headers=headers)
        assert answer.status_code == 200
        assert answer.json["reactions"] == expected
    refused = client.put(f"/api/v1/messages/{said.id}/reactions/x", headers=headers)
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "invalid")
