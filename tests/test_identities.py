"""Known people: whom a site's own server vouches for, and what becomes of what they said before."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import delete, func, insert, select, update
from werkzeug.test import TestResponse

import config
from app import clock
from app.auth.password import check_login
from app.auth.tokens import access_token, actor_of_token
from app.errors import (
    Forbidden,
    IdentityExpired,
    IdentityInvalid,
    NewerChat,
    NotFound,
    OtherIdentity,
    TokenInvalid,
    TooFast,
    Unauthorized,
)
from app.models import Chat, MailAddress, Message, Site, User, database, identities
from app.models.chats import Status
from app.models.identities import OF_PERSON
from app.models.sites import SiteState
from app.models.users import Actor
from app.models.visitors import VisitorToken
from app.models.visitors import tokens as visitor_tokens
from app.operations import (
    access,
    archives,
    assignments,
    blocks,
    chats,
    closures,
    files,
    logins,
    merges,
    pins,
    receipts,
    tags,
    unread_marks,
    users,
    visitors,
)
from app.operations import identities as operations
from app.operations import messages as sending
from app.operations import sites as settings
from app.operations import visits as visiting
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import counts, inbox, mail
from app.queries import messages as history
from app.queries import sites as directory
from app.queries import visits as seen
from app.queries.inbox import Filter
from app.realtime import process
from app.sockets.server import sockets
from tests.files import looked_at, picture
from tests.people import PASSWORD, People
from tests.servers import wait_until
from tests.visits import on_a_page

SHOP = "https://shop.example.com"
HOUR = 3600


@pytest.fixture
def site(app: Flask) -> SiteState:
    with transaction() as tx:
        tx.run(update(Site).values(origins=json.dumps([SHOP])), {})
    found = directory.first()
    assert found is not None
    return found


Signed = Callable[..., str]


@pytest.fixture
def signed(site: SiteState) -> Signed:
    """What the site's server signs: about an hour for `sub`, unless told otherwise."""
    secret = operations.rotate_secret_by_shell(site.key)

    def sign(sub: str = "customer-7", key: str = secret.secret, **claims: Any) -> str:
        said = {"sub": sub, "aud": site.key, "exp": int(time.time()) + HOUR} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key, algorithm="HS256", headers={"kid": secret.kid})

    return sign


def credential() -> str:
    return secrets.token_urlsafe(32)


def stranger(site: SiteState, token: str, *texts: str) -> Actor:
    """A visitor who has written these."""
    for text in texts:
        draft = Draft(text, text)
        actor, _ = visitors.write_first(site, token, draft, language="", address="10.0.0.1")
    return actor


# What a browser that came with a credential keeps since then.
kept: dict[str, str] = {}


def identify(site: SiteState, token: str, proof: str) -> Actor | None:
    """The site says who it is; the browser keeps the credential that it is given."""
    found = operations.identify(site, kept.get(token, token), proof)
    if found is None:
        return None
    kept[token] = found.credential
    return found.actor


def known(site: SiteState, proof: str, token: str, *texts: str) -> Actor:
    """A known person who has written these from a browser of theirs."""
    for text in texts:
        found, _ = operations.write_first(
            site, kept.get(token, token), proof, Draft(text, text), language="", address="10.0.0.1"
        )
        kept[token] = found.credential
    return found.actor


def here(site: SiteState, token: str) -> Actor | None:
    """Who is known in that browser."""
    return visitors.known(site, kept.get(token, token))


def own_chat(customer: Actor) -> Any:
    chat = access.own_chat(customer)
    assert chat is not None
    return chat


def said_in(chat_id: int) -> list[str]:
    """What people said, in its order."""
    rows = history.before(chat_id).messages
    return [row.text for row in rows if row.sender_id is not None]


def people_there() -> int:
    return int(database.scalar(select(func.count()).select_from(User)))


# ---- what a site signs ----


def test_a_known_person_who_has_said_nothing_is_no_row(site: SiteState, signed: Signed) -> None:
    before = people_there()
    assert identify(site, credential(), signed()) is None
    assert people_there() == before


def test_a_first_message_makes_the_known_person(site: SiteState, signed: Signed) -> None:
    proof = signed(name="Grace Hopper", email="grace@example.com")
    token, before = credential(), people_there()
    actor = known(site, proof, token, "Hello", "Again")
    assert people_there() == before + 1
    assert actor.name == "Grace Hopper"
    assert actor.email == ""  # nobody's account is theirs by an address
    row = database.row(OF_PERSON, user_id=actor.id)
    assert row is not None
    assert (row.sub, row.email) == ("customer-7", "grace@example.com")
    assert said_in(own_chat(actor).id) == ["Hello", "Again"]
    assert here(site, token) == actor


def test_the_same_person_in_another_browser_has_the_same_chat(
    site: SiteState, signed: Signed
) -> None:
    first = known(site, signed(), credential(), "Hello")
    token = credential()
    again = identify(site, token, signed())
    assert again is not None
    assert again.id == first.id
    assert again.login != first.login
    assert has_ended(site, token)
    assert here(site, token) == again


def live_credentials(person: Actor) -> int:
    tokens = visitor_tokens.c
    mine = (tokens.user_id == person.id, tokens.expires_at > clock.now())
    return int(database.scalar(select(func.count()).where(*mine)))


def test_a_person_has_so_many_credentials_and_what_was_unused_for_longest_gives_way(
    site: SiteState, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now()
    phone, laptop, attic = credential(), credential(), credential()
    for seconds, device in enumerate((phone, laptop, attic)):
        monkeypatch.setattr(clock, "now", lambda at=real + 1000 * seconds: at)
        person = known(site, signed(), device, f"From {device}")
    access_to = access_token(here(site, laptop) or person)
    monkeypatch.setattr(clock, "now", lambda: real + 10_000)
    identify(site, phone, signed())  # in use again
    for _each in range(operations.MOST_CREDENTIALS - 3):
        assert identify(site, credential(), signed()) is not None
    assert all(here(site, device) for device in (phone, laptop, attic))
    assert identify(site, credential(), signed()) is not None
    assert has_ended(site, kept[laptop])
    with pytest.raises(TokenInvalid):
        actor_of_token(access_to)
    assert all(here(site, device) for device in (phone, attic))
    assert live_credentials(person) == operations.MOST_CREDENTIALS
    again = identify(site, laptop, signed())  # which its owner does not notice
    assert again is not None
    assert again.id == person.id
    assert live_credentials(person) == operations.MOST_CREDENTIALS


def test_one_word_of_a_site_makes_no_number_of_credentials(
    site: SiteState, signed: Signed, client: FlaskClient
) -> None:
    person, proof = known(site, signed(), credential(), "Hello"), signed()
    for _each in range(60):
        token = credential()
        assert identify(site, token, proof) is not None
    with pytest.raises(TooFast):
        identify(site, credential(), proof)
    stored = count(VisitorToken)
    answer = visitors_of(client, site, credential(), proof)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (429, "too_fast")
    assert count(VisitorToken) == stored
    same = identify(site, token, proof)  # the browser that they have goes on, and so do others
    assert same is not None
    assert same.id == person.id
    known(site, signed("ada"), credential(), "Hello")
    assert identify(site, credential(), signed("ada")) is not None


REFUSED: dict[str, Callable[[Signed, SiteState], str]] = {
    "no token at all": lambda _sign, _site: "hello",
    "three dots": lambda _sign, _site: "a.b.c",
    "too long": lambda sign, _site: sign(name="x" * 5000),
    "alg none": lambda _sign, site: jwt.encode(
        {"sub": "customer-7", "aud": site.key, "exp": int(time.time()) + HOUR}, "", algorithm="none"
    ),
    "another algorithm": lambda _sign, site: jwt.encode(
        {"sub": "customer-7", "aud": site.key, "exp": int(time.time()) + HOUR},
        "x" * 64,
        algorithm="HS512",
    ),
    "another secret": lambda sign, _site: sign(key="y" * 64),
    "the key of the site as its secret": lambda sign, site: sign(key=site.key * 2),
    "no sub": lambda sign, _site: sign(sub=None),
    "an empty sub": lambda sign, _site: sign(sub=""),
    "a long sub": lambda sign, _site: sign(sub="x" * 129),
    "a sub of two lines": lambda sign, _site: sign(sub="a\nb"),
    "no exp": lambda sign, _site: sign(exp=None),
    "a far exp": lambda sign, _site: sign(exp=int(time.time()) + 25 * HOUR),
    "a huge exp": lambda sign, _site: sign(exp=1e400),
    "an exp beyond all numbers": lambda sign, _site: sign(exp=10**400),
    "an exp that is a word": lambda sign, _site: sign(exp="soon"),
    "expired": lambda sign, _site: sign(exp=int(time.time()) - HOUR),
    "not yet": lambda sign, _site: sign(nbf=int(time.time()) + HOUR),
    "no aud": lambda sign, _site: sign(aud=None),
    "another site": lambda sign, _site: sign(aud="another"),
    "a name that is a number": lambda sign, _site: sign(name=7),
    "a name that is a book": lambda sign, _site: sign(name="x" * 81),
    "no address": lambda sign, _site: sign(email="nowhere"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_hold_is_refused_in_words(
    kind: str, site: SiteState, signed: Signed, client: FlaskClient
) -> None:
    proof, before = REFUSED[kind](signed, site), people_there()
    with pytest.raises(IdentityInvalid) as refusal:
        identify(site, credential(), proof)
    assert str(refusal.value.message)
    body = {"token": credential(), "identity": proof, "clientId": "a", "message": "Hello"}
    answer = client.post(f"/embed/{site.key}/messages", json=body)
    assert answer.status_code in (401, 422)
    assert people_there() == before


def test_whom_a_site_knows_without_name_and_address_is_somebody_all_the_same(
    site: SiteState,
) -> None:
    secret = operations.rotate_secret_by_shell(site.key)
    said = {"sub": "customer-8", "aud": site.key, "exp": int(time.time()) + HOUR}
    proof = jwt.encode(said | {"name": None, "email": None}, secret.secret, algorithm="HS256")
    assert known(site, proof, credential(), "Hello").name.startswith("Visitor ")


def test_another_sites_secret_proves_nothing_here(site: SiteState, signed: Signed) -> None:
    other = settings.create_by_shell(name="Other")
    foreign = operations.rotate_secret_by_shell(other.key)
    said = {"sub": "customer-7", "aud": site.key, "exp": int(time.time()) + HOUR}
    for headers in ({}, {"kid": foreign.kid}):
        proof = jwt.encode(said, foreign.secret, algorithm="HS256", headers=headers)
        with pytest.raises(IdentityInvalid):
            identify(site, credential(), proof)


def test_a_secret_that_was_replaced_holds_for_a_day(
    site: SiteState, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(site, signed(), credential(), "Hello")
    new = operations.rotate_secret_by_shell(site.key)
    assert identify(site, credential(), signed()) is not None
    without_kid = {"sub": "customer-7", "aud": site.key, "exp": int(time.time()) + HOUR}
    proof = jwt.encode(without_kid, new.secret, algorithm="HS256")
    assert identify(site, credential(), proof) is not None
    stronger = jwt.encode(without_kid, new.secret, algorithm="HS512")
    with pytest.raises(IdentityInvalid, match="identity_invalid"):
        identify(site, credential(), stronger)
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + 24 * HOUR * 1000 + 1)
    with pytest.raises(IdentityInvalid):
        identify(site, credential(), signed())
    newest = operations.rotate_secret_by_shell(site.key)
    kept = database.rows(select(identities.secrets.c.kid))
    assert {row.kid for row in kept} == {new.kid, newest.kid}  # what has ended is gone
    monkeypatch.undo()


def test_only_those_who_set_up_the_desk_make_a_secret(site: SiteState, people: People) -> None:
    assert operations.rotate_secret(people.maya, site.id).ends_at is None
    for actor in (people.ana, people.lena):
        with pytest.raises(Forbidden):
            operations.rotate_secret(actor, site.id)


def test_a_person_is_known_as_long_as_the_site_says_so(
    site: SiteState, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, real = credential(), clock.now()
    actor = known(site, signed(), token, "Hello")
    monkeypatch.setattr(clock, "now", lambda: real + 2 * HOUR * 1000)
    with pytest.raises(IdentityExpired):
        here(site, token)
    later = int(time.time()) + 3 * HOUR
    again = identify(site, token, signed(exp=later))
    assert again is not None
    assert (again.id, again.identified_until) == (actor.id, later * 1000)
    assert here(site, token) == again


@pytest.fixture
def socket(app: Flask) -> Iterator[Callable[..., Any]]:
    """Connects somebody within this process."""
    made = []

    def connect(who: Actor, namespace: str = "/live") -> Any:
        client = sockets.test_client(app, namespace=namespace, auth={"token": access_token(who)})
        made.append((client, namespace))
        assert client.is_connected(namespace)
        return client

    yield connect
    for client, namespace in made:
        if client.is_connected(namespace):
            client.disconnect(namespace)


@pytest.mark.parametrize(
    ("namespace", "event", "payload"),
    [
        ("/live", "sync", {"after": 0}),
        ("/live", "no such event", {}),
        ("/", "message:send", {"message": "Hi"}),
        ("/", "user:join", {}),
        ("/chat", "typing", {"isTyping": True}),
    ],
)
def test_a_socket_says_nothing_more_when_the_site_no_longer_says_who_it_is(
    namespace: str,
    event: str,
    payload: dict[str, Any],
    site: SiteState,
    signed: Signed,
    socket: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    actor, real = known(site, signed(), credential(), "Hello"), clock.now()
    client, stranger_ = socket(actor, namespace), stranger(site, credential(), "Hello")
    other, access_to = socket(stranger_, namespace), access_token(actor)

    def ask(who: Any, chat_id: int) -> str:
        about = payload | {"chatId": chat_id, "conversationId": chat_id}
        answer = who.emit(event, about, namespace=namespace, callback=True)
        return str((answer.get("error") or {}).get("code", "ok"))

    before = ask(client, own_chat(actor).id)
    assert before != "unauthorized"
    monkeypatch.setattr(clock, "now", lambda: real + 2 * HOUR * 1000)
    assert ask(client, own_chat(actor).id) == "unauthorized"
    assert not client.is_connected(namespace)
    assert ask(other, own_chat(stranger_).id) == before
    with pytest.raises(Unauthorized):
        actor_of_token(access_to)


def test_a_socket_hears_nothing_more_then_and_goes_on_where_the_site_has_said_it_again(
    site: SiteState,
    signed: Signed,
    socket: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    statements: list[str],
) -> None:
    token, real = credential(), clock.now()
    actor = known(site, signed(), token, "Hello")
    later = identify(site, token, signed(exp=int(time.time()) + 3 * HOUR))
    assert later is not None
    access_to, renewed = access_token(actor), socket(actor)
    lost = socket(known(site, signed(), credential(), "Here too"))
    statements.clear()
    process.end_who_is_no_longer_identified()
    assert statements == []  # nothing is asked before the time is over
    monkeypatch.setattr(clock, "now", lambda: real + 2 * HOUR * 1000)
    process.end_who_is_no_longer_identified()
    wait_until(lambda: not lost.is_connected("/live"))
    assert len(statements) == 2
    statements.clear()
    process.end_who_is_no_longer_identified()
    assert statements == []
    sent = {"message": "Still me", "clientId": "b"}
    assert renewed.emit("send_message", sent, namespace="/live", callback=True)["ok"]
    assert actor_of_token(access_to) == later
    monkeypatch.setattr(clock, "now", lambda: real + 4 * HOUR * 1000)
    process.end_who_is_no_longer_identified()
    wait_until(lambda: not renewed.is_connected("/live"))


def test_an_access_token_of_before_that_does_not_say_until_when_holds_no_longer(
    app: Flask,
    site: SiteState,
    signed: Signed,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    statements: list[str],
) -> None:
    def of_before(who: Actor) -> str:
        claims = jwt.decode(access_token(who), options={"verify_signature": False})
        claims.pop("until", None)
        return jwt.encode(claims, app.config["JWT_SECRET"], algorithm="HS256")

    actor, real = known(site, signed(), credential(), "Hello"), clock.now()
    others = (stranger(site, credential(), "Hello"), logins.begun(people.lena))
    old = {who: of_before(who) for who in (actor, *others)}
    for who, token in old.items():
        statements.clear()
        assert actor_of_token(access_token(who)) == who
        assert len(statements) == 1  # what it says is not asked
        assert actor_of_token(token) == who
    assert actor.identified_until is not None
    monkeypatch.setattr(clock, "now", lambda: real + 2 * HOUR * 1000)
    with pytest.raises(Unauthorized):
        actor_of_token(old[actor])
    for who in others:
        assert actor_of_token(old[who]) == who


def test_another_name_is_told_and_one_that_is_left_out_stays(
    site: SiteState, signed: Signed
) -> None:
    token = credential()
    known(site, signed(name="Grace"), token, "Hello")
    married = identify(site, token, signed(name="Grace Hopper"))
    assert married is not None
    assert married.name == "Grace Hopper"
    same = identify(site, token, signed())
    assert same is not None
    assert same.name == "Grace Hopper"


# ---- who was a visitor before ----


def test_nobody_of_a_site_takes_another_name_by_themselves(
    client: FlaskClient, site: SiteState, signed: Signed
) -> None:
    """Staff would read it as theirs, and as what the site says of them."""
    unknown = stranger(site, credential(), "Hello")
    named = known(site, signed(name="Grace Hopper"), credential(), "Hello")
    for actor in (unknown, named):
        bearer = {"Authorization": f"Bearer {access_token(actor)}", "HX-Request": "true"}
        g.pop("actor", None)
        answer = client.patch("/api/v1/me", json={"name": "Ana Marsh"}, headers=bearer)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
        for ask in (client.get, client.post):
            g.pop("actor", None)
            assert ask("/account", data={"name": "Ana Marsh"}, headers=bearer).status_code == 403
        assert database.scalar(select(User.name).where(User.id == actor.id)) == actor.name


def test_hours_are_those_of_the_site_by_which_somebody_came(
    client: FlaskClient, site: SiteState, signed: Signed, people: People
) -> None:
    """On the desk's own pages, too, where who has an account may have come by a site as well."""
    night = {"hours": ("22-23",) * 7, "away_text": "By night"}
    desks = settings.create_by_shell(name="Desk", for_desk=True, **night)
    named = known(site, signed(), credential(), "Hello")
    assert directory.hours_for(people.lena.id) == desks
    assert directory.hours_for(named.id) == directory.by_id(site.id)
    merges.merge_customers(people.maya, people.lena.id, named.id)
    for actor, text in ((people.lena, "By day"), (people.marcus, "By night")):
        bearer = {"Authorization": f"Bearer {access_token(logins.begun(actor))}"}
        for path in ("/widget", "/dashboard"):
            settings.edit_by_shell(site.key, hours=("",) * 7)
            g.pop("actor", None)
            is_said = "data-ahead" in client.get(path, headers=bearer).text
            assert is_said == (actor == people.marcus)  # of a site without hours nothing
            settings.edit_by_shell(site.key, hours=("8-9",) * 7, away_text="By day")
            g.pop("actor", None)
            assert f">{text}</p>" in client.get(path, headers=bearer).text


@pytest.mark.parametrize("stays", ["account", "person"])
def test_who_has_an_account_takes_another_name_by_that_and_not_by_a_site(
    client: FlaskClient, site: SiteState, signed: Signed, people: People, stays: str
) -> None:
    token, own = credential(), logins.begun(people.lena)
    named = known(site, signed(name="Grace Hopper"), token, "Hello")
    both = (own.id, named.id) if stays == "account" else (named.id, own.id)
    merges.merge_customers(people.maya, *both)
    framed = here(site, token)
    assert framed is not None
    assert (framed.id, framed.email) == (both[0], people.lena.email)
    by_shell = credential()
    visitor = stranger(site, by_shell, "Hello")
    users.edit(people.ada, visitor.id, email="grace@navy.example")
    addressed = visitors.known(site, by_shell)
    assert addressed is not None
    assert addressed.email
    own = logins.begun(check_login(people.lena.email, PASSWORD, "10.0.0.1"))
    for actor, status in ((framed, 403), (addressed, 403), (own, 200)):
        bearer = {"Authorization": f"Bearer {access_token(actor)}", "HX-Request": "true"}
        g.pop("actor", None)
        assert client.get("/account", headers=bearer).status_code == status
        g.pop("actor", None)
        answer = client.patch("/api/v1/me", json={"name": "Ana Marsh"}, headers=bearer)
        assert answer.status_code == status
        if status == 403:
            assert database.scalar(select(User.name).where(User.id == actor.id)) == actor.name


def test_a_visitor_who_is_named_later_keeps_everything(site: SiteState, signed: Signed) -> None:
    token = credential()
    visitor = stranger(site, token, "Hello", "Anybody?")
    chat = own_chat(visitor)
    named = identify(site, token, signed(name="Grace"))
    assert named is not None
    assert (named.id, named.name) == (visitor.id, "Grace")
    assert own_chat(named).id == chat.id
    assert said_in(chat.id) == ["Hello", "Anybody?"]


def test_the_chat_proposes_the_address_that_is_known(
    app: Flask, client: FlaskClient, site: SiteState, signed: Signed
) -> None:
    """For answers by mail; none is verified by that."""
    app.config["MAIL_URL"] = config.mail_server("smtp://127.0.0.1:25")

    def proposed_to(customer: Actor) -> str:
        bearer = {"Authorization": f"Bearer {access_token(customer)}", "HX-Request": "true"}
        g.pop("actor", None)
        part = client.get("/widget/address", headers=bearer).text
        found = re.search(r'name="email" value="([^"]*)"', part)
        assert found is not None
        return found[1]

    token = credential()
    assert proposed_to(stranger(site, token, "Hello")) == ""
    asking = settings.edit_by_shell(site.key, asks_first=True)
    said = visitors.Said("Grace", "grace@home.example")
    shared = credential()
    asked, _ = visitors.write_first(
        asking, shared, Draft("Hello", "a"), language="", address="10.0.0.1", said=said
    )
    assert proposed_to(asked) == "grace@home.example"
    named = known(site, signed(email="grace@navy.example"), credential(), "Aye")
    assert proposed_to(named) == "grace@navy.example"
    assert mail.address_of(asked.id) is None
    after = identify(site, shared, signed("next"))  # at the same browser, who may be another
    assert after is not None
    assert (after.id, proposed_to(after)) == (asked.id, "")
    after = identify(site, shared, signed("next", email="next@home.example"))
    assert after is not None
    assert proposed_to(after) == "next@home.example"


def test_who_is_known_but_has_no_chat_gets_the_visitors_whole(
    site: SiteState, signed: Signed, people: People
) -> None:
    person = known(site, signed(), credential(), "First")
    first = own_chat(person)
    with transaction() as tx:  # as after an export: the person is there, their chats are not
        tx.run(delete(Message).where(Message.chat_id == first.id), {})
        tx.run(delete(Chat).where(Chat.id == first.id), {})
    token = credential()
    visitor = stranger(site, token, "Hello")
    chat = own_chat(visitor)
    sending.send(people.ana, chat.id, Draft("Hi", "hi"))
    before = own_chat(visitor)
    named = identify(site, token, signed())
    assert named is not None
    assert named.id == person.id
    after = own_chat(named)
    assert (after.id, after.version) == (chat.id, before.version + 1)
    assert (after.status, after.agent_id) == (Status.OPEN, people.ana.id)
    assert said_in(chat.id) == ["Hello", "Hi"]
    assert counts.wrong() == {}


STORIES = ["waiting", "answered", "read", "closed", "blocked"]


def told(story: str, customer: Actor, people: People) -> None:
    """What had become of a chat in which the customer has written."""
    chat = own_chat(customer)
    if story in ("answered", "read", "closed", "blocked"):
        sending.send(people.ana, chat.id, Draft(f"Answer to {customer.id}", secrets.token_hex(4)))
    if story == "read":
        receipts.mark_read(customer, chat.id)
    if story == "closed":
        closures.close(people.ana, chat.id)
    if story == "blocked":
        blocks.block(people.ana, chat.id)


@pytest.mark.parametrize("of_person", STORIES)
@pytest.mark.parametrize("of_visitor", STORIES)
def test_what_a_visitor_said_follows_in_the_known_persons_chat(
    of_person: str, of_visitor: str, site: SiteState, signed: Signed, people: People
) -> None:
    person = known(site, signed(), credential(), "Old one", "Old two")
    told(of_person, person, people)
    token = credential()
    visitor = stranger(site, token, "New one", "New two")
    told(of_visitor, visitor, people)
    into, left = own_chat(person), own_chat(visitor)
    both = said_in(into.id) + said_in(left.id)

    named = identify(site, token, signed())

    assert named is not None
    assert named.id == person.id
    chat = own_chat(named)
    assert chat.id == into.id
    assert said_in(chat.id) == both
    assert counts.wrong() == {}
    rows = database.rows(
        select(Message.seq, Message.sender_id)
        .where(Message.chat_id == chat.id)
        .order_by(Message.seq)
    )
    assert [row.seq for row in rows if row.seq > into.version] == list(
        range(into.version + 1, chat.version)
    )
    assert visitor.id not in {row.sender_id for row in rows}
    # Blocked stays blocked, and what goes on goes on.
    states = {of_person, of_visitor}
    if "blocked" in states:
        assert chat.status == Status.BLOCKED
    elif states & {"answered", "read"}:
        assert (chat.status, chat.agent_id) == (Status.OPEN, people.ana.id)
    elif "waiting" in states:
        assert chat.status == Status.WAITING
        assert chat.waiting_since is not None
    else:
        assert (chat.status, chat.closed_at) == (Status.CLOSED, into.closed_at)
    # What is left says where it went, and takes nothing more.
    row = access.chat_for(people.ana, left.id)
    assert (row.status, row.merged_into_id, row.version > left.version) == (
        Status.ARCHIVED,
        chat.id,
        True,
    )
    with pytest.raises(NewerChat):
        sending.send(people.ana, left.id, Draft("Hello?", "late"))
    with pytest.raises(NewerChat):
        assignments.claim(people.ana, left.id)
    # The visitor is gone with all that was issued to them, and nobody begins a chat with them.
    assert not database.scalar(select(User.is_active).where(User.id == visitor.id))
    with pytest.raises(Unauthorized):
        access.check_still_holds(visitor)
    assert here(site, token) == named


def test_what_was_sent_before_and_comes_again_is_a_repeat(site: SiteState, signed: Signed) -> None:
    known(site, signed(), credential(), "Old")
    token = credential()
    stranger(site, token, "New")
    named = identify(site, token, signed())
    assert named is not None
    sending.send(named, None, Draft("New", "New"))
    assert said_in(own_chat(named).id) == ["Old", "New"]


def test_who_is_in_step_sees_that_something_was_said(site: SiteState, signed: Signed) -> None:
    """News of the chat alone brings no message: were it the next version, nobody would ask."""
    chat = own_chat(known(site, signed(), credential(), "Here"))
    token = credential()
    stranger(site, token, "There")
    named = identify(site, token, signed())
    assert named is not None
    after = own_chat(named)
    assert after.version > chat.version + 1
    assert said_in(after.id) == ["Here", "There"]


def has_ended(site: SiteState, token: str) -> bool:
    with pytest.raises(TokenInvalid):
        visitors.known(site, token)
    return True


@pytest.mark.parametrize("is_known", [True, False], ids=["known before", "kept"])
def test_a_credential_that_ends_while_it_is_used_is_not_renewed(
    site: SiteState, signed: Signed, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """It would be the known person's, for whoever has kept it."""
    if is_known:
        known(site, signed(), credential(), "On my other device")
    token, real, holder = credential(), clock.now(), visitors.holder
    monkeypatch.setattr(clock, "now", lambda: real - 48 * HOUR * 1000)
    stranger(site, token, "Hello")
    monkeypatch.setattr(clock, "now", lambda: real)

    def named_meanwhile(*read: Any) -> Actor:
        monkeypatch.setattr(visitors, "holder", holder)
        assert identify(site, token, signed()) is not None
        return holder(*read)

    monkeypatch.setattr(visitors, "holder", named_meanwhile)
    assert has_ended(site, token)
    assert has_ended(site, token)
    assert here(site, token) is not None


@pytest.mark.parametrize("is_known", [True, False], ids=["known before", "kept"])
def test_what_is_still_on_its_way_with_an_ended_credential_brings_about_nobody(
    app: Flask, client: FlaskClient, site: SiteState, signed: Signed, is_known: bool
) -> None:
    """A repeat of the first message, one more, and the repeat of being named."""
    if is_known:
        known(site, signed(), credential(), "On my other device")
    token = credential()
    person = known(site, signed(), token, "Hello")
    everybody = count(User)
    for client_id in ("m1", "m2"):
        body = {"token": token, "message": "Hello", "clientId": client_id}
        answer = client.post(f"/embed/{site.key}/messages", json=body)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "token_invalid")
    again = visitors_of(client, site, token, signed())
    assert again.status_code == 200
    assert again.get_json()["user"]["id"] == person.id
    assert visitors_of(client, site, token, signed("grace")).status_code == 401
    assert count(User) == everybody


def test_a_visit_goes_on_by_the_next_credential(
    site: SiteState, signed: Signed, people: People
) -> None:
    """Staff see one person, and write to nobody who has not been there."""
    token = credential()
    stranger(site, token, "Hello")
    on_a_page(site, token)
    person = known(site, signed(), token, "It is me")
    on_a_page(site, token)  # what was on its way
    assert [each.user_id for each in seen.going_on()] == [person.id]
    with pytest.raises(NotFound):
        visiting.begin_chat(people.ana, visitors.digest(token))


def count(model: Any) -> int:
    return int(database.scalar(select(func.count()).select_from(model.__table__)))


def visitors_of(client: FlaskClient, site: SiteState, token: str, proof: str) -> TestResponse:
    return client.post(f"/embed/{site.key}/visits", json={"token": token, "identity": proof})


def test_who_used_the_browser_before_does_not_read_on(
    site: SiteState, signed: Signed, people: People
) -> None:
    """They keep the credential, an access token, a socket and an address for mail."""
    before, unused, planted = credential(), credential(), credential()
    stranger(site, before, "Hello")
    visitor = here(site, before)
    assert visitor is not None
    access_to = access_token(visitor)
    with transaction() as tx:
        said = {"key": "k", "email": "me@example.com", "language": "en", "created_at": 1}
        row = said | {"user_id": visitor.id, "verified_at": 1, "unsubscribed_at": None}
        tx.run(insert(MailAddress), row)
        tx.run(update(User).where(User.id == visitor.id).values(takes_mail=True), {})
    assert identify(site, before, signed("grace")) is not None
    assert has_ended(site, before)
    with pytest.raises(TokenInvalid):
        actor_of_token(access_to)
    assert mail.address_of(visitor.id) is None
    assert not database.scalar(select(User.takes_mail).where(User.id == visitor.id))
    # One that was nobody's yet becomes nobody's by it either.
    assert identify(site, unused, signed("grace")) is not None
    assert has_ended(site, unused)
    known(site, signed("ada"), planted, "Hello")
    assert has_ended(site, planted)


def test_chats_with_providers_go_along_one_an_order(
    site: SiteState, signed: Signed, people: People
) -> None:
    person = known(site, signed(), credential(), "Hello")
    token = credential()
    visitor = stranger(site, token, "Hello")
    for customer, order in ((person, 5), (visitor, 5), (visitor, 6)):
        chat, _ = chats.open_between(people.petra, people.petra.id, customer.id, order)
        sending.send(customer, chat.id, Draft(f"{customer.id} about {order}", "a"))
        sending.send(people.petra, chat.id, Draft("Yes", "b"))
    named = identify(site, token, signed())
    assert named is not None
    told = {
        order: said_in(chats.open_between(people.petra, people.petra.id, person.id, order)[0].id)
        for order in (5, 6)
    }
    assert told == {
        5: [f"{person.id} about 5", "Yes", f"{visitor.id} about 5", "Yes"],
        6: [f"{visitor.id} about 6", "Yes"],
    }
    assert counts.wrong() == {}
    left = database.scalar(
        select(Chat.id).where(Chat.merged_into_id.is_not(None), Chat.order_id == 5)
    )
    for go_on in (
        lambda: closures.reopen(people.petra, left),
        lambda: sending.send(people.petra, left, Draft("Hello?")),
    ):
        with pytest.raises(NewerChat):
            go_on()


def test_an_empty_chat_leaves_the_other_one_as_it_was(
    site: SiteState, signed: Signed, people: People
) -> None:
    person = known(site, signed(), credential(), "Hello")
    token = credential()
    chat, _ = visiting.begin_chat(people.ana, on_a_page(site, token))
    pins.pin(people.ana, chat.id)
    before = own_chat(person)
    named = identify(site, token, signed())
    assert named is not None
    assert own_chat(named) == before
    left = access.chat_for(people.ana, chat.id)
    assert left.merged_into_id == before.id
    assert database.rows(pins.table.select()) == []
    for bring_back in (
        lambda: archives.unarchive(people.ana, chat.id),
        lambda: blocks.block(people.ana, chat.id),
        lambda: tags.put_on(people.ana, chat.id, "Refund"),
        lambda: unread_marks.mark(people.ana, chat.id),
        lambda: pins.pin(people.ana, chat.id),
        lambda: closures.reopen(people.ana, chat.id),
    ):
        with pytest.raises(NewerChat):
            bring_back()
    assert access.chat_for(people.ana, chat.id) == left
    assert inbox.page(people.ana, Filter.ARCHIVED).rows == []


def test_two_messages_that_are_called_the_same_are_both_kept(
    site: SiteState, signed: Signed, people: People
) -> None:
    person = known(site, signed(), credential(), "same")
    sending.send(people.ana, own_chat(person).id, Draft("Answer", "1"))
    token = credential()
    visitor = stranger(site, token, "same", "other")
    sending.send(people.ana, own_chat(visitor).id, Draft("Another answer", "1"))
    named = identify(site, token, signed())
    assert named is not None
    chat_id = own_chat(named).id
    assert said_in(chat_id) == ["same", "Answer", "same", "other", "Another answer"]
    for actor, name in ((named, "same"), (named, "other"), (people.ana, "1")):
        sending.send(actor, chat_id, Draft("Again", name))
    assert len(said_in(chat_id)) == 5


def test_two_whom_the_site_names_never_become_one(site: SiteState, signed: Signed) -> None:
    token = credential()
    grace = known(site, signed("grace"), token, "Hello")
    ada = known(site, signed("ada"), credential(), "Hello")
    for proof in (signed("ada"), signed("nobody yet")):
        with pytest.raises(OtherIdentity):
            identify(site, token, proof)
    assert here(site, token) == grace
    assert said_in(own_chat(ada).id) == ["Hello"]


def test_an_address_gets_nobody_at_an_earlier_chat(
    site: SiteState, signed: Signed, people: People
) -> None:
    sending.send(people.lena, None, Draft("My account's chat", "a"))
    token = credential()
    stranger(site, token, "Hello")
    named = identify(site, token, signed(email=people.lena.email))
    assert named is not None
    assert named.id != people.lena.id
    assert said_in(own_chat(named).id) == ["Hello"]


def test_another_sites_visitor_is_nobody_here(site: SiteState, signed: Signed) -> None:
    other = settings.create_by_shell(name="Other")
    token = credential()
    stranger(other, token, "Hello")
    with pytest.raises(TokenInvalid):
        identify(site, token, signed())


def test_the_door_tells_who_it_is_now(site: SiteState, signed: Signed, client: FlaskClient) -> None:
    token = credential()
    visitor = stranger(site, token, "Hello")
    body = {"token": token, "identity": signed(name="Grace")}
    answer = client.post(f"/embed/{site.key}/visits", json=body).get_json()
    assert answer["user"]["name"] == "Grace"
    assert actor_of_token(answer["accessToken"]).id == visitor.id


# ---- files ----


def test_files_go_along_with_whoever_the_site_names(site: SiteState, signed: Signed) -> None:
    first = known(site, signed(), credential(), "Hello")
    token = credential()
    visitor = stranger(site, token, "Me again")
    sent, waiting = looked_at(visitor, picture()), looked_at(visitor, b"words")
    sending.send(visitor, None, Draft("", "a", files=[sent.id]))
    again = identify(site, token, signed())
    assert again is not None
    assert again.id == first.id
    assert files.seen(again, sent.id).is_ready
    message = sending.send(again, None, Draft("", "b", files=[waiting.id]))
    assert [each["id"] for each in message.attached] == [waiting.id]


def test_a_first_file_makes_the_visitor_or_the_known_person(
    site: SiteState, signed: Signed
) -> None:
    about = {"language": "en", "address": "10.0.0.1"}
    token = credential()
    visitor = visitors.known_or_new(site, token, **about)
    assert visitors.known_or_new(site, token, **about) == visitor
    named = operations.known_or_new(site, token, signed(), **about)
    assert named.actor.id == visitor.id
    assert files.announce(named.actor, "a.png", 9).is_arriving
