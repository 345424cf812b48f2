"""The mail server that the settings name: it takes a letter, or says whether it ever will."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from flask import current_app

from app import addresses
from app.mail.letters import Letter
from config import MailServer

WAIT_SECONDS = 30  # for each answer of the server, unless somebody waits
log = structlog.get_logger(__name__)
INTERNATIONAL = ("SMTPUTF8", "BODY=8BITMIME")


class RefusedForGood(Exception):
    """The server will not take this letter, however often it is asked."""


def note_refusal(letter: str, error: RefusedForGood) -> None:
    """For the log: what the server said holds an address, so its number alone is told."""
    log.warning("mail refused for good", letter=letter, said=str(error))


def send(letter: Letter, wait: float | None = None) -> None:
    """Gives the letter to the server, and waits `wait` seconds for each answer.

    Raises `RefusedForGood`; `OSError` for what may pass.
    What the server refuses of us, a password or a sender, may pass too: somebody mends it.
    """
    envelope = (current_app.config["MAIL_FROM"].addr_spec, letter.to)
    sender, receiver = map(addresses.on_the_wire, envelope)
    server: MailServer = current_app.config["MAIL_URL"]
    # Its sockets wait as those of the server do: others are served meanwhile.
    give(server, sender, receiver, letter.bytes, wait or WAIT_SECONDS)


def give(server: MailServer, sender: str, receiver: str, letter: bytes, wait: float) -> None:
    with connected(server, wait) as smtp:
        options = () if receiver.isascii() and sender.isascii() else INTERNATIONAL
        if options and not smtp.has_extn("smtputf8"):
            raise RefusedForGood("the server takes no address in letters beyond ASCII")
        try:
            smtp.sendmail(sender, [receiver], letter, options)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _said),) = error.recipients.values()
            raise told(error, code) from error
        except smtplib.SMTPDataError as error:
            raise told(error, error.smtp_code) from error
        # It has it. Whatever becomes of the goodbye is no failure.
        with suppress(OSError):
            smtp.quit()


@contextmanager
def connected(server: MailServer, wait: float) -> Iterator[smtplib.SMTP]:
    """A conversation with the server, by TLS if the settings say so, and logged in."""
    where: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": wait}
    where["local_hostname"] = socket.gethostname()  # the default asks the DNS for a longer one
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls == "on":
        smtp = smtplib.SMTP_SSL(**where, context=context)
    else:
        smtp = smtplib.SMTP(**where)
    try:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.user is not None:
            smtp.login(server.user, server.password)
        yield smtp
    finally:
        smtp.close()


def told(error: smtplib.SMTPException, code: int) -> Exception:
    return RefusedForGood(code) if code >= 500 else error
