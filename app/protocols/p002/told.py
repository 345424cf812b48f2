"""Events out."""

from collections.abc import Iterator
from functools import partial

from app.events import ChatChanged, MessageSent, TypingSignalled
from app.models.messages import Line
from app.protocols.p002 import mapping
from app.protocols.p002.protocol import protocol
from app.protocols.protocol import Told
from app.sockets import rooms


@protocol.tells(MessageSent)
def message_sent(event: MessageSent) -> Iterator[Told]:
    """To those who joined the room, its sender too; and to all staff when it makes a chat wait."""
    chat, message = event.chat, event.message
    if message.line == Line.JOINED:
        yield joined(chat.customer_id, message.text)
    if message.is_line:
        return
    payload = partial(mapping.message_out, message, chat)
    yield Told("newMessage", rooms.chat(chat.id), payload)
    if event.began_waiting:
        yield Told("newChatRequest", rooms.staff(), partial(mapping.request_out, event))


@protocol.tells(ChatChanged)
def chat_changed(event: ChatChanged) -> Iterator[Told]:
    """Who opens a chat with a customer is in it from the start: no line says that they joined."""
    if event.is_new and event.chat.agent_name is not None:
        yield joined(event.chat.customer_id, event.chat.agent_name)


@protocol.tells(TypingSignalled)
def typing_signalled(event: TypingSignalled) -> Iterator[Told]:
    payload = partial(mapping.typing_out, event)
    yield Told("userTyping", rooms.chat(event.chat.id), payload, but=event.user_id)


def joined(customer_id: int, agent_name: str) -> Told:
    """The line that every taking of a chat leaves says so to its customer, a hand-over's too."""
    payload = partial(mapping.joined_out, agent_name)
    return Told("supportJoined", rooms.user(customer_id), payload)
