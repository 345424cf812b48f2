"""What turns the direction of a name or a message stays within it: all around is in its place."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import update

from app import clock
from app.cli import factories
from app.cli.factories import ChatPast, save
from app.direction import straight
from app.extensions import db
from app.models import users
from app.models.chats import Status
from app.models.users import Actor
from tests.browser.conftest import Desk, Visit
from tests.browser.places import PLACES, steps
from tests.browser.visitors import DESKTOP, Visitor

MINUTE = 60_000
# Ends what keeps it apart, twice, and turns all that follows. Rows from before names were cleaned
# hold such ones. The letters run against the page's direction.
TURNS = {
    "en-GB": "\u2069\u2069\u202e{}\u2067 7319)\u202b",
    "ar": "\u2069\u2069\u202d{}\u2066 7319)\u202a",
}
LETTERS = {"en-GB": ("שלום", "nnnn"), "ar": ("nnnn", "שלום")}

# Every word and sign on the page with where it stands; a name, however it reads, is one sign. Then
# the same where names hold nothing that turns, and where they run in the page's own direction.
LOOK = """([raw, straight, letters, other]) => {
  const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const isAside = element.closest(".visually-hidden, .skip, script, textarea");
      if (!isAside && element.checkVisibility({ visibilityProperty: true }))
        found.push(walker.currentNode);
    }
    return found;
  };
  // An address that begins with a name goes on after what turns it, or is one word with it.
  const isName = word =>
    word.startsWith("@") || [letters, other, "7319"].some(part => word.includes(part));
  const signs = () => texts().flatMap(node =>
    [...node.data.matchAll(/[^\\s\\u202a-\\u202e\\u2066-\\u2069]+/g)].map(({ 0: word, index }) => {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      return { word: isName(word) ? "NAME" : word, left, right, middle: (top + bottom) / 2 };
    })).filter(({ left, right }) => right > left);
  const before = texts().map(node => [node, node.data]);
  const rename = (from, to) => {
    for (const [node] of before) node.data = node.data.replaceAll(from, to);
  };
  const turned = signs();
  rename(raw, straight);
  const calm = signs();
  rename(letters, other);
  const along = signs();
  for (const [node, data] of before) node.data = data;
  return { turned, calm, along };
}"""


@pytest.fixture(params=["en-GB", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(migrated: Path, tmp_path: Path, language: str) -> Iterator[Desk]:
    """A desk whose people, and what they say, are called by one name that turns."""
    desk = Desk(migrated, tmp_path, LOG_LEVEL="INFO", LOG_FORMAT="text")
    name = name_in(language)
    with db.engine.begin() as connection:
        connection.execute(update(users.table).values(name=name))
    tell_stories(*(each._replace(name=name) for each in desk.people), name=name)
    yield desk
    desk.server.kill()
    desk.close()


def name_in(language: str) -> str:
    return TURNS[language].format(LETTERS[language][0])


def tell_stories(lena: Actor, marcus: Actor, *others: Actor, name: str) -> None:
    """A chat of somebody with another agent, Lena's, a blocked, a waiting, the provider's."""
    petra, now = others[-1], clock.now()
    nora, otto = factories.people(
        [(name, "customer", f"{name}@example.com"), (name, "agent", None)]
    )
    chats = []
    for customer in (nora, lena, nora):
        chat = ChatPast(customer, now - 9 * MINUTE).say(customer, name, now - 9 * MINUTE)
        chat.take(otto, now - 8 * MINUTE).say(otto, name, now - 8 * MINUTE)
        chat.rows[-1]["attachments"] = f'[{{"name": "{name}"}}]'
        chats.append(chat.close(otto, now - 7 * MINUTE).take(otto, now - 6 * MINUTE))
    chats[-1].put(Status.BLOCKED, now - 5 * MINUTE)
    waits = ChatPast(marcus, now - MINUTE).say(marcus, name, now - MINUTE)
    save([*chats, waits, ChatPast(nora, now, provider=petra, order_id=1).say(petra, name, now)])


def test_what_turns_a_name_turns_nothing_around_it(visit: Visit, desk: Desk, language: str) -> None:
    name, letters = name_in(language), LETTERS[language]
    people: dict[str | None, Visitor] = {}
    moved: dict[str, Any] = {}
    named = 0
    for person, path, more in PLACES:
        if person not in people:
            people[person] = visit(person, "", reduced_motion="reduce", locale=language)
            people[person].expects("4(0[349]|22)")
        who = people[person]
        for step in steps(who, path.format(words=quote(name)), more):
            who.page.set_viewport_size(DESKTOP)
            page = who.page.evaluate(LOOK, [name, straight(name), *letters])
            named += "NAME" in in_order(page["calm"])
            if strays := strayed(page["turned"], page["calm"]):
                moved[f"{step}: off their place"] = strays
            if in_order(page["along"]) != in_order(page["calm"]):
                moved[f"{step}: in another order"] = list(
                    unified_diff(in_order(page["along"]), in_order(page["calm"]), n=2)
                )
    assert moved == {}
    assert named > 20


def strayed(turned: list[Any], calm: list[Any]) -> list[str]:
    """What stands elsewhere; a few pixels are the same letters in another order."""
    pairs = zip(around(turned), around(calm), strict=True)
    return [
        one["word"]
        for one, other in pairs
        if any(abs(one[side] - other[side]) > 6 for side in ("left", "right", "middle"))
    ]


def around(signs: list[Any]) -> list[Any]:
    return [sign for sign in signs if sign["word"] != "NAME"]


def in_order(signs: list[Any]) -> list[str]:
    """As it reads on the screen, line by line from the left."""
    lines = sorted(signs, key=lambda sign: (round(sign["middle"] / 4), sign["left"]))
    words = [sign["word"] for sign in lines]
    return [word for word, before in zip(words, [None, *words], strict=False) if word != before]
