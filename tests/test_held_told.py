"""Who wrote what is held cannot tell: by each door they are told as of a message that is not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import update

from app.auth.tokens import access_token
from app.extensions import db
from app.models import users
from app.models.chats import ChatState, Status
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    closures,
    edits,
    holds,
    receipts,
    word_lists,
)
from app.operations import chats as opening
from app.operations import messages as sending
from app.operations.messages import Draft
from app.queries.holds import as_told
from app.schemas.chats import chat_out
from tests.people import People
from tests.sql import recorded

HELD, FINE = "Mist", "Fine"
IS_ID = re.compile(r"(^|_)id$|Id$|^before$|^next$|^chat$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d?\d:\d\d( [AP]M)?")
# What names a row by its id, and what is made anew for each page.
NAMES = re.compile(
    r'(\w[\w-]*)-\d+|(?:data-[\w-]*id|data-person|href|hx-\w+)="[^"]*"'
    r'|value="\d+\.[^"]*"|nonce="[^"]*"|[\w.-]{24,}|[0-9a-f]{16}'
)


def without_ids(told: Any, key: str = "") -> Any:
    """The same but for ids, times and who they are."""
    if isinstance(told, dict):
        return {name: without_ids(value, name) for name, value in told.items()}
    if isinstance(told, list):
        return [without_ids(each, key) for each in told]
    if IS_ID.search(key) and isinstance(told, int | str):
        return "#"
    return plain(told) if isinstance(told, str) else told


def plain(told: str) -> str:
    told = re.sub(r"customer\d?@example\.com", "@", told).replace(HELD, FINE)
    return TIME.sub("time", told)


def page(told: str) -> str:
    return NAMES.sub(lambda found: (found[1] or "") + "#", plain(told))


def doors(app: Flask, who: Actor, chat_id: int) -> dict[str, Any]:
    """All that a customer reads of their chat, by where."""
    headers = {"Authorization": f"Bearer {access_token(who)}"}
    own, one = "/api/v1/chats", f"/api/v1/chats/{chat_id}"
    p001, p002 = f"/chat/conversations/{chat_id}", f"/api/chat/room/{chat_id}"
    p004 = "/api/provider-customer-chat/conversations"
    paths = [own, one, "/api/v1/unread-count", f"{one}/messages", f"{one}/sync"]
    paths += [f"{one}/sync?after=0", "/chat/conversations", p001, f"{p001}/messages"]
    paths += ["/chat/unread-count", p002, f"{p002}/messages", p004, f"{p004}/{chat_id}/messages"]
    paths += ["/api/chat/room", "/api/chat/user/chat", f"/api/chat/user/chat/{chat_id}/messages"]
    found: dict[str, Any] = {}
    client = app.test_client()
    for path in paths:
        answer = client.get(path, headers=headers)
        assert answer.status_code in (200, 403), path
        found[re.sub(r"/\d+", "/#", path)] = answer.status_code, without_ids(answer.json)
    for name in list(g):
        g.pop(name)
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    for path in ("/widget", "/widget/status"):
        answer = client.get(path, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        found[path] = page(answer.text)
    return found


@pytest.fixture
def twins(people: People) -> tuple[Actor, Actor]:
    """Two customers who are called the same; what one of them writes will be held."""
    name = people.lena.name
    with db.engine.begin() as connection:
        which = users.table.c.id == people.marcus.id
        connection.execute(update(users.table).where(which).values(name=name))
    return people.lena, people.marcus._replace(name=name)


def in_queue(_people: People, chat: ChatState) -> None:
    pass


def answered(people: People, chat: ChatState) -> None:
    assignments.claim(people.ana, chat.id)
    receipts.mark_read(people.ana, chat.id)
    sending.send(people.ana, chat.id, Draft("How can I help?"))


def shown_where(people: People, chat: ChatState) -> None:
    answered(people, chat)
    place = {"latitude": 52.5, "longitude": 13.4, "accuracy": None}
    sending.send(people.ana, chat.id, Draft("", attachments=[place]))


@pytest.mark.parametrize("state", [in_queue, answered, shown_where])
def test_a_held_message_is_told_as_any_other(
    app: Flask, people: People, twins: tuple[Actor, Actor], state: Callable[..., None]
) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    told = []
    for who, text in zip(twins, (HELD, FINE), strict=True):
        chat_id = sending.send(who, None, Draft("My order is late", "m0")).chat_id
        state(people, access.chat_for(who, chat_id))
        sent = sending.send(who, None, Draft(f"{text}, it is late", "m1"))
        assert sent.is_held == (text == HELD)
        assert as_told(who, access.chat_for(who, chat_id)).last_gist is None
        told.append(doors(app, who, chat_id))
        closures.close(people.ana, chat_id)  # or the other one would wait behind it
    held, fine = told
    for path in fine:
        assert held[path] == fine[path], path


def test_with_a_provider_it_is_told_as_any_other(
    app: Flask, people: People, twins: tuple[Actor, Actor]
) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    told = []
    for who, text in zip(twins, (HELD, FINE), strict=True):
        chat, _ = opening.open_between(who, people.petra.id, who.id, 7)
        sending.send(who, chat.id, Draft(text))
        told.append(doors(app, who, chat.id))
    for path in told[1]:
        assert told[0][path] == told[1][path], path


def shown(who: Actor, chat_id: int) -> dict[str, Any]:
    """Of a chat what its customer is told of its state; its version counts the desk's own steps."""
    found: dict[str, Any] = without_ids(chat_out(as_told(who, access.chat_for(who, chat_id))))
    del found["version"], found["lastMessage"]["seq"]
    return found


@pytest.mark.parametrize("is_over", [True, False])
def test_one_by_which_a_chat_begins_or_begins_again(
    people: People, twins: tuple[Actor, Actor], is_over: bool, later: Callable[[int], None]
) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    told = []
    for who, text in zip(twins, (HELD, FINE), strict=True):
        if is_over:
            first = sending.send(who, None, Draft("My order is late"))
            assignments.claim(people.ana, first.chat_id)
            receipts.mark_read(people.ana, first.chat_id)
            closures.close(people.ana, first.chat_id)
            later(1)
        told.append(shown(who, sending.send(who, None, Draft(text)).chat_id))
    assert told[0] == told[1]


def test_what_is_closed_after_it_was_sent_is_closed(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    first = sending.send(people.lena, None, Draft("My order is late"))
    assignments.claim(people.ana, first.chat_id)
    sending.send(people.lena, None, Draft(HELD))
    closures.close(people.ana, first.chat_id)
    assert as_told(people.lena, access.chat_for(people.lena, first.chat_id)).is_over


def test_whom_it_has_begun_again_for_may_end_it_again(
    people: People, later: Callable[[int], None]
) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    chat_id = sending.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, chat_id)

    def told() -> ChatState:
        return as_told(people.lena, access.chat_for(people.lena, chat_id))

    for end in (closures.close, closures.close, archives.archive, archives.archive):
        end(people.lena, chat_id)
        assert told().is_over
        before = access.chat_for(people.lena, chat_id)
        end(people.lena, chat_id)  # again is fine, and changes nothing
        assert access.chat_for(people.lena, chat_id) == before
        later(1)  # it is later than the end that it is said
        sending.send(people.lena, chat_id, Draft(HELD))
        assert told().is_waiting
    assert access.chat_for(people.ana, chat_id).status == Status.ARCHIVED


def test_of_a_blocked_chat_too_what_was_said_last_is_told(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    chat_id = sending.send(people.lena, None, Draft("My order is late")).chat_id
    held = sending.send(people.lena, None, Draft(HELD))
    blocks.block(people.ana, chat_id)
    told = as_told(people.lena, access.chat_for(people.ana, chat_id))
    assert (told.last_text, told.last_seq, told.staff_unread) == (HELD, held.seq, 2)
    assert (told.status, told.needs_reply) == (Status.BLOCKED, False)


@pytest.mark.parametrize("number", [1, 7])
def test_of_many_that_are_held_no_more_is_read(people: People, number: int) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    for _ in range(number):
        chat_id = sending.send(people.lena, None, Draft(HELD)).chat_id
    chat = access.chat_for(people.lena, chat_id)
    with recorded() as run:
        told = as_told(people.lena, chat)
    assert len(run) == 2
    assert told.staff_unread == number


def newest(people: People, message: MessageState) -> int | None:
    return access.chat_for(people.ana, message.chat_id).held_seq


def test_a_chat_knows_that_a_message_of_it_is_held(people: People) -> None:
    word_lists.make(people.maya, "Rude", "hold", [HELD])
    first = sending.send(people.lena, None, Draft("Fine"))
    assert newest(people, first) is None
    sent = [sending.send(people.lena, None, Draft(f"{HELD} {number}")) for number in range(3)]
    assert newest(people, first) == sent[2].seq
    holds.release(people.ana, sent[2].id)
    assert newest(people, first) == sent[1].seq
    holds.reject(people.ana, sent[0].id)
    assert newest(people, first) == sent[1].seq
    edits.take_back(people.lena, sent[1].id)
    assert newest(people, first) is None
    edits.edit(people.lena, first.id, HELD)
    assert newest(people, first) == first.seq
    for other in (people.ana, people.petra):
        chat = access.chat_for(people.ana, first.chat_id)
        assert as_told(other, chat) is chat
