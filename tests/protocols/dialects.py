"""One person in each of the six ways in, behind one set of words, for tests of all pairs.

What a protocol has no word for is `None`: a question nobody can answer there.
"""

from collections.abc import Callable
from typing import Any

import requests

from app.models.users import Actor
from tests.live.conftest import Place
from tests.protocols.conftest import given


class Dialect:
    """Somebody connected by one protocol."""

    namespace = "/"
    message_event = ""
    typing_event = ""
    receipt_event = ""
    text = "content"
    chat_key = "chatId"

    def __init__(self, place: Place, who: Actor) -> None:
        self.place = place
        self.who = who
        self.client = place.connect({"token": place.token(who)}, namespace=self.namespace)
        self.greet()

    def rest(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.place.token(self.who)}"}
        url = self.place.server.url + path
        answer = requests.request(method, url, headers=headers, timeout=15, **more)
        return given(answer, answer.status_code if answer.ok else 200)

    def ask(self, event: str, **payload: Any) -> Any:
        answer = self.client.ask(event, payload)
        assert answer["ok"], (event, payload, answer)
        return answer

    def greet(self) -> None:
        """What a client says first."""

    def enter(self, chat_id: int) -> None:
        """What a client does in order to hear of a chat."""

    def say(self, text: str, chat_id: int | None = None) -> int:
        """Sends; gives the chat's id."""
        raise NotImplementedError

    def messages(self) -> list[str]:
        """What was heard in events, in its order."""
        return [self.text_of(data) for data in self.client.all(self.message_event)]

    def text_of(self, data: Any) -> str:
        return str(data[self.text])

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        """The messages as they are loaded, oldest first."""
        raise NotImplementedError

    def texts(self, chat_id: int) -> list[str]:
        return [str(message[self.text]) for message in self.history(chat_id)]

    def has_been_read(self, chat_id: int, text: str) -> bool:
        return any(m[self.text] == text and m["isRead"] for m in self.history(chat_id))

    def signal(self, chat_id: int, is_typing: bool) -> bool | None:
        return None

    def typists(self, chat_id: int) -> list[tuple[int, bool]] | None:
        """Who was told to type in this chat or to have stopped, in its order."""
        if not self.typing_event:
            return None
        heard = self.client.all(self.typing_event)
        return [
            (int(said["userId"]), said["isTyping"])
            for said in heard
            if int(said[self.chat_key]) == chat_id
        ]

    def read(self, chat_id: int) -> None:
        raise NotImplementedError

    def is_active(self, chat_id: int) -> bool | None:
        raise NotImplementedError

    def holder(self, chat_id: int) -> str | None:
        """Who answers the chat, by id."""
        return None

    knows_holder = True
    take: Callable[[int], None] | None = None
    close: Callable[[int], None] | None = None
    customers_close = True


class Own(Dialect):
    namespace = "/live"
    message_event = "new_message"
    typing_event = "user_typing"
    receipt_event = "receipts"
    text = "message"

    def enter(self, chat_id: int) -> None:
        self.ask("join_chat", chatId=chat_id)

    def say(self, text: str, chat_id: int | None = None) -> int:
        sent = self.ask("send_message", message=text, clientId=text, chatId=chat_id)
        return int(sent["message"]["chatId"])

    def text_of(self, data: Any) -> str:
        return str(data["message"]["message"])

    def messages(self) -> list[str]:
        heard = [data["message"] for data in self.client.all(self.message_event)]
        return [message["message"] for message in heard if message["sender"]]

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found = self.rest("GET", f"/api/v1/chats/{chat_id}/messages")["messages"]
        return [m | {"isRead": m["status"] == "read"} for m in found if m["sender"]]

    def signal(self, chat_id: int, is_typing: bool) -> bool:
        return bool(self.ask("typing", chatId=chat_id, isTyping=is_typing)["ok"])

    def read(self, chat_id: int) -> None:
        version = self.ask("sync", chatId=chat_id, after=0)["version"]
        self.ask("mark_read", chatId=chat_id, upTo=version)

    def chat(self, chat_id: int) -> Any:
        return self.rest("GET", f"/api/v1/chats/{chat_id}")

    def is_active(self, chat_id: int) -> bool:
        return self.chat(chat_id)["status"] in ("waiting", "open")

    def holder(self, chat_id: int) -> str | None:
        agent = self.chat(chat_id)["agent"]
        return agent and str(agent["id"])

    def take(self, chat_id: int) -> None:
        self.rest("PUT", f"/api/v1/chats/{chat_id}/assignment", json={})

    def close(self, chat_id: int) -> None:
        self.rest("PUT", f"/api/v1/chats/{chat_id}/closure")


class P000(Dialect):
    message_event = "message:received"
    knows_holder = False

    def greet(self) -> None:
        self.ask("user:join", userId=self.who.id, userName=self.who.name)

    def say(self, text: str, chat_id: int | None = None) -> int:
        sent = self.ask("message:send", message=text, conversationId=chat_id)
        return int(sent["message"]["conversationId"])

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found = self.client.ask("conversation:getMessages", {"conversationId": chat_id})
        assert isinstance(found, list), found
        return found

    def read(self, chat_id: int) -> None:
        self.history(chat_id)

    def is_active(self, chat_id: int) -> bool | None:
        if not self.who.is_staff:
            return None
        found = self.client.ask("admin:getConversations", {})
        return next(c["status"] != "CLOSED" for c in found if c["id"] == chat_id)


class P001(Dialect):
    namespace = "/chat"
    message_event = "newMessage"
    typing_event = "userTyping"
    chat_key = "conversationId"
    receipt_event = "messagesRead"
    knows_holder = False
    customers_close = False

    def greet(self) -> None:
        self.ask("authenticate", userId=self.who.id, email=self.who.email)

    def say(self, text: str, chat_id: int | None = None) -> int:
        sent = self.ask("sendMessage", content=text, conversationId=chat_id)
        return int(sent["message"]["conversationId"])

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest("GET", f"/chat/conversations/{chat_id}/messages")
        return found

    def signal(self, chat_id: int, is_typing: bool) -> bool:
        return bool(self.ask("typing", conversationId=chat_id, isTyping=is_typing)["ok"])

    def read(self, chat_id: int) -> None:
        self.ask("markAsRead", conversationId=chat_id)

    def is_active(self, chat_id: int) -> bool:
        return bool(self.rest("GET", f"/chat/conversations/{chat_id}")["status"] == "ACTIVE")

    def close(self, chat_id: int) -> None:
        self.rest("PATCH", f"/chat/conversations/{chat_id}", json={"status": "CLOSED"})


class P002(Dialect):
    namespace = "/chat"
    message_event = "newMessage"
    typing_event = "userTyping"
    chat_key = "roomId"
    text = "message"

    def greet(self) -> None:
        self.ask("register", userId=str(self.who.id))

    def enter(self, chat_id: int) -> None:
        self.ask("joinRoom", roomId=str(chat_id))

    def say(self, text: str, chat_id: int | None = None) -> int:
        room = str(chat_id) if chat_id else self.rest("GET", "/api/chat/room")["id"]
        self.ask("sendMessage", roomId=room, senderId=str(self.who.id), message=text)
        return int(room)

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest("GET", f"/api/chat/room/{chat_id}/messages")
        return found

    def signal(self, chat_id: int, is_typing: bool) -> bool:
        told = {"roomId": str(chat_id), "userId": str(self.who.id), "isTyping": is_typing}
        return bool(self.ask("typing", **told)["ok"])

    def read(self, chat_id: int) -> None:
        self.rest("POST", f"/api/chat/room/{chat_id}/read")

    def room(self, chat_id: int) -> Any:
        return self.rest("GET", f"/api/chat/room/{chat_id}")

    def is_active(self, chat_id: int) -> bool:
        return self.room(chat_id)["status"] in ("waiting", "open")

    def holder(self, chat_id: int) -> str | None:
        agent_id: str | None = self.room(chat_id)["supportAgentId"]
        return agent_id

    def take(self, chat_id: int) -> None:
        self.rest("POST", f"/api/chat/support/room/{chat_id}/assign")

    def close(self, chat_id: int) -> None:
        self.rest("POST", f"/api/chat/room/{chat_id}/close")


class P003(Dialect):
    message_event = "new_message"
    typing_event = "user_typing"
    text = "message"

    def enter(self, chat_id: int) -> None:
        self.ask("join_chat", chatId=str(chat_id))

    def say(self, text: str, chat_id: int | None = None) -> int:
        named = {"chatId": str(chat_id)} if chat_id else {}
        return int(self.ask("send_message", message=text, **named)["message"]["chat"])

    @property
    def base(self) -> str:
        return "/api/chat/admin/chat" if self.who.is_staff else "/api/chat/user/chat"

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.rest("GET", f"{self.base}/{chat_id}/messages")
        return found

    def signal(self, chat_id: int, is_typing: bool) -> bool:
        return bool(self.ask("typing", chatId=str(chat_id), isTyping=is_typing)["ok"])

    def read(self, chat_id: int) -> None:
        self.rest("POST", f"{self.base}/{chat_id}/read")

    def chat(self, chat_id: int) -> Any:
        if not self.who.is_staff:
            return self.rest("GET", "/api/chat/user/chat")
        found = self.rest("GET", "/api/chat/admin/chats")
        return next(chat for chat in found if chat["id"] == str(chat_id))

    def is_active(self, chat_id: int) -> bool:
        return bool(self.chat(chat_id)["isActive"])

    def holder(self, chat_id: int) -> str | None:
        admin = self.chat(chat_id)["admin"]
        return admin and admin["_id"]

    def take(self, chat_id: int) -> None:
        self.rest("POST", f"/api/chat/admin/chat/{chat_id}/assign")


class P004(Dialect):
    message_event = "chat-new-message"
    typing_event = "chat-user-typing"
    chat_key = "conversationId"
    receipt_event = "chat-message-status-updated"
    base = "/api/provider-customer-chat/conversations"

    def greet(self) -> None:
        self.ask("chat-authenticate", userId=self.who.id, token=self.place.token(self.who))

    def enter(self, chat_id: int) -> None:
        self.ask("chat-join-conversation", conversationId=str(chat_id))

    def say(self, text: str, chat_id: int | None = None) -> int:
        conversation = str(chat_id) if chat_id else self.support_chat()
        self.ask("chat-send-message", conversationId=conversation, content=text)
        return int(conversation)

    def support_chat(self) -> str:
        """004 has no first message without a conversation: the one that the core makes."""
        found = Own.rest(self, "POST", "/api/v1/chats", json={})
        return str(found["id"])

    def messages(self) -> list[str]:
        heard = [data["message"] for data in self.client.all(self.message_event)]
        return [m["content"] for m in heard if m["messageType"] != "SYSTEM"]

    def history(self, chat_id: int) -> list[dict[str, Any]]:
        found = self.rest("GET", f"{self.base}/{chat_id}/messages")["messages"]
        said = [m for m in found if m["messageType"] != "SYSTEM"]
        return [m | {"isRead": m["status"] == "READ"} for m in said]

    def signal(self, chat_id: int, is_typing: bool) -> bool:
        told = self.ask("chat-typing", conversationId=str(chat_id), isTyping=is_typing)
        return bool(told["ok"])

    def read(self, chat_id: int) -> None:
        self.rest("PATCH", f"{self.base}/{chat_id}/read")

    def mine(self, chat_id: int) -> Any:
        """The conversation in the caller's list of active ones, which staff's own alone are."""
        found = self.rest("GET", self.base)
        return next((c for c in found if c["id"] == str(chat_id)), None)

    def is_active(self, chat_id: int) -> bool | None:
        return self.mine(chat_id) is not None

    def holder(self, chat_id: int) -> str | None:
        mine = self.mine(chat_id)
        return mine and mine["providerId"] and str(mine["providerId"])

    def close(self, chat_id: int) -> None:
        self.rest("PATCH", f"{self.base}/{chat_id}/archive")


DIALECTS: dict[str, type[Dialect]] = {
    "own": Own, "000": P000, "001": P001, "002": P002, "003": P003, "004": P004,
}  # fmt: skip
