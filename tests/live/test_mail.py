"""Replies by mail into a server that runs, in each mode: staff hears of them as of any message."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app import clock
from app.extensions import db
from app.mail.replies import reply_address
from app.models import database
from app.models.jobs import table
from app.operations.transaction import transaction
from tests.live.conftest import Place
from tests.mail import dovecot
from tests.mail.dovecot import Dovecot
from tests.mail.samples import GMAIL_EN, mail
from tests.nursery import ROOT
from tests.people import People
from tests.servers import MODES, wait_until

LOOK = table.c.kind == "look_into_mailbox"


@pytest.fixture(scope="module")
def box() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.mark.parametrize("mode", MODES)
def test_a_reply_is_heard_live_whichever_way_it_comes(
    mode: str, box: Dovecot, migrated: Path, tmp_path: Path
) -> None:
    mailbox = {"IMAP_URL": box.url(), "SSL_CERT_FILE": box.certificate}
    place = Place(tmp_path, migrated, mode, MAIL_REPLIES="reply@desk.example.com", **mailbox)
    with place.app.app_context():
        people = People()
        lena, ana = place.client(people.lena), place.client(people.ana)
        chat_id = lena.send("Hello", "a")["chatId"]
        here = str(reply_address(chat_id, people.lena.id))
        received = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "receive"],
            cwd=ROOT,
            env=place.server.environment,
            input=mail("Through a pipe", to=here, message_id=f"<pipe-{mode}@example.com>"),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert received.returncode == 0, received.stderr
        wait_until(lambda: "Through a pipe" in heard(ana))
        box.put(mail(GMAIL_EN, to=here, message_id=f"<box-{mode}@example.com>"))
        wait_until(lambda: database.row(table.select().where(LOOK, table.c.lease_id.is_(None))))
        with transaction() as tx:  # as if half a minute had passed
            tx.run(update(table).where(LOOK).values(run_at=clock.now()), {})
        wait_until(lambda: any(text.startswith("Yes, the blue one") for text in heard(ana)), 20)
        assert len(set(heard(ana))) == 3
        place.hang_up()
        assert place.server.stop() == 0
        assert "Traceback" not in place.server.output(), place.server.output()
        db.engine.dispose()


def heard(client) -> list[str]:  # type: ignore[no-untyped-def]
    return [event["chat"]["lastMessage"]["text"] for event in client.all("new_chat_message")]
