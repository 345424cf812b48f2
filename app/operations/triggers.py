"""What a customer's message sets off: a job in its own transaction, where a rule asks for it.

Which events any rule is set off by is known in memory, so that without a rule a message costs one
look at it. Who changes a rule tells all processes (`SettingsChanged`), and each asks anew by itself
now and then, for what it did not hear.
"""

from app.extensions import this_app
from app.models import database
from app.models.chats import ChatState
from app.models.jobs import Job
from app.models.messages import MessageState
from app.models.rules import EVENTS_ON, When
from app.operations.transaction import Transaction

KEY = "rules"


def refresh() -> None:
    """Asks which events a rule is set off by."""
    this_app().extensions[KEY] = frozenset(row.event for row in database.rows(EVENTS_ON))


def known(tx: Transaction) -> frozenset[str]:
    """The same; asked for where nothing has done so yet, as in a shell."""
    app = this_app()
    found: frozenset[str] | None = app.extensions.get(KEY)
    if found is None:
        found = app.extensions[KEY] = frozenset(row.event for row in tx.run(EVENTS_ON, {}))
    return found


def said(tx: Transaction, chat: ChatState, message: MessageState, *, began_waiting: bool) -> None:
    """A customer has written; `chat` is as it was before the message."""
    watched = known(tx)
    if not watched or not chat.is_support:
        return
    happened = {When.MESSAGE}
    if not chat.last_seq:
        happened.add(When.CHAT_BEGINS)
    if began_waiting:
        happened.add(When.OUTSIDE_HOURS)
    events = sorted(each.value for each in happened if each in watched)
    if events:
        about = {"chat_id": chat.id, "seq": message.seq, "events": events}
        about |= {"message_id": message.id}  # it may stand elsewhere by then
        tx.later(Job("apply_rules", about, unique_key=f"rules:{chat.id}:{message.seq}"))
