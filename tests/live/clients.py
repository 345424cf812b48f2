"""A client of the live protocol that remembers everything it heard, in order."""

from typing import Any, NamedTuple

import socketio
from socketio.exceptions import ConnectionError as Refused

from tests.servers import wait_until

NAMESPACE = "/live"
ANSWER_SECONDS = 15


class Heard(NamedTuple):
    """An event as it came in; an acknowledgement has the name `ack`."""

    name: str
    data: Any


class Client:
    """One socket: `ask` waits for the acknowledgement, `heard` is what came in by itself."""

    def __init__(
        self, *, reconnection: bool = False, namespace: str = NAMESPACE, **options: Any
    ) -> None:
        self.namespace = namespace
        self.sio = socketio.Client(reconnection=reconnection, handle_sigint=False, **options)
        # The library hears each packet in a thread of its own, in whatever order these run.
        hear = self.sio.eio._trigger_event
        self.sio.eio._trigger_event = lambda *args, run_async=False, **more: hear(*args, **more)
        self.heard: list[Heard] = []
        self.patience = ANSWER_SECONDS
        self.refusal: Any = None
        self.sio.on("*", self.hear, namespace=self.namespace)
        self.sio.on("disconnect", self.let_go, namespace=self.namespace)
        self.sio.on("connect_error", self.be_refused, namespace=self.namespace)

    def connect(
        self,
        url: str,
        auth: Any,
        transport: str = "websocket",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Raises `Refused` with what the server said."""
        try:
            self.sio.connect(
                url,
                headers=headers or {},
                auth=auth,
                namespaces=[self.namespace],
                transports=[transport],
                wait_timeout=ANSWER_SECONDS,
            )
        except Refused as error:
            raise Refused(self.refusal or str(error)) from None

    def be_refused(self, data: Any) -> None:
        self.refusal = data

    @property
    def is_connected(self) -> bool:
        return bool(self.sio.connected and self.namespace in self.sio.namespaces)

    def hear(self, name: str, data: Any) -> None:
        self.heard.append(Heard(name, data))

    def ask(self, event: str, *payload: Any) -> Any:
        """Emits and waits for the acknowledgement."""
        return self.sio.call(event, payload, namespace=self.namespace, timeout=self.patience)

    def tell(self, event: str, *payload: Any) -> None:
        """Emits without waiting; the acknowledgement comes among what is heard."""
        self.sio.emit(
            event,
            payload,
            namespace=self.namespace,
            callback=lambda answer: self.hear("ack", answer),
        )

    def send(self, text: str, client_id: str, **more: Any) -> dict[str, Any]:
        """Sends a message that is taken; gives the message."""
        answer = self.ask("send_message", {"message": text, "clientId": client_id, **more})
        assert answer["ok"], answer
        return answer["message"]

    def join(self, chat_id: int, after: int | None = None) -> dict[str, Any]:
        answer = self.ask("join_chat", {"chatId": chat_id, "after": after})
        assert answer["ok"], answer
        return answer

    def all(self, name: str, chat_id: int | None = None) -> list[Any]:
        """What was said in the events of this name, of one chat if asked."""
        return [
            data
            for heard, data in list(self.heard)
            if heard == name and chat_id in (None, data.get("chatId"))
        ]

    def wait_for(self, name: str, seconds: float = 10, **fields: Any) -> Any:
        """The first event of this name with these fields, now or soon."""

        def found() -> list[Any]:
            return [d for d in self.all(name) if fields.items() <= d.items()]

        wait_until(found, seconds, lambda: f"no {name} {fields} in {self.heard}")
        return found()[0]

    def hears(self, name: str, expected: list[Any]) -> None:
        """So much was said in the events of this name, now or soon, and no more."""
        wait_until(lambda: len(self.all(name)) >= len(expected))  # from elsewhere
        self.catch_up()
        assert self.all(name) == expected

    def catch_up(self) -> None:
        """After this, whatever the server told this socket before has been heard."""
        assert self.ask("no such event")["error"]["code"] == "unknown_event"

    def close(self) -> None:
        self.sio.disconnect()
        self.let_go()

    def let_go(self, reason: str = "") -> None:
        """Closes the socket, which the library leaves open when the server hangs up."""
        line = getattr(self.sio.eio, "ws", None)
        if line is not None and reason != self.sio.reason.CLIENT_DISCONNECT:
            line.shutdown()
