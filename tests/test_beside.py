"""What runs beside the loop is waited for, whatever becomes of who waits."""

import json
import subprocess
import sys

import pytest

from tests.servers import ROOT

KILLED = """
import json, random, sys, warnings
warnings.simplefilter("ignore")
mode = sys.argv[1]
if mode == "eventlet":
    import eventlet
    eventlet.monkey_patch()
    from eventlet import sleep, spawn
    from eventlet.patcher import original
    wait = original("time").sleep
    kill = lambda waiting: waiting.kill()
else:
    from gevent import monkey
    monkey.patch_all()
    from gevent import sleep, spawn
    wait = monkey.get_original("time", "sleep")
    kill = lambda waiting: waiting.kill(block=False)
from app.concurrency import Beside

beside, chance = Beside(), random.Random(1)
told = {"began": 0, "done in time": 0, "interrupted": 0}

def one():
    done = []
    told["began"] += 1
    if beside.do(lambda: (wait(chance.random() / 1000), done.append(True)) and None) is not None:
        told["interrupted"] += 1
    told["done in time"] += bool(done)

for number in range(400):
    waiting = spawn(one)
    sleep(0)
    for _ in range(number % 3):
        sleep(chance.choice([0, 0.0003, 0.0006]))
        kill(waiting)
    while not waiting.dead:
        sleep(0.0005)
print(json.dumps(told))
"""


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_who_is_killed_while_it_runs_goes_when_it_is_done(mode: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, mode],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["done in time"] == told["began"] > 0
    assert told["interrupted"] > 10
