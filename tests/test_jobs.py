"""Work that can wait: stored with the change, done by one runner at a time, given up in the end."""

import itertools
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import update

from app import clock
from app.errors import Forbidden, NotFound, Unavailable
from app.events import Event, JobStored
from app.jobs import runner as running
from app.jobs.kinds import Kind, kinds
from app.jobs.runner import Runner
from app.models import database
from app.models.jobs import SELECT_JOBS, Job, JobState, table
from app.models.users import Actor
from app.operations import jobs, tokens
from app.operations.transaction import transaction
from app.queries import jobs as queries
from tests.jobs import ERROR, NOW, dead_job
from tests.people import People
from tests.races import at_once

SECRET = "smtp://desk:hunter2@mail.example"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What jobs of the kind `note` were done with; those of upkeep are none of the tests'."""
    done: list[Any] = []
    for name in list(kinds):
        monkeypatch.delitem(kinds, name)
    monkeypatch.setitem(kinds, "note", Kind(lambda text="": done.append(text)))
    return done


def stored() -> list[JobState]:
    return [JobState._make(row) for row in database.rows(SELECT_JOBS.order_by(table.c.id))]


def claimed(*named: str) -> JobState:
    job = jobs.claim(named or ("note",))
    assert job is not None
    return job


def beside(work: Callable[[JobState], None], job: JobState) -> None:
    """At once: what a runner begins is over when it looks again."""
    work(job)


def fail() -> None:
    raise ConnectionRefusedError(SECRET)


# ---- stored ----


@pytest.mark.usefixtures("later")
def test_what_is_to_be_done_is_stored_with_the_change_and_told_once(
    app: Flask, announced: list[Event]
) -> None:
    with transaction() as tx:
        tx.later(Job("note", {"text": "größer"}))
        tx.later(Job("note", {"text": "again"}))
        assert announced == []
    first, second = stored()
    assert (first.kind, first.arguments, first.attempts) == ("note", {"text": "größer"}, 0)
    assert (first.run_at, first.created_at, first.lease_id) == (NOW, NOW, None)
    assert second.arguments == {"text": "again"}
    assert announced == [JobStored()]


def test_of_a_change_that_is_rolled_back_nothing_is_left(
    app: Flask, announced: list[Event]
) -> None:
    with suppress(ZeroDivisionError), transaction() as tx:
        tx.later(Job("note"))
        raise ZeroDivisionError
    assert stored() == []
    assert announced == []


def test_nobody_is_woken_for_what_is_not_to_be_done_yet(
    app: Flask, announced: list[Event], later: Callable[[int], None]
) -> None:
    jobs.store(Job("note", run_at=NOW + 1000))
    assert announced == []
    assert jobs.claim(["note"]) is None
    assert not queries.any_due(["note"])
    later(1000)
    assert queries.any_due(["note"])
    assert claimed().run_at == NOW + 1000


@pytest.mark.usefixtures("later")
def test_of_those_that_wait_with_one_key_there_is_one(app: Flask, announced: list[Event]) -> None:
    jobs.store(Job("note", {"text": "first"}, unique_key="chat 5"))
    announced.clear()
    jobs.store(Job("note", {"text": "second"}, unique_key="chat 5"))
    jobs.store(Job("note", {"text": "other"}, unique_key="chat 6", run_at=NOW + 1))
    assert [job.arguments["text"] for job in stored()] == ["first", "other"]
    assert announced == []
    claimed()  # what has begun may have read already what the next one is to do
    jobs.store(Job("note", {"text": "third"}, unique_key="chat 5"))
    assert [job.arguments["text"] for job in stored()] == ["first", "other", "third"]
    assert announced == [JobStored()]


# ---- claimed ----


def test_what_is_due_longest_comes_first_and_what_one_does_not_know_is_left_to_others(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note", {"text": "later"}, run_at=NOW + 2), Job("of_tomorrow"))
    jobs.store(Job("note", {"text": "sooner"}, run_at=NOW + 1))
    later(10)
    assert [claimed().arguments["text"] for _ in range(2)] == ["sooner", "later"]
    assert jobs.claim(["note"]) is None
    assert not queries.any_due(["note"])
    assert claimed("note", "of_tomorrow").kind == "of_tomorrow"


def test_a_job_has_one_runner(app: Flask) -> None:
    jobs.store(*(Job("note", {"text": n}) for n in range(5)))
    found = at_once(lambda _: jobs.claim(["note"]), 8)
    begun = [job for job in found if job is not None]
    assert sorted(job.arguments["text"] for job in begun) == list(range(5))
    assert len({job.lease_id for job in begun}) == 5
    assert {job.attempts for job in begun} == {1}


def test_a_lease_that_runs_out_gives_the_job_to_another_and_the_first_has_no_say(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note"))
    first = claimed()
    later(jobs.LEASE_MS - 1)
    assert jobs.claim(["note"]) is None
    later(1)
    second = claimed()
    assert (second.id, second.attempts) == (first.id, 2)
    assert not jobs.done(first)
    assert not jobs.done(first, again_in=1000)
    assert not jobs.failed(first, "too late")
    assert stored() == [second]
    assert jobs.done(second)
    assert stored() == []


def test_a_lease_that_is_renewed_lasts(app: Flask, later: Callable[[int], None]) -> None:
    jobs.store(Job("note"), Job("note"))
    long, short = claimed(), claimed()
    later(jobs.LEASE_MS - 1)
    jobs.renew([long])
    later(jobs.LEASE_MS - 1)
    assert claimed().id == short.id
    assert jobs.claim(["note"]) is None
    assert jobs.done(long)


def test_what_is_handed_back_is_begun_elsewhere_in_a_moment_and_was_no_attempt(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note"), Job("note"))
    cut, quick = claimed(), claimed()
    jobs.hand_back([cut, quick], 4000)
    later(3999)
    assert jobs.claim(["note"]) is None  # its process may still be about it
    assert jobs.done(quick)  # and was
    later(1)
    again = claimed()
    assert (again.id, again.attempts) == (cut.id, 1)


def test_of_one_key_one_is_under_way(app: Flask, later: Callable[[int], None]) -> None:
    jobs.store(Job("note", {"text": "first"}, unique_key="chat 5"))
    first = claimed()
    jobs.store(Job("note", {"text": "next"}, unique_key="chat 5"))
    jobs.store(Job("note", {"text": "other"}, unique_key="chat 6"))
    assert claimed().arguments["text"] == "other"
    assert not queries.any_due(["note"])
    assert jobs.claim(["note"]) is None
    later(jobs.LEASE_MS)  # whoever has the first may still be about it
    again = claimed()
    assert (again.id, again.attempts) == (first.id, 2)
    assert claimed().arguments["text"] == "other"
    assert jobs.claim(["note"]) is None
    assert jobs.done(again)
    assert claimed().arguments["text"] == "next"


def test_those_of_one_key_whose_leases_ran_out_do_not_wait_for_each_other(
    app: Flask, later: Callable[[int], None]
) -> None:
    """As a version that let two of a key be under way at once has left them."""
    for text in ("first", "second"):
        jobs.store(Job("note", {"text": text}, unique_key="chat 5"))
        with transaction() as tx:
            tx.run(update(table).values(lease_id=text, lease_until=NOW + 1000, attempts=1), {})
    jobs.store(Job("note", {"text": "third"}, unique_key="chat 5"))
    assert jobs.claim(["note"]) is None
    later(1000)
    for text in ("first", "second", "third"):
        assert queries.any_due(["note"])
        job = claimed()
        assert job.arguments["text"] == text
        assert jobs.claim(["note"]) is None
        assert jobs.done(job)
    assert stored() == []


# ---- failed ----


def test_what_fails_is_tried_again_after_growing_pauses_and_is_dead_in_the_end(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note"))
    pauses = []
    for attempt in itertools.count(1):
        job = claimed()
        assert job.attempts == attempt
        assert jobs.failed(job, f"error {attempt}")
        (after,) = stored()
        assert after.last_error == f"error {attempt}"
        if after.dead_at:
            break
        pauses.append(after.run_at - clock.now())
        later(pauses[-1] - 1)
        assert jobs.claim(["note"]) is None
        later(1)
    assert len(pauses) == jobs.ATTEMPTS - 1
    for pause, plain in zip(pauses, (15, 45, 135, 405, 1215, 3645, 10935, 21600, 21600),
                            strict=True):  # fmt: skip
        assert abs(pause / 1000 / plain - 1) <= jobs.JITTER
    later(10 * jobs.LONGEST_PAUSE_MS)
    assert jobs.claim(["note"]) is None
    assert not queries.any_due(["note"])


def test_what_failed_together_is_not_tried_again_together(app: Flask) -> None:
    assert len({jobs.pause_after(3) for _ in range(50)}) > 40


def test_what_takes_its_process_along_each_time_is_dead_and_holds_up_nobody(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note", {"text": "deadly"}))
    later(1)
    jobs.store(Job("note", {"text": "next"}))
    for attempt in range(1, jobs.ATTEMPTS + 1):
        job = claimed()
        assert (job.arguments["text"], job.attempts) == ("deadly", attempt)
        later(jobs.LEASE_MS)
    assert claimed().arguments["text"] == "next"
    dead = stored()[0]
    assert (dead.dead_at, dead.attempts, dead.last_error) == (clock.now(), jobs.ATTEMPTS, None)


@pytest.mark.usefixtures("later")
def test_one_that_failed_is_not_tried_again_beside_a_newer_one_of_its_key(app: Flask) -> None:
    jobs.store(Job("note", {"text": "old"}, unique_key="chat 5"))
    old = claimed()
    jobs.store(Job("note", {"text": "new"}, unique_key="chat 5"))
    assert jobs.failed(old, "error")
    assert [job.arguments["text"] for job in stored()] == ["new"]


@pytest.mark.usefixtures("later")
def test_an_admin_has_a_dead_one_tried_again(
    app: Flask, people: People, announced: list[Event]
) -> None:
    job_id = dead_job("note")
    announced.clear()
    for who in (people.lena, people.ana, people.maya):
        with pytest.raises(Forbidden):
            jobs.run_again(who, job_id)
    assert announced == []
    jobs.run_again(people.ada, job_id)
    assert announced == [JobStored()]
    job = claimed()
    assert (job.id, job.attempts, job.dead_at) == (job_id, 1, None)
    for unknown in (job_id, job_id + 1):  # one that is under way is not dead
        with pytest.raises(NotFound):
            jobs.run_again(people.ada, unknown)


@pytest.mark.usefixtures("later")
def test_a_dead_one_is_not_tried_again_beside_a_newer_one_of_its_key(
    app: Flask, people: People
) -> None:
    job_id = dead_job("note", "chat 5")
    jobs.store(Job("note", {"text": "new"}, unique_key="chat 5"))
    jobs.run_again(people.ada, job_id)
    assert [job.arguments["text"] for job in stored()] == ["new"]


def test_what_is_long_dead_is_forgotten(app: Flask, later: Callable[[int], None]) -> None:
    dead_job("note")
    jobs.store(Job("note"))
    later(jobs.KEPT_MS - 1)
    jobs.forget_dead()
    assert len(stored()) == 2
    later(1)
    jobs.forget_dead()
    assert [job.dead_at for job in stored()] == [None]


# ---- done ----


def test_what_comes_again_waits_for_its_time_as_if_it_were_new(
    app: Flask, later: Callable[[int], None]
) -> None:
    jobs.store(Job("note", unique_key="note"))
    jobs.failed(claimed(), "error")
    later(jobs.LONGEST_PAUSE_MS)
    assert jobs.done(claimed(), again_in=5000)
    (after,) = stored()
    assert (after.run_at, after.attempts, after.last_error, after.lease_id) == (
        clock.now() + 5000, 0, None, None,
    )  # fmt: skip
    later(5000)
    running = claimed()
    jobs.store(Job("note", unique_key="note"))  # by a process that has just begun
    assert jobs.done(running, again_in=5000)
    assert len(stored()) == 1


def test_one_kind_does_not_take_all_the_room(
    app: Flask, noted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds, "slow", Kind(lambda: None, at_once=2))
    jobs.store(*(Job("slow") for _ in range(5)), Job("note", {"text": "a mail"}))
    begun: list[JobState] = []
    runner = Runner(app, lambda _work, job: begun.append(job))
    runner.look()
    assert [job.kind for job in begun] == ["slow", "slow", "note"]
    for job in begun:
        runner.work(job)
    assert noted == ["a mail"]
    runner.look()
    assert [job.kind for job in begun[3:]] == ["slow", "slow"]


def test_a_runner_does_what_is_due_and_begins_no_more_than_a_few_at_once(
    app: Flask, noted: list[Any]
) -> None:
    jobs.store(*(Job("note", {"text": n}) for n in range(running.AT_ONCE + 2)))
    begun: list[tuple[Callable[[JobState], None], JobState]] = []
    runner = Runner(app, lambda work, job: begun.append((work, job)))
    runner.look()
    assert len(begun) == len(runner.running) == running.AT_ONCE
    work, job = begun[0]
    work(job)
    assert noted == [0]
    runner.look()
    assert len(begun) == running.AT_ONCE + 1
    runner.end()
    begun[1][0](begun[1][1])
    runner.look()
    assert len(begun) == running.AT_ONCE + 1


def test_what_runs_for_long_keeps_its_lease(
    app: Flask, noted: list[Any], later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.store(Job("note"))
    runner = Runner(app, lambda work, job: None)
    now = [0.0]
    monkeypatch.setattr(running.time, "monotonic", lambda: now[0])
    runner.look()
    for _ in range(5):
        later(jobs.LEASE_MS // 2)
        now[0] += jobs.LEASE_MS / 2000
        runner.look()
        assert jobs.claim(["note"]) is None
    assert len(runner.running) == 1


def test_what_fails_says_where_and_never_what_was_secret(
    app: Flask, noted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds, "fail", Kind(fail))
    monkeypatch.setitem(kinds, "lost", Kind(lambda: tokens.refresh("nobody's")))
    before = failures("fail"), taken("fail")
    jobs.store(Job("fail"), Job("lost"))
    Runner(app, beside).look()
    one, other = stored()
    assert one.last_error is not None
    assert one.last_error.startswith("ConnectionRefusedError (app/jobs/runner.py:")
    assert other.last_error is not None
    assert other.last_error.startswith("TokenInvalid (app/operations/tokens.py:")
    assert (failures("fail"), taken("fail")) == (before[0] + 1, before[1] + 1)


def failures(kind: str) -> float:
    return REGISTRY.get_sample_value("deskbell_job_failures_total", {"kind": kind}) or 0


def taken(kind: str) -> float:
    return REGISTRY.get_sample_value("deskbell_job_seconds_count", {"kind": kind}) or 0


def test_a_runner_survives_a_database_that_is_away(
    app: Flask, noted: list[Any], later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Unavailable

    jobs.store(Job("note", {"text": "twice"}))
    runner = Runner(app, beside)
    with monkeypatch.context() as trouble:
        trouble.setattr(jobs, "done", away)
        runner.look()
    assert noted == ["twice"]
    assert runner.running == set()
    runner.tried(runner.look)
    assert noted == ["twice"]  # until the lease is over
    later(jobs.LEASE_MS)
    with monkeypatch.context() as trouble:
        trouble.setattr(jobs, "claim", away)
        runner.tried(runner.look)
    runner.tried(runner.look)
    assert noted == ["twice"] * 2
    assert stored() == []


@pytest.mark.usefixtures("later")
def test_the_runner_of_this_process_is_woken_by_what_is_stored(app: Flask) -> None:
    runner = app.extensions["runner"] = Runner(app, beside)
    jobs.store(Job("note", run_at=NOW + 1))
    assert not runner.awake.is_set()
    jobs.store(Job("note"))
    assert runner.awake.is_set()


def test_what_could_not_be_begun_is_not_held(
    app: Flask, noted: list[Any], later: Callable[[int], None]
) -> None:
    def no_thread(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    jobs.store(Job("note"))
    runner = Runner(app, no_thread)
    with pytest.raises(RuntimeError):
        runner.look()
    later(jobs.LEASE_MS)
    assert claimed().attempts == 2
    assert runner.running == set()


def test_upkeep_is_planned_once_and_comes_again(app: Flask, later: Callable[[int], None]) -> None:
    kept = ("deliveries", "exports", "files", "invitations", "jobs", "logins", "mails", "paper")
    kept += ("password_resets", "rule_runs", "tokens", "visitors", "visits")
    upkeep = [f"forget_{name}" for name in kept]
    for _ in range(2):  # two processes, or one that was started again
        Runner(app, beside).look()
        assert sorted((job.kind, job.run_at) for job in stored()) == [
            ("check_facts", NOW + 3600 * 1000),
            *((kind, NOW + 3600 * 1000) for kind in upkeep),
            ("keep_facts", NOW + 600 * 1000),
            ("look_at_rules", NOW + 60 * 1000),
        ]
    later(3600 * 1000)
    Runner(app, beside).look()
    again = {2 * 3600 * 1000, 3600 * 1000 + 60 * 1000, 3600 * 1000 + 600 * 1000}
    assert {job.run_at - NOW for job in stored()} == again


def test_upkeep_is_done_by_one_at_a_time_however_long_it_takes(
    app: Flask, noted: list[Any], later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds, "look", Kind(lambda: noted.append(clock.now()), every=30_000))
    begun: list[tuple[Callable[[JobState], None], JobState]] = []
    first, second = (Runner(app, lambda work, job: begun.append((work, job))) for _ in range(2))
    first.look()
    second.look()  # a process that has just been started plans it, too
    assert len(begun) == 1
    later(3600 * 1000)
    jobs.renew(first.running)
    for runner in (first, second):
        runner.plan_at = 0  # and each does so every hour
        runner.look()
    assert len(begun) == 1
    assert queries.counts().late == 0  # it is not its turn
    work, job = begun[0]
    work(job)
    second.look()
    first.look()
    assert len(begun) == 2
    begun[1][0](begun[1][1])
    assert len(noted) == 2
    assert [(each.kind, each.run_at) for each in stored()] == [("look", clock.now() + 30_000)]


def test_how_many_there_are_and_how_late_they_are(app: Flask, later: Callable[[int], None]) -> None:
    assert queries.counts() == queries.Counts(0, 0, 0, 0)
    dead_job("note")
    jobs.store(Job("note"), Job("note", run_at=NOW + 60_000), Job("note"))
    claimed()
    later(5000)
    assert queries.counts() == queries.Counts(waiting=2, running=1, dead=1, late=5000)
    told = app.test_client().get("/metrics").text
    for line in (
        'deskbell_jobs{state="waiting"} 2.0', 'deskbell_jobs{state="running"} 1.0',
        'deskbell_jobs{state="dead"} 1.0', "deskbell_jobs_late_seconds 5.0",
    ):  # fmt: skip
        assert line in told


# ---- shown ----


def logged_in(app: Flask, who: Actor) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    return client


@pytest.mark.usefixtures("later")
def test_an_admin_sees_what_is_to_be_done_and_nothing_of_what_it_is_about(
    app: Flask, people: People
) -> None:
    client = logged_in(app, people.ada)
    nothing = client.get("/admin/jobs").text
    assert "Nothing was given up" in nothing
    assert "Nothing is to be done" in nothing
    job_id = dead_job("note")
    jobs.store(*(Job("of_tomorrow", {"text": SECRET}, run_at=NOW + 7_200_000) for _ in range(2)))
    jobs.store(Job("note", {"text": SECRET}))
    jobs.failed(claimed(), "error")
    jobs.store(Job("note", {"text": SECRET}))
    claimed()
    page = client.get("/admin/jobs").text
    said = " ".join(re.sub("<[^>]*>", " ", page).split())
    for words in (
        "Given up: 1", "10 attempts · just now", ERROR, "Under way: 1",
        "To be done: 3", "of_tomorrow in 2 hr", "note 1 attempt · in ",
    ):  # fmt: skip
        assert words in said
    assert SECRET not in page
    assert re.findall(r"/admin/jobs/(\d+)/attempt", page) == [str(job_id)]
    posted = client.post(f"/admin/jobs/{job_id}/attempt")
    assert (posted.status_code, posted.location) == (303, "/admin/jobs?tried=1")
    after = client.get(posted.location).text
    assert "It will run in a moment." in after
    assert "To be done: 4" in after


@pytest.mark.usefixtures("later")
def test_the_overview_leads_admins_there_and_tells_of_what_was_given_up(
    app: Flask, people: People
) -> None:
    ada, ana = logged_in(app, people.ada), logged_in(app, people.ana)
    assert "Given up" not in ada.get("/admin").text
    dead_job("note")
    told = ada.get("/admin").text
    assert 'href="/admin/jobs"' in told
    assert "Given up: 1" in told
    with app.app_context():  # a request's own, that remembers nobody
        hidden = ana.get("/admin").text
    assert "/admin/jobs" not in hidden
    assert "Given up" not in hidden


@pytest.mark.usefixtures("later")
def test_by_the_shell(app: Flask) -> None:
    def flask(*words: str) -> tuple[int, str]:
        told = app.test_cli_runner().invoke(args=["jobs", *words])
        return told.exit_code, told.output

    assert flask("list") == (0, "")
    job_id = dead_job("note")
    jobs.store(Job("note", {"text": SECRET}, run_at=NOW + 1000))
    due, later = "2033-05-18T03:33:20.000Z", "2033-05-18T03:33:21.000Z"
    waits = f"{job_id + 1} waiting note: attempt 0, due {later}\n"
    gone = f"{job_id} dead note: attempt 10, due {due}, {ERROR}\n"
    assert flask("list") == (0, gone + waits)
    assert flask("retry", str(job_id)) == (0, f"{job_id}: waiting\n")
    assert stored()[0].dead_at is None
    assert flask("retry", str(job_id))[0] == 1
