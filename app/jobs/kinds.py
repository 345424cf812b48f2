"""Every kind of job, and what does it.

A handler is called with what `tx.later` was given. It may be called again when it was done already
(the process may die before that is written down), so that must do no harm.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.bot import answering
from app.files import checking, exports
from app.mail import answers, codes, incoming, mailbox, passwords, transcripts, verification
from app.mail import invitations as inviting
from app.operations import (
    attributes,
    blocks,
    deliveries,
    erasures,
    insight,
    invitations,
    jobs,
    logins,
    mails,
    password_resets,
    retention,
    routing,
    rule_runs,
    search,
    snoozes,
    tokens,
    visitors,
    visits,
)
from app.paper import printing
from app.webhooks import calling, telling

MINUTE_MS = 60 * 1000
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
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
    "mail_invitation": Kind(inviting.send),
    password_resets.KIND: Kind(passwords.send_link),
    "mail_password_change": Kind(passwords.tell),
    "mail_transcript": Kind(transcripts.send),
    "mail_verification": Kind(verification.send),
    "forget_tokens": Kind(tokens.forget_expired, every=HOUR_MS),
    "forget_invitations": Kind(invitations.forget_old, every=HOUR_MS),
    "forget_password_resets": Kind(password_resets.forget_expired, every=HOUR_MS),
    "forget_logins": Kind(logins.forget_old, every=HOUR_MS),
    "forget_visits": Kind(visits.forget_old, every=HOUR_MS),
    "forget_visitors": Kind(visitors.forget_expired, every=HOUR_MS),
    "forget_mails": Kind(mails.forget_old, every=HOUR_MS),
    "check_file": Kind(checking.check, at_once=2),
    "remove_files": Kind(checking.remove),
    "forget_files": Kind(checking.forget, every=HOUR_MS),
    "forget_paper": Kind(printing.forget, every=HOUR_MS),
    "take_reply": Kind(incoming.take),
    "look_into_mailbox": Kind(mailbox.look, every=MAILBOX_MS, needs="IMAP_URL"),
    "index_attributes": Kind(attributes.index_people),
    "index_chat": Kind(search.index_chat),
    "index_notes": Kind(search.index_notes),
    "answer_first": Kind(answering.answer, at_once=2),  # a model may be slow
    "wake_chat": Kind(snoozes.wake_due),
    "apply_rules": Kind(rule_runs.apply),
    "call_webhook": Kind(calling.call, at_once=2),  # the other side may be slow
    deliveries.KIND: Kind(telling.tell, at_once=2),
    "forget_deliveries": Kind(deliveries.forget_old, every=HOUR_MS),
    "look_at_rules": Kind(rule_runs.look, every=MINUTE_MS),
    "forget_rule_runs": Kind(rule_runs.forget_old, every=HOUR_MS),
    "end_block": Kind(blocks.end_due),
    "look_at_offer": Kind(routing.look_at_offer),
    "erase_customer": Kind(erasures.carry_out),
    "export_customer": Kind(exports.make, at_once=1),
    "remove_exports": Kind(exports.remove),
    "forget_exports": Kind(exports.forget, every=HOUR_MS),
    "forget_old_chats": Kind(retention.forget_old, every=DAY_MS, needs="RETENTION_DAYS"),
    "archive_old_chats": Kind(retention.archive_old, every=DAY_MS, needs="AUTO_ARCHIVE_DAYS"),
    "keep_facts": Kind(insight.keep_quiet, every=10 * MINUTE_MS, at_once=1),
    "check_facts": Kind(insight.check_some, every=HOUR_MS, at_once=1),
    "forget_jobs": Kind(jobs.forget_dead, every=HOUR_MS),
}
