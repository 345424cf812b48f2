"""What a message without words is called, wherever it is told of without being shown."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli.factories import state
from app.files import checking
from app.gists import gist_words, preview
from app.models.gists import Gist, gist_of
from app.models.messages import MessageState
from app.operations import edits, messages
from app.operations.messages import Draft
from app.protocols.p002.mapping import room_out
from app.protocols.p003.mapping import chat_out
from app.queries.related import quotes_of
from tests.files import RECORDINGS, arrived, looked_at, picture, recorded
from tests.people import PASSWORD, People

PLACE = {"latitude": 52.5, "longitude": 13.4, "accuracy": None}
IMAGE = {"id": 1, "name": "a.png", "contentType": "image/png", "width": 9, "height": 9}
PDF = {"id": 2, "name": "invoice.pdf", "contentType": "application/octet-stream"}
FILM = {"id": 3, "name": "a.mp4", "contentType": "video/mp4"}
VOICE = {"name": "a.webm", "contentType": "audio/webm", "voice": {"seconds": 12.4, "peaks": []}}
ARRIVING = {"name": "a.png", "contentType": None}
CASES: list[tuple[str, list[dict[str, Any]], str, str]] = [
    ("image", [IMAGE], "Picture", "Bild"),
    ("image", [ARRIVING], "Picture", "Bild"),
    ("image", [IMAGE] * 3, "3 pictures", "3 Bilder"),
    ("voice", [VOICE], "Voice message (0:12)", "Sprachnachricht (0:12)"),
    ("voice", [VOICE, VOICE], "2 voice messages", "2 Sprachnachrichten"),
    ("file", [PDF], "File \u2068invoice.pdf\u2069", "Datei \u2068invoice.pdf\u2069"),
    ("file", [PDF, IMAGE], "2 files", "2 Dateien"),
    ("file", [FILM], "Video", "Video"),
    ("location", [PLACE], "Place", "Ort"),
    ("text", [PLACE], "Place", "Ort"),
    ("image", [{"url": "https://example.com/a.png"}], "Picture", "Bild"),
    ("location", [], "Place", "Ort"),
    ("text", [], "File", "Datei"),
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
NAMES = ("name", "contentType", "voice", "width", "latitude", "longitude", "status", "url")
ATTACHED = st.dictionaries(st.sampled_from(NAMES), ANYTHING | st.just({"seconds": 1e300}))


@pytest.mark.parametrize(("kind", "attached", "english", "german"), CASES)
def test_it_says_what_it_is_in_its_readers_language(
    app: Any, kind: str, attached: list[dict[str, Any]], english: str, german: str
) -> None:
    gist = gist_of(kind, attached)
    assert gist_words(gist) == english
    assert gist_words(Gist.kept(gist.stored, gist.name)) == english
    with force_locale("de"):
        assert gist_words(gist) == german


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.sampled_from(["text", "image", "voice", "file", "location"]), st.lists(ATTACHED))
def test_whatever_a_client_attaches_is_called_something(kind: str, attached: list[Any]) -> None:
    gist = gist_of(kind, attached)
    assert Gist.kept(gist.stored, gist.name) == gist
    assert len(gist.stored) <= 40
    assert gist.number >= 1


def kept(message: MessageState) -> str | None:
    chat = state(message.chat_id)
    return chat.gist and gist_words(chat.gist)


def test_a_chat_keeps_what_was_said_last_and_the_same_in_every_list(
    people: People, client: FlaskClient
) -> None:
    film = arrived(people.lena, (RECORDINGS / "picture.mp4").read_bytes(), "film.mp4")
    sent = messages.send(people.lena, None, Draft("", "a", files=(film.id,)))
    assert kept(sent) == "File \u2068film.mp4\u2069"
    checking.check(film.id)
    assert kept(sent) == "Video"
    several = [looked_at(people.lena, picture(50, side)).id for side in (20, 30)]
    sent = messages.send(people.lena, None, Draft("", "b", files=tuple(several)))
    chat = state(sent.chat_id)
    assert (kept(sent), chat.last_text) == ("2 pictures", "screen.png, screen.png")
    assert room_out(chat, people.ana)["lastMessage"] == "2 pictures"
    assert chat_out(chat)["lastMessage"] == "2 pictures"
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    page = client.get("/admin/messages").text
    assert '#icon-image"/></svg> 2 pictures</span>' in page
    messages.send(people.lena, None, Draft("Do you see it?", "c"))
    assert kept(sent) is None


def test_a_program_is_told_its_name_alone(people: People) -> None:
    file = arrived(people.lena, b"%PDF-1.4 words", "invoice.pdf")
    sent = messages.send(people.lena, None, Draft("", "a", files=(file.id,)))
    assert (preview(sent), kept(sent)) == ("File invoice.pdf", "File \u2068invoice.pdf\u2069")
    chat = state(sent.chat_id)
    assert room_out(chat, people.ana)["lastMessage"] == "File invoice.pdf"
    assert chat_out(chat)["lastMessage"] == "File invoice.pdf"


def test_words_beside_a_file_say_more_than_what_it_is(people: People) -> None:
    file = looked_at(people.lena, picture())
    sent = messages.send(people.lena, None, Draft("", "a", files=(file.id,)))
    assert (preview(sent), kept(sent)) == ("Picture", "Picture")
    after = edits.edit(people.lena, sent.id, "My chair")
    assert (preview(after), kept(after)) == ("My chair", None)
    gone = edits.take_back(people.lena, sent.id)
    assert (gone.gist, preview(gone), kept(gone)) == (None, "", None)


def test_a_quote_says_so_too(people: People) -> None:
    file = recorded(people.lena)
    checking.check(file.id)
    sent = messages.send(people.lena, None, Draft("", "a", files=(file.id,)))
    words = messages.send(people.lena, None, Draft("Hello", "b"))
    quotes = quotes_of({sent.id, words.id})
    assert gist_words(quotes[sent.id].gist) == "Voice message (0:02)"
    assert quotes[words.id].attachments is None
