"""Every kind of job, and what does it.

A handler is called with what `tx.later` was given. It may be called again when it was done already
(the process may die before that is written down), so that must do no harm.
"""

from collections.abc import Callable
from typing import NamedTuple

from app.mail import answers, codes, verification
from app.operations import jobs, logins, tokens, visitors

HOUR_MS = 3600 * 1000


class Kind(NamedTuple):
    handler: Callable[..., object]
    every: int | None = None  # ms: upkeep that nothing asks for


kinds: dict[str, Kind] = {
    "mail_answers": Kind(answers.send),
    "mail_code": Kind(codes.send),
    "mail_verification": Kind(verification.send),
    "forget_tokens": Kind(tokens.forget_expired, every=HOUR_MS),
    "forget_logins": Kind(logins.forget_old, every=HOUR_MS),
    "forget_visitors": Kind(visitors.forget_expired, every=HOUR_MS),
    "forget_jobs": Kind(jobs.forget_dead, every=HOUR_MS),
}
