"""A real server of each async mode mails an answer, and serves meanwhile, however slow it is."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from app import clock, create_app
from app.extensions import db
from app.operations import mails, messages
from app.operations.messages import Draft
from tests.conftest import settings_for
from tests.mail.conftest import DESK, has_address
from tests.mail.office import Office
from tests.people import People
from tests.servers import MODES, Server, wait_until

SLOW_SECONDS = 5


class SlowOffice(Office):
    """It thinks before it takes a letter."""

    asked = False

    async def handle_DATA(self, *given: Any) -> str:
        self.asked = True
        await asyncio.sleep(SLOW_SECONDS)
        return await super().handle_DATA(*given)


@pytest.mark.parametrize("mode", MODES)
def test_mail_goes_out_and_nobody_waits_for_it(
    migrated: Path, tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = SlowOffice().open()
    path = tmp_path / "deskbell.db"
    path.write_bytes(migrated.read_bytes())
    more = {"MAIL_URL": f"smtp://localhost:{office.port}", "MAIL_FROM": "Shop <a@example.com>"}
    given = settings_for(path, ASYNC_MODE=mode, PUBLIC_URL=DESK, RATE_LIMITS="off", **more)
    app: Flask = create_app(given | {"ASYNC_MODE": "threading"})
    server = Server(given, tmp_path / "server.log")
    try:
        with app.app_context():
            people = People()
            chat_id = messages.send(people.lena, None, Draft("Hello?", "q")).chat_id
            has_address(people.lena)
            monkeypatch.setattr(mails, "UNREAD_MS", 0)
            long_ago = clock.now() - 10 * 60_000
            with monkeypatch.context() as past:
                past.setattr(clock, "now", lambda: long_ago)
                for number in range(3):
                    messages.send(people.ana, chat_id, Draft(f"Answer {number}", f"{number}"))
            server.start()
            wait_until(lambda: office.asked, 20, "no letter was brought")
            slowest, served = 0.0, 0
            while not office.mail:
                began = time.monotonic()
                assert requests.get(f"{server.url}/healthz", timeout=10).ok
                slowest = max(slowest, time.monotonic() - began)
                served += 1
            assert served > 3
            assert slowest < SLOW_SECONDS / 2
            (letter,) = office.wait_for(1)
            text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            assert [f"Answer {number}" in text for number in range(3)] == [True] * 3
            db.engine.dispose()
    finally:
        server.kill()
        office.close()
    assert "Traceback" not in server.output()
