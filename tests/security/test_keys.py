"""API keys: each call of REST has a scope and takes a key of that one alone; no other door takes
one; what is over, revoked or of somebody who is gone proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app import clock
from app.api.endpoint import door
from app.api.scopes import AREAS, scope_of
from app.auth.keys import actor_of_key
from app.errors import Forbidden, Invalid, NotFound, TokenInvalid
from app.models import database
from app.models.audits import table as audit
from app.models.keys import Scope
from app.models.keys import table as keys
from app.models.users import Actor
from app.operations import keys as operations
from app.operations import presence, users
from app.queries import keys as queries
from tests.conftest import recorded
from tests.people import People
from tests.security.cast import Cast, stored
from tests.security.knock import ROWS, Row, asked, is_route

ALL = [each.value for each in Scope]
BY_RULE = {f"{each.method} {rule}": each for each in door.endpoints for rule in each.rules}
ROUTES = [pytest.param(row, id=f"{row.name} {row.chat}") for row in ROWS if is_route(row)]


def ask(app: Flask, key: str, method: str, path: str, payload: dict[str, Any]) -> Any:
    more: dict[str, Any] = {"query_string": payload} if method == "GET" else {"json": payload}
    headers = {"Authorization": f"Bearer {key}"}
    with app.app_context():
        return app.test_client().open(path, method=method, headers=headers, **more)


def stored_beside_keys() -> Any:
    """When a key was used is written down, whatever became of it."""
    return {name: rows for name, rows in stored().items() if name != "api_keys"}


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "scope_missing" in answer.text


def test_every_noun_has_an_area() -> None:
    assert {each.view.__module__.rpartition(".")[2] for each in door.endpoints} == set(AREAS)
    scopes = {scope_of(each) for each in door.endpoints} - {"", None}
    assert scopes == set(ALL)


@pytest.mark.parametrize("row", ROUTES)
def test_a_call_takes_a_key_of_its_scope_alone(house: Flask, cast: Cast, row: Row) -> None:
    """By every other scope together it is refused and changes nothing; by its own it is not for
    that."""
    cast.begin_anew()
    endpoint = BY_RULE.get(row.name)
    admin = cast.people["admin"]
    scope = None if endpoint is None else scope_of(endpoint)
    method, path, payload = asked(cast, row)
    others = [each for each in ALL if each != scope]
    _, without = operations.make(admin, "All but one", others)
    before = stored_beside_keys()
    answer = ask(house, without, method, path, payload)
    if endpoint is None:
        # Of a page, an older protocol or the frame of a site: as if nobody asked.
        row_says = row.cells["nobody"]
        said = "login" if "/login" in answer.headers.get("Location", "") else None
        assert (said or str(answer.status_code)) in (row_says, "401"), row_says
        return
    if endpoint.is_public:
        assert not refused(answer)
        return
    if scope == "":
        assert not refused(answer)
        return
    assert refused(answer)
    assert stored_beside_keys() == before
    if scope is not None:
        _, key = operations.make(admin, "That one", [scope])
        assert not refused(ask(house, key, method, path, payload))


def test_a_key_acts_for_whom_it_is_and_no_more(people: People, app: Flask) -> None:
    made, key = operations.make(people.ada, "CRM", ["chats:read"], people.ana.id)
    actor = actor_of_key(key)
    assert (actor.id, actor.role, actor.scopes) == (people.ana.id, "agent", ("chats:read",))
    assert people.ana.id not in presence.called  # nobody is given a chat for it
    _, wide = operations.make(people.ada, "Wide", ALL, people.ana.id)
    assert ask(app, wide, "GET", "/api/v1/audit", {}).status_code == 403  # an agent's, not ours
    assert ask(app, wide, "GET", "/api/v1/me", {}).json["id"] == people.ana.id
    row = database.row(keys.select().where(keys.c.id == made.id))
    assert key not in str(tuple(row))
    assert row.key_hash == operations.digest(key)
    assert queries.every()[0].ends_with == key[-4:]


def test_it_ends_when_it_is_revoked_over_or_its_person_gone(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, key = operations.make(people.ada, "CRM", ALL, people.ben.id)
    _, short = operations.make(people.ada, "Short", ALL, days=1)
    _, bens = operations.make(people.ada, "Ben", ALL, people.ben.id)
    operations.revoke(people.ada, made.id)
    with pytest.raises(TokenInvalid):
        actor_of_key(key)
    with pytest.raises(NotFound):
        operations.revoke(people.ada, made.id)
    assert actor_of_key(short).id == people.ada.id
    assert actor_of_key(bens).id == people.ben.id
    users.deactivate(people.ben.email)
    with pytest.raises(TokenInvalid):
        actor_of_key(bens)
    over = clock.now() + 24 * 3600 * 1000
    monkeypatch.setattr(clock, "now", lambda: over)
    with pytest.raises(TokenInvalid):
        actor_of_key(short)
    for wrong in ("dbk_", "dbk_" + "x" * 43, "dbk_" + "x" * 5000):
        with pytest.raises(TokenInvalid):
            actor_of_key(wrong)


def test_its_last_use_is_written_once_a_minute(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = operations.make(people.ada, "CRM", ALL)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    actor_of_key(key)
    assert queries.every()[0].last_used_at == now
    with recorded() as run:
        actor_of_key(key)
    assert len(run) == 1
    monkeypatch.setattr(clock, "now", lambda: now + 60_000)
    actor_of_key(key)
    assert queries.every()[0].last_used_at == now + 60_000


@pytest.mark.parametrize("who", ["maya", "ana", "lena", "petra"])
def test_admins_alone_make_and_revoke_them(people: People, who: str) -> None:
    made, _ = operations.make(people.ada, "CRM", ALL)
    actor: Actor = getattr(people, who)
    with pytest.raises(Forbidden):
        operations.make(actor, "CRM", ALL)
    with pytest.raises(Forbidden):
        operations.revoke(actor, made.id)


def test_what_is_wrong_is_said_and_what_is_done_is_in_the_log(people: People) -> None:
    for wrong, about in (
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"user_id": people.lena.id}, "userId"),
        ({"user_id": 4711}, "userId"),
    ):
        with pytest.raises(Invalid) as error:
            operations.make(people.ada, **{"name": "CRM", "scopes": ALL} | wrong)
        assert list(error.value.fields) == [about]
    made, key = operations.make(people.ada, "CRM", ALL)
    operations.revoke(people.ada, made.id)
    rows = [row for row in database.rows(audit.select()) if row.action.startswith("key_")]
    assert [(row.action, row.subject_id) for row in rows] == [
        ("key_made", made.id),
        ("key_revoked", made.id),
    ]
    assert key not in str([tuple(row) for row in rows])
