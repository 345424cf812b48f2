"""The live board: its numbers are those of the inbox and of Insight, and it lives for weeks."""

import random
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app, g
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import update

from app import clock, periods
from app.auth.tokens import access_token
from app.cli import factories
from app.extensions import db
from app.models import users
from app.models.insight import By, Figure
from app.operations import (
    assignments,
    chats,
    closures,
    messages,
    presence,
    snoozes,
    teams,
    transfers,
    word_lists,
)
from app.operations import availability as standing
from app.operations.availability import idle_at
from app.operations.messages import Draft
from app.operations.sites import edit_by_shell
from app.queries import board, inbox, insight, overview, sites
from app.queries.board import Board
from app.queries.inbox import Filter
from app.schemas.insight import number_out
from app.sockets.connections import Connection, Connections
from tests import test_insight
from tests.people import PASSWORD, People
from tests.test_insight import ZONES, Clock, Kept, history

now = test_insight.now  # the fixture
DAY = 86_400_000


def shown(zone: str = "UTC") -> Board:
    return board.board(idle_at(), 4, zone)


def check(found: Board, people: People, app: Flask) -> None:
    """Each number, asked where else it stands."""
    counts = inbox.counts(people.maya)
    online, *_others = overview.figures()
    assert found.customers_online == online
    assert found.waiting == counts.waiting == len(inbox.page(people.maya, Filter.WAITING).rows)
    assert found.open == len(inbox.page(people.maya, Filter.OPEN).rows)
    longest = inbox.waiting_longest(1)
    assert found.since == (longest[0].chat.waiting_since if longest else None)
    assert found.overdue == counts.overdue
    totals = insight.totals(found.period)
    today = found.today
    assert today.chats == totals[Figure.CHATS].count
    assert today.solved == totals[Figure.SOLVED].count
    assert today.first_answers == totals[Figure.FIRST_ANSWERS]
    _, by_agent = insight.counted(Figure.FIRST_ANSWERS, By.AGENT, found.period)
    assert today.answered == {key: number.count for key, number in by_agent.items()}
    rows = insight.rows(Figure.FIRST_ANSWERS, found.period, limit=500).rows
    minutes = app.config["FIRST_ANSWER_MINUTES"]
    assert today.measured == (len(rows) if minutes else 0)
    in_time = [each for each in rows if (each.amount or 0) <= minutes * 60_000]
    assert today.in_time == (len(in_time) if minutes else 0)


@pytest.mark.parametrize("seed", range(6))
def test_each_number_is_that_of_inbox_and_insight_each_day(
    app: Flask, people: People, now: Clock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    monkeypatch.setitem(app.config, "FIRST_ANSWER_MINUTES", 45 if seed % 2 else 0)
    looks = []

    def pass_by(minutes: float) -> None:
        if rng.random() < 0.4:
            looks.append(look())
        now.now += round(minutes * 60_000)

    def look() -> Board:
        app.extensions.pop("targets", None)  # what was remembered of sites by another clock
        found = shown(rng.choice(ZONES))
        check(found, people, app)
        return found

    monkeypatch.setattr(now, "pass_by", pass_by)
    history(people, now, rng, list(Kept)[seed % 3])
    zoe = factories.person("Zoe")
    chat_id = messages.send(zoe, None, Draft("Hello")).chat_id
    messages.send(people.ana, chat_id, Draft("Yes"))
    closures.close(people.ana, chat_id)
    looks.append(look())
    assert any(each.today.first_answers.count for each in looks)
    assert any(each.today.solved for each in looks)
    assert any(each.waiting for each in looks)


def test_who_is_late_by_the_clock_is_in_time_by_opening_hours(
    app: Flask, people: People, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FIRST_ANSWER_MINUTES", 30)
    test_insight.silent()  # there is a site
    site = sites.first()
    assert site is not None
    edit_by_shell(site.key, for_desk=True, hours=["9-17"] * 7, time_zone="UTC")
    app.extensions.pop("targets", None)
    now.set("2026-03-02 03:00")
    asked = messages.send(people.lena, None, Draft("Anybody?"))
    now.set("2026-03-02 09:10")
    messages.send(people.ana, asked.chat_id, Draft("Good morning"))
    asked = messages.send(people.marcus, None, Draft("Hello"))
    now.set("2026-03-02 09:50")
    assert shown().overdue == 1
    messages.send(people.ana, asked.chat_id, Draft("At last"))
    today = shown().today
    assert (today.measured, today.in_time, today.share, shown().overdue) == (2, 1, 50, 0)


def test_what_waits_for_each_team_and_for_anybody(people: People, now: Clock) -> None:
    assert shown().teams == []
    returns = teams.make(people.maya, "Returns").id
    teams.make(people.maya, "Billing")
    asked = messages.send(people.lena, None, Draft("Hello"))
    begun = now.now
    transfers.transfer(people.ana, asked.chat_id, asked.version, team_id=returns)
    assert [(each.name, each.number, each.since) for each in shown().teams] == [
        ("Billing", 0, None), ("Returns", 1, begun),
    ]  # fmt: skip
    now.pass_by(3)
    messages.send(people.marcus, None, Draft("Hello"))
    found = shown()
    assert [(each.name, each.number) for each in found.teams][-1] == ("", 1)
    assert (found.waiting, found.since) == (2, begun)


def test_who_answers_now_and_how_busy_they_are(people: People, now: Clock) -> None:
    presence.update_process("one", came=[people.ana.id, people.ben.id], left=[])
    standing.set_away(people.ben, True)
    standing.set_capacity(people.maya, people.ana.id, 7)
    chat, _ = chats.open_with(people.ana, people.lena.id)
    asked = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.ana, asked.chat_id, Draft("Yes"))
    found = {each.colleague.id: each for each in shown().colleagues}
    ana, ben, maya = (found[who.id] for who in (people.ana, people.ben, people.maya))
    assert (ana.standing.state, ana.colleague.open_chats, ana.capacity) == ("available", 1, 7)
    assert (ana.answered, ben.answered) == (1, 0)
    assert (ben.standing.state, ben.capacity, maya.standing.state) == ("away", 4, "offline")
    order = [each.colleague.id for each in shown().colleagues]
    assert order[:2] == [people.ana.id, people.ben.id]
    closures.close(people.ana, chat.id)
    assert next(each for each in shown().colleagues).colleague.open_chats == 0


def test_rest_says_the_same(client: FlaskClient, people: People) -> None:
    asked = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.ana, asked.chat_id, Draft("Yes"))
    headers = {"Authorization": f"Bearer {access_token(people.maya)}"}

    def get(query: str = "") -> Any:
        return client.get(f"/api/v1/board{query}", headers=headers)

    said = get("?zone=Asia/Kathmandu").json
    period = periods.newest(1, "Asia/Kathmandu")
    assert (said["day"], said["zone"]) == (period.first.isoformat(), "Asia/Kathmandu")
    first = insight.totals(period)[Figure.FIRST_ANSWERS]
    assert said["today"]["firstAnswers"] == number_out(first)
    assert first.count == 1
    assert said["waiting"] == {"count": 0, "since": None}
    assert {each["name"]: each["answeredToday"] for each in said["colleagues"]}["Ana Weber"] == 1
    assert get("?zone=Mars").status_code == 422
    headers = {"Authorization": f"Bearer {access_token(people.ana)}"}
    assert get().status_code == 403


def test_a_wall_stays_logged_in_by_its_numbers_alone(
    client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty days, asked for twice a day; a browser that is closed for longer than two weeks is
    logged out as ever."""
    began = clock.now()
    moment = began
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: moment // 1000)

    def asked() -> int:
        for kept in ("actor", "_login_user"):  # the test's own context holds on
            g.pop(kept, None)
        return client.get("/admin/board/numbers").status_code

    client.post("/login", data={"email": people.maya.email, "password": PASSWORD})
    for half_days in range(1, 121):
        moment = began + half_days * DAY // 2
        assert asked() == 200, half_days
    moment += 15 * DAY
    assert asked() == 303


def test_nobody_is_there_by_a_board(people: People) -> None:
    here = Connections()
    board_of_maya = Connection("a", people.maya, True, "en", "x", is_board=True)
    here.add(board_of_maya)
    here.add(Connection("b", people.ana, True, "en", "x"))
    assert here.people() == {people.ana.id}
    here.add(Connection("c", people.maya, True, "en", "x"))
    assert here.people() == {people.ana.id, people.maya.id}
    here.remove("c")
    assert here.people() == {people.ana.id}
    here.remove("a")
    assert here.boards == set()


def test_who_has_gone_home_keeps_no_chat_by_their_wall(client: FlaskClient, people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    assignments.claim(people.maya, chat_id)
    client.post("/login", data={"email": people.maya.email, "password": PASSWORD})
    presence.note_calls()
    with db.engine.begin() as connection:
        gone = update(users.table).where(users.table.c.id == people.maya.id)
        connection.execute(gone.values(last_seen_at=1))
    headers = {"Authorization": f"Bearer {access_token(people.maya)}"}
    assert client.get("/admin/board/numbers").status_code == 200
    assert client.get("/api/v1/board", headers=headers).status_code == 200
    assert presence.called == {}
    presence.note_calls()
    assert assignments.release_unattended() == [chat_id]


def test_what_waits_and_is_open_is_what_the_lists_show(people: People, now: Clock) -> None:
    word_lists.make(people.maya, "Rude", "hold", ["plugh"])
    messages.send(people.marcus, None, Draft("plugh"))  # nobody has waited since then
    found = board.board(idle_at(), 4)
    assert (found.waiting, found.since) == (1, None)
    check(found, people, current_app)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    assert board.board(idle_at(), 4).since == now.now
    assignments.claim(people.ana, chat_id)
    assert board.board(idle_at(), 4).open == 1
    snoozes.snooze(people.ana, chat_id, now.now + 3_600_000)
    found = board.board(idle_at(), 4)
    assert found.open == 0
    check(found, people, current_app)


def test_who_asks_at_about_the_same_time_is_shown_the_same(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = board.shared(idle_at(), 4)
    messages.send(people.lena, None, Draft("Hello"))
    assert board.shared(idle_at(), 4) is first
    assert board.shared(idle_at(), 4, "Asia/Tokyo").waiting == 1  # which nobody has asked for yet
    monkeypatch.setattr(board, "SECONDS", 0)
    assert board.shared(idle_at(), 4).waiting == 1


def test_the_day_is_that_of_the_oldest_site(people: People, now: Clock) -> None:
    assert board.board(idle_at(), 4).period.zone.key == "UTC"
    test_insight.silent()
    site = sites.first()
    assert site is not None
    edit_by_shell(site.key, time_zone="Pacific/Apia")
    now.set("2026-03-02 11:30")
    found = board.board(idle_at(), 4).period
    assert found.first == periods.shown(found.zone, now.now).date()
    assert found.first - timedelta(days=1) == periods.day("2026-03-02")
