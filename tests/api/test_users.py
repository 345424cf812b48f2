"""People for staff, and who may know who is online."""

import pytest
from flask import Flask

from app.models.users import Actor
from app.operations import assignments, chats, closures, messages, presence, users
from app.operations.messages import Draft
from app.schemas.presence import PresenceList
from app.schemas.users import UserOut, UserPage
from tests.api.conftest import Call, given, refused
from tests.people import People


def names(call: Call, who: Actor, query: str = "") -> list[str]:
    return [user["name"] for user in given(call(who, "GET", f"/users{query}"))["users"]]


def test_everybody_learns_who_they_are(call: Call, people: People) -> None:
    for actor in people:
        me = given(call(actor, "GET", "/me"))
        assert me == {
            "id": actor.id,
            "email": actor.email,
            "name": actor.name,
            "role": actor.role,
        }


def test_staff_find_people_by_role_name_and_address(call: Call, people: People) -> None:
    assert len(names(call, people.ana)) == 7
    assert names(call, people.ana, "?role=customer") == ["Lena Ortiz", "Marcus Bell"]
    assert names(call, people.maya, "?q=bELL") == ["Marcus Bell"]
    assert names(call, people.ada, "?q=agent2@") == ["Ben Carter"]
    assert names(call, people.ana, "?q=%25") == []
    assert names(call, people.ana, "?role=agent&q=Lena") == []
    UserPage.model_validate(given(call(people.ana, "GET", "/users")))


def test_pages_of_people_join(call: Call, people: People) -> None:
    seen: list[int] = []
    path = "/users?limit=3"
    while True:
        page = given(call(people.ana, "GET", path))
        seen += [user["id"] for user in page["users"]]
        if page["next"] is None:
            break
        path = f"/users?limit=3&cursor={page['next']}"
    assert seen == sorted(actor.id for actor in people)


def test_one_of_them_is_shown_also_when_deactivated(call: Call, people: People) -> None:
    users.deactivate(people.marcus.email)
    shown = given(call(people.ana, "GET", f"/users/{people.marcus.id}"))
    UserOut.model_validate(shown)
    assert (shown["name"], shown["isOnline"], shown["lastSeen"]) == ("Marcus Bell", False, None)
    assert "Marcus Bell" not in names(call, people.ana)
    for wrong in ("4711", "0", "-1", "x", "9" * 30):
        refused(call(people.ana, "GET", f"/users/{wrong}"), 404)


def test_people_are_for_staff(call: Call, people: People) -> None:
    for who in (people.lena, people.petra):
        refused(call(who, "GET", "/users"), 403, "forbidden")
        refused(call(who, "GET", f"/users/{who.id}"), 403, "forbidden")
    refused(call(None, "GET", "/users"), 401)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("role=boss", "role"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("cursor=" + "9" * 30, "cursor"),
        ("limit=0", "limit"),
        ("q=" + "x" * 5001, "q"),
    ],
)
def test_a_search_that_makes_no_sense_is_told_by_its_field(
    call: Call, people: People, query: str, field: str
) -> None:
    assert list(refused(call(people.ana, "GET", f"/users?{query}"), 422)["fields"]) == [field]


def known(call: Call, who: Actor, *whom: Actor) -> dict[int, bool]:
    ids = ",".join(str(actor.id) for actor in whom)
    answer = given(call(who, "GET", f"/presence?userIds={ids}"))
    PresenceList.model_validate(answer)
    return {each["userId"]: each["isOnline"] for each in answer["presence"]}


def test_staff_may_ask_about_anybody(app: Flask, call: Call, people: People) -> None:
    presence.update_process("here", {people.lena.id, people.ana.id}, set())
    asked = known(call, people.ben, people.lena, people.marcus, people.ana)
    assert asked == {people.lena.id: True, people.marcus.id: False, people.ana.id: True}
    presence.update_process("here", set(), {people.lena.id})
    lena = f"/presence?userIds={people.lena.id}"
    assert given(call(people.ben, "GET", lena))["presence"][0]["lastSeen"]


def test_others_know_of_those_with_whom_they_share_a_chat_that_goes_on(
    call: Call, people: People
) -> None:
    everybody = list(people)
    lena, marcus, ana, petra = people.lena, people.marcus, people.ana, people.petra
    assert set(known(call, lena, *everybody)) == {lena.id}
    chat_id = messages.send(lena, None, Draft("Hello")).chat_id
    assignments.claim(ana, chat_id)
    chats.open_between(petra, petra.id, lena.id)
    assert set(known(call, lena, *everybody)) == {lena.id, ana.id, petra.id}
    assert set(known(call, petra, *everybody)) == {lena.id, petra.id}
    assert set(known(call, marcus, *everybody)) == {marcus.id}
    closures.close(ana, chat_id)
    assert set(known(call, lena, *everybody)) == {lena.id, petra.id}


@pytest.mark.parametrize(
    "query", ["", "?userIds=", "?userIds=x", "?userIds=1,,2", "?userIds=-1", "?userIds=" + "9" * 40,
              "?userIds=" + ",".join(["1"] * 101)]
)  # fmt: skip
def test_asking_about_nobody_or_too_many_is_refused(call: Call, people: People, query: str) -> None:
    error = refused(call(people.ana, "GET", f"/presence{query}"), 422)
    assert all(field.startswith("userIds") for field in error["fields"])


def test_an_admin_changes_rights_and_staff_see_who_can_log_in(call: Call, people: People) -> None:
    path = f"/users/{people.ben.id}"
    assert given(call(people.ana, "GET", path))["isActive"] is True
    changed = given(call(people.ada, "PATCH", path, json={"role": "manager", "isActive": False}))
    UserOut.model_validate(changed)
    assert (changed["role"], changed["isActive"]) == ("manager", False)
    refused(call(people.ada, "PATCH", f"/users/{people.ada.id}", json={"isActive": False}), 409)
    refused(call(people.ada, "PATCH", path, json={"role": "owner"}), 422)
    refused(call(people.maya, "PATCH", path, json={"isActive": True}), 403, "forbidden")
