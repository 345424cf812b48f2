"""Events out: what happened, to the sockets of this process.

Each event is rendered once for each kind of listener, and not at all for a kind that is not there.
"""

from collections.abc import Callable
from typing import Any

from app.clock import iso
from app.events import (
    AccessEnded,
    ChatChanged,
    Event,
    JobStored,
    MessageChanged,
    MessageSent,
    Missed,
    PersonChanged,
    PresenceChanged,
    ReceiptsMoved,
    TypingSignalled,
    ViewersChanged,
)
from app.jobs import runner
from app.queries.chats import changed_since
from app.queries.participants import chats_with
from app.queries.related import NOTHING, Related, related, with_quote
from app.realtime.listeners import emit, everywhere, in_chat, pages
from app.realtime.render import message_html
from app.realtime.rows import rows
from app.realtime.viewers import merged
from app.schemas.chats import chat_out
from app.schemas.messages import message_out
from app.schemas.receipts import receipts_out
from app.schemas.typing import typing_out
from app.sockets import rooms
from app.sockets.admission import end
from app.sockets.connections import connections

told: dict[int, int] = {}  # when those were renamed of whom this process has told, the last ones
TOLD = 10_000


def deliver(event: Event) -> None:
    """Emits an event to its recipients, in the words of `/live`."""
    delivery = DELIVERIES.get(type(event))
    if delivery is not None:
        delivery(event)


def message_sent(event: MessageSent) -> None:
    tell_chat("new_message", event, lambda: with_quote(event.quote))
    if event.recipients.staff:
        rows.said(event.chat, event.message)


def message_changed(event: MessageChanged) -> None:
    tell_chat("message_changed", event, lambda: related([event.message]))
    if event.recipients.staff:
        rows.changed(event.chat)


def tell_chat(
    name: str, event: MessageSent | MessageChanged, beside: Callable[[], Related]
) -> None:
    """Those who have joined the chat; rendered once for each language of their pages, and for
    them alone what is shown `beside` the message is looked for."""
    chat, message = event.chat, event.message
    payload = {"chatId": chat.id, "version": message.version, "message": message_out(message)}
    emit(name, payload, rooms.occupied([rooms.chat(chat.id)]))
    listening = pages(rooms.chat, chat.id)
    shown = beside() if listening else NOTHING
    for locale, room in listening:
        html = message_html(message, locale, chat.customer_id, shown)
        emit(name, payload | {"html": html}, [room])


def chat_changed(event: ChatChanged) -> None:
    chat = event.chat
    payload = {"chatId": chat.id, "version": chat.version, "chat": chat_out(chat)}
    people = [rooms.user(user_id) for user_id in event.recipients.user_ids]
    # Staff hear of a chat in the staff room; in the chat's they would hear it twice.
    inbox = rooms.members(everywhere(rooms.staff)) if event.recipients.staff else []
    emit("chat_changed", payload, rooms.occupied([*in_chat(chat.id), *people]), but=inbox)
    if event.recipients.staff:
        rows.changed(chat)


def receipts_moved(event: ReceiptsMoved) -> None:
    emit("receipts", receipts_out(event), rooms.occupied(in_chat(event.chat.id)))
    if event.recipients.staff and event.read:
        rows.changed(event.chat)


def typing_signalled(event: TypingSignalled) -> None:
    typist = [connection.sid for connection in connections.of(event.user_id)]
    listeners = rooms.occupied([*in_chat(event.chat.id), *everywhere(rooms.staff)])
    emit("user_typing", typing_out(event), listeners, but=typist)


def presence_changed(event: PresenceChanged) -> None:
    payload = {
        "userId": event.user_id,
        "isOnline": event.is_online,
        "lastSeen": iso(event.last_seen),
    }
    people = [rooms.user(user_id) for user_id in event.recipients.user_ids]
    emit("presence", payload, rooms.occupied([*people, *everywhere(rooms.staff)]))


def person_changed(event: PersonChanged) -> None:
    """Once in each process, however it heard of it: by the announcement, by the bus, by looking."""
    before = told.get(event.user_id, 0)
    if before > event.at:
        return
    connections.rename(event.user_id, event.name, event.email)  # of those who came meanwhile, too
    if before == event.at:
        return
    told.pop(event.user_id, None)
    told[event.user_id] = event.at
    if len(told) > TOLD:
        del told[next(iter(told))]
    try:
        tell_name(event)
    except Exception:  # it is looked for again in a moment, and must then not count as told
        told[event.user_id] = before
        raise


def tell_name(event: PersonChanged) -> None:
    """Their own pages, staff, and whoever has a chat open in which they take part."""
    payload = {"userId": event.user_id, "name": event.name}
    inbox = rooms.members(everywhere(rooms.staff))
    open_here = chats_with(event.user_id, connections.joined())
    chats = [room for chat_id in open_here for room in in_chat(chat_id)]
    people = [rooms.user(user_id) for user_id in event.recipients.user_ids]
    emit("person_changed", payload, rooms.occupied([*chats, *people]), but=inbox)
    told_staff = payload | {"email": event.email}
    emit("person_changed", told_staff, rooms.occupied(everywhere(rooms.staff)))


def viewers_changed(event: ViewersChanged) -> None:
    viewers = [{"id": user_id, "name": name} for user_id, name in merged(event)]
    there = rooms.members(in_chat(event.chat_id))
    outsiders = [sid for sid in there if not connections.is_staff(sid)]
    payload = {"chatId": event.chat_id, "viewers": viewers}
    emit("viewers", payload, rooms.occupied(in_chat(event.chat_id)), but=outsiders)


def access_ended(event: AccessEnded) -> None:
    for connection in connections.of(event.user_id):
        is_of_login = event.login is not None and connection.actor.login == event.login
        if is_of_login or connection.actor.auth_version < event.auth_version:
            end(connection)


def missed(event: Missed) -> None:
    """Who has one of these chats open sees by its version whether it lacks something."""
    for chat in changed_since(event.since):
        chat_changed(ChatChanged(chat, before=None))


DELIVERIES: dict[type[Event], Callable[[Any], None]] = {
    MessageSent: message_sent,
    MessageChanged: message_changed,
    ChatChanged: chat_changed,
    ReceiptsMoved: receipts_moved,
    TypingSignalled: typing_signalled,
    PersonChanged: person_changed,
    PresenceChanged: presence_changed,
    ViewersChanged: viewers_changed,
    AccessEnded: access_ended,
    JobStored: runner.wake,
    Missed: missed,
}
