"""A mail to whoever asks, at once: what the mail server answers is told."""

import smtplib
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.checkups.server import OK, Finding, failed
from app.mail import letters, smtp
from app.mail.letters import Letter
from app.models.mail import is_on
from app.models.users import Actor
from app.operations import limits

FIX = "MAIL_URL, MAIL_FROM"
WAIT_SECONDS = 8  # for each answer: somebody looks at the page, and a proxy waits for a minute


def to_oneself(actor: Actor) -> Finding:
    """Gives the mail server a mail to the actor's own address. Raises `TooFast`."""
    limits.mail_tries(actor)
    if not is_on():
        return failed(_("Mail is off."), "MAIL_URL, MAIL_FROM, PUBLIC_URL")
    site = current_app.config["SITE_NAME"]
    said = letters.rendered("checkup", str(get_locale()), site=site)
    letter = Letter(
        to=actor.email,
        subject=_("It works: a mail from %(site)s", site=site),
        text=said["text"],
        html=said["html"],
        message_id=letters.message_id("checkup", actor.id, clock.now()),
    )
    try:
        smtp.send(letter, WAIT_SECONDS)
    except smtplib.SMTPException as error:
        return failed(said_by(error), FIX)
    except smtp.RefusedForGood as error:
        return failed(said_by(error.__cause__ or error), FIX)
    except OSError as error:
        return failed(error.strerror or type(error).__name__, FIX)
    except ValueError as error:  # no name of a host, no letters of a password
        return failed(type(error).__name__, FIX)
    return OK


def said_by(error: BaseException) -> str:
    """What the server has answered, with its number."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, words),) = error.recipients.values()
        return f"{code} {words.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        answer: Any = error.smtp_error
        told = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        return f"{error.smtp_code} {told}"
    return str(error) or type(error).__name__
