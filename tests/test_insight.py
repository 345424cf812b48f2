"""Reports: what counts, when, and that every number opens the rows that it counts."""

import csv
import io
import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, literal, not_, select, text, update

from app import clock, periods
from app.auth.tokens import access_token
from app.cli import factories
from app.errors import ChatBlocked, ChatError, Invalid, Unavailable
from app.extensions import db
from app.models import database, users
from app.models.bots import table as bots_table
from app.models.chats import table as chats_table
from app.models.database import rows as read
from app.models.insight import COUNTS, IS_KEPT, KEPT, TIMED, By, Figure
from app.models.messages import table as messages_table
from app.models.ratings import table as ratings_table
from app.models.users import Actor
from app.operations import (
    actions,
    archives,
    articles,
    blocks,
    bots,
    chats,
    closures,
    erasures,
    merges,
    messages,
    ratings,
    tags,
    teams,
    topics,
    transfers,
    visitors,
)
from app.operations import insight as keeping
from app.operations.actions import Action, What
from app.operations.messages import Draft
from app.operations.sites import create_by_shell
from app.operations.transaction import Transaction, transaction
from app.periods import Period
from app.queries import insight, sites
from app.queries.insight import Fact, Number
from app.queries.ratings import of_chat
from tests.people import PASSWORD, People
from tests.servers import ROOT

MINUTE = 60_000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
ZONES += ("America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "America/Havana")


class Clock:
    """Stands until it is set, or told to go on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0
        self.set("2026-03-02 09:00")
        patch.setattr(clock, "now", lambda: self.now)

    def set(self, text: str, zone: str = "UTC") -> None:
        there = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
        self.now = round(there.timestamp()) * 1000

    def pass_by(self, minutes: float) -> None:
        self.now += round(minutes * MINUTE)


@pytest.fixture
def now(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    app.config["RATE_LIMITS"] = False
    return Clock(monkeypatch)


def of(first: str, last: str, zone: str = "UTC") -> Period:
    return periods.of(date.fromisoformat(first), date.fromisoformat(last), zone)


MARCH = ("2026-03-01", "2026-03-31")


def all_rows(figure: Figure, period: Period, by: By | None = None, key: str = "") -> list[Fact]:
    """By pages of thirty, each once."""
    found: list[Fact] = []
    before = None
    while True:
        page = insight.rows(figure, period, by, key, before, limit=30)
        found += page.rows
        if page.following is None:
            assert len(set(found)) == len(found)
            assert found == sorted(found, key=lambda r: (r.at, r.chat_id, r.place), reverse=True)
            return found
        before = page.following


def number_of(figure: Figure, found: list[Fact]) -> Number:
    """What the rows add up to."""
    if figure not in TIMED or not found:
        return Number(len(found))
    took = sorted(each.amount for each in found if each.amount is not None)
    assert len(took) == len(found)
    return Number(len(took), took[ceil(len(took) / 2) - 1], took[ceil(len(took) * 0.9) - 1])


def check_all_open(period: Period, rng: random.Random) -> dict[Figure, list[Fact]]:
    """Of every figure the rows are what its number says, and so are those of its groups: of two of
    each grouping, and all together. All of each figure."""
    every = {}
    totals = insight.totals(period)
    for figure in Figure:
        whole = every[figure] = all_rows(figure, period)
        assert all(period.first <= shown(period.zone, each.at) <= period.last for each in whole)
        assert totals[figure] == number_of(figure, whole), figure
        for by in By:
            total, found = insight.counted(figure, by, period)
            groups = [g for g in insight.groups(by, period, found) if g.number.count]
            assert total == totals[figure], (figure, by)
            if by != By.TAG:  # a chat of two tags is in both groups
                assert sum(group.number.count for group in groups) == len(whole), (figure, by)
            if by in (By.DAY, By.HOUR):
                by_hand = Counter(key_by_hand(by, period.zone, each.at) for each in whole)
                assert {group.key: group.number.count for group in groups} == by_hand
            for group in rng.sample(groups, min(len(groups), 2)):
                opened = all_rows(figure, period, by, group.key)
                assert group.number == number_of(figure, opened), (figure, by, group)
                assert set(opened) <= set(whole)
    return every


def key_by_hand(by: By, zone: ZoneInfo, at: int) -> str:
    shown = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    if by == By.DAY:
        return shown.date().isoformat()
    return str(shown.weekday() * 24 + shown.hour)


class Kept(StrEnum):
    """When what is counted is kept beside the messages."""

    NOTHING = "nothing"
    MEANWHILE = "meanwhile"  # while there is more to come, up to the last changes
    ALL = "all"


# ---- random histories, and a count of their rows that knows nothing of SQL ----


def counted_by_hand(period: Period) -> dict[Figure, Counter[tuple[int, int]]]:
    """What each figure counts: chat and instant of each fact, by going through all rows."""
    found: dict[Figure, Counter[tuple[int, int]]] = {figure: Counter() for figure in Figure}

    def count(figure: Figure, chat_id: int, at: int) -> None:
        if period.first <= shown(period.zone, at) <= period.last:
            found[figure][chat_id, at] += 1

    erased = {row.id for row in read(select(users.table)) if row.erased_at is not None}
    said = defaultdict(list)
    for row in read(select(messages_table).order_by(messages_table.c.seq)):
        said[row.chat_id].append(row)
    rated = {row.chat_id: row for row in read(select(ratings_table))}
    helped = {row.chat_id: row.ended_at for row in read(select(bots_table)) if row.has_helped}
    for chat in read(select(chats_table)):
        if chat.provider_id or chat.merged_into_id or not chat.active_at:
            continue
        if chat.customer_id in erased:
            continue
        count(Figure.CHATS, chat.id, chat.created_at)
        rating = rated.get(chat.id)
        if rating and rating.rated_at:
            count(Figure.RATINGS, chat.id, rating.rated_at)
            if rating.value == (1 if rating.kind == "thumbs" else 5):
                count(Figure.GOOD_RATINGS, chat.id, rating.rated_at)
        asked = answered = None
        rows = [row for row in said[chat.id] if row.held_at is None]
        lines = [row for row in rows if row.line in ("closed", "rule_closed", "reopened")]
        undone = {a.id for a, b in pairwise(lines) if b.line == "reopened"}
        for row in rows:
            if row.line in ("closed", "rule_closed") and row.id not in undone:
                if answered:
                    count(Figure.SOLVED, chat.id, row.created_at)
                elif asked:
                    has_helped = asked <= helped.get(chat.id, 0) <= row.created_at
                    count(Figure.HELPED if has_helped else Figure.UNANSWERED, chat.id, asked)
                asked = answered = None
            elif row.sender_id == chat.customer_id:
                count(Figure.CUSTOMER_MESSAGES, chat.id, row.created_at)
                if asked is None:
                    asked = row.created_at
                    count(Figure.QUESTIONS, chat.id, asked)
            elif row.sender_id is not None:
                count(Figure.STAFF_MESSAGES, chat.id, row.created_at)
                if asked is not None and answered is None:
                    answered = row.created_at
                    count(Figure.FIRST_ANSWERS, chat.id, asked)
        if asked is not None and answered is None:
            goes_on = chat.status in ("waiting", "open")
            count(Figure.WAITING if goes_on else Figure.UNANSWERED, chat.id, asked)
    return found


def shown(zone: ZoneInfo, at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()


def history(people: People, now: Clock, rng: random.Random, kept: Kept) -> None:
    """Seventy things that customers and staff do, minutes or days after each other."""
    staff = [people.ana, people.ben, people.maya]
    team = teams.make(people.maya, "Returns").id
    parcels = topics.make(people.maya, "Parcels", team_id=team).id
    c, sizes = chats_table.c, articles.create(people.maya, title="Sizes", text="All of them")
    # Who has been merged, or is to be erased, is made up for it.
    others = [factories.person(f"Kim {n}") for n in range(3)]
    customers = [people.lena, people.marcus, *others, silent()]

    def ask() -> None:
        with suppress(ChatBlocked):
            messages.send(rng.choice(customers), None, Draft("Hello"))

    def answer(chat_id: int) -> None:
        messages.send(rng.choice(staff), chat_id, Draft("Yes"))

    def close(chat_id: int) -> None:
        done = actions.act_on(rng.choice(staff), chat_id, Action(What.CLOSE))
        if rng.random() < 0.2 and done.undo:
            now.pass_by(0.05)
            undoing = next(s for s in staff if try_undo(s, done.undo))
            assert undoing
            return
        chat = done.done[0]
        customer = next(each for each in customers if each.id == chat.customer_id)
        if rng.random() < 0.6 and of_chat(chat) is not None:
            now.pass_by(2)
            with suppress(ChatError):
                ratings.rate(customer, chat_id, rng.randrange(2))

    def reopen(chat_id: int) -> None:
        closures.reopen(people.ben, chat_id)

    def archive(chat_id: int) -> None:
        archives.archive(people.ben, chat_id)

    def take_back(chat_id: int) -> None:
        archives.unarchive(people.ben, chat_id)

    def block(chat_id: int) -> None:
        blocks.block(people.ben, chat_id)

    def unblock(chat_id: int) -> None:
        blocks.unblock(people.ben, chat_id)

    def tag(chat_id: int) -> None:
        tags.put_on(people.ana, chat_id, rng.choice(("VIP", "Refund", "Late")))

    def put(chat_id: int) -> None:
        topics.put_on(people.ana, chat_id, parcels)

    def name_articles(chat_id: int) -> None:
        if bots.answer(chat_id, [sizes]) and rng.random() < 0.8:
            now.pass_by(rng.choice((0, 3)))
            whose = read(select(c.customer_id).where(c.id == chat_id))[0].customer_id
            customer = next(each for each in customers if each.id == whose)
            bots.settle(customer, chat_id, has_helped=rng.random() < 0.7)

    def begin(_chat_id: int) -> None:
        chats.open_with(people.ana, rng.choice(customers).id)

    steps = [answer] * 8 + [close] * 5 + [reopen, archive, take_back, block, tag, put, begin]
    steps += [unblock] * 2 + [name_articles] * 4
    for _step in range(70):
        now.pass_by(rng.choice((0.01, 1, 30, 60, 200, 1500)))
        if kept == Kept.MEANWHILE and rng.random() < 0.3:
            keeping.keep_quiet()
        every = [row.id for row in read(select(chats_table.c.id))]
        if not every or rng.random() < 0.4:
            ask()
        else:
            with suppress(ChatError):
                rng.choice(steps)(rng.choice(every[-6:]))
    for _pair in range(2):
        mine = [
            r.id
            for r in read(select(chats_table).where(chats_table.c.customer_id == people.lena.id))
        ]
        if len(mine) > 1:
            with suppress(ChatError):
                merges.merge_chats(people.ana, *rng.sample(mine, 2))
    if kept != Kept.NOTHING:
        now.pass_by(30)
        keeping.keep_quiet()
    merges.merge_customers(people.maya, people.marcus.id, others[0].id)
    erasures.erase_by_shell(others[1].id, others[1].name)
    erasures.erase(people.maya, others[2].id, others[2].name)  # whose job has yet to run


def silent() -> Actor:
    """A visitor whose browser has said no language."""
    site = sites.first() or create_by_shell(name="Shop")
    return visitors.come(site, "s" * 43, "")


def try_undo(staff: Actor, token: str) -> bool:
    try:
        return bool(actions.undo(staff, token).done)
    except ChatError:
        return False


def check_history(people: People, now: Clock, seed: int, kept: Kept) -> None:
    rng = random.Random(seed)
    # Clocks change in most of these zones within three weeks from here, or from there.
    now.set(rng.choice(("2026-03-05 22:00", "2026-10-20 22:00")))
    begun = now.now
    history(people, now, rng, kept)
    if kept == Kept.ALL:
        now.pass_by(30)
        keeping.keep_quiet()
    changed = read(select(chats_table.c.id).where(COUNTS, not_(IS_KEPT)))
    assert kept != Kept.ALL or not changed
    assert (kept == Kept.NOTHING) == (not read(select(keeping.kept)))
    assert keeping.check() == {}
    first = shown(ZoneInfo("UTC"), begun)
    days = (shown(ZoneInfo("UTC"), now.now) - first).days
    begin = first + timedelta(days=rng.randrange(-1, max(days // 3, 1)))
    end = begin + timedelta(days=rng.randrange(max(days // 2, 1), days + 2))
    period = Period(begin, end, ZoneInfo(rng.choice(ZONES)))
    opened = check_all_open(period, rng)
    by_hand = counted_by_hand(period)
    for figure in Figure:
        got = Counter((each.chat_id, each.at) for each in opened[figure])
        assert got == by_hand[figure], (figure, period)
    parts = (Figure.FIRST_ANSWERS, Figure.HELPED, Figure.WAITING, Figure.UNANSWERED)
    assert len(opened[Figure.QUESTIONS]) == sum(len(opened[each]) for each in parts)


@pytest.mark.parametrize("kept", Kept)
@pytest.mark.parametrize("seed", range(4))
def test_every_number_opens_the_rows_it_counts(
    people: People, now: Clock, seed: int, kept: Kept
) -> None:
    check_history(people, now, seed, kept)


@pytest.mark.parametrize("kept", [Kept.MEANWHILE, Kept.ALL])
def test_so_it_does_on_postgresql(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch, kept: Kept
) -> None:
    on_postgres.config["RATE_LIMITS"] = False
    check_history(People(), Clock(monkeypatch), 100, kept)


# ---- what is kept ----


def said_to(people: People, now: Clock) -> int:
    """The id of a chat of three messages, which is kept."""
    sent = messages.send(people.lena, None, Draft("Hello"))
    now.pass_by(3)
    messages.send(people.ana, sent.chat_id, Draft("Yes?"))
    messages.send(people.lena, sent.chat_id, Draft("Where is it?"))
    now.pass_by(20)
    assert keeping.keep_quiet() == 1
    return sent.chat_id


def numbers() -> tuple[int, int, int]:
    """Of customers' messages, of staff's, and of first answers."""
    found = insight.totals(of(*MARCH))
    figures = (Figure.CUSTOMER_MESSAGES, Figure.STAFF_MESSAGES, Figure.FIRST_ANSWERS)
    return tuple(found[each].count for each in figures)  # type: ignore[return-value]


def test_what_is_kept_is_what_is_counted_until_the_chat_goes_on(
    people: People, now: Clock, statements: list[str]
) -> None:
    chat_id = said_to(people, now)
    with transaction() as tx:  # so that it is seen which of both is counted
        tx.run(update(keeping.kept_messages).values(number=5), {})
        tx.run(update(keeping.kept).values(theirs=7, ours=8), {})
    assert numbers() == (7, 8, 1)
    made = insight.report(Figure.STAFF_MESSAGES, By.AGENT, of(*MARCH))
    assert [group.number.count for group in made.groups] == [5]
    assert keeping.keep_quiet() == 0
    statements.clear()
    messages.send(people.ana, chat_id, Draft("On its way"))
    assert statements
    assert not [each for each in statements if "insight_" in each]
    assert numbers() == (2, 2, 1)
    now.pass_by(20)
    assert keeping.keep_quiet() == 1
    assert numbers() == (2, 2, 1)


def test_a_chat_in_which_something_happens_is_kept_later(people: People, now: Clock) -> None:
    messages.send(people.lena, None, Draft("Hello"))
    assert keeping.keep_quiet() == 0
    now.pass_by(11)
    assert keeping.keep_quiet() == 1


BREAKS: dict[str, Any] = {
    "more messages": update(keeping.kept_messages).values(number=7),
    "another sum": update(keeping.kept).values(ours=3),
    "none": delete(keeping.kept_messages),
    "none of staff": delete(keeping.kept_messages).where(keeping.kept_messages.c.by_id != 0),
    "no question": delete(keeping.kept_questions),
    "another answer": update(keeping.kept_questions).values(answered_at=5),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_is_kept_and_wrong_is_told_and_mended(
    app: Flask, people: People, now: Clock, broken: str
) -> None:
    run = app.test_cli_runner().invoke
    chat_id = said_to(people, now)
    assert run(args=["insight", "check"]).output == "0 wrong\n"
    for mend in (lambda: run(args=["insight", "mend"]), keeping.check_some):
        with transaction() as tx:
            tx.run(BREAKS[broken], {})
        told = run(args=["insight", "check"])
        assert told.exit_code == 1
        assert told.output.startswith(f"chat {chat_id}: ")
        assert told.output.endswith("\n1 wrong\n")
        mend()
        assert run(args=["insight", "check"]).exit_code == 0
        assert numbers() == (2, 1, 1)


def test_of_a_chat_that_was_erased_meanwhile_nothing_is_kept(people: People, now: Clock) -> None:
    """Or the rows of it would be in the way of every later erasure."""
    chat_id = said_to(people, now)
    messages.send(people.ana, chat_id, Draft("So is mine"))
    now.pass_by(20)
    erasures.erase_by_shell(people.lena.id, people.lena.name)
    assert keeping.keep([chat_id]) == 0
    assert [read(select(table)) for table in KEPT] == [[], [], []]
    messages.send(people.marcus, None, Draft("Hi"))
    erasures.erase_by_shell(people.marcus.id, people.marcus.name)


def test_two_who_keep_a_chat_at_once_do_not_meet(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgres.config["RATE_LIMITS"] = False
    people, now = People(), Clock(monkeypatch)
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    now.pass_by(20)
    done = []

    def keep_too(tx: Transaction, statement: Any, values: Any) -> Any:
        if statement is keeping.KEEP_SAID and not done:
            done.append(0)
            with ThreadPoolExecutor() as others:
                done.append(others.submit(elsewhere).result(10))
        return run(tx, statement, values)

    def elsewhere() -> int:
        with on_postgres.app_context():
            return keeping.keep([chat_id])

    run = Transaction.run
    monkeypatch.setattr(Transaction, "run", keep_too)
    assert keeping.keep([chat_id]) == 1
    assert done == [0, 0]  # the other one has left it


def test_what_was_removed_by_age_is_kept_no_longer(people: People, now: Clock) -> None:
    chat_id = said_to(people, now)
    version = read(select(chats_table.c.version))[0].version
    ids = [row.id for row in read(select(messages_table.c.id).order_by(messages_table.c.id))]
    with transaction() as tx:
        erasures.remove_messages(tx, ids[:1])
    assert read(select(chats_table.c.version))[0].version == version
    assert numbers() == (1, 1, 0)
    assert keeping.keep_quiet() == 1
    assert numbers() == (1, 1, 0)
    erasures.erase_chat(chat_id, ())
    assert [read(select(table)) for table in KEPT] == [[], [], []]


def test_a_clock_that_is_changed_within_a_quarter_of_an_hour_is_read_by_the_minute(
    people: People, now: Clock
) -> None:
    zone = "America/St_Johns"  # at one minute past midnight, until 2011
    now.set("2010-11-07 00:00", zone)
    messages.send(people.lena, None, Draft("Hello"))
    now.pass_by(3)  # it is two minutes past eleven, of the day before
    messages.send(people.lena, None, Draft("Hello?"))
    now.pass_by(600)
    assert keeping.keep_quiet() == 1
    made = insight.report(Figure.CUSTOMER_MESSAGES, By.DAY, of("2010-11-06", "2010-11-07", zone))
    assert [group.number.count for group in made.groups] == [1, 1]


# ---- days ----

MOMENTS = st.integers(1_577_836_800_000, 1_893_456_000_000)  # of the twenties


@given(st.sampled_from(ZONES), MOMENTS, st.integers(1, 366))
@settings(max_examples=60, deadline=None)
def test_offsets_are_what_the_clock_of_the_zone_shows(name: str, at: int, length: int) -> None:
    zone = ZoneInfo(name)
    first = shown(zone, at)
    period = Period(first, first + timedelta(days=length - 1), zone)
    since, until = period.reach
    turns = [turn for turn, _offset in period.offsets[1:]]
    for each in (at, since, until - 1, *turns, *(turn - 1 for turn in turns)):
        offset = max(o for o in period.offsets if o[0] <= each)[1]
        day, hour = divmod((each + offset) // periods.HOUR, 24)
        there = datetime.fromtimestamp(each / 1000, UTC).astimezone(zone)
        assert (periods.day_of(day), hour) == (there.date(), there.hour)
        assert not period.has(each) or since <= each < until
        assert period.has(each) == any(begin <= each < end for begin, end in period.spans)
    assert period.before.last + timedelta(days=1) == period.first
    assert period.before.length == period.length


def test_a_day_that_the_zone_has_leapt_over_has_no_time(people: People, now: Clock) -> None:
    now.set("2011-12-30 12:00")
    messages.send(people.lena, None, Draft("Hello"))
    leapt = of("2011-12-30", "2011-12-30", "Pacific/Apia")
    assert leapt.spans == ()
    assert {number.count for number in insight.totals(leapt).values()} == {0}
    whole = insight.report(Figure.QUESTIONS, By.DAY, of("2011-12-29", "2011-12-31", "Pacific/Apia"))
    assert [group.number.count for group in whole.groups] == [0, 0, 1]


@pytest.mark.parametrize(
    ("first", "last", "zone", "wrong"),
    [
        ("2026-01-01", "2027-01-02", "UTC", "last"),
        ("2026-01-02", "2026-01-01", "UTC", "last"),
        ("1999-12-31", "2000-01-01", "UTC", "first"),
        ("2026-01-01", "2026-01-01", "Mars/Base", "zone"),
    ],
)
def test_no_other_days_are_taken(app: Flask, first: str, last: str, zone: str, wrong: str) -> None:
    with pytest.raises(Invalid) as error:
        periods.of(date.fromisoformat(first), date.fromisoformat(last), zone)
    assert set(error.value.fields) == {wrong}


def test_a_day_of_25_hours_has_each_of_them(people: People, now: Clock) -> None:
    now.set("2026-10-25 00:30", "Europe/Berlin")
    for _hour in range(25):
        messages.send(people.lena, None, Draft("Hello"))
        now.pass_by(60)
    day = date(2026, 10, 25)
    made = insight.report(Figure.CUSTOMER_MESSAGES, By.HOUR, periods.of(day, day, "Europe/Berlin"))
    counts = [group.number.count for group in made.groups[6 * 24 :]]
    assert counts == [1, 1, 2, *[1] * 21]
    assert made.total == Number(25)


# ---- doors ----


def test_rest_says_the_same_and_leads_to_the_rows(
    client: FlaskClient, people: People, now: Clock
) -> None:
    now.now = time.time_ns() // 1_000_000 - 5 * MINUTE  # a token's clock is the machine's
    days = {"first": f"{shown(ZoneInfo('UTC'), now.now)}", "zone": "Europe/Berlin"}
    days["last"] = f"{shown(ZoneInfo('UTC'), now.now + 2 * periods.HOUR)}"
    sent = messages.send(people.lena, None, Draft("Hello"))
    now.pass_by(3)
    messages.send(people.ana, sent.chat_id, Draft("Yes?"))
    headers = {"Authorization": f"Bearer {access_token(people.maya)}"}

    def asked(path: str, **more: str) -> Any:
        answer = client.get(f"/api/v1/insight{path}", headers=headers, query_string=days | more)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    took = {"count": 1, "medianMs": 3 * MINUTE, "p90Ms": 3 * MINUTE}
    nothing = {"count": 0, "medianMs": None, "p90Ms": None}
    made = asked("", figure="first_answers", by="agent")
    assert (made["total"], made["before"]) == (took, nothing)
    assert made["groups"] == [{"key": str(people.ana.id), "name": people.ana.name, **took}]
    assert asked("/totals")["figures"]["first_answers"] == took
    of_ana = {"figure": "first_answers", "by": "agent", "key": str(people.ana.id)}
    (row,) = asked("/rows", **of_ana)["rows"]
    assert (row["chatId"], row["milliseconds"]) == (sent.chat_id, 3 * MINUTE)
    assert asked("/rows", **of_ana | {"key": "none"})["rows"] == []
    said = asked("/csv", figure="first_answers", by="agent")["csv"].splitlines()
    assert said[1] == f"{people.ana.id},{people.ana.name},1,180000,180000"
    for wrong in ({"key": "x"}, {"before": "x"}, {"by": "x"}, {"first": "5"}):
        refused = client.get(
            "/api/v1/insight/rows", headers=headers, query_string=days | of_ana | wrong
        )
        assert refused.status_code == 422, wrong


def test_a_name_computes_nothing_in_a_spreadsheet(people: People, now: Clock) -> None:
    names = ("@x", "+x", "-x", "=x", "＝y", "x=")
    for number, name in enumerate(names):
        team = teams.make(people.maya, name)
        sent = messages.send(factories.person(f"Kim {number}"), None, Draft("Hello"))
        transfers.transfer(people.ana, sent.chat_id, sent.version, team_id=team.id)
    text = insight.as_csv(insight.report(Figure.QUESTIONS, By.TEAM, of(*MARCH)))
    cells = {row[1] for row in csv.reader(io.StringIO(text))}
    assert {f"'{name}" for name in names[:-1]} | {"x="} <= cells
    assert not cells & set(names[:-1])


@pytest.mark.parametrize("key", ["999", "168", "-1", "none", "x", ""])
def test_there_is_no_other_hour(app: Flask, key: str) -> None:
    with pytest.raises(Invalid):
        insight.rows(Figure.CHATS, of(*MARCH), By.HOUR, key)


@pytest.mark.parametrize("word", ["1767139200", "2026-W01-1", "20260101", "2026-1-1", "2026-02-30"])
def test_a_day_is_written_in_one_way(word: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (says nothing more)
        periods.day(word)


def test_who_has_said_no_language_is_in_one_group(people: People, now: Clock) -> None:
    messages.send(people.lena, None, Draft("Hello"))
    messages.send(silent(), None, Draft("Hello"))
    made = insight.report(Figure.QUESTIONS, By.LANGUAGE, of(*MARCH))
    assert [(group.key, group.number.count) for group in made.groups] == [("none", 2)]
    assert len(all_rows(Figure.QUESTIONS, of(*MARCH), By.LANGUAGE, "none")) == 2


def test_a_page_says_what_is_wrong_with_days_and_refuses_what_is_no_group(
    client: FlaskClient, people: People
) -> None:
    form = {"email": people.maya.email, "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 303
    for query in ("days=own&first=&last=2026-01-31", "days=own&first=x&last=2026-01-31"):
        answer = client.get(f"/admin/insight?{query}")
        assert answer.status_code == 422
        assert 'id="insight-first-error"' in answer.text
        assert 'value="2026-01-31"' in answer.text
    answer = client.get("/admin/insight?days=own&first=2026-02-01&last=2026-01-31")
    assert answer.status_code == 422
    assert 'aria-describedby="insight-last-error"' in answer.text
    assert client.get("/admin/insight?zone=Mars/Base").text.count("insight-zone-error") == 2
    assert client.get("/admin/insight?days=7").status_code == 200
    for key in ("999", "none"):
        assert client.get(f"/admin/insight/rows?by=hour&key={key}").status_code == 422


# ---- beside the loop ----


def test_who_waits_too_long_for_their_turn_is_told(
    app: Flask, people: People, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ASIDE_WAIT_S", 0.05)
    turn = app.extensions["aside"]
    headers = {"Authorization": f"Bearer {access_token(people.maya)}"}
    days = {"first": "2026-01-01", "last": "2026-01-31"}
    with turn:
        refused = client.get("/api/v1/insight/totals", headers=headers, query_string=days)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (503, "unavailable")
    assert database.rows_aside(select(literal(1)), select(literal(2))) == [[(1,)], [(2,)]]
    with pytest.raises(Unavailable):
        database.rows_aside(text("SELECT nothing_of_that_name"))
    assert turn.acquire(blocking=False)  # given back by what has failed


def test_what_takes_too_long_on_postgresql_ends(
    on_postgres: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ASIDE_MOST_S", 0.2)
    with pytest.raises(Unavailable):
        database.rows_aside(select(func.pg_sleep(20)))
    assert database.scalar(text("SHOW statement_timeout")) == "0"
    assert database.rows_aside(select(literal(1))) == [[(1,)]]


ASIDE = """
import json, sys, warnings
warnings.simplefilter("ignore")
mode, path = sys.argv[1:]
if mode == "eventlet":
    import eventlet
    eventlet.monkey_patch()
    from eventlet import sleep, spawn
else:
    from gevent import monkey
    monkey.patch_all()
    from gevent import sleep, spawn
from pathlib import Path
from sqlalchemy import select, text
from app import create_app
from app.errors import Unavailable
from app.models import database
from app.models.insight import Figure
from app.periods import newest
from app.queries import insight as queries
from tests.conftest import settings_for

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n {}) SELECT count(*) FROM n"
app = create_app(settings_for(Path(path)))
told, now = {"beats": 0, "at once": 0}, {"running": 0}
real = database.rows_of_file

def noted(*args):
    now["running"] += 1
    told["at once"] = max(told["at once"], now["running"])
    try:
        return real(*args)
    finally:
        now["running"] -= 1

def beat():
    while True:
        told["beats"] += 1
        sleep(0.005)

def one():
    with app.app_context():
        database.rows_aside(text(MANY.format("WHERE i < 1000000")))

def refused(sql):
    try:
        database.rows_aside(text(sql))
    except Unavailable:
        return True

database.rows_of_file = noted
with app.app_context():
    period = newest(28, "Europe/Berlin")
    for figure in Figure:
        f = queries.within(period, {figure}).subquery()
        statement = select(f).order_by(f.c.at, f.c.chat_id, f.c.place)
        (aside,) = database.rows_aside(statement)
        plain = [tuple(row) for row in database.rows(statement)]
        assert [tuple(row) for row in aside] == plain, figure
        told[figure.value] = len(plain)
    spawn(beat)
    waiting = [spawn(one) for _ in range(4)]
    for each in waiting:
        each.wait() if mode == "eventlet" else each.join()
    told["written"] = refused("DELETE FROM messages")
    database.ASIDE_MOST_S = 0.2
    told["endless"] = refused(MANY.format(""))
print(json.dumps(told))
"""


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_beside_the_loop_rows_are_the_same_and_one_who_asks_is_served_at_a_time(
    people: People, mode: str
) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.ana, sent.chat_id, Draft("Yes?"))
    done = subprocess.run(
        [sys.executable, "-c", ASIDE, mode, str(db.engine.url.database)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["questions"], told["first_answers"], told["staff_messages"]) == (1, 1, 1)
    assert told["at once"] == 1
    assert told["beats"] > 5
    assert told["written"] is told["endless"] is True


def test_what_articles_have_answered_was_left_unanswered_by_nobody(
    people: People, now: Clock
) -> None:
    sizes = articles.create(people.maya, title="Sizes", text="All of them")

    def ask(who: Actor, *, has_helped: bool) -> int:
        chat_id = messages.send(who, None, Draft("Which sizes?")).chat_id
        now.pass_by(1)
        assert bots.answer(chat_id, [sizes])
        now.pass_by(1)
        bots.settle(who, chat_id, has_helped=has_helped)
        now.pass_by(1)
        return chat_id

    helped, not_helped = ask(people.lena, has_helped=True), ask(people.marcus, has_helped=False)
    answered = ask(factories.person("Tom"), has_helped=False)
    messages.send(people.ana, answered, Draft("These"))

    def numbers() -> tuple[int, ...]:
        totals = insight.totals(of(*MARCH))
        parts = (Figure.HELPED, Figure.FIRST_ANSWERS, Figure.WAITING, Figure.UNANSWERED)
        return tuple(totals[each].count for each in (Figure.QUESTIONS, *parts))

    assert numbers() == (3, 1, 1, 1, 0)
    closures.close(people.ana, not_helped)
    assert numbers() == (3, 1, 1, 0, 1)
    messages.send(people.lena, helped, Draft("Nor do these fit"))  # another question
    assert numbers() == (4, 1, 1, 1, 1)
    now.pass_by(30)
    keeping.keep_quiet()
    assert numbers() == (4, 1, 1, 1, 1)
    assert [row.chat_id for row in all_rows(Figure.HELPED, of(*MARCH))] == [helped]


def test_a_closing_that_is_undone_solves_nothing(people: People, now: Clock) -> None:
    sent = messages.send(people.lena, None, Draft("Hello"))
    messages.send(people.ana, sent.chat_id, Draft("Yes?"))
    now.pass_by(10)
    done = actions.act_on(people.ana, sent.chat_id, Action(What.CLOSE))
    assert done.undo is not None
    actions.undo(people.ana, done.undo)
    period = of(*MARCH)
    assert insight.totals(period)[Figure.SOLVED] == Number(0)
    now.pass_by(20)
    closures.close(people.ana, sent.chat_id)
    assert insight.totals(period)[Figure.SOLVED] == Number(1, 30 * MINUTE, 30 * MINUTE)
    now.pass_by(5)
    messages.send(people.lena, None, Draft("Me again"))  # another question
    counts = {figure: number.count for figure, number in insight.totals(period).items()}
    assert (counts[Figure.QUESTIONS], counts[Figure.WAITING], counts[Figure.CHATS]) == (2, 1, 1)
