"""The runner of this process: takes what is due, a few at a time, and tells how it went."""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal
from typing import Any

import structlog
from flask import Flask, current_app
from structlog.contextvars import bound_contextvars

from app import metrics
from app.errors import FileAway, Unavailable
from app.events import JobStored
from app.jobs.kinds import HOUR_MS, kinds
from app.models.jobs import Job, JobState
from app.operations import jobs
from app.queries.jobs import any_due

AT_ONCE = 4
LOOK_SECONDS = 5  # what nobody wakes it for is found by then
RENEW_SECONDS = jobs.LEASE_MS / 1000 / 3
DRAIN_SECONDS = 5  # of the ten in which a process ends
HANDED_BACK_MS = 10_000  # by then this process has ended
APP = Path(__file__).resolve().parent.parent
log = structlog.get_logger(__name__)


class Runner:
    """`beside(work, job)` begins it beside what runs: as a task of the server, or a thread."""

    def __init__(self, app: Flask, beside: Callable[..., object]) -> None:
        self.app, self.beside = app, beside
        self.awake = Signal()
        self.running: set[JobState] = set()
        self.renew_at = self.plan_at = 0.0
        self.end_at: float | None = None
        self.has_ended = False

    def wake(self) -> None:
        self.awake.set()

    def end(self) -> None:
        """Begins nothing more; what runs has a few seconds."""
        self.end_at = time.monotonic() + DRAIN_SECONDS
        self.wake()

    def run(self) -> None:
        """Looks again and again until it is to end, whatever becomes of one time."""
        while True:
            self.awake.clear()
            if self.end_at is not None:
                break
            self.tried(self.look)
            self.awake.wait(LOOK_SECONDS)
        while self.running and (left := self.end_at - time.monotonic()) > 0:
            self.awake.clear()
            self.awake.wait(left)
        if self.running:
            self.tried(jobs.hand_back, self.running, HANDED_BACK_MS)
        self.has_ended = True

    def tried(self, work: Callable[..., object], *arguments: Any) -> object:
        try:
            with self.app.app_context():
                return work(*arguments)
        except Unavailable:  # of which the log has been told
            return None
        except Exception:
            log.exception("runner failed", doing=work.__name__)
            return None

    def look(self) -> None:
        now = time.monotonic()
        if now >= self.plan_at:
            upkeep = (name for name, kind in kinds.items() if kind.again_in(self.app.config))
            jobs.store(*(Job(name, unique_key=name) for name in upkeep))
            self.plan_at = now + HOUR_MS / 1000
        if self.running and now >= self.renew_at:
            jobs.renew(self.running)
            self.renew_at = now + RENEW_SECONDS
        while self.end_at is None and len(self.running) < AT_ONCE and any_due(self.takes()):
            job = jobs.claim(self.takes())
            if job is None:
                break  # another process was quicker
            self.running.add(job)
            try:
                self.beside(self.work, job)
            except BaseException:  # no thread to be had: the lease is not renewed, and runs out
                self.running.discard(job)
                raise

    def takes(self) -> list[str]:
        """The kinds of which it may begin another one."""
        busy = Counter(job.kind for job in self.running)
        return [name for name, kind in kinds.items() if busy[name] < (kind.at_once or AT_ONCE)]

    def work(self, job: JobState) -> None:
        """Does one job and tells how it went; never raises."""
        began = time.monotonic()
        kind = kinds[job.kind]
        with bound_contextvars(job_id=job.id, job=job.kind):
            try:
                with self.app.app_context():
                    kind.handler(**job.arguments)
            except FileAway as error:
                log.warning("job waits: files cannot be had")
                again = error.retry_after or LOOK_SECONDS
                is_told = self.tried(jobs.postpone, job, told(error), again * 1000)
            except Exception as error:
                metrics.JOB_FAILURES.labels(job.kind).inc()
                log.exception("job failed", attempt=job.attempts)
                is_told = self.tried(jobs.failed, job, told(error))
            else:
                is_told = self.tried(jobs.done, job, kind.again_in(self.app.config))
            finally:
                metrics.JOB_SECONDS.labels(job.kind).observe(time.monotonic() - began)
                self.running.discard(job)
                self.wake()
            if not is_told:
                log.warning("job is run again: its lease was lost, or the database is away")


def wake(_event: JobStored) -> None:
    """There is something to do: the runner of this process, if it has one, looks at once."""
    runner: Runner | None = current_app.extensions.get("runner")
    if runner is not None:
        runner.wake()


def told(error: Exception) -> str:
    """What failed and where, for the page of jobs. Its words may hold what is nobody's business:
    those are for the log alone."""
    places = traceback.extract_tb(error.__traceback__)
    ours = [place for place in places if APP in Path(place.filename).parents]
    name = f"{ours[-1].filename}:{ours[-1].lineno}".removeprefix(f"{APP.parent}/")
    return f"{type(error).__name__} ({name})"
