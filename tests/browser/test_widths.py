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
from app.models.jobs import ERROR_LENGTH, KIND_LENGTH
from app.models.users import EMAIL_LENGTH, NAME_LENGTH, Actor
from app.queries.users import SEARCH_LENGTH
from tests.browser.conftest import Desk, Visit
from tests.browser.places import PLACES, steps
from tests.browser.visitors import Visitor
from tests.jobs import dead_job

MINUTE = 60_000
WIDTHS = (360, 390, 1280)
# The letters of which everything is made, of customers and of staff, and the browser's language:
# the one with the longest words, and one that is written from the right.
WRITINGS = [("W", "W", "de"), ("ش", "漢", "ar")]
Writing = tuple[str, str, str]


@pytest.fixture(params=WRITINGS, ids=[language for *_letters, language in WRITINGS])
def writing(request: pytest.FixtureRequest) -> Writing:
    customers, staff, language = request.param
    return customers, staff, language


@pytest.fixture
def desk(migrated: Path, tmp_path: Path, writing: Writing) -> Iterator[Desk]:
    """A desk whose people, and whose site, are called by one letter, as often as can be."""
    letters = writing[:2]
    desk = Desk(migrated, tmp_path, SITE_NAME=letters[0] * NAME_LENGTH)
    people = [each._replace(name=letters[each.is_staff] * NAME_LENGTH) for each in desk.people]
    with db.engine.begin() as connection:
        for each in people:
            named = update(users.table).where(users.table.c.id == each.id)
            connection.execute(named.values(name=each.name))
    tell_stories(*people, letters=letters)
    yield desk
    desk.server.kill()
    desk.close()


def tell_stories(lena: Actor, marcus: Actor, *others: Actor, letters: tuple[str, str]) -> None:
    """A chat of somebody with another agent, Lena's, a blocked, a waiting, the provider's."""
    petra, now = others[-1], clock.now()
    said = letters[0] * (PREVIEW_LENGTH + 40)
    nora, otto = factories.people(
        [
            (letter * NAME_LENGTH, role, role[0] + letter * (EMAIL_LENGTH - 1))
            for role, letter in zip(("customer", "agent"), letters, strict=True)
        ]
    )
    chats = [answered(who, otto, letters, now) for who in (nora, lena)]
    before = answered(nora, otto, letters, now - 90 * MINUTE)
    waits = ChatPast(marcus, now - MINUTE).say(marcus, said, now - MINUTE)
    provided = ChatPast(nora, now, provider=petra, order_id=10**12).say(petra, said, now)
    dead_job("k" * KIND_LENGTH, error="E" * ERROR_LENGTH)
    save([*chats, before.put(Status.BLOCKED, now - 80 * MINUTE), waits, provided])


def answered(customer: Actor, agent: Actor, letters: tuple[str, str], now: int) -> ChatPast:
    """A chat with what is said, and a file whose name is as long, from both."""
    chat = ChatPast(customer, now - 9 * MINUTE)
    for who, letter in zip((customer, agent), letters, strict=True):
        said = letter * (PREVIEW_LENGTH + 40)
        chat.say(who, said, now - 8 * MINUTE)
        chat.rows[-1]["attachments"] = json.dumps([{"name": said}])
        chat.take(agent, now - 8 * MINUTE)
    return chat


def test_a_long_name_breaks_no_page(visit: Visit, desk: Desk, writing: Writing) -> None:
    letter, _staffs, language = writing
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
