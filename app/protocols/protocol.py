"""What an older protocol is: a namespace, events in and out, REST endpoints, and its own words.

A package in this folder makes one `Protocol` and hangs everything on it. What all of them share,
who a socket is, how an event is answered or refused, which claims are believed, stands here and
in `dispatch.py`, once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from app import addresses
from app.auth.session import admitted, caller
from app.errors import ChatError, Forbidden, TooFast
from app.events import Event
from app.models.users import Actor
from app.operations import limits
from app.protocols.speakers import Speaker
from app.rest import Door, Endpoint
from app.schemas.wire import Wire

Answer = Any
Handler = Callable[[Speaker, Any], Answer]
H = TypeVar("H", bound=Handler)
T = TypeVar("T", bound=Callable[[Any], Iterable["Told"]])
# Fields by which a payload says who it is from. They are compared, never believed.
CLAIMS = ("userId", "senderId", "sender", "role", "email", "isFromSupport")


class NotYou(Forbidden):
    """A payload says that it is from somebody else than who sent it."""

    code = "not_you"
    message = _l("That is not you.")


@dataclass(frozen=True, slots=True)
class Told:
    """An event for those in one of the protocol's rooms, whose payload is made if one is there.

    Who is in several rooms of `to` is told once. `but` is a person whose own sockets are left out.
    """

    name: str
    to: str | tuple[str, ...]
    payload: Callable[[], Any]
    but: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An event in: its shape and handler.

    `is_hello` tells that it may bring a token. `free` are fields that are no claims here. With
    `is_bare` the answer is what the handler gives, without `ok`. A payload that is no object but
    a plain id is taken for the field `id_alone`.
    """

    shape: type[Wire]
    handler: Handler
    is_hello: bool = False
    free: frozenset[str] = frozenset()
    is_bare: bool = False
    id_alone: str | None = None


class RestDoor(Door):
    """A protocol's REST endpoints: by token, or by the login session of a page of ours."""

    def __init__(self, protocol: "Protocol", prefix: str, *, is_limited: bool) -> None:
        self.protocol = protocol
        super().__init__(
            f"p{protocol.name}",
            prefix,
            limited_caller if is_limited else asking_caller,
            title=f"protocol {protocol.name}",
            takes_any_type=True,
            raises=(TooFast, NotYou, *protocol.claim_errors.values()),
        )

    def check_body(self, each: Endpoint, actor: Actor | None, data: Any) -> None:
        if actor is not None:
            self.protocol.check_claims(actor, data, each.free)

    def worded(self, error: ChatError) -> ChatError:
        return self.protocol.worded(error)


class Protocol:
    """One of the older protocols.

    `roles` are its names for (a customer, everybody who answers); `error_event` is what carries an
    error to a client that gave no callback. `by_handshake`: who is known when connecting speaks it
    without a word, and nobody else can. `limits_calls`: REST has a limit. `pages` are pages
    of the house under an address of its own; `codes` and `fields` its names for codes and fields
    of ours in a refusal; `claim_errors` what it answers to a false claim, where that is not
    `not_you`.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        error_event: str,
        roles: tuple[str, str],
        prefix: str = "",
        by_handshake: bool = False,
        limits_calls: bool = False,
        pages: Mapping[str, str] | None = None,
        claim_errors: Mapping[str, type[ChatError]] | None = None,
        codes: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.error_event = error_event
        self.roles = roles
        self.by_handshake = by_handshake
        self.pages = pages or {}
        self.claim_errors = claim_errors or {}
        self.codes = codes or {}
        self.fields = fields or {}
        self.taken: dict[str, Taken] = {}
        self.tellings: dict[type[Event], Callable[[Any], Iterable[Told]]] = {}
        self.door = RestDoor(self, prefix, is_limited=limits_calls)
        self.endpoint = self.door.endpoint

    def on(self, event: str, shape: type[Wire], **about: Any) -> Callable[[H], H]:
        """Registers the handler of an event; `about` as in `Taken`."""

        def register(handler: H) -> H:
            about["free"] = frozenset(about.get("free", ()))
            self.taken[event] = Taken(shape, handler, **about)
            return handler

        return register

    def tells(self, kind: type[Event]) -> Callable[[T], T]:
        """Registers what goes out when something of this kind happens."""

        def register(telling: T) -> T:
            self.tellings[kind] = telling
            return telling

        return register

    def welcome(self, speaker: Speaker) -> None:
        """A socket has begun to speak this protocol, with the event that is about to be handled."""

    def recognises(self, payload: Any) -> bool:
        """Whether a payload that two protocols may mean is this one's."""
        return False

    def worded(self, error: ChatError) -> ChatError:
        """A refusal in the words of this protocol."""
        error.code = self.codes.get(error.code, error.code)
        told = error.fields or {}
        error.fields = {self.fields.get(name, name): said for name, said in told.items()}
        return error

    def role_of(self, actor: Actor) -> str:
        """Its name for what the actor may do; a provider is no admin, who sees all chats."""
        if actor.role in self.roles:
            return actor.role
        return self.roles[1] if actor.is_staff else self.roles[0]

    def check_claims(self, actor: Actor, payload: Any, free: frozenset[str]) -> None:
        """Raises `Forbidden`, or what the protocol says instead, when a payload claims to be from
        somebody or something else than the actor."""
        if not isinstance(payload, dict):
            return
        for name in CLAIMS:
            claimed = payload.get(name)
            if claimed is None or name in free:
                continue
            if isinstance(claimed, dict):  # somebody as an object
                claimed = claimed.get("_id", claimed.get("id"))
            said = str(claimed)
            said = addresses.normal(said) if name == "email" else said.strip().lower()
            if said not in self.truths(actor)[name]:
                raise self.claim_errors.get(name, NotYou)()

    def truths(self, actor: Actor) -> dict[str, set[str]]:
        """What the actor may say of themselves, by field; in lower case."""
        me, role = {str(actor.id)}, {self.role_of(actor).lower(), actor.role}
        if actor.is_provider and actor.role not in self.roles:
            # Neither of the two that most of the documents know; in their chats they answer.
            role |= {name.lower() for name in self.roles}
        return {
            "userId": me,
            "senderId": me,
            "sender": me | role,
            "role": role,
            "email": {actor.email},
            "isFromSupport": {str(not actor.is_customer).lower()},
        }


def asking_caller() -> Actor:
    return admitted(caller())


def limited_caller() -> Actor:
    actor = asking_caller()
    limits.calls(actor)
    return actor
