"""All that is kept of a customer, row by row, as an export tells it.

What others could come in by is left out: hashes, keys, secrets.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from pydantic.alias_generators import to_camel
from sqlalchemy import bindparam, or_, select

from app.clock import iso
from app.models import (
    blocks,
    bots,
    chats,
    database,
    edits,
    exports,
    files,
    identities,
    links,
    mail,
    messages,
    notes,
    ratings,
    rules,
    tags,
    teams,
    topics,
    users,
    visitors,
    visits,
    webhooks,
    word_lists,
)
from app.models.files import SELECT_FILES, FileState, FileStatus

PAGE = 500
LEFT_OUT = {
    "password_hash",
    "auth_version",
    "token_hash",
    "key",
    "code_hash",
    "content",
    "login",
    "answer_id",
    "said_of",
}
IN_JSON = {"attachments", "details", "reactions", "voice", "pages", "attributes", "outcome"}
IN_JSON |= {"facts"}

originals = word_lists.originals
c, m, f = chats.table.c, messages.table.c, files.table.c
IDS: Any = bindparam("ids", expanding=True)
CHATS = select(c.id).where(c.customer_id.in_(IDS))
NOTES = select(notes.table.c.id).where(notes.table.c.chat_id.in_(CHATS))
MESSAGES = select(m.id).where(m.chat_id.in_(CHATS))
TOPICS = select(c.topic_id).where(c.customer_id.in_(IDS))
TEAMS = select(c.team_id).where(c.customer_id.in_(IDS))
TAGS = select(tags.given.c.tag_id).where(tags.given.c.chat_id.in_(CHATS))
# What other programs were told of them, whose words stand in no row of it.
TOLD_OF = webhooks.deliveries.c.chat_id.in_(CHATS) | (
    webhooks.deliveries.c.event.in_(sorted(webhooks.OF_PEOPLE))
    & webhooks.deliveries.c.subject_id.in_(IDS)
)
CREDENTIALS = select(visitors.tokens.c.token_hash).where(visitors.tokens.c.user_id.in_(IDS))
OF_THEIRS = SELECT_FILES.where(
    (f.owner_id.in_(IDS) | f.message_id.in_(MESSAGES)), f.status == FileStatus.READY
).order_by(f.id)


# No party is told these of a chat and of a message.
STAFFS: dict[Any, tuple[str, ...]] = {
    chats.table: ("snoozed_until", "unread_mark", "priority", "held_seq"),
    messages.table: ("forwarded_from_id", "held_at", "masked_at"),
}


class Part(NamedTuple):
    """A file of JSON, and what it is made of: a table's rows, in the order of a column."""

    name: str
    table: Any
    condition: Any
    order: Any
    columns: Sequence[Any]


def of(name: str, table: Any, condition: Any, order: str) -> Part:
    hidden = LEFT_OUT.union(STAFFS.get(table, ()))
    columns = [each for each in table.c if each.name not in hidden]
    return Part(name, table, condition, table.c[order], columns)


def named(name: str, table: Any, ids: Any) -> Part:
    """By id, what is called so where another part says no more than the id."""
    return Part(name, table, table.c.id.in_(ids), table.c.id, [table.c.id, table.c.name])


def beside(name: str, table: Any, condition: Any) -> Part:
    """By id, what staff alone sees of rows that their customer sees, where there is some."""
    columns = [table.c[each] for each in STAFFS[table]]
    is_any = or_(*(each.is_not(None) for each in columns))
    return Part(name, table, condition & is_any, table.c.id, [table.c.id, *columns])


PARTS = (
    of("person", users.table, users.table.c.id.in_(IDS), "id"),
    of("visitors", visitors.table, visitors.table.c.user_id.in_(IDS), "user_id"),
    of("identities", identities.table, identities.table.c.user_id.in_(IDS), "user_id"),
    of("visits", visits.table, visits.table.c.token_hash.in_(CREDENTIALS), "token_hash"),
    of("mail_addresses", mail.table, mail.table.c.user_id.in_(IDS), "user_id"),
    of("mails", mail.mails, mail.mails.c.user_id.in_(IDS), "id"),
    of("links", links.table, links.table.c.user_id.in_(IDS), "id"),
    of("chats", chats.table, c.customer_id.in_(IDS), "id"),
    named("topics", topics.table, TOPICS),
    of("messages", messages.table, m.chat_id.in_(CHATS), "id"),
    of("earlier_texts", edits.table, edits.table.c.message_id.in_(MESSAGES), "id"),
    of("originals", originals, originals.c.message_id.in_(MESSAGES), "message_id"),
    of("ratings", ratings.table, ratings.table.c.chat_id.in_(CHATS), "chat_id"),
    of("bot_answers", bots.table, bots.table.c.chat_id.in_(CHATS), "chat_id"),
    of("files", files.table, f.owner_id.in_(IDS) | f.message_id.in_(MESSAGES), "id"),
    # What staff alone sees stands apart from what was said to them.
    beside("staff/chats", chats.table, c.customer_id.in_(IDS)),
    beside("staff/messages", messages.table, m.chat_id.in_(CHATS)),
    of("staff/notes", notes.table, notes.table.c.chat_id.in_(CHATS), "id"),
    of("staff/mentions", notes.mentions, notes.mentions.c.note_id.in_(NOTES), "note_id"),
    of("staff/tags", tags.table, tags.table.c.id.in_(TAGS), "id"),
    of("staff/chat_tags", tags.given, tags.given.c.chat_id.in_(CHATS), "chat_id"),
    named("staff/teams", teams.table, TEAMS),
    of("staff/rule_runs", rules.runs, rules.runs.c.chat_id.in_(CHATS), "id"),
    of("staff/webhook_deliveries", webhooks.deliveries, TOLD_OF, "id"),
    of("staff/blocks", blocks.table, blocks.table.c.chat_id.in_(CHATS), "chat_id"),
    of("staff/exports", exports.table, exports.table.c.customer_id.in_(IDS), "customer_id"),
)


def people_of(customer_id: int) -> list[int]:
    """The person, and the visitors who turned out to be them, by id."""
    return users.with_merged(customer_id, lambda merged, key: database.rows(merged, **key))


def in_chats(part: Part) -> Part:
    """The same, one chat after the other, as they are read."""
    return part._replace(order=part.table.c.chat_id)


def rows_of(part: Part, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Each as it is told; so many are read at a time that none waits for all."""
    key = list(part.table.primary_key)
    wanted = select(*part.columns).where(part.condition).order_by(part.order, *key).limit(PAGE)
    offset = 0
    while True:
        found = database.rows(wanted.offset(offset), ids=list(ids))
        for row in found:
            yield told(row._mapping)
        if len(found) < PAGE:
            return
        offset += PAGE


def told(row: Any) -> dict[str, Any]:
    return {to_camel(name): value_of(name, value) for name, value in row.items()}


def value_of(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith(("_at", "_since", "_until")) or name in ("at", "until"):
        return iso(value)
    return orjson.loads(value) if name in IN_JSON else value


def files_of(ids: Sequence[int]) -> list[FileState]:
    """What they have sent, and what was sent to them, that is shown."""
    return [FileState._make(row) for row in database.rows(OF_THEIRS, ids=list(ids))]
