"""What is told to whoever watches: the alert rules and the dashboard that the documents give."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from app import metrics
from tests import prometheus
from tests.live.conftest import Place
from tests.people import People
from tests.prometheus import DASHBOARD, RULES, Prometheus, promtool
from tests.servers import wait_until

NAME = re.compile(r"\bdeskbell_[a-z_]+")
LABELS = re.compile(r"\bby \(([^)]*)\)|\{([^}]*)\}")
OF_ALL = {"instance", "job", "le"}  # which Prometheus adds, and histograms have
# What a server in good health has no series of; names and labels are looked at all the same.
FAILURES = (
    "internal|unavailable",
    'status=~"5..',
    "deskbell_job_failures",
    "deskbell_mail_replies",
)
SERVER = 'instance="a:1", job="deskbell"'

# By alert: when it is looked at, the series by which it is told then, and by which it is not.
Series = dict[str, str]
CASES: dict[str, tuple[str, Series, Series]] = {
    "DeskbellDown": (
        "3m",
        {f"up{{{SERVER}}}": "0x10"},
        {f"up{{{SERVER}}}": "1 0x1 1x8", 'up{instance="b:1", job="other"}': "0x10"},
    ),
    "DeskbellDatabaseAway": (
        "3m",
        {f"deskbell_queue_chats{{{SERVER}}}": "NaN NaN NaN NaN NaN"},
        {f"deskbell_queue_chats{{{SERVER}}}": "0x10"},
    ),
    "DeskbellFailing": (
        "15m",
        {f'deskbell_errors_total{{{SERVER}, door="api", code="internal"}}': "0+2x20"},
        {
            f'deskbell_errors_total{{{SERVER}, door="api", code="invalid"}}': "0+90x20",
            f'deskbell_errors_total{{{SERVER}, door="live", code="internal"}}': "0x5 1x15",
        },
    ),
    "DeskbellSlow": (
        "15m",
        {
            f'deskbell_event_seconds_bucket{{{SERVER}, event="send_message", le="0.25"}}': "0+5x20",
            f'deskbell_event_seconds_bucket{{{SERVER}, event="send_message", le="1"}}': "0+9x20",
            f'deskbell_event_seconds_bucket{{{SERVER}, event="send_message", le="+Inf"}}': "0+9x20",
        },
        {
            f'deskbell_event_seconds_bucket{{{SERVER}, event="send_message", le="0.25"}}': "0+9x20",
            f'deskbell_event_seconds_bucket{{{SERVER}, event="send_message", le="+Inf"}}': "0+9x20",
            f'deskbell_event_seconds_bucket{{{SERVER}, event="search", le="0.25"}}': "0x20",
            f'deskbell_event_seconds_bucket{{{SERVER}, event="search", le="+Inf"}}': "0+9x20",
        },
    ),
    "DeskbellPagesFail": (
        "15m",
        {
            f'deskbell_request_seconds_count{{{SERVER}, status="503"}}': "0+5x20",
            f'deskbell_request_seconds_count{{{SERVER}, status="200"}}': "0+95x20",
        },
        {
            f'deskbell_request_seconds_count{{{SERVER}, status="503"}}': "0x3 1x17",
            f'deskbell_request_seconds_count{{{SERVER}, status="404"}}': "0+95x20",
        },
    ),
    "DeskbellNobodyConnects": (
        "30m",
        {f"deskbell_sockets{{{SERVER}}}": "20x20 0x20"},
        {f"deskbell_sockets{{{SERVER}}}": "3x20 0x20"},
    ),
    "DeskbellQueueGrows": (
        "45m",
        {f"deskbell_queue_chats{{{SERVER}}}": "11x60"},
        {f"deskbell_queue_chats{{{SERVER}}}": "30x20 9 30x60"},
    ),
    "DeskbellJobsLate": (
        "20m",
        {f"deskbell_jobs_late_seconds{{{SERVER}}}": "0+60x30"},
        {f"deskbell_jobs_late_seconds{{{SERVER}}}": "299x30"},
    ),
    "DeskbellJobsDead": (
        "30m",
        {f'deskbell_jobs{{{SERVER}, state="dead"}}': "1x40"},
        {
            f'deskbell_jobs{{{SERVER}, state="waiting"}}': "9x40",
            f'deskbell_jobs{{{SERVER}, state="dead"}}': "1x20 0x20",
        },
    ),
    "DeskbellMailboxAway": (
        "30m",
        {f"deskbell_mailbox_away_total{{{SERVER}}}": "0+1x40"},
        {f"deskbell_mailbox_away_total{{{SERVER}}}": "0x20 2x20"},
    ),
}


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_is_told_when_it_should_be_and_only_then(alert: str, tmp_path: Path) -> None:
    at, bad, good = CASES[alert]
    assert is_told(alert, at, bad, tmp_path)
    assert not is_told(alert, at, good, tmp_path)


def is_told(alert: str, at: str, series: Series, folder: Path) -> bool:
    """Whether these series, of a value each minute, set it off, as `promtool` finds."""
    told = {"alertname": alert, "eval_time": at}
    values = [{"series": name, "values": each} for name, each in series.items()]
    groups = [{"interval": "1m", "input_series": values, "alert_rule_test": [told]}]
    tests = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": groups}
    path = folder / "alerts.test.yml"
    path.write_text(json.dumps(tests))
    found = promtool("test", "rules", str(path))  # content where none is told: none is expected
    if found.returncode:
        assert alert in found.stdout + found.stderr, found
        assert "got:[" in found.stdout + found.stderr, found
    return found.returncode != 0


@pytest.fixture
def watched(place_with: Callable[..., Place], tmp_path: Path) -> Iterator[tuple[Place, Prometheus]]:
    place = place_with("eventlet", CUSTOMER_SENDS="1000 per 1 second")
    folder = tmp_path / "prometheus"
    folder.mkdir()
    with prometheus.asking(folder, place.server.port) as watcher:
        yield place, watcher


def test_whatever_is_asked_of_the_metrics_is_there(watched: tuple[Place, Prometheus]) -> None:
    place, watcher = watched
    people, asked = People(), expressions(watcher)
    labels = labels_of_metrics()
    for each in asked:
        names = {plain(name) for name in NAME.findall(each)}
        assert names <= set(labels), each
        used = {label for found in LABELS.findall(each) for label in words_of("".join(found))}
        assert used <= OF_ALL.union(*(labels[name] for name in names)), each

    lena = place.client(people.lena)
    numbers = iter(range(10**6))

    def has_all() -> bool:
        lena.send("Where is my order?", f"c-{next(numbers)}")
        requests.get(f"{place.server.url}/nowhere", timeout=10)
        return not missing()

    def missing() -> list[str]:
        healthy = [each for each in asked if not any(part in each for part in FAILURES)]
        return [each for each in healthy if not watcher.value(each)]

    wait_until(has_all, 60, lambda: f"no series: {missing()}")
    assert {state["health"] for state in rules_of(watcher)} == {"ok"}
    assert {state["name"] for state in rules_of(watcher)} == set(CASES)
    assert watcher.value("ALERTS") == []


def test_the_dashboard_is_whole() -> None:
    """As far as Grafana's own model of it goes: panels with a place and questions of their own."""
    given = json.loads(DASHBOARD.read_text())
    panels = given["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        place = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not place & taken
        assert max(x for x, _ in place) < 24
        taken |= place
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all("$instance" in target["expr"] for target in panel["targets"])
    shown = {plain(name) for each in questions() for name in NAME.findall(each)}
    assert shown == set(labels_of_metrics())  # there is none that nobody sees


def rules_of(watcher: Prometheus) -> list[Any]:
    return [rule for group in watcher.ask("rules")["groups"] for rule in group["rules"]]


def expressions(watcher: Prometheus) -> list[str]:
    """What the rules and the dashboard ask; of a rule what it compares, which is mostly not so."""
    compared = [re.split(r" (?:>|==|!=) ", rule["query"])[0] for rule in rules_of(watcher)]
    return [each for each in compared if not each.startswith("up")] + questions()


def questions() -> list[str]:
    """What the dashboard asks, of every server and in any minute."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    return [each.replace("$instance", ".*").replace("$__rate_interval", "1m") for each in asked]


def words_of(labels: str) -> list[str]:
    """`instance, le` or `state="dead"`: the names of labels."""
    return [each.partition("=")[0].strip() for each in labels.split(",") if each.strip()]


def plain(name: str) -> str:
    """Of the series of a histogram the metric."""
    return re.sub("_(bucket|count|sum)$", "", name)


def labels_of_metrics() -> dict[str, set[str]]:
    """By metric, as it is told."""
    every = [each for each in vars(metrics).values() if hasattr(each, "_labelnames")]
    return {
        family.name + ("_total" if family.type == "counter" else ""): set(each._labelnames)
        for each in every
        for family in each.describe()
    }
