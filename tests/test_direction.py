"""The direction of names in all that is text before it is laid out: attributes, titles, errors."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import update

from app import clock
from app.auth.tokens import access_token
from app.cli.factories import ChatPast, save, state
from app.direction import ENDS, TURNS, isolated, straight
from app.errors import AlreadyAssigned
from app.extensions import db
from app.models import users
from app.operations import assignments
from app.pages.filters import bdi
from tests.people import PASSWORD, People

# Ends what keeps it apart, turns what follows, and begins what nothing ends.
NAME = "\u2069\u202eAna\u2069 Weber\u2067"
ISOLATE = re.compile(f"\u2068[^{TURNS}{ENDS}]*\u2069")


@pytest.fixture
def turning(people: People) -> People:
    """People called so since before names were cleaned, and a chat that Ben has."""
    with db.engine.begin() as connection:
        connection.execute(update(users.table).values(name=NAME))
    lena, ben, now = (people.lena, people.ben._replace(name=NAME), clock.now())
    save([ChatPast(lena, now).say(lena, NAME, now).take(ben, now).say(ben, NAME, now)])
    return people


@pytest.mark.parametrize(
    "end", [*TURNS, *ENDS, "".join(TURNS), *(a + b for a in TURNS for b in ENDS)]
)
def test_nothing_in_a_name_ends_what_keeps_it_apart(end: str) -> None:
    for name in (end, f"{end}Ana", f"An{end}a", f"Ana{end}"):
        assert ISOLATE.fullmatch(isolated(name))
        assert re.fullmatch(f"<bdi>[^{TURNS}{ENDS}]*</bdi>", bdi(name))
        assert straight(name).replace(" ", "") in ("Ana", "")


@pytest.mark.parametrize(
    "name", ["Ana Weber", "شهد", "\u200fAna\u200e", "👩\u200d🔧", "O'Neil & <b>"]
)
def test_what_turns_nothing_beyond_itself_stays_in_a_name(name: str) -> None:
    assert straight(name) == name
    assert isolated(name) == f"\u2068{name}\u2069"
    assert bdi(name) == f"<bdi>{escape(name)}</bdi>"


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("ana", "/admin"),
        ("ana", "/admin/messages"),
        ("ana", "/admin/messages/1"),
        ("ana", f"/admin/messages?filter=closed&q={NAME}"),
        ("lena", "/dashboard"),
        ("lena", "/widget"),
        ("petra", "/dashboard"),
    ],
)
def test_a_text_with_a_name_in_it_is_not_turned_by_the_name(
    client: FlaskClient, turning: People, person: str, path: str
) -> None:
    client.post("/login", data={"email": getattr(turning, person).email, "password": PASSWORD})
    page = Texts(client.get(path).text)
    assert NAME.strip() in page.texts  # alone it may be as it is
    if path == "/admin/messages/1":
        assert f"{isolated(NAME)} · Messages · Deskbell" in page.texts
        assert f"Assigned to {isolated(NAME)}" in page.texts
    assert [text for text in page.texts if is_turned(text)] == []


def is_turned(text: str) -> bool:
    """Whether anything but a name alone could be: what is outside of isolates turns."""
    is_alone = text in (NAME, straight(NAME))
    return not is_alone and bool(re.search(f"[{TURNS}]", ISOLATE.sub("", text)))


class Texts(HTMLParser):
    """The texts of a page, and the values of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value.strip() for _name, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_who_is_told_who_has_a_chat_reads_it_as_it_is_meant(turning: People) -> None:
    with pytest.raises(AlreadyAssigned) as refused:
        assignments.claim(turning.ana, 1)
    assert refused.value.as_dict()["message"] == "\u2068Ana Weber\u2069 has this chat."
    assert state(1).agent_id == turning.ben.id


def test_a_line_of_the_chat_is_turned_for_no_program_either(
    client: FlaskClient, turning: People
) -> None:
    proof = {"Authorization": f"Bearer {access_token(turning.ana)}"}
    told: Any = client.get("/api/v1/chats/1/messages", headers=proof).get_json()
    assert "Ana Weber joined" in [each["message"] for each in told["messages"]]
