"""Voice messages: files that were recorded, and what is said of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.auth.tokens import access_token
from app.events import Event, MessageChanged
from app.files import checking, kinds, tracks
from app.models import database
from app.models import files as model
from app.models.files import FileStatus
from app.operations import edits, files, forwards, messages
from app.operations.messages import Draft
from app.pages.filters import bars, is_recorded, minutes
from app.queries.files import by_id
from app.queries.related import NOTHING
from app.realtime.render import message_html
from app.schemas.files import NewFile
from app.schemas.wire import parse
from tests.files import RECORDINGS, VOICE, arrived, looked_at, now, of_message, recorded
from tests.people import People


def box(name: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return (8 + len(content)).to_bytes(4) + name + content


def track(handler: bytes) -> bytes:
    return box(b"trak", box(b"tkhd", bytes(20)), box(b"mdia", box(b"hdlr", bytes(8), handler)))


def mp4(brand: bytes, *handlers: bytes) -> bytes:
    movie = box(b"moov", box(b"mvhd", bytes(30)), *map(track, handlers))
    return box(b"ftyp", brand, bytes(4)) + movie + box(b"mdat", b"trakvide" * 9)


def element(name: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return name + (0x4000 | len(content)).to_bytes(2) + content


def webm(*types: int, after: bytes = b"") -> bytes:
    kinds = (element(b"\xae", element(b"\x83", bytes([each]))) for each in types)
    inner = element(b"\x15\x49\xa9\x66", bytes(5)) + element(b"\x16\x54\xae\x6b", *kinds) + after
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + inner


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sound.webm", "audio/webm"),
        ("sound.mp4", "audio/mp4"),
        ("picture.webm", "video/webm"),
        ("picture.mp4", "video/mp4"),
    ],
)
def test_what_a_browser_records_is_known_by_its_tracks(name: str, kind: str) -> None:
    assert kinds.type_of(RECORDINGS / name) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (mp4(b"iso5", b"soun"), "audio/mp4"),
        (mp4(b"mp42", b"soun"), "audio/mp4"),
        (mp4(b"iso5", b"soun", b"vide"), "video/mp4"),
        (mp4(b"M4A ", b"soun", b"vide"), "audio/mp4"),  # with the picture on its cover
        (mp4(b"iso5"), "video/mp4"),
        (webm(2), "audio/webm"),
        (webm(1, 2), "video/webm"),
        (webm(), "video/webm"),
        # What was recorded may hold any bytes.
        (webm(2, after=b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + b"V_VP9"), "audio/webm"),
        (webm(2)[:-1], "video/webm"),
    ],
)
def test_sound_is_what_has_tracks_of_sound_alone(content: bytes, kind: str, tmp_path: Path) -> None:
    (file := tmp_path / "file").write_bytes(content)
    assert kinds.type_of(file) == kind


@pytest.mark.parametrize("name", ["sound.webm", "sound.mp4", "picture.webm", "picture.mp4"])
def test_what_is_damaged_is_read_to_its_end_and_no_further(name: str, tmp_path: Path) -> None:
    whole = (RECORDINGS / name).read_bytes()[:1500]
    file = tmp_path / "file"
    for at in range(4, len(whole), 3):
        for content in (whole[:at], whole[:at] + b"\0" + whole[at:], whole[:at] + b"\xff" * 40):
            file.write_bytes(content)
            assert kinds.type_of(file) in (*kinds.PLAYED, model.OTHER)


def test_boxes_within_boxes_end(tmp_path: Path) -> None:
    bomb = box(b"moov", *[box(b"trak", *[box(b"mdia", *[box(b"hdlr")] * 90)] * 90)] * 90)
    (file := tmp_path / "file").write_bytes(bomb)
    with file.open("rb") as opened:
        assert tracks.of_mp4(opened, len(bomb)) == set()


def test_a_message_with_what_was_recorded_is_a_voice_message(
    people: People, announced: list[Event]
) -> None:
    file = recorded(people.lena)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert message.message_type == "voice"
    assert of_message(message)[0]["voice"] == VOICE
    checking.check(file.id)
    assert isinstance(announced[-1], MessageChanged)
    after = announced[-1].message
    (attached,) = of_message(after)
    assert (after.message_type, attached["contentType"]) == ("voice", "audio/webm")
    assert attached["voice"] == VOICE
    shown = message_html(after, "en", people.lena.id, NOTHING)
    assert f'data-voice="{file.id}"' in shown
    assert 'aria-label="Voice message, 0:02 · ' in shown
    assert bars(VOICE["peaks"]) in shown


@pytest.mark.parametrize("content", [b"some words", (RECORDINGS / "picture.webm").read_bytes()])
@pytest.mark.parametrize("is_sent_first", [True, False])
def test_what_turns_out_to_be_no_sound_is_a_file_like_others(
    people: People, content: bytes, is_sent_first: bool
) -> None:
    file = arrived(people.lena, content, "voice.webm", voice=VOICE)
    if not is_sent_first:
        checking.check(file.id)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert message.message_type == ("voice" if is_sent_first else "file")
    checking.check(file.id)
    after = messages.send(people.lena, message.chat_id, Draft("", "a", files=[file.id]))
    assert (after.id, after.message_type) == (message.id, "file")
    (attached,) = of_message(after)
    assert attached["status"] == FileStatus.READY
    assert "voice" not in attached
    assert now(file).voice is None


def test_who_says_voice_of_sound_that_was_not_recorded_is_believed(people: People) -> None:
    content = (RECORDINGS / "sound.mp4").read_bytes()
    file = arrived(people.lena, content, "song.m4a")
    message = messages.send(people.lena, None, Draft("", "a", "voice", files=[file.id]))
    checking.check(file.id)
    after = messages.send(people.lena, message.chat_id, Draft("", "a", "voice", files=[file.id]))
    assert (message.message_type, after.message_type) == ("voice", "voice")
    assert "voice" not in of_message(after)[0]


def test_beside_another_file_it_is_one_of_several(people: People) -> None:
    ids = [recorded(people.lena).id, looked_at(people.lena, b"words", "notes.txt").id]
    message = messages.send(people.lena, None, Draft("", "a", files=ids))
    assert message.message_type == "file"
    assert [each.get("voice") for each in of_message(message)] == [VOICE, None]


def test_it_is_forwarded_and_taken_back_as_files_are(people: People) -> None:
    file = recorded(people.lena)
    checking.check(file.id)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    other = messages.send(people.marcus, None, Draft("Hello", "b")).chat_id
    copy = forwards.forward(people.ana, message.id, other, "f")
    assert copy.message_type == "voice"
    assert of_message(copy)[0] | {"id": file.id} == of_message(message)[0]
    edits.take_back(people.lena, message.id)
    assert by_id(file.id) is None
    assert files.seen(people.marcus, of_message(copy)[0]["id"]).voice == json.dumps(VOICE)


BAD: list[tuple[Any, str]] = [
    ({"seconds": 1}, "voice.peaks"),
    ({"peaks": []}, "voice.seconds"),
    ({"seconds": 300.1, "peaks": []}, "voice.seconds"),
    ({"seconds": -1, "peaks": []}, "voice.seconds"),
    ({"seconds": "1", "peaks": []}, "voice.seconds"),
    ({"seconds": True, "peaks": []}, "voice.seconds"),
    ({"seconds": None, "peaks": []}, "voice.seconds"),
    ({"seconds": 1, "peaks": [0] * 65}, "voice.peaks"),
    ({"seconds": 1, "peaks": [101]}, "voice.peaks.0"),
    ({"seconds": 1, "peaks": [-1]}, "voice.peaks.0"),
    ({"seconds": 1, "peaks": [0, 1.5]}, "voice.peaks.1"),
    ({"seconds": 1, "peaks": ["7"]}, "voice.peaks.0"),
    ({"seconds": 1, "peaks": [True]}, "voice.peaks.0"),
    ({"seconds": 1, "peaks": {}}, "voice.peaks"),
    ("loud", "voice"),
    ([], "voice"),
    (7, "voice"),
]


@pytest.mark.parametrize(("voice", "field"), BAD, ids=str)
def test_what_cannot_be_is_refused_and_nothing_stored(
    client: FlaskClient, people: People, voice: Any, field: str
) -> None:
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    said = {"name": "voice.webm", "size": 9, "voice": voice}
    answer = client.post("/api/v1/files", json=said, headers=token)
    assert answer.status_code == 422
    assert list(answer.json["error"]["fields"]) == [field]
    assert database.scalar(select(func.count()).select_from(model.table)) == 0


@pytest.mark.parametrize(
    "voice", [VOICE, {"seconds": 0, "peaks": []}, {"seconds": 300, "peaks": [0, 100] * 32}]
)
def test_what_can_be_is_kept_as_it_was(
    client: FlaskClient, people: People, voice: dict[str, Any]
) -> None:
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    said = {"name": "voice.webm", "size": 9, "voice": voice}
    file = client.post("/api/v1/files", json=said, headers=token).json
    assert file["voice"] == voice
    again = client.get(f"/api/v1/files/{file['id']}", headers=token).json
    assert again["voice"] == voice
    other = client.post("/api/v1/files", json={"name": "a", "size": 9}, headers=token).json
    assert "voice" not in other
    assert parse(NewFile, said | {"voice": None}).recorded is None


FORGED: list[Any] = [
    "loud",
    {},
    {"seconds": "1", "peaks": []},
    {"seconds": True, "peaks": []},
    {"seconds": 1e9, "peaks": []},
    {"seconds": float("nan"), "peaks": []},
    {"seconds": 1, "peaks": "loud"},
    {"seconds": 1, "peaks": ["<b>"]},
    {"seconds": 1, "peaks": [1000]},
    {"seconds": 1, "peaks": [1] * 65},
]


@pytest.mark.parametrize("voice", FORGED, ids=str)
def test_what_a_client_only_says_of_a_file_is_not_drawn(people: People, voice: Any) -> None:
    said = {"id": 1, "name": "a", "size": 9, "status": "ready", "contentType": "audio/webm"}
    assert is_recorded(said | {"voice": VOICE})
    assert not is_recorded(said | {"voice": voice})
    assert not is_recorded(said | {"voice": VOICE, "contentType": "video/webm"})


@pytest.mark.parametrize(
    ("taken", "types"),
    [
        ((), list(kinds.RECORDED)),
        (("image/*",), []),
        (("audio/*", "image/*"), list(kinds.RECORDED)),
        (("audio/webm",), ["audio/webm;codecs=opus"]),
        (("audio/mp4",), ["audio/mp4;codecs=mp4a.40.2", "audio/mp4"]),
    ],
)
def test_the_button_is_there_where_sound_is_taken(
    app: Flask, client: FlaskClient, people: People, taken: tuple[str, ...], types: list[str]
) -> None:
    app.config["FILE_TYPES"] = taken
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    page = client.get("/widget", headers=token).text
    assert ("data-record=" in page) == bool(types)
    assert not types or f'data-record="{" ".join(types)}" data-seconds="300"' in page
    assert kinds.recorded(taken) == types


def test_where_files_are_small_it_is_as_long_as_is_taken(
    app: Flask, client: FlaskClient, people: People
) -> None:
    app.config["FILE_BYTES"] = 1_000_000
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    assert 'data-seconds="125"' in client.get("/widget", headers=token).text
    app.config["FILE_BYTES"] = 0
    assert "data-record" not in client.get("/widget", headers=token).text


def test_how_long_it_is_and_how_loud() -> None:
    assert [minutes(each) for each in (0, 0.4, 6.6, 59.6, 300)] == [
        "0:00",
        "0:00",
        "0:07",
        "1:00",
        "5:00",
    ]
    assert bars([0, 50, 100]) == "M2 15v2M6 8v16M10 1v30"
    assert bars([]) == bars([0] * 48)
