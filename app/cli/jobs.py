"""`flask jobs …` and `flask worker`: what can wait, seen and done by the shell."""

import signal
import time
from threading import Thread
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from prometheus_client import CollectorRegistry, start_http_server

from app import metrics
from app.cli.group import ID, Group
from app.clock import iso
from app.events import JobStored
from app.jobs.runner import Runner
from app.models.jobs import JobState
from app.operations import deliveries, jobs, triggers
from app.queries.jobs import some

group = Group("jobs", help="See what waits to be done, and have it tried again.")
RULES_SECONDS = 5
log = structlog.get_logger(__name__)
ENDINGS = {signal.SIGTERM, signal.SIGINT}


@group.command("list")
def list_jobs() -> None:
    """List what is dead, runs and waits, the first fifty of each."""
    found = some()
    for state in ("dead", "running", "waiting"):
        for job in getattr(found, state):
            click.echo(line(state, job))


@group.command("retry")
@click.argument("job_id", type=ID)
def retry(job_id: int) -> None:
    """Have a dead job tried again, by whoever runs jobs."""
    jobs.revive(job_id)
    click.echo(f"{job_id}: waiting")


@click.command("worker")
@click.option("--metrics-port", type=int, help="Tell /metrics of these jobs there, on 127.0.0.1.")
@with_appcontext
def worker(metrics_port: int | None) -> None:
    """Do jobs until SIGTERM, in a process apart from the server (JOBS=apart)."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if metrics_port is not None:
        serve_metrics(metrics_port)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # of all threads: this one waits for them
    runner = app.extensions["runner"] = Runner(app, in_thread)
    running = in_thread(runner.run)
    in_thread(know_rules, app)
    bus = app.extensions["bus"]
    if bus is not None:
        in_thread(bus.listen, app, lambda events: wake_for(runner, events))
    click.echo("Deskbell does jobs")
    signal.sigwait(ENDINGS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)  # a second one ends it at once
    runner.end()
    running.join()


def serve_metrics(port: int) -> None:
    """What this process alone knows; what is counted in the database the server tells."""
    registry = CollectorRegistry()
    for each in (metrics.JOB_SECONDS, metrics.JOB_FAILURES):
        registry.register(each)
    start_http_server(port, "127.0.0.1", registry)


def know_rules(app: Flask) -> None:
    """Replies by mail are taken in here, and may set off rules; webhooks are told of all."""
    while True:
        try:
            with app.app_context():
                triggers.refresh()
                deliveries.refresh()
        except Exception:
            log.exception("rules not asked for")
        time.sleep(RULES_SECONDS)


def wake_for(runner: Runner, events: Any) -> None:
    if any(isinstance(event, JobStored) for event in events):
        runner.wake()


def in_thread(work: Any, *arguments: Any) -> Thread:
    thread = Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def line(state: str, job: JobState) -> str:
    told = f"{job.id} {state} {job.kind}: attempt {job.attempts}, due {iso(job.run_at)}"
    return f"{told}, {job.last_error}" if job.last_error else told
