"""What a client knows of one chat, kept as docs/live.md says under "Keeping up"."""

from typing import Any

from app.models import chats, database
from app.models.chats import ChatState
from app.queries import messages as history
from app.schemas.chats import chat_out
from app.schemas.messages import message_out

# What a receipt does not tell: the row's own version, which only keeps old rows off new ones.
UNTOLD = ("version",)
# What the chat's room is told. The rest of a chat (its preview, its counts) is for the inbox.
TOLD = ("id", "version", "status", "agent", "receipts", "waitingSince", "closedAt", "customer")


class Keeper:
    """Applies events and answers; holds nothing else."""

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.version = 0
        self.messages: dict[int, dict[str, Any]] = {}
        self.chat: dict[str, Any] = {"version": 0}

    def hear(self, name: str, said: dict[str, Any]) -> bool:
        """Applies an event. False when one before it was missed: call `sync`."""
        if said.get("chatId") != self.chat_id or name not in APPLIED:
            return True
        if said["version"] > self.version + 1:
            return False
        if said["version"] == self.version + 1:
            APPLIED[name](self, said)
            self.version = said["version"]
        return True

    def take(self, answer: dict[str, Any]) -> bool:
        """Applies the answer of `join_chat` or `sync`. Whether there is more to ask for."""
        for message in answer["messages"]:
            self.put(message)
        if answer["chat"]["version"] >= self.chat["version"]:
            self.chat = dict(answer["chat"])
        self.version = max(self.version, answer["version"])
        return bool(answer["hasMore"])

    def put(self, message: dict[str, Any]) -> None:
        known = self.messages.get(message["seq"])
        if known is None or message["version"] >= known["version"]:
            self.messages[message["seq"]] = {k: v for k, v in message.items() if k != "html"}

    def message_sent(self, said: dict[str, Any]) -> None:
        self.put(said["message"])

    def chat_changed(self, said: dict[str, Any]) -> None:
        if said["chat"]["version"] >= self.chat["version"]:
            self.chat = dict(said["chat"])

    def receipts(self, said: dict[str, Any]) -> None:
        for seq in said["seqs"]:
            message = self.messages.get(seq)
            if message is not None:
                message["deliveredAt"] = message["deliveredAt"] or said["at"]
                if said["read"]:
                    message["readAt"] = message["readAt"] or said["at"]
                message["status"] = "read" if message["readAt"] else "delivered"
        by_customer = said["userId"] == self.chat["customer"]["id"]
        pointers = {"deliveredUpTo": said["deliveredUpTo"], "readUpTo": said["readUpTo"]}
        side = "customer" if by_customer else "staff"
        self.chat["receipts"] = self.chat["receipts"] | {side: pointers}

    def state(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What is shown, to be compared with `fresh`."""
        chat = self.chat | {"version": self.version}
        return shown(chat, [self.messages[seq] for seq in sorted(self.messages)])


APPLIED = {
    "new_message": Keeper.message_sent,
    "message_changed": Keeper.message_sent,
    "chat_changed": Keeper.chat_changed,
    "receipts": Keeper.receipts,
}


def fresh(chat_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What somebody sees who loads the chat now, from the database."""
    found: list[dict[str, Any]] = []
    while True:
        page = history.after(chat_id, found[-1]["seq"] if found else 0, 100)
        found += [message_out(message) for message in page.messages]
        if not page.has_more:
            return shown(chat_out(chat_of(chat_id)), found)


def chat_of(chat_id: int) -> ChatState:
    found = database.row(chats.SELECT_CHATS.where(chats.table.c.id == chat_id))
    assert found is not None
    return ChatState._make(found)


def shown(
    chat: dict[str, Any], messages: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return (
        {name: chat.get(name) for name in TOLD},
        [{k: v for k, v in message.items() if k not in UNTOLD} for message in messages],
    )
