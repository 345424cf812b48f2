"""`flask mail …`: a mail that a mail server hands over."""

import sys
from enum import IntEnum

import click
import structlog

from app.cli.group import Group
from app.errors import Unavailable
from app.mail import incoming
from app.mail.incoming import NotTaken, Outcome
from app.operations import replies

CHUNK = 1_000_000
group = Group("mail", help="Take a reply that came by mail.")
log = structlog.get_logger(__name__)


class Exit(IntEnum):
    """What mail servers understand (sysexits.h)."""

    OK = 0
    DATAERR = 65
    NOUSER = 67
    TEMPFAIL = 75
    NOPERM = 77


EXITS = {
    Outcome.UNREADABLE: Exit.DATAERR,
    Outcome.EMPTY: Exit.DATAERR,
    Outcome.UNKNOWN_ADDRESS: Exit.NOUSER,
    Outcome.STRANGER: Exit.NOPERM,
    Outcome.NOT_ALLOWED: Exit.NOPERM,
}
# Which a mail server repeats to whoever sent the mail.
SAID = {
    Outcome.UNREADABLE: "This is no e-mail that can be read.",
    Outcome.EMPTY: "There is nothing in it but what it answers.",
    Outcome.UNKNOWN_ADDRESS: "This address takes no replies, or no longer.",
    Outcome.STRANGER: "Replies are taken from the address alone that was written to.",
    Outcome.NOT_ALLOWED: "This conversation takes no replies.",
}


@group.command("receive")
@click.argument("recipients", nargs=-1)
@click.option("--no-bounce", is_flag=True, help="Exit with 0 for what is refused, too.")
def receive(recipients: tuple[str, ...], no_bounce: bool) -> None:
    """Take the mail on standard input; RECIPIENTS are those of its envelope.

    Exits with 0 for what is taken or dropped, 65, 67 or 77 for what is refused, 75 for what is
    to be tried again.
    """
    code = taken(" ".join(recipients))
    while sys.stdin.buffer.read(CHUNK):  # a mail server takes it for a fault if nobody reads it
        pass
    sys.exit(Exit.OK if no_bounce and code != Exit.TEMPFAIL else code)


def taken(recipients: str) -> Exit:
    try:
        try:
            incoming.later(sys.stdin.buffer, recipients)
        except NotTaken as refused:
            replies.count(refused.outcome)
            if refused.outcome in SAID:
                click.echo(f"{SAID[refused.outcome]} ({refused.outcome})", err=True)
            return EXITS.get(refused.outcome, Exit.OK)
    except Unavailable:
        return Exit.TEMPFAIL
    except Exception:
        log.exception("mail met a fault")
        return Exit.TEMPFAIL
    return Exit.OK
