"""Programs beside the server end, and are waited for while others go on, in every mode."""

import json
import subprocess
import sys
from tempfile import TemporaryFile

import pytest

from app.files import programs
from tests.servers import ROOT

RUN = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
mode = sys.argv[1]
if mode == "eventlet":
    import eventlet
    eventlet.monkey_patch()
elif mode == "gevent":
    from gevent import monkey
    monkey.patch_all()
import threading
from app.files import programs

turns = []

def others():
    while True:
        turns.append(1)
        time.sleep(0.005)

threading.Thread(target=others, daemon=True).start()
told = {}
for name, (command, seconds) in json.loads(sys.argv[2]).items():
    turns.clear()
    try:
        told[name] = [programs.run(command, seconds), 0]
    except programs.TookTooLong:
        told[name] = ["too long", len(turns)]
print(json.dumps(told))
"""
# Far longer than this test waits: who waits for one of them to end by itself is not done in time.
SLOW = {
    "silent": ["sleep", "600"],
    "closes its output": ["sh", "-c", "exec 1>&- 2>&-; exec sleep 600"],
    "leaves it to another": ["sh", "-c", "sleep 3 & exec sleep 600"],
    "never ends saying": ["yes"],
}
RUN_FOR = {name: (command, 0.5) for name, command in SLOW.items()}
BAD = {"bad": (["sh", "-c", "exit 3"], 60)}


@pytest.mark.parametrize("mode", ["threading", "eventlet", "gevent"])
def test_what_takes_too_long_is_ended_and_said(mode: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, mode, json.dumps(RUN_FOR | BAD)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told.pop("bad") == [3, 0]
    for name in SLOW:
        ended, turns = told[name]
        assert ended == "too long", name
        assert turns > 5, name


def test_what_it_says_goes_where_it_is_wanted() -> None:
    with TemporaryFile() as said:
        assert programs.run(["echo", "Hello"], 60, said) == 0
        said.seek(0)
        assert said.read() == b"Hello\n"
    with pytest.raises(FileNotFoundError):
        programs.run(["/nowhere/program"], 60)
