"""Telling webhooks what happened: each line of a webhook one after the other, until all is told.

What is told is read when it is told, as staff's REST gives it: of what was taken back or erased
meanwhile nobody is told the words, and of what is held nobody is told at all.
"""

from collections.abc import Callable
from typing import Any

import orjson

from app import clock
from app.models.chats import ChatState
from app.models.users import Role
from app.models.webhooks import OF_PEOPLE, TEST, Became, DeliveryState, Told, WebhookState
from app.operations import deliveries
from app.queries import notes, ratings, tags, users, visitors, webhooks
from app.queries.merges import become
from app.schemas.chats import chat_out
from app.schemas.customers import customer_out
from app.schemas.messages import message_out
from app.schemas.notes import note_out
from app.schemas.ratings import rating_out
from app.webhooks.calling import Unreachable, is_good, signed, told

TOGETHER = 50  # in one job, so that others have their turn
NO_ANSWER, PRIVATE = "no_answer", "private"
Data = dict[str, Any]


def tell(webhook_id: int, line: str) -> None:
    """Tells what waits in a line, as far as it is taken; where it is not, it goes on later."""
    for _ in range(TOGETHER):
        webhook, delivery = webhooks.find(webhook_id), webhooks.next_of(webhook_id, line)
        if webhook is None or delivery is None:
            return
        if deliveries.is_over(webhook, delivery):
            deliveries.became(delivery, Became.GIVEN_UP)
            continue
        if not delivery.is_by_hand and not (webhook.is_on and delivery.event in webhook.listens_to):
            deliveries.became(delivery, Became.OFF)
            continue
        due = max(delivery.next_at, webhook.rests_until or 0)
        if due > clock.now():
            deliveries.wait(webhook_id, line, due)
            return
        data = data_of(delivery)
        if data is None:
            deliveries.became(delivery, Became.GONE)
        else:
            try_to_tell(webhook, delivery, data)
    deliveries.wait(webhook_id, line, clock.now())


def try_to_tell(webhook: WebhookState, delivery: DeliveryState, data: Data) -> None:
    body = body_of(delivery, data)
    answer: int | None = None
    error = None
    try:
        answer = told(webhook.url, signed(delivery.name, body, webhook.secrets), body)
    except Unreachable:
        error = PRIVATE
    except OSError:
        error = NO_ANSWER
    if answer is not None and is_good(answer):
        deliveries.taken(webhook, delivery, answer)
    else:
        deliveries.failed(webhook, delivery, answer, error)


def body_of(delivery: DeliveryState, data: Data) -> bytes:
    at = clock.iso(delivery.created_at)
    return orjson.dumps({"type": delivery.event, "timestamp": at, "data": data})


def data_of(delivery: DeliveryState) -> Data | None:
    """What is told of it; None where that is there no more, or not to be told."""
    if delivery.event == TEST:
        return {}
    if delivery.event in OF_PEOPLE:
        return of_person(delivery)
    if delivery.event == Told.CHAT_ERASED:
        return {"chatId": delivery.chat_id}
    if delivery.event in OF_MESSAGES:
        return of_message(delivery)
    chat = webhooks.chat(delivery.chat_id or 0)
    if chat is None or chat.active_at == 0:
        return None
    more = BESIDE.get(delivery.event, of_chat)(delivery, chat)
    return None if more is None else {"chatId": chat.id, "chat": chat_out(chat)} | more


OF_MESSAGES = (Told.NEW_MESSAGE, Told.MESSAGE_CHANGED)


def of_message(delivery: DeliveryState) -> Data | None:
    """In the chat in which it is by now, as all that was said may have moved there."""
    message = webhooks.message(delivery.subject_id or 0)
    chat = message and webhooks.chat(message.chat_id)
    if message is None or chat is None or message.is_held or message.rejected_at is not None:
        return None
    said = message_out(message, for_staff=True)
    return {"chatId": chat.id, "chat": chat_out(chat), "message": said}


def of_chat(delivery: DeliveryState, chat: ChatState) -> Data:
    """Beside the chat as it is how it stood then."""
    return {"change": delivery.change} if delivery.change else {}


def of_rating(delivery: DeliveryState, chat: ChatState) -> Data | None:
    rating = ratings.of_chat(chat)
    return rating and {"rating": rating_out(rating)}


def of_tags(delivery: DeliveryState, chat: ChatState) -> Data:
    return {"tags": [each.name for each in tags.of_chat(chat.id)]}


def of_priority(delivery: DeliveryState, chat: ChatState) -> Data:
    return {"priority": chat.priority or "normal"}


def of_note(delivery: DeliveryState, chat: ChatState) -> Data | None:
    note = webhooks.note(delivery.subject_id or 0)
    return note and {"note": note_out(note, notes.names_in([note]))}


BESIDE: dict[str, Callable[[DeliveryState, ChatState], Data | None]] = {
    Told.CHAT_RATED: of_rating,
    Told.TAGS_CHANGED: of_tags,
    Told.PRIORITY_CHANGED: of_priority,
    Told.NOTE_CHANGED: of_note,
}


def of_person(delivery: DeliveryState) -> Data | None:
    """Of customers alone; of one who turned out to be another one, that one."""
    user_id = delivery.subject_id or 0
    person = users.person(become(user_id) or user_id)
    if person is None or person.role != Role.CUSTOMER or person.is_erased:
        return None
    said = customer_out(person, visitors.said(person.id))
    return {"customer": {name: said[name] for name in ("id", "name", "email", "createdAt", "said")}}
