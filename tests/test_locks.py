"""A turn goes to one after the other, a gate opens for all, whoever is killed holds up nobody."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.servers import ROOT

BEGIN = """
import json, random, sys, warnings
warnings.simplefilter("ignore")
mode = sys.argv[1]
if mode == "eventlet":
    import eventlet
    eventlet.monkey_patch()
    from eventlet import sleep, spawn
    kill = lambda waiting: waiting.kill()
elif mode == "gevent":
    from gevent import monkey
    monkey.patch_all()
    from gevent import sleep, spawn
    kill = lambda waiting: waiting.kill(block=False)
from app.locks import kinds
new_turn, new_gate = kinds(True)
"""
TURNS = """
turn, gate, chance, told = new_turn(), new_gate(), random.Random(1), []
holders, most, started = 0, 0, 0

def one(number):
    global holders, most
    turn.acquire()
    holders += 1
    most = max(most, holders)
    if number % 5 == 0:
        sleep(chance.choice([0, 0.0005]))  # as if for a commit
    if number % 50 == 7:
        holders -= 1
        turn.release()
        raise RuntimeError("its own fault")
    holders -= 1
    turn.release()
    gate.wait()
    told.append(number)

waiting = [spawn(one, number) for number in range(200)]
sleep(0)
killed = chance.sample([number for number in range(1, 200) if number % 5 and number % 50 != 7], 40)
for number in killed:
    kill(waiting[number])
failed = [number for number in range(200) if number % 50 == 7]
for _ in range(2000):
    if not turn.locked() and not holders:
        sleep(0)
        if not turn.locked():
            break
    sleep(0.001)
before = len(told)
gate.set()
gate.wait()
for _ in range(2000):
    if len(told) == 200 - len(set(killed) | set(failed)):
        break
    sleep(0.001)
sleep(0.01)
print(json.dumps({
    "most": most, "before": before, "told": sorted(told), "order": told == sorted(told),
    "expected": sorted(set(range(200)) - set(killed) - set(failed)),
    "is_free": turn.acquire(blocking=False) and not turn.acquire(blocking=False),
}))
"""


def run(mode: str, script: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script, mode],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_each_has_a_turn_alone_and_all_go_on_when_the_gate_opens(mode: str) -> None:
    seen = run(mode, TURNS)
    assert seen["most"] == 1
    assert seen["before"] == 0
    assert seen["told"] == seen["expected"]
    assert seen["is_free"]
    if mode == "eventlet":
        assert seen["order"]  # first come, first served
