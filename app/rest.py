"""REST: what an endpoint is, what it takes, what it answers, who may call it.

`@door.endpoint` says it once. What is said there is what parses and what refuses, and what the
documentation is made of: the two cannot differ. `Endpoint.answered` is the same for all who ask;
HTTP brings it a request, and `/live` an event (`find`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl, unquote

import orjson
from flask import Blueprint, Flask, Response, current_app, request
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug import exceptions
from werkzeug.routing import RequestRedirect

from app.errors import (
    ChatError,
    ChatNotFound,
    FileNotFound,
    Forbidden,
    Internal,
    Invalid,
    Malformed,
    MessageNotFound,
    MethodNotAllowed,
    NotFound,
    TokenInvalid,
    TokenMissing,
    TooLong,
    Unauthorized,
    Unavailable,
)
from app.extensions import csrf
from app.models.users import Actor
from app.schemas.wire import Wire, parse

V = TypeVar("V", bound=Callable[..., Any])


class NotJson(ChatError):
    code = "not_json"
    status = 415
    message = _l("This takes JSON: send Content-Type: application/json.")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may call an endpoint, in words and as a question."""

    name: str
    has: Callable[[Actor], bool]


# What is said of an id of the path that is not there.
ABSENT: dict[str, type[ChatError]] = {
    "chat_id": ChatNotFound,
    "conversation_id": ChatNotFound,
    "message_id": MessageNotFound,
    "file_id": FileNotFound,
}
STAFF = Audience("staff", lambda actor: actor.is_staff)
MANAGERS = Audience("managers", lambda actor: actor.is_manager)
ADMINS = Audience("admins", lambda actor: actor.is_admin)
CUSTOMERS = Audience("customers", lambda actor: actor.is_customer)


class Door:
    """Endpoints under one prefix, and how their callers say who they are.

    `title` names the door where the documentation shows its endpoints together; without one they
    stand there by noun. A door that `takes_any_type` reads every body as JSON, whatever its header
    says. `raises` is what every endpoint may refuse with, `raises_to_known` what
    those may that are not public.
    """

    def __init__(
        self,
        name: str,
        prefix: str,
        who: Callable[[], Actor],
        *,
        title: str | None = None,
        takes_any_type: bool = False,
        raises: tuple[type[ChatError], ...] = (),
        raises_to_known: tuple[type[ChatError], ...] = (),
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.who = who
        self.title = title
        self.takes_any_type = takes_any_type
        self.raises = raises
        self.raises_to_known = raises_to_known
        self.bp = Blueprint(name, __name__)
        self.endpoints: list[Endpoint] = []
        self.by_rule: dict[str, Endpoint] = {}

    def init_app(self, app: Flask) -> None:
        """Hangs the endpoints on the app, and into its documentation."""
        # No browser sends by itself what counts here: there is no request to forge.
        csrf.exempt(self.bp)
        app.register_blueprint(self.bp)
        app.extensions.setdefault("rest", []).append(self)

    def endpoint(self, method: str, rule: str, **about: Any) -> Callable[[V], V]:
        """Registers a view at `method` `rule` under the prefix; `about` as in `Endpoint`.

        The view takes by name what is said here: `actor` unless `is_public`, the ids of the path,
        `query` and `body` in their shapes, and where it `takes_address` from where it is asked on
        the network as `address`. It returns what `answer` describes, or None for 204, or
        a pair of the answer and another status.
        """

        def register(view: V) -> V:
            made = Endpoint(self, method, rule, view, **about)
            for number, path in enumerate(made.rules):
                name = made.name.replace(".", "_") + ("_too" if number else "")
                self.bp.add_url_rule(path, name, made.__call__, methods=[method])
                self.by_rule[f"{self.name}.{name}"] = made
            self.endpoints.append(made)
            return view

        return register

    def check_body(self, each: "Endpoint", actor: Actor | None, data: Any) -> None:
        """What a door has to say about a body before it is read; here nothing."""

    def check_caller(self, each: "Endpoint", actor: Actor) -> None:
        """What a door has to say about whether somebody may ask this at all; here nothing."""

    def scope_of(self, each: "Endpoint") -> str | None:
        """Which scope of a key it takes: empty for any, None where no key is taken at all."""
        return None

    def worded(self, error: ChatError) -> ChatError:
        """A refusal as the door's callers know it."""
        return error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method at one address. `also` are further statuses than `status`, each with why.

    `answer` is a shape, or `list[shape]`.
    """

    door: Door
    method: str
    rule: str
    view: Callable[..., Any]
    body: type[Wire] | None = None
    query: type[Wire] | None = None
    answer: Any = None
    status: int = 200
    also: Mapping[int, str] = field(default_factory=dict)
    only: Audience | None = None
    is_public: bool = False
    takes_address: bool = False
    raises: tuple[type[ChatError], ...] = ()
    shortcut: str | None = None
    free: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        room = self.door.name if self.door.title else self.view.__module__.rpartition(".")[2]
        return f"{room}.{self.view.__name__}"

    @property
    def rules(self) -> list[str]:
        return [self.door.prefix + self.rule, *([self.shortcut] if self.shortcut else [])]

    @property
    def answers_list(self) -> bool:
        return get_origin(self.answer) is list

    @property
    def answer_shape(self) -> type[Wire] | None:
        """What is answered, or what the answered list is made of."""
        shape: type[Wire] | None = get_args(self.answer)[0] if self.answers_list else self.answer
        return shape

    @property
    def body_may_be_empty(self) -> bool:
        """Whether no body at all says as much as `{}`."""
        if self.body is None:
            return True
        try:
            self.body.model_validate({})
        except ValidationError:
            return False
        return True

    @property
    def errors(self) -> list[type[ChatError]]:
        """What it may refuse with, by status."""
        found = {*self.raises, *self.door.raises, Internal, Unavailable}
        if not self.is_public:
            found |= {TokenMissing, TokenInvalid, Unauthorized, *self.door.raises_to_known}
        if self.only:
            found.add(Forbidden)
        if "<" in self.rule:
            found.add(NotFound)  # no id at all
            found |= {error for name, error in ABSENT.items() if f"<id:{name}>" in self.rule}
        if self.body:
            found |= {Malformed, TooLong, Invalid}
            found |= set() if self.door.takes_any_type else {NotJson}
        if self.query:
            found.add(Invalid)
        return sorted(found, key=lambda error: (error.status, error.code))

    def __call__(self, **ids: Any) -> Response:
        """What is answered over HTTP, as JSON; a refusal in the door's words."""
        try:
            actor = None if self.is_public else self.door.who()
            if actor is not None:
                self.door.check_caller(self, actor)
            asked = (ids, request.args.to_dict(), self.sent, request.remote_addr or "")
            answer, status = self.answered(actor, *asked)
        except ChatError as error:
            raise self.door.worded(error) from None
        if answer is None:
            return Response(status=status)
        return Response(orjson.dumps(answer), status, content_type="application/json")

    def answered(
        self,
        actor: Actor | None,
        ids: Mapping[str, Any],
        query: Mapping[str, str],
        sent: Callable[[], Any],
        address: str,
    ) -> tuple[Any, int]:
        """What the view gives to this actor, whatever the way they ask by, and its status.

        `sent` reads the body where one is taken, once it is known that the actor may ask at all;
        `address` is from where they do. None has the status 204.
        """
        arguments: dict[str, Any] = dict(ids)
        if not self.is_public:
            if self.only and (actor is None or not self.only.has(actor)):
                raise Forbidden
            arguments["actor"] = actor
        if self.takes_address:
            arguments["address"] = address
        if self.query:
            arguments["query"] = parse(self.query, dict(query))
        if self.body:
            data = sent()
            self.door.check_body(self, actor, data)
            arguments["body"] = parse(self.body, data)
        given = self.view(**arguments)
        shape, status = given if isinstance(given, tuple) else (given, self.status)
        return shape, 204 if shape is None else status

    def sent(self) -> Any:
        """The request's JSON object. Raises `Malformed`, `NotJson`, and `Invalid` for no object."""
        data = request.get_data()
        if not data.strip():
            return self.nothing()
        takes_any_type = self.door.takes_any_type or request.path == self.shortcut
        if not (request.is_json or takes_any_type):
            raise NotJson
        try:
            sent = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise Malformed(_l("That is not JSON.")) from error
        if not isinstance(sent, dict):
            raise Invalid(fields={"body": _l("It takes an object.")})
        return sent

    def nothing(self) -> dict[str, Any]:
        """No body at all as what it says. Raises `Malformed` where one is needed."""
        if self.body_may_be_empty:
            return {}
        raise Malformed(_l("There is no body."))


def find(door: str, method: str, address: str) -> tuple[Endpoint, dict[str, Any], dict[str, str]]:
    """The endpoint of a door that is meant by an address as it stands behind the door's prefix
    (`/chats/5/messages?limit=10`), with the ids and the query that stand in it.

    Raises `NotFound` and `MethodNotAllowed` as HTTP does, `Malformed` for half a character.
    """
    path, _mark, query = address.partition("?")
    try:
        path = unquote(path, errors="strict")
        told = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Malformed from error
    which: Door = next(each for each in current_app.extensions["rest"] if each.name == door)
    if not path.startswith("/"):
        raise NotFound
    try:
        places = current_app.url_map.bind("")
        rule, ids = places.match(which.prefix + path, method)
    except exceptions.MethodNotAllowed as error:
        raise MethodNotAllowed from error
    except (exceptions.NotFound, RequestRedirect) as error:
        raise NotFound from error
    if rule not in which.by_rule:
        raise NotFound
    # Of several of one name HTTP takes the first.
    return which.by_rule[rule], dict(ids), dict(reversed(told))
