"""The server is killed at random moments while files are announced, come, are stored and sent."""

import itertools
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import requests
from sqlalchemy import func, select, update

from app.cli import factories
from app.files import checking, parts, store
from app.files.names import SMALL
from app.models import database
from app.models import files as table
from app.models import jobs as job_table
from app.models.files import FileStatus
from app.models.users import Actor
from app.operations.transaction import transaction
from app.queries.files import by_id
from tests import buckets
from tests.files import PART, TUS, picture
from tests.live.conftest import Place
from tests.servers import MODES, wait_until
from tests.torture.figures import Figure
from tests.torture.places import Start, starting
from tests.torture.stores import SETTINGS, fetched

PIECES = 3
TAKEN_BACK = 0.2  # of what is sent
WORK = ("check_file", "remove_files")
c = table.table.c
LEFT = select(func.count()).where(job_table.table.c.kind.in_(WORK))
READY = select(c.content, c.width).where(c.status == FileStatus.READY)
RELEASE = update(job_table.table).values(lease_until=0, run_at=0)


class Persistent(threading.Thread):
    """Brings one file after the other through, whatever becomes of the server meanwhile."""

    def __init__(self, place: Place, who: Actor) -> None:
        super().__init__()
        self.place, self.token = place, place.token(who)
        self.who = who
        self.sent: dict[int, bytes] = {}
        self.taken_back: list[int] = []
        self.cuts = 0
        self.over = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in itertools.count():
                if self.over.is_set():
                    return
                is_picture = number % 3 == 0
                content = picture(90, 50 + number % 50) if is_picture else random.randbytes(20_000)
                self.bring(content)
        except BaseException as error:
            self.failure = error

    def bring(self, content: bytes) -> None:
        file = self.ask(
            "POST", "/api/v1/files", 201, json={"name": "a", "size": len(content)}
        ).json()
        self.upload(file["uploadUrl"], content)
        body = {"message": "", "clientId": uuid4().hex, "attachments": [file["id"]]}
        message = self.ask("POST", "/api/v1/messages", 201, json=body).json()
        if random.random() < TAKEN_BACK:
            self.ask("DELETE", f"/api/v1/messages/{message['id']}", 200)
            self.taken_back.append(file["id"])
        else:
            self.sent[file["id"]] = content

    def upload(self, at: str, content: bytes) -> None:
        acknowledged = 0
        while acknowledged < len(content):
            there = int(self.ask("HEAD", at, 200, headers=TUS).headers["Upload-Offset"])
            assert there >= acknowledged, f"{there} bytes of {acknowledged} acknowledged"
            if there == len(content):
                return
            some = content[there : there + len(content) // PIECES + 1]
            head = PART | {"Upload-Offset": str(there)}
            answer = self.ask("PATCH", at, None, headers=head, data=some)
            if answer.status_code == 204:
                acknowledged = int(answer.headers["Upload-Offset"])

    def ask(self, method: str, path: str, status: int | None, **how: Any) -> requests.Response:
        """Until it is answered."""
        if path.startswith("/api"):
            how["headers"] = {"Authorization": f"Bearer {self.token}"}
        while True:
            try:
                answer = requests.request(method, self.place.server.url + path, timeout=20, **how)
            except requests.RequestException:
                self.cuts += 1
                time.sleep(random.uniform(0.02, 0.1))
                continue
            if answer.status_code != 503:
                assert status is None or answer.status_code in (status, 200), (
                    f"{method} {path}: {answer.text}"
                )
                return answer


def killed(place: Place, *, people: int, kills: int) -> Figure:
    """So many people send files over so many kill -9, in each mode by turns."""
    senders = factories.people([(f"Sender {n}", "customer", None) for n in range(people)])
    bringing = [Persistent(place, who) for who in senders]
    modes = itertools.cycle(MODES)
    for each in bringing:
        each.start()
    for _ in range(kills):
        time.sleep(random.uniform(0.2, 1.5))
        place.server.kill()
        place.server.settings["ASYNC_MODE"] = next(modes)
        place.server.start()
    for each in bringing:
        each.over.set()
    for each in bringing:
        each.join(120)
    place.server.kill()
    with transaction() as tx:  # whoever had them is dead, of which a lease is the only sign
        tx.run(RELEASE, {})
    place.server.start()
    wait_until(lambda: database.scalar(LEFT) == 0, 120, place.server.output)
    for each in bringing:
        assert each.failure is None, each.failure
        check_all_shown(place, each)
    with patch.object(checking, "DAY_SECONDS", -60):
        checking.forget()
    check_nothing_left()
    sent = sum(len(each.sent) for each in bringing)
    cuts = sum(each.cuts for each in bringing)
    kind = place.app.config["FILE_STORE"] or "a folder"
    assert sent > 0
    assert cuts > 0
    return Figure(
        57,
        f"kill -9 {kills} times while {sent} files came, store {kind}",
        f"0 lost, 0 left over ({cuts} requests cut)",
        "0, 0",
    )


def check_all_shown(place: Place, each: Persistent) -> None:
    for file_id, content in each.sent.items():
        now = by_id(file_id)
        assert now is not None
        assert now.is_ready, now
        answer = fetched(place, each.who, now)
        assert (answer.status_code, len(answer.content)) == (200, now.size), answer.text
        assert now.is_picture or answer.content == content
    for file_id in each.taken_back:
        assert by_id(file_id) is None


def check_nothing_left() -> None:
    """The store has what rows name, and nothing else; parts are of rows."""
    rows = database.rows(READY)
    named = {row.content for row in rows}
    named |= {row.content + SMALL for row in rows if row.width is not None}
    assert {name for name, _ in store.this().names()} == named
    for path in (parts.folder() / "parts").iterdir():
        assert by_id(int(path.name.partition(".")[0])) is not None, path


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        yield killed(start(**SETTINGS), people=4, kills=40)
        yield in_bucket(start, folder, people=4, kills=40)


def in_bucket(start: Start, folder: Path, **how: int) -> Figure:
    with buckets.running(folder) as bucket:
        place = start(**SETTINGS, **bucket.settings())
        figure = killed(place, **how)
        place.server.stop()
    return figure
