"""Lists that staff keeps under a name: whose they are, what they show, and how much."""

from collections.abc import Callable
from typing import Any

import pytest

from app.criteria import LONGEST_SEARCH
from app.errors import Forbidden, Invalid, NotFound, Unauthorized
from app.events import Event, Recipients
from app.models.users import Actor
from app.operations import assignments, messages, saved_views, tags, users
from app.operations import sites as making
from app.operations.messages import Draft
from app.operations.saved_views import MOST
from app.queries import saved_views as views
from app.queries.saved_views import KEPT_MS
from tests.people import People


def names(staff: Actor) -> list[str]:
    return [view.name for view in views.at_hand(staff)]


def numbers(staff: Actor) -> dict[str, int | None]:
    return {view.name: number.chats for view, number in views.counted(staff)}


def test_ones_own_is_nobody_elses_and_a_managers_may_be_everybodys(people: People) -> None:
    own = saved_views.save(people.ana, "Urgent", "waiting", "tag:vip")
    assert (own.is_shared, own.filter, own.search) == (False, "waiting", "tag:vip")
    shared = saved_views.save(people.maya, "Zebra", is_shared=True)
    assert names(people.ana) == ["Zebra", "Urgent"]
    assert names(people.ben) == names(people.maya) == ["Zebra"]
    with pytest.raises(Forbidden):
        saved_views.save(people.ana, "For all", is_shared=True)
    with pytest.raises(Forbidden):
        saved_views.remove(people.ana, shared.id)
    for stranger in (people.ben, people.maya):
        with pytest.raises(NotFound):
            saved_views.remove(stranger, own.id)
    saved_views.remove(people.ana, own.id)
    with pytest.raises(NotFound):
        saved_views.remove(people.ana, own.id)
    assert names(people.ana) == ["Zebra"]


def test_no_customer_keeps_or_removes_one(people: People) -> None:
    view = saved_views.save(people.maya, "All", is_shared=True)
    for other in (people.lena, people.petra):
        with pytest.raises(Forbidden):
            saved_views.save(other, "Mine")
        with pytest.raises(Forbidden):
            saved_views.remove(other, view.id)
    assert names(people.ana) == ["All"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "\u200b"}, "name"),
    ({"name": "x" * 41}, "name"),
    ({"name": "URGENT"}, "name"),
    ({"search": "x" * (LONGEST_SEARCH + 1)}, "search"),
    ({"search": "from:lena"}, "search"),
    ({"search": "is:nonsense"}, "search"),
    ({"site_id": 4711}, "siteId"),
]


@pytest.mark.parametrize(("said", "field"), BAD, ids=str)
def test_what_is_no_view_is_refused_by_its_field(
    people: People, said: dict[str, Any], field: str
) -> None:
    saved_views.save(people.ana, "Urgent")
    with pytest.raises(Invalid) as refused:
        saved_views.save(people.ana, **({"name": "Another"} | said))
    assert list(refused.value.fields or {}) == [field]
    assert names(people.ana) == ["Urgent"]


def test_there_are_so_many_at_most_of_each_kind(people: People) -> None:
    for number in range(MOST):
        saved_views.save(people.maya, f"Own {number}")
    with pytest.raises(Invalid):
        saved_views.save(people.maya, "One more")
    saved_views.save(people.maya, "Shared", is_shared=True)
    assert len(names(people.maya)) == MOST + 1


def test_each_says_how_many_chats_it_shows(people: People) -> None:
    lenas = messages.send(people.lena, None, Draft("My order is late")).chat_id
    marcus = messages.send(people.marcus, None, Draft("So is mine")).chat_id
    for chat_id, name in ((lenas, "vip"), (lenas, "late"), (marcus, "late")):
        tags.put_on(people.ana, chat_id, name)
    site = making.create(people.ada, name="Shop")
    asked = {
        "All": {},
        "Waiting and late": {"filter": "waiting", "search": "tag:late"},
        "Very important": {"search": "tag:vip tag:late"},
        "Lena": {"search": people.lena.name},
        "Nobody": {"search": "nobodyatall"},
        "No such tag": {"search": "tag:none"},
        "Mine": {"filter": "mine"},
        "Of the shop": {"site_id": site.id},
    }
    for name, said in asked.items():
        saved_views.save(people.ana, name, **said)
    assert numbers(people.ana) == {
        "All": 2,
        "Waiting and late": 2,
        "Very important": 1,
        "Lena": 1,
        "Nobody": 0,
        "No such tag": 0,
        "Mine": 0,
        "Of the shop": 0,
    }
    assignments.claim(people.ana, lenas)
    now = numbers(people.ana)
    assert (now["Waiting and late"], now["Mine"], now["All"]) == (1, 1, 2)


def test_a_number_of_words_is_kept_for_a_moment_and_says_so(
    people: People, later: Callable[[int], None]
) -> None:
    for name, wanted in (("Lena", "all"), ("Lena's, mine", "mine")):
        saved_views.save(people.ana, name, wanted, people.lena.name)
    saved_views.save(people.ana, "All")
    chat_id = messages.send(people.lena, None, Draft("My order is late")).chat_id
    first = {view.name: number for view, number in views.counted(people.ana)}
    assert first == {"Lena": (1, False), "Lena's, mine": (0, False), "All": (1, False)}
    assignments.claim(people.ana, chat_id)
    later(KEPT_MS - 1)
    kept = {view.name: number for view, number in views.counted(people.ana)}
    assert kept == {"Lena": (1, True), "Lena's, mine": (0, True), "All": (1, False)}
    assert numbers(people.maya) == {}
    later(1)
    assert {view.name: number for view, number in views.counted(people.ana)} == {
        "Lena": (1, False),
        "Lena's, mine": (1, False),
        "All": (1, False),
    }


def test_what_is_ones_own_is_counted_for_each(people: People) -> None:
    saved_views.save(people.maya, "Lena's, mine", "mine", people.lena.name, is_shared=True)
    chat_id = messages.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, chat_id)
    assert numbers(people.ben) == {"Lena's, mine": 0}
    assert numbers(people.ana) == {"Lena's, mine": 1}


def test_who_has_them_is_told_and_nobody_else(people: People, announced: list[Event]) -> None:
    own = saved_views.save(people.ana, "Mine")
    shared = saved_views.save(people.maya, "Ours", is_shared=True)
    saved_views.remove(people.ana, own.id)
    saved_views.remove(people.maya, shared.id)
    told: list[Any] = [event.recipients for event in announced]  # type: ignore[attr-defined]
    mine, ours = Recipients(user_ids=(people.ana.id,)), Recipients(staff=True)
    assert told == [mine, ours, mine, ours]


def test_who_is_staff_no_more_keeps_nothing(people: People) -> None:
    users.deactivate(people.ben.email)
    with pytest.raises(Unauthorized):
        saved_views.save(people.ben, "Mine")
    assert names(people.ben) == []
