"""Where somebody is: told in a message, checked at the door, shown with ways to look at it."""

import json

import pytest
from flask.testing import FlaskClient

from app.cli.factories import state
from app.errors import Invalid
from app.models.messages import MessageType
from app.models.places import Place, place_in
from app.operations import edits, forwards, messages, redactions
from app.operations.messages import Draft
from app.protocols.p003.mapping import message_out as message_003
from app.protocols.p004.mapping import Send
from app.schemas.messages import MessageOut, SendMessage, message_out
from app.schemas.wire import parse
from tests.people import PASSWORD, People

HERE = {"latitude": 52.5200066, "longitude": -13.404954, "accuracy": 12.4}
STORED = {"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12}


def said(*attachments: object, **more: object) -> SendMessage:
    given = {"message": "", "clientId": "a", "attachments": list(attachments)} | more
    return parse(SendMessage, json.loads(json.dumps(given)))


def test_a_place_is_an_attachment_and_needs_no_words(people: People) -> None:
    message = messages.send(people.lena, None, said(HERE).draft())
    assert message.message_type == MessageType.LOCATION
    assert message.attached == [STORED]
    out = message_out(message)
    assert MessageOut.model_validate(out).attachments
    assert (out["attachments"], out["messageType"], out["message"]) == ([STORED], "location", "")
    assert state(message.chat_id).last_text == "52.52001, -13.40495"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([HERE | {"latitude": 90.1}], "attachments.0.place.latitude"),
        ([HERE | {"longitude": -180.1}], "attachments.0.place.longitude"),
        ([HERE | {"longitude": "13"}], "attachments.0.place.longitude"),
        ([HERE | {"latitude": True}], "attachments.0.place.latitude"),
        ([HERE | {"latitude": float("nan")}], "attachments.0.place.latitude"),
        ([HERE | {"accuracy": float("inf")}], "attachments.0.place.accuracy"),
        ([HERE | {"accuracy": -1}], "attachments.0.place.accuracy"),
        ([{"latitude": 1}], "attachments.0.place.longitude"),
        ([HERE, HERE], "attachments"),
        (["here"], "attachments.0.file"),
    ],
)
def test_what_is_no_place_is_refused_by_its_field(given: list[object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        said(*given)
    assert list(error.value.fields or {}) == [field]


def test_a_type_alone_is_no_place() -> None:
    with pytest.raises(Invalid):
        messages.check(said(messageType="location").draft())


def test_what_is_taken_back_is_nowhere_any_more_and_what_is_forwarded_is_there(
    people: People,
) -> None:
    message = messages.send(people.lena, None, said(HERE).draft())
    other = messages.send(people.marcus, None, Draft("Hello", "b"))
    copy = forwards.forward(people.ana, message.id, other.chat_id, "c")
    assert (copy.attached, copy.message_type) == ([STORED], MessageType.LOCATION)
    gone = edits.take_back(people.lena, message.id)
    assert (gone.attachments, state(message.chat_id).last_text) == (None, "")


@pytest.mark.parametrize(
    "more",
    [
        {"attachments": [{"latitude": 52.520007, "longitude": -13.404954, "accuracy": 12}]},
        {"metadata": HERE},
    ],
    ids=["attached", "beside it"],
)
def test_an_older_protocol_sends_a_place_and_hears_of_one(
    people: People, more: dict[str, object]
) -> None:
    given = {"content": "", "messageType": "LOCATION", "clientId": "a"} | more
    message = messages.send(people.lena, None, parse(Send, given).draft())
    assert (message.attached, message.message_type) == ([STORED], MessageType.LOCATION)
    older = message_003(message)
    assert (older["message"], older["messageType"]) == ("52.52001, -13.40495", "text")


def test_it_is_shown_with_ways_to_look_at_it_that_ask_nobody_by_themselves(
    people: People, client: FlaskClient
) -> None:
    message = messages.send(people.lena, None, said(HERE).draft())
    messages.send(people.lena, None, Draft("There", "b", reply_to_id=message.id))
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    page = client.get(f"/admin/messages/{message.chat_id}").text
    assert '<bdi dir="ltr">52.52001, -13.40495</bdi>' in page
    assert "give or take 12 m" in page
    assert 'href="geo:52.520007,-13.404954"' in page
    assert page.count('target="_blank" rel="noopener noreferrer"') == 4
    assert 'dir="auto">Place</span>' in page
    assert "<iframe" not in page


@pytest.mark.parametrize("words", ["52.52001, -13.40495", "52.52001", "13.40495"])
def test_a_place_is_hidden_as_a_whole_by_what_is_shown_of_it(people: People, words: str) -> None:
    message = messages.send(people.lena, None, said(HERE).draft())
    after = redactions.redact(people.ada, message.id, words)
    assert not any(char.isdigit() for char in after.attachments or "")
    assert "52" not in state(message.chat_id).last_text


def test_what_a_file_is_called_is_stored_as_every_database_takes_it(people: People) -> None:
    given = {"content": "", "messageType": "LOCATION", "clientId": "a"}
    given["attachments"] = [HERE, {"name": "a\u0000b"}]  # type: ignore[assignment]
    message = messages.send(people.lena, None, parse(Send, given).draft())
    assert state(message.chat_id).last_text == "52.52001, -13.40495, ab"


def test_a_client_cannot_say_that_a_message_came_by_mail(people: People) -> None:
    given = {"content": "Hi", "clientId": "a", "metadata": {"via": "mail", "lang": "de"}}
    message = messages.send(people.lena, None, parse(Send, given).draft())
    assert not message.came_by_mail
    assert message.detailed == {"lang": "de"}


def test_only_what_can_be_a_place_is_one() -> None:
    assert place_in(HERE) == Place(52.5200066, -13.404954, 12.4)
    assert place_in(HERE | {"accuracy": "near"}) == Place(52.5200066, -13.404954)
    strange = [
        None,
        {},
        HERE | {"latitude": "52"},
        HERE | {"latitude": True},
        HERE | {"longitude": 181},
    ]
    assert [place_in(each) for each in strange] == [None] * len(strange)
