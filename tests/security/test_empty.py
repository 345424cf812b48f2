"""What shows nothing is empty, by every door through which somebody says something."""

from __future__ import annotations

import re
import unicodedata

import pytest
from flask import Flask

from app.errors import Invalid
from app.models import messages, notes
from app.models.database import rows as read
from app.operations import messages as sending
from app.operations import users
from app.operations.messages import Draft
from app.visible import INVISIBLE, shows
from tests.people import PASSWORD
from tests.security.cast import Cast, stored
from tests.security.knock import (
    PAYLOADS,
    ROWS,
    Row,
    ask,
    call,
    connected,
    filled,
    is_route,
    namespace_of,
)

NOTHING = {
    "blanks": " \t\n\u00a0\u2003\u3000",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "direction": "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "soft hyphens": "\u00ad\u00ad",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "Braille without a dot": "\u2800\u2800",
    "variation selectors": "\ufe0f\ufe00\U000e0100\u180b",
    "tags": "\U000e0041\U000e007f",
    "controls": "\x01\x7f\x85",
    "Egyptian blanks": "\U00013441\U00013442\U00013430\U0001343f",
    "Khitan filler": "\U00016fe4",
    "noncharacters": "\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff",
    "a bit of each": " \u200b \u3164\n\u2800 \ufe0f\u00ad ",
}
SOMETHING = {
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "a heart": "\u2764\ufe0f",
    "a flag of tags": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "Persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Hindi": "\u0915\u094d\u200d\u0937",
    "a hieroglyph and a mirrored one": "\U00013000\U00013000\U00013440",
    "what this Python does not know yet": "\U0001fae8",
    "a dot": ".",
    "within nothing": "\u200b\u200bx\u200b",
    "an accent alone": "\u0301",
}
# Each door that takes words of somebody, and the field that holds them.
SAYING = [
    pytest.param(row, field, id=row.name)
    for row in ROWS
    for field in ("message", "content")
    if field in PAYLOADS.get(row.name, {}) and row.chat != "order" and row.name[:3] != "004"
] + [
    pytest.param(row, "content", id=row.name)
    for row in ROWS
    if row.name == "004 chat-send-message" and row.chat == "order"
]


def test_every_way_of_saying_something_is_tried() -> None:
    assert len(SAYING) == 19, [param.id for param in SAYING]


@pytest.mark.parametrize(("row", "field"), SAYING)
def test_a_message_that_shows_nothing_is_refused(
    house: Flask, cast: Cast, row: Row, field: str
) -> None:
    for text in NOTHING.values():
        assert not shows(text)
        cast.begin_anew()
        before = stored()
        assert said(house, cast, row, field, text) in (422, "invalid")
        assert stored() == before
    for text in SOMETHING.values():
        cast.begin_anew()
        assert said(house, cast, row, field, text) in (200, 201, 303, "ok")
        if "note" in row.name:
            assert text.strip() in {note.text for note in read(notes.table.select())}
            continue
        m = messages.table.c
        newest = read(messages.table.select().order_by(m.id.desc()).limit(1))[0]
        assert text in (newest.text, read(messages.table.select().order_by(m.id).limit(1))[0].text)


def said(house: Flask, cast: Cast, row: Row, field: str, text: str) -> int | str:
    """The status, or the code, that the customer is answered; of notes, their author."""
    who = "agent" if "note" in row.name else "customer"
    if is_route(row):
        return call(house, cast, who, row, extra={field: text}).status_code
    client = connected(house, cast, who, namespace_of(row))
    payload = filled(PAYLOADS[row.name], cast.values(row.chat)) | {field: text}
    answer = ask(client, row, payload)
    client.disconnect(namespace_of(row))
    return "ok" if answer.get("ok", "error" not in answer) else str(answer["error"]["code"])


def test_neither_does_a_name(house: Flask, cast: Cast) -> None:
    for text in NOTHING.values():
        with house.app_context():
            form = {"name": text, "email": "new@example.com", "password": PASSWORD}
            assert house.test_client().post("/register", data=form).status_code == 422
        with pytest.raises(Invalid) as refused:
            users.create(text, "new@example.com", PASSWORD, "agent")
        assert set(refused.value.fields or {}) == {"name"}


def test_it_is_what_unicode_calls_ignorable_and_no_letter_of_any_script() -> None:
    hidden = re.compile(f"[{INVISIBLE}]")
    taken = [chr(point) for point in range(0x110000) if hidden.match(chr(point))]
    kinds = {unicodedata.category(char) for char in taken}
    assert kinds == {"Cc", "Cf", "Cn", "Lo", "Mn", "So", "Zl", "Zp", "Zs"}
    letters = [char for char in taken if unicodedata.category(char) in ("Lo", "So")]
    newer = "\U00013441\U00013442"  # letters since Unicode 15
    assert "".join(letters).rstrip(newer) == "\u115f\u1160\u2800\u3164\uffa0\U0001d159"


def test_what_somebody_says_stays_as_it_is(house: Flask, cast: Cast) -> None:
    cast.begin_anew()
    text = " \u200b\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u2764\ufe0f "
    assert sending.send(cast["customer"], None, Draft(text)).text == text
