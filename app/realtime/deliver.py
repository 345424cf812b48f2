"""Events out: what happened, to the sockets of this process.

Each event is rendered once for each kind of listener, and not at all for a kind that is not there.
"""

from collections.abc import Callable
from typing import Any

from app.clock import iso
from app.events import (
    AccessEnded,
    AvailabilityChanged,
    ChatChanged,
    ChatErased,
    ChatRated,
    Event,
    JobStored,
    MentionsSeen,
    MessageChanged,
    MessageReleased,
    MessageSent,
    Missed,
    NoteChanged,
    PersonChanged,
    PinChanged,
    PlaceChanged,
    PresenceChanged,
    PriorityChanged,
    ReceiptsMoved,
    SavedViewsChanged,
    SettingsChanged,
    SnoozeChanged,
    TagsChanged,
    TakenOver,
    TypingSignalled,
    UnreadMarkChanged,
    ViewersChanged,
)
from app.jobs import runner
from app.models.chats import ChatState
from app.operations import deliveries, screens, triggers
from app.queries import notes
from app.queries.chats import changed_since
from app.queries.holds import as_sent, begun_by
from app.queries.participants import chats_with
from app.queries.related import NOTHING, Related, related, with_quote
from app.realtime import bots, routing
from app.realtime.listeners import emit, everywhere, in_chat, pages
from app.realtime.render import message_html, note_html
from app.realtime.rows import rows
from app.realtime.viewers import merged
from app.schemas.chats import chat_out
from app.schemas.messages import message_out
from app.schemas.notes import note_out
from app.schemas.ratings import rating_out
from app.schemas.receipts import receipts_out
from app.schemas.typing import typing_out
from app.sockets import rooms
from app.sockets.admission import end
from app.sockets.connections import LIVE, connections
from app.sockets.server import sockets

told: dict[int, int] = {}  # when those were renamed of whom this process has told, the last ones
TOLD = 10_000


def deliver(event: Event) -> None:
    """Emits an event to its recipients, in the words of `/live`."""
    delivery = DELIVERIES.get(type(event))
    if delivery is not None:
        delivery(event)


def message_sent(event: MessageSent) -> None:
    tell_chat("new_message", event, lambda: with_quote(event.quote))
    if event.message.is_held:
        tell_begun(event)
        rows.changed(event.chat)
    elif event.recipients.staff:
        rows.said(event.chat, event.message)
    if event.began_waiting:
        bots.first_said(event)


def tell_begun(event: MessageSent) -> None:
    """Who wrote a held message hears that the chat waits for it, or goes on, as they would if it
    were not held. After it: both have the same version, by which a page would not take it else."""
    theirs = sids_of_customer(event.chat, in_chat(event.chat.id))
    told = begun_by(event.chat, event.message) if theirs else None
    if told is not None:
        payload = {"chatId": told.id, "version": told.version, "chat": chat_out(told)}
        emit("chat_changed", payload, theirs)


def sids_of_customer(chat: ChatState, listening: list[str]) -> list[str]:
    return [sid for sid in rooms.members(listening) if connections.is_of(sid, chat.customer_id)]


def message_changed(event: MessageChanged) -> None:
    tell_chat("message_changed", event, lambda: related([event.message], with_held=True))
    if event.recipients.staff:
        rows.changed(event.chat)


def message_released(event: MessageReleased) -> None:
    """Changed, to those who know it, and to whoever does not, new; the inbox is told of it as of
    any that was sent."""
    tell_chat("message_changed", event, lambda: related([event.message], with_held=True))
    rows.released(event.chat, event.message)
    if event.began_waiting:
        bots.first_said(MessageSent(event.chat, event.message, True))


def tell_chat(
    name: str, event: MessageSent | MessageChanged | MessageReleased, beside: Callable[[], Related]
) -> None:
    """Those who have joined the chat; rendered once for each language of their pages, and for
    them alone what is shown `beside` the message is looked for."""
    chat, message = event.chat, event.message
    listening = pages(rooms.chat, chat.id)
    shown = beside() if listening else NOTHING
    if message.is_marked or shown.tells_held:
        tell_apart(name, event, listening, shown)
        return
    payload = {"chatId": chat.id, "version": message.version, "message": message_out(message)}
    emit(name, payload, rooms.occupied([rooms.chat(chat.id)]))
    for locale, room in listening:
        html = message_html(message, locale, chat.customer_id, shown)
        emit(name, payload | {"html": html}, [room])


def tell_apart(
    name: str,
    event: MessageSent | MessageChanged | MessageReleased,
    listening: list[tuple[str, str]],
    shown: Related,
) -> None:
    """The same of a message that staff is told more of, and that, or what it replies to, may be
    there for nobody but them and who wrote it."""
    chat, message = event.chat, event.message
    told = {"chatId": chat.id, "version": message.version}
    for locale, room in [("", rooms.chat(chat.id)), *listening]:
        for (for_staff, sees_held), sids in apart(room, chat.customer_id).items():
            if message.held_at is not None and not sees_held:
                continue
            payload: dict[str, Any] = told | {"message": message_out(message, for_staff=for_staff)}
            if locale:
                beside = shown if sees_held else shown.without_held()
                about = (locale, chat.customer_id, beside)
                payload["html"] = message_html(message, *about, for_staff=for_staff)
            emit(name, payload, sids)


def apart(room: str, customer_id: int) -> dict[tuple[bool, bool], list[str]]:
    """Who is in a room, by whether they are staff, and whether they are shown what is held."""
    found: dict[tuple[bool, bool], list[str]] = {}
    for sid in rooms.members([room]):
        is_staff = connections.is_staff(sid)
        sees_held = is_staff or connections.is_of(sid, customer_id)
        found.setdefault((is_staff, sees_held), []).append(sid)
    return found


def chat_changed(event: ChatChanged) -> None:
    chat = event.chat
    payload = {"chatId": chat.id, "version": chat.version, "chat": chat_out(chat)}
    people = [rooms.user(user_id) for user_id in event.recipients.user_ids]
    # Staff hear of a chat in the staff room; in the chat's they would hear it twice.
    inbox = rooms.members(everywhere(rooms.staff)) if event.recipients.staff else []
    listening = rooms.occupied([*in_chat(chat.id), *people])
    if chat.held_seq is not None:
        # Its customer hears of it as if nothing were held.
        theirs = sids_of_customer(chat, listening)
        if theirs:
            emit("chat_changed", payload | {"chat": chat_out(as_sent(chat))}, theirs)
        inbox += theirs
    emit("chat_changed", payload, listening, but=inbox)
    if event.recipients.staff:
        rows.changed(chat)
    routing.wake()


def chat_erased(event: ChatErased) -> None:
    listeners = rooms.occupied([*in_chat(event.chat_id), *everywhere(rooms.staff)])
    emit("chat_erased", {"chatId": event.chat_id}, listeners)


def chat_rated(event: ChatRated) -> None:
    payload = {"chatId": event.chat_id, "rating": rating_out(event.rating)}
    emit("chat_rated", payload, rooms.occupied(everywhere(rooms.staff)))


def tags_changed(event: TagsChanged) -> None:
    rows.tagged(event.chat, event.tags)


def snooze_changed(event: SnoozeChanged) -> None:
    rows.snoozed(event.chat, event.is_due)
    routing.wake()  # who has put one aside takes another


def taken_over(event: TakenOver) -> None:
    by = {"id": event.by_id, "name": event.by_name}
    payload = {"chatId": event.chat.id, "chat": chat_out(event.chat), "by": by}
    emit("taken_over", payload, sockets_of_staff(event.user_id))


def priority_changed(event: PriorityChanged) -> None:
    rows.prioritised(event.chat)


def unread_mark_changed(event: UnreadMarkChanged) -> None:
    rows.marked(event.chat)


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
    routing.wake()


def availability_changed(event: AvailabilityChanged) -> None:
    payload = {
        "userId": event.user_id,
        "state": event.state,
        "why": event.why,
        "until": iso(event.until),
    }
    emit("availability", payload, rooms.occupied(everywhere(rooms.staff)))
    routing.wake()


def saved_views_changed(event: SavedViewsChanged) -> None:
    to, people = event.recipients, map(rooms.user, event.recipients.user_ids)
    there = everywhere(rooms.staff) if to.staff else people
    emit("saved_views_changed", {}, rooms.occupied(there))


def settings_changed(event: SettingsChanged) -> None:
    # Of these each process has in memory what messages are looked at for.
    if event.about == "rules":
        triggers.refresh()
    elif event.about == "word_lists":
        screens.refresh()
    elif event.about == "webhooks":
        deliveries.refresh()
    payload = {"about": event.about, "what": event.what, "id": event.id}
    to = event.recipients
    there = [sid for user_id in to.user_ids for sid in sockets_of_staff(user_id)]
    if to.staff:
        there = rooms.occupied(everywhere(rooms.staff))
    emit("settings_changed", payload, there)


def place_changed(event: PlaceChanged) -> None:
    payload = {"chatId": event.chat_id, "place": event.place}
    emit("queue_place", payload, rooms.occupied([rooms.user(event.customer_id)]))


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


def note_changed(event: NoteChanged) -> None:
    """Staff who follow the chat's notes, and whom it names, wherever they are."""
    note, names = event.note, dict(event.names)
    shape = note_out(note, names)
    payload = {"chatId": note.chat_id, "notesVersion": note.version, "note": shape}
    emit("note_changed", payload, rooms.occupied([rooms.notes(note.chat_id)]))
    for locale, room in pages(rooms.notes, note.chat_id):
        emit("note_changed", payload | {"html": note_html(note, locale, names)}, [room])
    for user_id in event.recipients.user_ids:
        emit("mentioned", {"chatId": note.chat_id, "note": shape}, sockets_of_staff(user_id))


def mentions_seen(event: MentionsSeen) -> None:
    emit("mentions_seen", {"chatId": event.chat_id}, sockets_of_staff(event.user_id))


def pin_changed(event: PinChanged) -> None:
    payload = {"chatId": event.chat_id, "isPinned": event.is_pinned, "pins": list(event.pins)}
    emit("pin_changed", payload, sockets_of_staff(event.user_id))


def sockets_of_staff(user_id: int) -> list[str]:
    """Somebody's sockets here, if they are of staff now."""
    there = connections.of(user_id)
    return [each.sid for each in there if each.namespace == LIVE and each.actor.is_staff]


def access_ended(event: AccessEnded) -> None:
    for connection in connections.of(event.user_id):
        is_of_login = event.login is not None and connection.actor.login == event.login
        if is_of_login or connection.actor.auth_version < event.auth_version:
            end(connection)


def missed(event: Missed) -> None:
    """Who has one of these chats open sees by its version whether it lacks something.

    After a long time these are many: others have their turn after each.
    """
    screens.forget()
    for chat in changed_since(event.since):
        chat_changed(ChatChanged(chat, before=None))
        sockets.server.sleep(0)
    for note, names, unseen in notes.changed_since(event.since):
        note_changed(NoteChanged(note, tuple(names.items()), unseen))


DELIVERIES: dict[type[Event], Callable[[Any], None]] = {
    MessageSent: message_sent,
    MessageChanged: message_changed,
    MessageReleased: message_released,
    ChatChanged: chat_changed,
    ChatErased: chat_erased,
    ChatRated: chat_rated,
    ReceiptsMoved: receipts_moved,
    SnoozeChanged: snooze_changed,
    PriorityChanged: priority_changed,
    UnreadMarkChanged: unread_mark_changed,
    TagsChanged: tags_changed,
    TakenOver: taken_over,
    TypingSignalled: typing_signalled,
    AvailabilityChanged: availability_changed,
    PlaceChanged: place_changed,
    SavedViewsChanged: saved_views_changed,
    SettingsChanged: settings_changed,
    PersonChanged: person_changed,
    PresenceChanged: presence_changed,
    ViewersChanged: viewers_changed,
    NoteChanged: note_changed,
    MentionsSeen: mentions_seen,
    PinChanged: pin_changed,
    AccessEnded: access_ended,
    JobStored: runner.wake,
    Missed: missed,
}
