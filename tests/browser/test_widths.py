"""The longest names, addresses and words that there can be, on every page, at each width."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.extensions import db
from app.models import users
from app.models.chats import PREVIEW_LENGTH, Status
from app.models.users import EMAIL_LENGTH, NAME_LENGTH, Actor
from app.queries.users import SEARCH_LENGTH
from tests.browser.conftest import Desk, Visit
from tests.browser.places import PLACES, steps
from tests.browser.visitors import Visitor

MINUTE = 60_000
WIDTHS = (360, 390, 1280)
# The letter of which everything is made, and the language of the browser.
WRITINGS = [("W", "en-GB"), ("ش", "ar"), ("漢", "de")]


@pytest.fixture(params=WRITINGS, ids=[language for _letter, language in WRITINGS])
def writing(request: pytest.FixtureRequest) -> tuple[str, str]:
    letter, language = request.param
    return letter, language


@pytest.fixture
def desk(migrated: Path, tmp_path: Path, writing: tuple[str, str]) -> Iterator[Desk]:
    """A desk whose people, and whose site, are called by one letter, as often as can be."""
    name = writing[0] * NAME_LENGTH
    desk = Desk(migrated, tmp_path, SITE_NAME=name)
    with db.engine.begin() as connection:
        connection.execute(update(users.table).values(name=name))
    tell_stories(*(each._replace(name=name) for each in desk.people), letter=writing[0])
    yield desk
    desk.server.kill()
    desk.close()


def tell_stories(lena: Actor, marcus: Actor, *others: Actor, letter: str) -> None:
    """A chat of somebody with another agent, Lena's, a blocked, a waiting, the provider's."""
    petra, now = others[-1], clock.now()
    name, said = letter * NAME_LENGTH, letter * (PREVIEW_LENGTH + 40)
    address = letter * (EMAIL_LENGTH - 1)
    nora, otto = factories.people(
        [(name, "customer", f"1{address}"), (name, "agent", f"2{address}")]
    )
    chats = [answered(nora, otto, said, now), answered(lena, otto, said, now)]
    before = answered(nora, otto, said, now - 90 * MINUTE)
    waits = ChatPast(marcus, now - MINUTE).say(marcus, said, now - MINUTE)
    provided = ChatPast(nora, now, provider=petra, order_id=10**12).say(petra, said, now)
    save([*chats, before.put(Status.BLOCKED, now - 80 * MINUTE), waits, provided])


def answered(customer: Actor, agent: Actor, said: str, now: int) -> ChatPast:
    """A chat with what is said, and a file whose name is as long, from both."""
    chat = ChatPast(customer, now - 9 * MINUTE)
    for who in (customer, agent):
        chat.say(who, said, now - 8 * MINUTE)
        chat.rows[-1]["attachments"] = json.dumps([{"name": said}])
        chat.take(agent, now - 8 * MINUTE)
    return chat


def test_a_long_name_breaks_no_page(visit: Visit, desk: Desk, writing: tuple[str, str]) -> None:
    letter, language = writing
    people: dict[str | None, Visitor] = {}
    found = {}
    for person, path, more in PLACES:
        if person not in people:
            people[person] = visit(person, "", reduced_motion="reduce", locale=language)
            people[person].expects("4(0[349]|22)")
        who = people[person]
        for step in steps(who, path.format(words=letter * SEARCH_LENGTH), more):
            for width in WIDTHS:
                who.page.set_viewport_size({"width": width, "height": 800})
                if over := who.overflows():
                    found[f"{step} at {width}"] = over
    assert found == {}
