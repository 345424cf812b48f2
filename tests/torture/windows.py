"""A server into which one can look: what it holds, and how much memory that takes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.live.conftest import Place
from tests.servers import ROOT, Server, wait_until


class OpenServer(Server):
    """`wsgi.py` with a window (tests/torture/inside.py)."""

    def begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.torture.inside"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"WINDOW": str(self.window)}

    @property
    def window(self) -> Path:
        return self.log.with_name("window")

    def holds(self) -> dict[str, int]:
        """How many of what."""
        self.window.unlink(missing_ok=True)
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGUSR1)
        wait_until(self.window.exists)
        held: dict[str, int] = json.loads(self.window.read_text())
        return held | {"lines": len(self.measured().net_connections("tcp"))}

    def memory(self) -> int:
        """Resident bytes."""
        return int(self.measured().memory_info().rss)

    def measured(self) -> psutil.Process:
        assert self.process is not None
        return psutil.Process(self.process.pid)


class OpenPlace(Place):
    """A place whose server has a window."""

    server_type = OpenServer
    server: OpenServer
