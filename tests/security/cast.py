"""Somebody of every kind, two chats to fight about, and what is stored of it all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, text, update

from app import clock
from app.auth.signatures import INVITATION, signed
from app.cli import factories
from app.conditions import ACTIONS
from app.extensions import db
from app.models import files, jobs, password_resets, users, visits
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import (
    articles,
    canned_answers,
    chats,
    deliveries,
    incoming,
    invitations,
    keys,
    logins,
    messages,
    notes,
    rules,
    saved_views,
    search,
    tags,
    teams,
    topics,
    visitors,
    webhooks,
    word_lists,
)
from app.operations import password_resets as resets
from app.operations.messages import Draft
from app.operations.rules import Wanted
from app.operations.transaction import Transaction, transaction
from app.queries import sites
from tests.jobs import dead_job
from tests.visits import on_a_page

# Who asks. `customer` and `provider` are parties of the chats, `another` and `elsewhere` are not,
# nor is `visitor`, who has a chat of their own in the frame of another site and no account;
# `gone` is an administrator who was deactivated after the credential had been issued.
COLUMNS = (
    "nobody", "customer", "another", "visitor", "provider", "elsewhere", "agent", "manager",
    "admin", "gone",
)  # fmt: skip
VISITOR = "visitor"
WITH_ACCOUNT = tuple(name for name in COLUMNS[1:] if name != VISITOR)
CREDENTIAL = "v" * 43  # of the visitor, as their browser keeps it
ROLES = {"another": "customer", "elsewhere": "provider", "gone": "admin"}
# What only those may change who are allowed to; presence and the like are nobody's secret.
WATCHED = (
    "users", "user_words", "sites", "visitors", "visitor_tokens", "chats", "messages",
    "earlier_texts", "refresh_tokens", "ended_logins", "password_resets",
    "site_sightings", "site_secrets", "jobs", "visits", "mail_addresses", "chat_links",
    "mails", "files", "canned_answers", "tags", "chat_tags", "notes", "mentions",
    "teams", "team_members", "availability", "blocks", "audit", "saved_views", "articles", "topics",
    "word_lists", "originals", "rules", "rule_runs", "webhooks", "webhook_deliveries", "api_keys",
    "incoming_webhooks",
    "invitations",
)  # fmt: skip
SECRET = "plugh"  # what is noted of both chats, and nobody outside is ever to read
HOUR_MS = 3600 * 1000
Stored = dict[str, list[dict[str, Any]]]


ANEW = """SELECT setval(pg_get_serial_sequence('{0}', 'id'),
    (SELECT coalesce(max(id), 0) + 1 FROM {0}), false)"""


class Cast:
    """People and chats: `support` is the customer's own, `order` the one with the provider."""

    def __init__(self) -> None:
        made = factories.people(
            [(f"The {name}", ROLES.get(name, name), None) for name in WITH_ACCOUNT]
        )
        self.people = {
            name: logins.begun(actor) for name, actor in zip(WITH_ACCOUNT, made, strict=True)
        }
        customer, provider = self.people["customer"], self.people["provider"]
        self.list = word_lists.make(self.people["manager"], "Rude", "mask", ["plover"]).id
        # The first message reads what lists there are, no later one does.
        self.said = messages.send(customer, None, Draft("Hello", "hello"))
        self.support = self.said.chat_id
        self.order = chats.open_between(provider, provider.id, customer.id, 5)[0].id
        self.told = messages.send(provider, self.order, Draft("Your car is ready", "ready"))
        self.files = {said.chat_id: sent_along(said) for said in (self.said, self.told)}
        (tag,) = tags.put_on(self.people["agent"], self.support, "Refund")
        self.tag = tag.id
        self.team = teams.make(self.people["manager"], "Billing").id
        teams.join(self.people["manager"], self.team, self.people["agent"].id)
        self.topic = topics.make(self.people["manager"], "Invoices", self.team).id
        while search.catch_up(100):
            pass
        self.notes = {
            chat_id: notes.write(self.people["agent"], chat_id, f"{SECRET}, @The manager").id
            for chat_id in (self.support, self.order)
        }
        answer = canned_answers.create(self.people["manager"], True, name="Hello", text="Hello!")
        self.answer = answer.id
        self.view = saved_views.save(self.people["manager"], "Late", is_shared=True).id
        article = {"title": "Returns", "text": "By post.", "is_published": True}
        self.article = articles.create(self.people["manager"], **article).id
        does = ACTIONS.validate_python([{"kind": "tag", "tagId": self.tag}])
        rule = rules.make(self.people["manager"], Wanted("Refunds", "message", actions=does))
        rules.tried(self.people["manager"], rule)
        self.rule = rule.id
        about: dict[str, Any] = {"events": ["new_message"], "is_on": False}
        address = "https://crm.example/hook"
        self.webhook = webhooks.make(
            self.people["admin"], name="CRM", url=address, **about
        ).id  # off, so that no door costs more by it
        self.delivery = deliveries.test(self.people["admin"], self.webhook).id
        with transaction() as tx:
            tx.run(delete(jobs.table).where(jobs.table.c.kind == deliveries.KIND), {})
        self.key = keys.make(self.people["admin"], "CRM", ["chats:read"])[0].id
        invited = invitations.make(self.people["admin"], "kim@example.com", "agent")
        self.invitation, self.invited = invited.id, signed(invited.key, INVITATION)
        site = sites.first()
        assert site is not None
        self.site = site
        box, self.address = incoming.make(self.people["admin"], name="SMS", site_id=site.id)
        self.incoming = box.id
        draft, about = Draft("Do you ship?", "ship"), {"language": "en", "address": "10.0.0.1"}
        self.people[VISITOR], _ = visitors.write_first(site, CREDENTIAL, draft, **about)
        self.job = dead_job()
        self.visit = on_a_page(site)
        made = resets.make(self.people["another"].id, clock.now())
        assert made is not None
        self.reset = made.token
        with transaction() as tx:  # and stays, however long it takes to try all doors
            tx.run(update(visits.table).values(seen_at=clock.now() + HOUR_MS), {})
            held = clock.now() + 24 * HOUR_MS
            tx.run(update(password_resets.table).values(expires_at=held), {})
        self.first = stored()

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]

    def begin_anew(self) -> None:
        """Everything is stored as it was at first."""
        with transaction() as tx, unguarded(tx):
            for table in reversed(db.metadata.sorted_tables):
                tx.run(delete(table), {})
            if db.engine.dialect.name == "sqlite":  # which gives no id of a file twice otherwise
                tx.run(text("DELETE FROM sqlite_sequence"), {})
            for name in filter(self.first.get, WATCHED):
                tx.connection.execute(insert(db.metadata.tables[name]), self.first[name])
            if db.engine.dialect.name == "postgresql":  # which counts on, whatever becomes of rows
                for table in (
                    db.metadata.tables[name]
                    for name in WATCHED
                    if "id" in db.metadata.tables[name].c
                ):
                    tx.run(text(ANEW.format(table.name)), {})

    def dismiss(self) -> None:
        """Deactivates the one who is then gone, in another process: nobody has heard of it here."""
        gone = users.table.c.id == self["gone"].id
        with transaction() as tx:
            tx.run(update(users.table).where(gone).values(is_active=False, auth_version=2), {})

    def values(self, chat: str) -> dict[str, Any]:
        """What addresses and payloads are filled in with; `chat` names one of the two."""
        return {
            "chat": {"support": self.support, "order": self.order}.get(chat),
            "other": {"support": self.order, "order": self.support}.get(chat),
            "customer": self.people["customer"].id,
            "another": self.people["another"].id,
            "provider": self.people["provider"].id,
            "said": "Hello" if chat == "support" else "car",
            "message": (self.said if chat == "support" else self.told).id,
            "file": self.files.get({"support": self.support, "order": self.order}.get(chat, 0)),
            "note": self.notes.get({"support": self.support, "order": self.order}.get(chat, 0)),
            "job": self.job,
            "answer": self.answer,
            "view": self.view,
            "article": self.article,
            "tag": self.tag,
            "team": self.team,
            "list": self.list,
            "topic": self.topic,
            "rule": self.rule,
            "key": self.key,
            "invitation": self.invitation,
            "incoming": self.incoming,
            "reset": self.reset,
            "webhook": self.webhook,
            "delivery": self.delivery,
            "agent": self.people["agent"].id,
            "visit": self.visit,
            "site": self.first["sites"][0]["id"],
        }


@contextmanager
def unguarded(tx: Transaction) -> Iterator[None]:
    """Until its end the audit log can be emptied, by whoever may drop what guards it."""
    if db.engine.dialect.name == "postgresql":
        tx.run(text("SET LOCAL session_replication_role = replica"), {})
        yield
        return
    of_audit = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    guards = tx.run(text(of_audit), {}).all()
    for name, _sql in guards:
        tx.run(text(f"DROP TRIGGER {name}"), {})
    yield
    for _name, sql in guards:
        tx.run(text(sql), {})


def sent_along(said: MessageState) -> int:
    """A file that belongs to the message, which does not say so."""
    values = {"owner_id": said.sender_id, "message_id": said.id, "name": "a.png", "alt": ""}
    values |= {"size": 9, "status": "ready", "content_type": "image/png", "created_at": 1}
    with transaction() as tx:
        return tx.add(insert(files.table), values)


def stored() -> Stored:
    """Every row that is watched."""
    with db.engine.connect() as connection:
        return {name: rows_of(connection, db.metadata.tables[name]) for name in WATCHED}


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    names, in_order = table.columns.keys(), select(table).order_by(*table.primary_key)
    return [dict(zip(names, row, strict=True)) for row in connection.execute(in_order)]
