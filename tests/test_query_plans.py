"""Pages read no further than they show: what SQLite says it will do, without statistics.

Each question is asked as the application asks it, and its statements are explained. Every search
of chats or messages must go by the named index: by another it may still be a SEARCH, and read all.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask import Flask, current_app
from sqlalchemy import text

from app import periods
from app.cli.factories import state
from app.cli.past import fill
from app.extensions import db
from app.models import database
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import messages as sending
from app.operations import routing
from app.operations.jobs import claim
from app.operations.messages import Draft
from app.queries import (
    availability,
    board,
    chats,
    counts,
    files,
    holds,
    inbox,
    jobs,
    messages,
    notes,
    overview,
    related,
    targets,
    teams,
    topics,
    unread,
    words,
)
from app.queries.chats import Cursor
from app.queries.inbox import Filter
from app.queries.messages import END
from tests import wide
from tests.people import People
from tests.sql import heard

pytestmark = wide.of_sqlite

CURSOR = Cursor(active_at=2**42, id=50)
BY_STATUS = "ix_chats_status_reply_active (status=? AND needs_reply=?"
STANDING = "ix_chats_status_reply_active (status=?)"
REPLIED = "ix_chats_first_reply (first_reply_at>?)"
BY_AGENT = "ix_chats_agent_status (agent_id=? AND status=?)"
OVER = "ix_chats_agent_over (agent_id=? AND status=? AND active_at"
BY_SITE = "ix_chats_site_status_reply_active (site_id=? AND status=? AND needs_reply=?"
MINE_OF_SITE = "ix_chats_site_status_reply_active (site_id=? AND status=?)"
QUEUE = "ix_chats_waiting (waiting_since>? AND waiting_since<?"
WAITS = "ix_chats_waiting (waiting_since>?)"
OF_TEAM = "ix_chats_team_waiting (team_id=?"
ABOUT = "ix_chats_topic (topic_id=?"
UNREAD = "ix_chats_unread (provider_id=?"
ASKED = "ix_chats_asked (status=? AND asked_at<?)"
MARKED = "ix_chats_marked"
SNOOZED = "ix_chats_snoozed_active (active_at>?"
OWN = "ix_chats_customer (customer_id=?"
PROVIDERS = "ix_chats_provider_active (provider_id=?"
BY_SEQ = "sqlite_autoindex_messages_2 (chat_id=? AND seq"
BY_CLIENT_ID = "sqlite_autoindex_messages_1 (chat_id=? AND sender_id=? AND client_id=?"
CLOSED = "ix_chats_closed_at (closed_at>?)"
MERGED = "ix_chats_merged_into_id (merged_into_id>?)"
OF_CHAT = "sqlite_autoindex_messages_2 (chat_id=?)"
HELD = "ix_messages_held_id (id>?)"
SENT = "ix_files_sent (owner_id=? AND id<?)"
NOTED = "ix_notes_newest (chat_id=? AND id<?)"
BY_VERSION = "ix_messages_changed (chat_id=? AND version>?"


def measured(ask: Callable[..., Any], *what: Any) -> Any:
    """As where first answers are measured."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(current_app.config, "FIRST_ANSWER_MINUTES", 30)
        current_app.extensions.pop("targets", None)
        try:
            return ask(*what)
        finally:
            current_app.extensions.pop("targets", None)


class Scene(NamedTuple):
    lena: Actor
    ana: Actor
    petra: Actor
    waiting: ChatState


Ask = Callable[[Scene], object]
QUESTIONS: dict[str, tuple[set[str], Ask]] = {
    "all": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.ALL)),
    "all, some pinned": (
        {BY_STATUS},
        lambda scene: inbox.page(scene.ana, Filter.ALL, pinned=[1, 2]),
    ),
    "waiting": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.WAITING)),
    "mine": ({BY_AGENT}, lambda scene: inbox.page(scene.ana, Filter.MINE)),
    "unassigned": ({BY_STATUS, BY_AGENT}, lambda scene: inbox.page(scene.ana, Filter.UNASSIGNED)),
    "needs reply": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.NEEDS_REPLY)),
    "unread": ({UNREAD, MARKED}, lambda scene: inbox.page(scene.ana, Filter.UNREAD)),
    "unread, on": (
        {UNREAD, MARKED},
        lambda scene: inbox.page(scene.ana, Filter.UNREAD, "", CURSOR),
    ),
    "unread of a site": (
        {UNREAD, MARKED},
        lambda scene: inbox.page(scene.ana, Filter.UNREAD, site_id=7),
    ),
    "overdue": ({ASKED}, lambda scene: measured(inbox.page, scene.ana, Filter.OVERDUE)),
    "which are overdue": ({ASKED}, lambda _scene: measured(targets.overdue)),
    "which are unread": ({UNREAD, MARKED}, lambda _scene: unread.unread()),
    "a provider's unread": ({UNREAD}, lambda scene: unread.count(scene.petra)),
    "snoozed": ({SNOOZED}, lambda scene: inbox.page(scene.ana, Filter.SNOOZED)),
    "snoozed, on": ({SNOOZED}, lambda scene: inbox.page(scene.ana, Filter.SNOOZED, "", CURSOR)),
    "snoozed of a site": (
        {SNOOZED},
        lambda scene: inbox.page(scene.ana, Filter.SNOOZED, site_id=7),
    ),
    "closed": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.CLOSED, "", CURSOR)),
    "archived": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.ARCHIVED)),
    "blocked": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.BLOCKED)),
    "a rare name": ({OWN}, lambda scene: inbox.page(scene.ana, Filter.ALL, "Ortiz")),
    "a rare name, closed": ({OWN}, lambda scene: inbox.page(scene.ana, Filter.CLOSED, "Ortiz")),
    "a frequent name": ({BY_STATUS}, lambda scene: inbox.page(scene.ana, Filter.ALL, "a")),
    "all of a site": ({BY_SITE}, lambda scene: inbox.page(scene.ana, Filter.ALL, site_id=7)),
    "closed of a site": (
        {BY_SITE},
        lambda scene: inbox.page(scene.ana, Filter.CLOSED, "", CURSOR, 7),
    ),
    "mine of a site": ({MINE_OF_SITE}, lambda scene: inbox.page(scene.ana, Filter.MINE, site_id=7)),
    "a site's list": ({BY_SITE}, lambda scene: chats.page(scene.ana, 50, site=7)),
    "counts": ({BY_STATUS, BY_AGENT, UNREAD, MARKED}, lambda scene: inbox.counts(scene.ana)),
    "queue place": ({QUEUE}, lambda scene: inbox.queue_place(scene.waiting)),
    "places": ({WAITS}, lambda _scene: inbox.places()),
    "who waits longest": (
        {WAITS},
        lambda _scene: database.row(routing.OLDEST, queues=[routing.NO_TEAM]),
    ),
    "chats of a team": ({OF_TEAM}, lambda _scene: teams.of_teams("bill")),
    "chats about a topic": ({ABOUT}, lambda _scene: topics.of_topics("inv")),
    "how busy": ({BY_AGENT}, lambda _scene: availability.colleagues()),
    "staff unread": ({UNREAD, MARKED}, lambda scene: unread.count(scene.ana)),
    "repeat": (
        {OWN, BY_CLIENT_ID},
        lambda scene: sending.earlier(scene.lena, None, Draft("Hello", "a")),
    ),
    "a customer's list": ({OWN}, lambda scene: chats.numbered(scene.lena, 1, 50)),
    "a provider's list": ({PROVIDERS}, lambda scene: chats.numbered(scene.petra, 1, 50)),
    "staff's list": ({BY_STATUS}, lambda scene: chats.numbered(scene.ana, 1, 50)),
    "staff's own list": (
        {BY_AGENT, OVER},
        lambda scene: chats.numbered(scene.ana, 1, 50, mine=True),
    ),
    "the board, what waits": ({BY_STATUS}, lambda _scene: inbox.queues()),
    "the board, what is late": ({ASKED}, lambda _scene: measured(inbox.overdue_count)),
    "the board, today": (
        {STANDING, BY_STATUS, CLOSED, MERGED, BY_SEQ, OF_CHAT},
        lambda _scene: board.today(periods.newest(1, "Europe/Berlin")),
    ),
    "figures": ({STANDING, REPLIED}, lambda scene: overview.figures()),
    "median reply": ({REPLIED}, lambda scene: overview.median_reply()),
    "history": ({BY_SEQ}, lambda scene: messages.before(1, 5)),
    "history, on": ({BY_SEQ}, lambda scene: messages.after(1, 5)),
    "quotes": (set(), lambda scene: related.quotes_of({1, 2, 3})),  # by their ids
    "how many are held": ({HELD}, lambda _scene: holds.number()),
    "held messages": ({HELD}, lambda _scene: holds.page(after=7)),
    "a customer's notes": ({OWN, NOTED}, lambda scene: notes.of_customer(scene.lena.id)),
    "a chat's notes": ({NOTED}, lambda _scene: notes.newest(1)),
    "what a customer has sent": ({SENT}, lambda scene: files.of_owner(scene.lena.id, END, 20)),
    "sync": ({BY_VERSION, BY_SEQ}, lambda scene: messages.changed(1, 5)),
}


@pytest.fixture
def scene(people: People, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A hundred chats, half of them waiting, and one more."""
    fill(100)
    monkeypatch.setattr(words, "MATCHES", 3)
    return Scene(
        people.lena,
        people.ana,
        people.petra,
        state(sending.send(people.lena, None, Draft("Hello")).chat_id),
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_index_answers(scene: Scene, question: str) -> None:
    searched_by, ask = QUESTIONS[question]
    assert by_index(plan(ask, scene)) == searched_by


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (question, index.partition(" ")[0])
        for question, (searched_by, _) in QUESTIONS.items()
        for index in sorted(searched_by)
        # Of constraints no migration can lose one alone.
        if index not in (BY_SEQ, BY_CLIENT_ID, OF_CHAT)
    ],
)
def test_it_shows_that_an_index_is_gone(scene: Scene, question: str, index: str) -> None:
    searched_by, ask = QUESTIONS[question]
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP INDEX {index}"))
    assert by_index(plan(ask, scene)) != searched_by


def test_the_past_that_the_pages_are_measured_on_keeps_true_books(app: Flask) -> None:
    assert fill(200) == 2000
    assert counts.wrong() == {}


def test_what_is_due_is_found_by_an_index_however_much_waits(scene: Scene) -> None:
    def look(_scene: Scene) -> object:
        return jobs.any_due(["a"]), claim(["a"])

    steps = plan(look, scene, of="jobs")
    assert len(steps) == 3  # to look, to find the next one, to take it
    by_time = [step for step in steps if "ix_jobs_run_at (run_at<?)" in step]
    assert len(by_time) == 2
    assert "USING INTEGER PRIMARY KEY (rowid=?)" in (set(steps) - set(by_time)).pop()
    held_up = plan(look, scene, of="under_way")
    assert len(held_up) == 2
    assert all("ix_jobs_under_way (unique_key=?)" in step for step in held_up)


def plan(ask: Ask, scene: Scene, of: str = "chats|theirs|messages|notes|files") -> list[str]:
    """What SQLite will do with these tables for the question, statement by statement."""
    statements: list[tuple[str, Any]] = []
    with heard(lambda *statement: statements.append(statement)):
        ask(scene)
    with db.engine.connect() as connection:
        told = [
            step.detail
            for statement, values in statements
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    return [step for step in told if re.match(rf"(SCAN|SEARCH) ({of})\b", step)]


def by_index(steps: list[str]) -> set[str]:
    """The index and columns of each step, but for rows that are fetched by their id."""
    known = sorted({index for searched_by, _ in QUESTIONS.values() for index in searched_by})
    return {
        next((index for index in known if f"INDEX {index}" in step), step)
        for step in steps
        if "USING INTEGER PRIMARY KEY (rowid=?)" not in step
    }
