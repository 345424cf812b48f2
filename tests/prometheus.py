"""A real Prometheus that asks servers of a test, with the alert rules that the documents give.

Run as a module it finds one or installs it.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests import debian
from tests.nursery import ROOT
from tests.servers import free_port, wait_until

RULES = ROOT / "docs" / "deploy" / "alerts.yml"
DASHBOARD = ROOT / "docs" / "deploy" / "grafana.json"
PACKAGE, WHAT_FOR = "prometheus", "what is told to whoever watches"


class Prometheus:
    def __init__(self, port: int, log: Path) -> None:
        self.url, self.log = f"http://127.0.0.1:{port}", log

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/-/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def ask(self, path: str, **query: str) -> Any:
        """What its API answers. Raises `AssertionError` where it refuses."""
        answer = requests.get(f"{self.url}/api/v1/{path}", params=query, timeout=10)
        assert answer.ok, answer.text
        return answer.json()["data"]

    def value(self, expression: str) -> list[Any]:
        """The series of an expression, now."""
        found = self.ask("query", query=expression)["result"]
        assert isinstance(found, list)
        return found


@contextmanager
def asking(folder: Path, *ports: int) -> Iterator[Prometheus]:
    """It asks the servers on these ports once a second."""
    port, log = free_port(), folder / "prometheus.log"
    configuration = {  # JSON is YAML
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {
                "job_name": "deskbell",
                "static_configs": [{"targets": [f"127.0.0.1:{each}" for each in ports]}],
            }
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    program = debian.find("prometheus")
    assert program is not None, "no Prometheus: `make watcher` finds or installs one, or says how"
    command = [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with log.open("ab") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words)
    found = Prometheus(port, log)
    try:
        wait_until(found.answers, 30, log.read_text)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def promtool(*command: str) -> subprocess.CompletedProcess[str]:
    """What it says, and whether it is content."""
    program = debian.find("promtool")
    assert program is not None, "no promtool: `make watcher` finds or installs one, or says how"
    return subprocess.run([program, *command], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    debian.require("prometheus", PACKAGE, WHAT_FOR)
    debian.require("promtool", PACKAGE, WHAT_FOR)
