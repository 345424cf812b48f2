"""What a chat was like: asked once when it is first closed, by whomever, and never again."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.errors import ChatBlocked, ChatNotFound, Conflict, Forbidden, Invalid
from app.events import ChatRated, Event
from app.models.chats import ChatState
from app.models.database import scalar
from app.models.ratings import OF_CHAT, RatingState
from app.models.sites import Site
from app.models.users import Actor
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    chats,
    closures,
    messages,
    ratings,
    sites,
)
from app.operations.messages import Draft
from app.queries import ratings as queries
from app.queries import sites as directory
from tests.people import People

WORDS = "quite <b>helpful</b>"


@pytest.fixture(autouse=True, params=["thumbs", "stars"])
def kind(request: pytest.FixtureRequest, app: Flask) -> str:
    app.config["RATING"] = request.param
    app.config["RATE_LIMITS"] = False
    return str(request.param)


@pytest.fixture
def chat_id(people: People) -> int:
    """Lena has asked, and Ana has answered."""
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    messages.send(people.ana, chat_id, Draft("Hi"))
    return chat_id


def asked(customer: Actor) -> RatingState | None:
    return queries.asked_of(customer, access.own_chat(customer))


def chat_of(people: People) -> ChatState:
    chat = access.own_chat(people.lena)
    assert chat is not None
    return chat


def test_it_is_asked_once_a_chat_is_closed_and_answered_once(
    people: People, chat_id: int, kind: str, announced: list[Event]
) -> None:
    assert asked(people.lena) is None
    with pytest.raises(Conflict):
        ratings.rate(people.lena, chat_id, 1)
    closures.close(people.ana, chat_id)
    for _each in range(2):  # a page that reloads is asked the same
        found = asked(people.lena)
        assert found is not None
        assert found.kind == kind
    announced.clear()
    rated = ratings.rate(people.lena, chat_id, 1, f"  {WORDS}\r\n")
    assert (rated.value, rated.words) == (1, WORDS)
    assert announced == [ChatRated(chat_id, rated)]
    assert announced[0].recipients.staff
    assert announced[0].recipients.chat_id is None
    assert asked(people.lena) is None
    assert ratings.rate(people.lena, chat_id, 1, WORDS) == rated, "the same again is fine"
    with pytest.raises(Conflict):
        ratings.rate(people.lena, chat_id, 1, "other words")
    assert len(announced) == 1
    assert queries.of_chat(access.chat_for(people.ana, chat_id)) == rated


def again(people: People, chat_id: int, how: str) -> None:
    """The chat goes on, and is closed once more."""
    if how == "written":
        messages.send(people.lena, chat_id, Draft("One more thing"))
        messages.send(people.ana, chat_id, Draft("Yes?"))
        closures.close(people.ana, chat_id)
    elif how == "reopened":
        closures.reopen(people.ana, chat_id)
        closures.close(people.lena, chat_id)
    else:
        closures.reopen(people.lena, chat_id)
        assignments.claim(people.ana, chat_id)
        archives.archive(people.ana, chat_id)


@pytest.mark.parametrize("how", ["written", "reopened", "archived"])
@pytest.mark.parametrize("before", ["rated", "dismissed", "left"])
def test_it_is_never_asked_again_of_the_same_chat(
    people: People, chat_id: int, how: str, before: str
) -> None:
    closures.close(people.ana, chat_id)
    assert asked(people.lena) is not None
    if before == "rated":
        ratings.rate(people.lena, chat_id, 1)
    elif before == "dismissed":
        ratings.dismiss(people.lena, chat_id)
        ratings.dismiss(people.lena, chat_id)
    for _each in range(2):
        again(people, chat_id, how)
        assert access.own_chat(people.lena).is_over  # type: ignore[union-attr]
        # Where nothing was said since, who has not answered is still asked the same.
        still = before == "left" and how != "written"
        assert (asked(people.lena) is not None) == still
    if before == "left" and how != "written":
        assert ratings.rate(people.lena, chat_id, 1).value == 1
    elif before != "rated":
        with pytest.raises(Conflict):
            ratings.rate(people.lena, chat_id, 1)
    else:
        assert queries.of_chat(chat_of(people)).value == 1  # type: ignore[union-attr]


def test_who_is_blocked_says_nothing_by_it(people: People, chat_id: int, kind: str) -> None:
    closures.close(people.ana, chat_id)
    blocks.block(people.ana, chat_id)
    for say in (
        lambda: ratings.rate(people.lena, chat_id, 1, "You fools"),
        lambda: ratings.dismiss(people.lena, chat_id),
    ):
        with pytest.raises(ChatBlocked):
            say()
    blocks.unblock(people.ana, chat_id)
    assert ratings.rate(people.lena, chat_id, 1, "Well").words == "Well"


def test_closing_twice_and_archiving_what_is_closed_ask_nothing_new(
    people: People, chat_id: int
) -> None:
    closures.close(people.ana, chat_id)
    closures.close(people.lena, chat_id)
    archives.archive(people.ana, chat_id)
    archives.unarchive(people.ana, chat_id)
    assert asked(people.lena) is not None
    ratings.rate(people.lena, chat_id, 1)


def test_nobody_is_asked_where_nobody_answered_or_it_is_off(people: People, app: Flask) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    closures.close(people.lena, chat_id)
    assert asked(people.lena) is None
    order, _ = chats.open_between(people.petra, people.petra.id, people.lena.id, 1)
    messages.send(people.petra, order.id, Draft("Hello"))
    closures.close(people.petra, order.id)
    assert scalar(OF_CHAT, chat_id=order.id) is None
    app.config["RATING"] = "off"
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    messages.send(people.ana, other, Draft("Hi"))
    closures.close(people.ana, other)
    assert asked(people.marcus) is None


def test_what_is_no_answer_is_refused(people: People, chat_id: int, kind: str) -> None:
    closures.close(people.ana, chat_id)
    wrong = [2, -1, 5] if kind == "thumbs" else [0, 6, -1]
    for value in wrong:
        with pytest.raises(Invalid):
            ratings.rate(people.lena, chat_id, value)
    with pytest.raises(Invalid):
        ratings.rate(people.lena, chat_id, 1, "x" * 1001)
    for who, error in ((people.marcus, ChatNotFound), (people.ana, Forbidden)):
        with pytest.raises(error):
            ratings.rate(who, chat_id, 1)
    assert asked(people.lena) is not None


def test_a_site_says_how_it_asks(people: People) -> None:
    site = directory.first()
    assert site is not None
    assert site.rating == "off"
    assert sites.edit(people.maya, site.id, rating="stars").rating == "stars"
    with pytest.raises(Invalid):
        sites.edit(people.maya, site.id, rating="hearts")
    assert scalar(select(Site.rating)) == "stars"


def test_the_widget_asks_and_thanks(app: Flask, people: People, chat_id: int) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.lena.get_id()
    part = {"HX-Request": "true"}
    assert "<form" not in client.get("/widget/rating").get_data(as_text=True)
    closures.close(people.ana, chat_id)
    for path in ("/widget", "/widget/rating"):
        assert 'id="rating-send"' in client.get(path, headers=part).get_data(as_text=True)
    sent = {"chat_id": chat_id, "value": "1", "words": WORDS}
    for _each in range(2):
        told = client.post("/widget/rating", data=sent, headers=part).get_data(as_text=True)
        assert "Thank you" in told
    assert 'id="rating-send"' not in client.get("/widget", headers=part).get_data(as_text=True)
    ended = client.post("/widget/rating", data=sent | {"dismiss": "1"}, headers=part)
    assert "Thank you" not in ended.get_data(as_text=True)


def test_staff_sees_it_beside_the_chat(app: Flask, people: People, chat_id: int) -> None:
    closures.close(people.ana, chat_id)
    ratings.rate(people.lena, chat_id, 1, WORDS)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = people.ana.get_id()
    for path in (f"/admin/messages/{chat_id}", f"/admin/messages/{chat_id}/customer"):
        html = client.get(path).get_data(as_text=True)
        assert "quite &lt;b&gt;helpful" in html
