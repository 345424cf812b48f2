"""Rules as they are made, changed, put in order and tried."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import database
from app.models.audits import table as audit
from app.operations import (
    closures,
    messages,
)
from app.operations import rules as operations
from app.operations.messages import Draft
from app.queries import rules as queries
from tests.acting import DAY, MINUTE, lines, on, runs, say, wanted
from tests.people import PASSWORD, People


def test_it_is_made_switched_off_and_off_again_where_it_is_changed(people: People) -> None:
    does = [{"kind": "answer", "text": "Hm"}]
    made = operations.make(people.maya, wanted("message", does))
    say(people.lena)
    assert not made.is_on
    assert runs(made) == []
    with pytest.raises(Conflict):
        operations.switch(people.maya, made.id, is_on=True, version=1)  # nobody has tried it
    operations.tried(people.maya, made)
    assert operations.switch(people.maya, made.id, is_on=True, version=1).is_tried
    renamed = operations.change(people.maya, made.id, wanted("message", does, name="Hm"))
    assert (renamed.is_on, renamed.version) == (True, 1)
    changed = operations.change(people.maya, made.id, wanted("chat_begins", does, name="Hm"))
    assert (changed.is_on, changed.version) == (False, 2)
    with pytest.raises(Conflict):
        operations.switch(people.maya, made.id, is_on=True, version=1)
    with pytest.raises(Conflict):
        operations.change(people.maya, made.id, wanted("message", does), version=1)
    operations.tried(people.maya, renamed)  # which is not the one that there is
    with pytest.raises(Conflict):
        operations.switch(people.maya, made.id, is_on=True, version=2)
    operations.tried(people.maya, changed)
    operations.switch(people.maya, made.id, is_on=True, version=2)
    operations.switch(people.maya, made.id, is_on=False, version=1)
    operations.remove(people.maya, made.id)
    with pytest.raises(NotFound):
        operations.remove(people.maya, made.id)
    written = [row.action for row in database.rows(audit.select().order_by(audit.c.id))]
    assert written == [
        *("rule_made", "rule_switched", "rule_changed", "rule_changed", "rule_switched"),
        *("rule_switched", "rule_removed"),
    ]


def test_no_door_switches_on_what_nobody_has_tried(client: FlaskClient, people: People) -> None:
    made = operations.make(people.maya, wanted("message", [{"kind": "close"}]))
    sent = {"Authorization": f"Bearer {access_token(people.maya)}"}
    address = f"/api/v1/rules/{made.id}"

    def switched(version: int) -> Any:
        body = {"isOn": True, "version": version}
        return client.put(f"{address}/switch", json=body, headers=sent)

    refused = switched(1)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (409, "conflict")
    assert client.get(f"{address}/dry-run", headers=sent).get_json()["version"] == 1
    told = client.get(address, headers=sent).get_json()
    assert (told["triedVersion"], bool(told["triedAt"])) == (1, True)
    assert switched(1).get_json()["isOn"]
    after = operations.change(people.maya, made.id, wanted("chat_begins", [{"kind": "close"}]))
    assert switched(after.version).status_code == 409
    # Its page is a trial, and so is the one that refuses.
    person = {"email": "manager@example.com", "password": PASSWORD}
    client.post("/login", data=person, headers={"Origin": "http://localhost"})
    assert client.get(f"/admin/rules/{made.id}/trial").status_code == 200
    assert switched(after.version).get_json()["isOn"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"event": "never"}, "event"),
        ({"event": "unanswered"}, "amount"),
        ({"event": "closed_for", "amount": 366}, "amount"),
        ({"actions": []}, "actions"),
        ({"actions": [{"kind": "close"}] * 11}, "actions"),
        ({"actions": [{"kind": "assign"}]}, "actions.0"),
        ({"actions": [{"kind": "notify"}]}, "actions.0"),
        ({"actions": [{"kind": "tag", "tagId": 99}]}, "actions.0.tagId"),
        ({"actions": [{"kind": "assign", "teamId": 99}]}, "actions.0.teamId"),
        ({"actions": [{"kind": "assign", "agentId": 99}]}, "actions.0.agentId"),
        ({"conditions": [{"kind": "site", "siteIds": [1, 99]}]}, "conditions.0.siteIds"),
        ({"conditions": [{"kind": "topic", "topicIds": [99]}]}, "conditions.0.topicIds"),
    ],
)
def test_what_it_lacks_is_said(people: People, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        operations.make(people.maya, wanted(**{"actions": [{"kind": "close"}]} | more))
    assert list(refused.value.fields or {}) == [field]
    assert queries.every() == []


def test_a_customer_is_nobody_who_is_told(people: People) -> None:
    with pytest.raises(Invalid):
        operations.make(
            people.maya, wanted("message", [{"kind": "notify", "userIds": [people.lena.id]}])
        )


def test_managers_alone(people: People) -> None:
    made = operations.make(people.maya, wanted("message", [{"kind": "close"}]))
    for call in (
        lambda: operations.make(people.ana, wanted("message", [{"kind": "close"}])),
        lambda: operations.change(people.ana, made.id, wanted("message", [{"kind": "close"}])),
        lambda: operations.tried(people.ana, made),
        lambda: operations.switch(people.ana, made.id, is_on=True, version=1),
        lambda: operations.remove(people.ana, made.id),
        lambda: operations.order(people.ana, [made.id]),
    ):
        with pytest.raises(Forbidden):
            call()


def test_in_order_and_no_more_than_fifty(people: People, monkeypatch: Any) -> None:
    monkeypatch.setattr(operations.limits, "sends", lambda _: None)
    made = [
        operations.make(people.maya, wanted("message", [{"kind": "close"}], name=str(number)))
        for number in range(operations.MOST)
    ]
    with pytest.raises(Invalid):
        operations.make(people.maya, wanted("message", [{"kind": "close"}]))
    operations.order(people.maya, [made[3].id, made[1].id])
    assert [each.name for each in queries.every()][:4] == ["3", "1", "0", "2"]
    with pytest.raises(NotFound):
        operations.order(people.maya, [9999])


def test_a_trial_tells_where_it_would_have_acted_and_stores_nothing(
    people: People, statements: list[str], later: Callable[[int], None]
) -> None:
    first = say(people.lena, "I want a refund")
    say(people.lena, "refund, please")
    second = say(people.marcus, "Hello")
    later(20 * MINUTE)
    messages.send(people.ana, second, Draft("Hi"))
    closures.close(people.ana, second)
    later(3 * DAY)

    def tried(*args: Any, **more: Any) -> list[tuple[int, int]]:
        made = operations.make(people.maya, wanted(*args, **more))
        statements.clear()
        found = queries.tried(made)
        assert all(each.startswith("SELECT") for each in statements)
        assert (found.looked_at, found.is_whole) == (2, True)
        return [(each.chat.id, each.times) for each in found.would]

    does = [{"kind": "close"}]
    words = [{"kind": "words", "words": ["refund"]}]
    assert tried("message", does, words) == [(first, 2)]
    assert tried("chat_begins", does) == [(second, 1), (first, 1)]
    assert tried("chat_begins", does, words) == [(first, 1)]
    assert tried("unanswered", does, amount=20) == [(second, 1), (first, 1)]
    assert tried("unanswered", does, amount=21) == [(first, 1)]
    assert tried("closed_for", does, amount=3) == [(second, 1)]
    assert tried("closed_for", does, amount=4) == []
    assert tried("outside_hours", does) == []


def test_a_trial_ends_in_time(people: People, monkeypatch: Any) -> None:
    say(people.lena)
    made = operations.make(people.maya, wanted("message", [{"kind": "close"}]))
    monkeypatch.setattr(queries, "SECONDS", -1)
    assert queries.tried(made) == (0, [], False)


def test_what_no_database_takes_is_left_out(people: People) -> None:
    rule = on(people.maya, "message", [{"kind": "answer", "text": "a\x00b"}])
    chat_id = say(people.lena)
    assert runs(rule)[0][0]["became"] == "done"
    assert "\x00" not in lines(chat_id)[0][1]
