"""The documentation is made of what runs: it can leave nothing out and say nothing else."""

import json
import re
from inspect import getsource
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.announce import announce
from app.api.openapi import endpoints, openapi_path
from app.api.samples import sample_of
from app.events import (
    AvailabilityChanged,
    ChatChanged,
    ChatErased,
    ChatRated,
    PersonChanged,
    PinChanged,
    PlaceChanged,
    PresenceChanged,
    PriorityChanged,
    ReceiptsMoved,
    SavedViewsChanged,
    SettingsChanged,
    SnoozeChanged,
    TagsChanged,
    TakenOver,
    TypingSignalled,
    UnreadMarkChanged,
    ViewersChanged,
)
from app.models.chats import ChatState
from app.models.ratings import RatingState
from app.operations import assignments, chats, closures, edits, messages, notes, reactions
from app.operations.messages import Draft
from app.queries import messages as history
from app.realtime import deliver, listeners, live, rows
from app.schemas.chats import ChatOut, chat_out
from app.schemas.live import ACKNOWLEDGED, EVENTS
from app.schemas.messages import MessageOut, message_out
from tests.api.conftest import Call, given
from tests.people import People


@pytest.fixture
def document(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = given(call(None, "GET", "/api/openapi.json"))
    return found


def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, there in document["paths"].items() for method in there}


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_is_in_the_document_and_the_reverse(
    app: Flask, document: dict[str, Any]
) -> None:
    doors = [each for each in app.extensions["rest"] if each.endpoints]
    prefixes = ("/auth/", *(f"{each.prefix}/" for each in doors))
    served = {
        (method, openapi_path(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(prefixes)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert len(served) > 20
    assert operations(document) == served


def test_every_operation_has_its_own_id_and_a_summary(document: dict[str, Any]) -> None:
    found = [each for path in document["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in found}) == len(found)
    assert all(each["summary"] and "  " not in each["summary"] for each in found)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert refs <= set(document["components"]["schemas"])


def test_every_example_is_taken_by_the_shape_that_it_stands_for(
    app: Flask, document: dict[str, Any]
) -> None:
    schemas = document["components"]["schemas"]
    for each in endpoints():
        for shape in filter(None, (each.body, each.query)):
            shape.model_validate(sample_of(schemas[shape.__name__]))


@pytest.fixture
def past(people: People) -> list[ChatState]:
    """Chats that fill and leave empty every field."""
    sent = messages.send(people.lena, None, Draft("Hello", "a"))
    assignments.claim(people.ana, sent.chat_id)
    messages.send(people.ana, sent.chat_id, Draft("Hi", reply_to_id=sent.id))
    reactions.react(people.lena, sent.id, "👍")
    closed = closures.close(people.ana, sent.chat_id)
    between, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 7)
    return [closed, between, chats.open_own(people.marcus)[0]]


def test_chats_and_messages_made_by_hand_are_what_their_shapes_say(past: list[ChatState]) -> None:
    for chat in past:
        shape = chat_out(chat)
        assert ChatOut.model_validate(shape).model_dump(mode="json") == shape
        for message in history.before(chat.id).messages:
            shape = message_out(message)
            assert MessageOut.model_validate(shape).model_dump(mode="json") == shape
    assert len(history.before(past[0].id).messages) == 4


def test_every_live_event_that_is_taken_is_documented_with_its_acknowledgement() -> None:
    assert set(ACKNOWLEDGED) == set(live.handlers)


def test_every_live_event_that_goes_out_is_what_its_shape_says(
    people: People, past: list[ChatState], monkeypatch: pytest.MonkeyPatch
) -> None:
    emitted: dict[str, Any] = {"restarting": {}}  # by a signal, not by something that happened
    # As if pages listened in every room, so that `html` is there too.
    monkeypatch.setattr(deliver.rooms, "occupied", list)
    for emitting in (deliver, rows):
        monkeypatch.setattr(
            emitting, "emit", lambda name, payload, *_to, **_but: emitted.update({name: payload})
        )
    chat = past[0]
    edits.edit(people.lena, messages.send(people.lena, chat.id, Draft("Again")).id, "Anew")
    notes.write(people.ana, chat.id, f"Again, @{people.ben.name}")
    notes.see(people.ben)
    announce(
        [
            ChatChanged(chat, before=None),
            ReceiptsMoved(chat, people.ana.id, 5, 5, chat.updated_at, (1, 5), read=True),
            TypingSignalled(chat, people.lena.id, "Lena Ortiz", True),
            PersonChanged(people.lena.id, "Lena Bell", people.lena.email, chat.updated_at),
            PresenceChanged(people.lena.id, False, chat.updated_at),
            SnoozeChanged(chat._replace(snoozed_until=chat.updated_at), is_due=False),
            UnreadMarkChanged(chat._replace(unread_mark=5)),
            PriorityChanged(chat._replace(priority="urgent")),
            PinChanged(people.ana.id, chat.id, True, (chat.id,)),
            ChatErased(chat.id),
            ChatRated(chat.id, RatingState(chat.id, "stars", 1, None, 2, 5, "Fine")),
            TagsChanged(chat, ("Refund", "VIP")),
            TakenOver(chat, people.ana.id, people.maya.id, people.maya.name),
            AvailabilityChanged(people.ana.id, "away"),
            SavedViewsChanged(None),
            SettingsChanged("tags", "removed", 2),
            PlaceChanged(chat.id, people.lena.id, 2),
            ViewersChanged(chat.id, "here", ((people.ana.id, "Ana Weber"),)),
        ]
    )
    assert set(emitted) == set(EVENTS)
    for name, payload in emitted.items():
        shape = EVENTS[name].model_validate(payload)
        told = shape.model_dump(mode="json", exclude_unset=True)
        assert told == json.loads(json.dumps(payload)), name


def test_no_live_event_goes_out_that_is_not_documented() -> None:
    sources = "".join(map(getsource, (deliver, rows, listeners)))
    named = set(re.findall(r'(?:emit|Row|tell_chat)\(\s*"(\w+)"', sources))
    assert len(named) > 5
    assert named == set(EVENTS)


def test_the_page_names_everything_and_fetches_nothing_from_elsewhere(
    call: Call, document: dict[str, Any]
) -> None:
    answer = call(None, "GET", "/api/docs")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    for method, path in operations(document):
        assert path in html, path
        assert f">{method}<" in html
    for name in (*live.handlers, *EVENTS):
        assert f">{name}<" in html, name
    for name in ("ChatOut", "MessageOut", "ErrorOut"):
        assert f'id="shape-{name}"' in html
    linked = re.findall(r'(?:src|href)="([^"#]*)', html)
    assert all(link.startswith("/") or not link for link in linked), linked
    assert "style=" not in html
    assert "<style" not in html
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert not re.findall(r"\son\w+=", html)


def test_every_link_within_the_page_leads_somewhere(call: Call) -> None:
    html = call(None, "GET", "/api/docs").get_data(as_text=True)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
