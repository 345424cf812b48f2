"""Where files lie goes away and comes back, while people talk and send files."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import requests

from app.cli import factories
from app.files import links, parts
from app.models import database
from app.models.files import FileState
from app.models.users import Actor
from app.operations import files
from app.queries.files import by_id
from tests import buckets
from tests.buckets import Bucket, Cable
from tests.files import PART, picture
from tests.live.conftest import Place
from tests.servers import MODES, wait_until
from tests.torture.crowd import Crowd, senders_of
from tests.torture.figures import Figure, percentile
from tests.torture.places import Start, starting
from tests.torture.uploads import SHOWN

SETTINGS = {"FILE_BYTES_A_DAY": "1000000000"}
OTHERS, TALK = 10, 0.1
P99_SECONDS = 0.1
BACK_SECONDS = 120


class Fault(NamedTuple):
    name: str
    begin: Callable[[], None]
    end: Callable[[], None]


class Uploader(threading.Thread):
    """Sends one file after the other and looks at one that is shown, until it is told to stop."""

    def __init__(self, place: Place, who: Actor) -> None:
        super().__init__()
        self.place, self.who = place, who
        self.acknowledged: list[tuple[FileState, bytes]] = []
        self.answers: Counter[int] = Counter()
        self.over = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            with self.place.app.app_context():
                while not self.over.wait(random.uniform(0.05, 0.2)):
                    self.send()
                    self.look()
        except BaseException as error:
            self.failure = error

    def send(self) -> None:
        number = len(self.acknowledged)
        content = picture(120, 80 + number % 40) if number % 3 == 0 else random.randbytes(30_000)
        file = files.announce(self.who, f"{number}.bin", len(content))
        at = self.place.server.url + links.address(self.who, file, links.UPLOAD)
        answer = requests.patch(at, content, headers=PART | {"Upload-Offset": "0"}, timeout=30)
        assert answer.status_code == 204, answer.text
        self.acknowledged.append((file, content))

    def look(self) -> None:
        file = by_id(random.choice(self.acknowledged)[0].id)
        if file is not None and file.is_ready:
            answer = fetched(self.place, self.who, file)
            self.answers[answer.status_code] += 1
            assert answer.status_code in (200, 503), answer.text
            assert answer.status_code == 200 or int(answer.headers["Retry-After"]) > 0


def fetched(place: Place, who: Actor, file: FileState) -> requests.Response:
    return requests.get(place.server.url + links.address(who, file, links.WHOLE), timeout=60)


def away(place: Place, faults: list[Fault], *, uploaders: int, seconds: int) -> Figure:
    """Each fault for so long, and as long without it: text goes on, and every file comes."""
    customers = factories.people([(f"Other {n}", "customer", None) for n in range(OTHERS)])
    senders = factories.people([(f"Sender {n}", "customer", None) for n in range(uploaders)])
    uploading = [Uploader(place, who) for who in senders]
    with Crowd(senders_of(place, customers), ["And me?"] * 100_000, TALK) as others:
        for each in uploading:
            each.start()
        took = Took(others)
        time.sleep(1)
        took.since_then()  # the first one of each made its chat
        time.sleep(seconds)
        before = took.since_then()
        during: list[float] = []
        for fault in faults:
            fault.begin()
            time.sleep(seconds)
            during += took.since_then()
            fault.end()
            time.sleep(seconds)
            took.since_then()
        for each in uploading:
            each.over.set()
        for each in uploading:
            each.join(120)
        sent = [pair for each in uploading for pair in each.acknowledged]
        began = time.monotonic()
        wait_until(lambda: database.scalar(SHOWN) == len(sent), BACK_SECONDS, place.server.output)
        back = time.monotonic() - began
        during += took.since_then()
    for each in uploading:
        assert each.failure is None, each.failure
        for file, content in each.acknowledged:
            now = by_id(file.id)
            assert now is not None
            answer = fetched(place, each.who, now)
            assert answer.status_code == 200, answer.text
            assert len(answer.content) == now.size
            assert now.is_picture or answer.content == content
    told = sum((each.answers for each in uploading), Counter())
    assert told[503], "nobody was ever told that the store is away"
    # Who measures takes part of the machine as well: what it does to people without a fault counts.
    usual, p99 = percentile(before, 99), percentile(during, 99)
    assert p99 < max(P99_SECONDS, 2 * usual), f"p99 {p99:.3f} s, {usual:.3f} s without"
    return Figure(
        59,
        f"store {', '.join(fault.name for fault in faults)}, {len(sent)} files, {place.mode}",
        f"0 lost, all shown {back:.0f} s after; {told[503]} told; "
        f"others' p99 {usual * 1000:.0f} ms before, {p99 * 1000:.0f} during",
        "none lost, 100 ms or twice before",
    )


class Took:
    """How long each message of a crowd took, since it was asked last."""

    def __init__(self, crowd: Crowd) -> None:
        self.senders = crowd.senders
        self.seen = [0] * len(crowd.senders)

    def since_then(self) -> list[float]:
        found = []
        for number, sender in enumerate(self.senders):
            there = len(sender.took)
            found += sender.took[self.seen[number] : there]
            self.seen[number] = there
        return found


def of_bucket(bucket: Bucket, cable: Cable) -> list[Fault]:
    return [
        Fault("cut", cable.cut, cable.mend),
        Fault("held still", bucket.hold_still, bucket.go_on),
    ]


def of_folder(place: Place) -> list[Fault]:
    """As root nothing is forbidden; but where a file is in the way, nobody has a folder."""
    with place.app.app_context():
        folder = parts.folder() / "files"
    aside = folder.with_name("aside")

    def begin() -> None:
        folder.rename(aside)
        folder.write_text("in the way")

    def end() -> None:
        folder.unlink()
        aside.rename(folder)

    return [Fault("without its folder", begin, end)]


def bucket_away(start: Start, folder: Path, mode: str, **how: int) -> Figure:
    with buckets.running(folder) as bucket:
        cable = Cable(bucket.port)
        place = start(mode, **SETTINGS, **bucket.settings(url=cable.url))
        figure = away(place, of_bucket(bucket, cable), **how)
        place.server.stop()
        cable.cut()
    return figure


def folder_away(start: Start, mode: str, **how: int) -> Figure:
    place = start(mode, **SETTINGS)
    figure = away(place, of_folder(place), **how)
    place.server.stop()
    return figure


def large(folder: Path) -> Iterator[Figure]:
    with starting(folder) as start:
        for mode in MODES:
            yield bucket_away(start, folder, mode, uploaders=4, seconds=30)
            yield folder_away(start, mode, uploaders=4, seconds=20)
