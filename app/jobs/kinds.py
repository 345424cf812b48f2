"""Every kind of job, and what does it.

A handler is called with what `tx.later` was given. It may be called again when it was done already
(the process may die before that is written down), so that must do no harm.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.files import checking
from app.mail import answers, codes, incoming, mailbox, verification
from app.operations import jobs, logins, mails, tokens, visitors, visits

HOUR_MS = 3600 * 1000
MAILBOX_MS = 30 * 1000


class Kind(NamedTuple):
    handler: Callable[..., object]
    every: int | None = None  # ms: upkeep that nothing asks for
    needs: str | None = None  # a setting, without which there is nothing to keep up
    at_once: int | None = None  # of this kind in a process: others are not to wait for all of it

    def again_in(self, settings: Mapping[str, Any]) -> int | None:
        """Milliseconds from the end of one time to the next, where there is to be one."""
        return self.every if self.needs is None or settings[self.needs] else None


kinds: dict[str, Kind] = {
    "mail_answers": Kind(answers.send),
    "mail_code": Kind(codes.send),
    "mail_verification": Kind(verification.send),
    "forget_tokens": Kind(tokens.forget_expired, every=HOUR_MS),
    "forget_logins": Kind(logins.forget_old, every=HOUR_MS),
    "forget_visits": Kind(visits.forget_old, every=HOUR_MS),
    "forget_visitors": Kind(visitors.forget_expired, every=HOUR_MS),
    "forget_mails": Kind(mails.forget_old, every=HOUR_MS),
    "check_file": Kind(checking.check, at_once=2),
    "remove_files": Kind(checking.remove),
    "forget_files": Kind(checking.forget, every=HOUR_MS),
    "take_reply": Kind(incoming.take),
    "look_into_mailbox": Kind(mailbox.look, every=MAILBOX_MS, needs="IMAP_URL"),
    "forget_jobs": Kind(jobs.forget_dead, every=HOUR_MS),
}
