"""What holds on SQLite holds on PostgreSQL: the same tests once more, races among them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.cli.factories import state
from app.errors import Invalid, Unauthorized, Unavailable
from app.events import AccessEnded, Event
from app.extensions import db
from app.models import database
from app.models.chats import ChatState
from app.models.sites import SiteState
from app.operations import (
    access,
    chats,
    closures,
    logins,
    messages,
    pours,
    saved_views,
    sites,
    tags,
    teams,
    tokens,
    topics,
    transfers,
    users,
    visitors,
)
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.operations.visits import begin_chat
from app.queries import counts
from app.queries import messages as history
from app.queries import sites as known_sites
from app.queries import tags as tagged
from tests.people import People
from tests.races import at_once, while_it_waits
from tests.test_assignments import *  # noqa: F403
from tests.test_chats import *  # noqa: F403
from tests.test_identities import *  # noqa: F403
from tests.test_invitations import (  # noqa: F401
    after,
    test_another_link_holds_for_another_week_and_is_in_the_name_of_who_asked,
    test_it_ends,
    test_of_many_who_accept_at_once_one_gets_the_account,
    test_of_many_who_invite_one_address_at_once_one_does,
    test_what_ended_long_ago_and_who_is_erased_is_forgotten,
    test_who_is_invited_makes_their_account_once,
)
from tests.test_jobs import *  # noqa: F403
from tests.test_messages import *  # noqa: F403
from tests.test_presence import *  # noqa: F403
from tests.test_receipts import *  # noqa: F403
from tests.test_sites import *  # noqa: F403
from tests.test_tokens import *  # noqa: F403
from tests.test_users import (  # noqa: F401
    test_an_admin_gives_a_role_and_takes_and_gives_back_access,
    test_of_two_admins_who_shut_out_one_another_one_stays,
)
from tests.test_visits import *  # noqa: F403
from tests.visits import on_a_page


@pytest.fixture
def app(on_postgres: Flask) -> Flask:
    return on_postgres


@pytest.fixture
def site(app: Flask) -> SiteState:
    """As the first migration makes it."""
    site = sites.create_by_shell(name="Shop")
    with transaction() as tx:
        tx.run(text("UPDATE sites SET name = ''"), {})
    return site._replace(name="")


def test_it_is_postgresql(app: Flask) -> None:
    assert db.engine.dialect.name == "postgresql"


@pytest.mark.parametrize("gives", ["issue", "refresh"])
def test_no_token_is_given_while_its_persons_rights_change(
    people: People, monkeypatch: pytest.MonkeyPatch, gives: str
) -> None:
    first, add = tokens.issue(people.lena)[1], tokens.add

    def give(pause: Callable[[], None]) -> str:
        monkeypatch.setattr(tokens, "add", lambda tx, actor: (pause(), add(tx, actor))[1])
        given = tokens.issue(people.lena) if gives == "issue" else tokens.refresh(first)
        monkeypatch.undo()
        return given[1]

    token = while_it_waits(give, lambda: users.set_password(people.lena.email, "another one"))
    with pytest.raises(Unauthorized):
        tokens.refresh(token)


def test_who_logs_out_twice_at_once_has_logged_out(people: People, announced: list[Event]) -> None:
    actor = logins.begun(people.lena)  # by a session: it has no tokens, on which one would wait

    def end(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            logins.end_login(tx, actor.id, actor.login or "")
            pause()

    while_it_waits(end, lambda: logins.end(actor))
    assert announced == [AccessEnded(people.lena.id, 0, actor.login)]


def test_staff_who_write_first_at_the_moment_that_the_visitor_does_are_in_their_chat(
    site: SiteState, people: People
) -> None:
    token = "a" * 43
    token_hash = on_a_page(site, token)

    def write(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            visitors.made(tx, site, token, "en")
            pause()

    while_it_waits(write, lambda: begin_chat(people.ana, token_hash))
    visitor, sent = visitors.write_first(
        site, token, Draft("Hello"), language="en", address="10.0.0.1"
    )
    assert state(sent.chat_id).agent_id == people.ana.id
    assert state(sent.chat_id).customer_id == visitor.id


def test_what_is_sent_while_counts_are_mended_counts(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    with transaction() as tx:
        tx.run(text("UPDATE chats SET staff_unread = 5"), {})

    def mend(pause: Callable[[], None]) -> str:
        wrong = counts.wrong
        monkeypatch.setattr(counts, "wrong", lambda *within: (wrong(*within), pause())[0])
        mended = app.test_cli_runner().invoke(args=["counts", "mend"]).output
        monkeypatch.undo()
        return mended

    mended = while_it_waits(mend, lambda: messages.send(people.lena, chat_id, Draft("More", "b")))
    assert (mended, counts.wrong()) == ("1 mended\n", {})
    assert state(chat_id).staff_unread == 2


def test_a_connection_that_is_lost_is_said_to_be_unavailable_and_the_next_serves(
    people: People,
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    for ask in (
        lambda: messages.send(people.lena, chat_id, Draft("More", "b")),
        lambda: state(chat_id),
    ):
        another = create_engine(db.engine.url)
        with another.connect() as connection:
            connection.execute(kill)
        another.dispose()
        with pytest.raises(Unavailable):
            ask()
        ask()


def test_with_all_connections_busy_one_is_told_to_come_back(
    postgres_settings: dict[str, str], people: People
) -> None:
    app = create_app(postgres_settings | {"DATABASE_POOL": "1"})
    with app.app_context(), db.engine.connect():
        db.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
        with pytest.raises(Unavailable):
            messages.send(people.lena, None, Draft("Hello", "a"))
        with pytest.raises(Unavailable):
            database.row(text("SELECT 1"))
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("is_named", [True, False])
def test_a_message_to_a_finished_chat_goes_to_the_one_that_staff_opens_meanwhile(
    people: People, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello", "a")).chat_id
    closures.close(people.lena, chat_id)

    def begin(pause: Callable[[], None]) -> ChatState:
        with transaction() as tx:
            chat, _ = chats.with_customer(tx, people.ana, people.lena.id)
            pause()
        return chat

    late = Draft("One more thing", "b")
    begun = while_it_waits(
        begin, lambda: messages.send(people.lena, chat_id if is_named else None, late)
    )
    assert state(chat_id).status == "closed"
    assert [m.text for m in history.before(begun.id).messages if not m.is_line] == [late.text]


def test_what_is_said_of_the_site_that_was_the_desks_is_kept_as_another_takes_over(
    site: SiteState, people: People
) -> None:
    """Also where it has become the desk's while one waited, and is being edited."""
    second, third = (sites.create(people.maya, name=name) for name in ("Blog", "Docs"))
    sites.edit(people.maya, site.id, for_desk=True)

    def edit(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            before = sites.by_id(tx, second.id)
            pause()
            sites.changed(tx, before, {"greeting": "Hi"}, people.maya)

    def take_over() -> None:
        sites.edit(people.ada, second.id, for_desk=True)
        sites.edit(people.ada, third.id, for_desk=True)

    while_it_waits(edit, take_over)
    found = {each.id: each for each in known_sites.every()}
    assert [each.for_desk for each in found.values()] == [False, False, True]
    assert found[second.id].greeting == "Hi"

    def edit_the_desks(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            before = sites.by_id(tx, third.id)
            pause()
            sites.changed(tx, before, {"greeting": "Hello"}, people.maya)

    while_it_waits(edit_the_desks, lambda: sites.create(people.ada, name="New", for_desk=True))
    assert [each.greeting for each in known_sites.every()] == ["", "Hi", "Hello", ""]
    assert [each.for_desk for each in known_sites.every()] == [False, False, False, True]


def test_two_sites_that_are_made_for_the_desk_at_once_are_made_where_none_was(
    people: People,
) -> None:
    values = sites.checked(sites.NEW | {"name": "Shop", "for_desk": True})

    def make(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            sites.check_others(tx, values)
            sites.made(tx, values, people.maya)
            pause()

    while_it_waits(make, lambda: sites.create(people.ada, name="Blog", for_desk=True))
    assert [(each.name, each.for_desk) for each in known_sites.every()] == [
        ("Shop", False),
        ("Blog", True),
    ]


def test_visitors_write_first_while_their_site_becomes_the_desks(
    site: SiteState, people: People
) -> None:
    token, other = "a" * 43, sites.create(people.maya, name="Blog", for_desk=True)
    wrote: list[int] = []

    def take_over(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            values = {"for_desk": True}
            sites.check_others(tx, values, site_id=site.id)
            sites.changed(tx, sites.by_id(tx, site.id), values, people.maya)
            pause()
            assert wrote  # it waited for nothing

    def write() -> None:
        for number, each in enumerate((site, other)):
            draft, about = Draft("Hello"), {"language": "en", "address": "10.0.0.1"}
            _, sent = visitors.write_first(each, f"{token}{number}"[1:], draft, **about)
            wrote.append(sent.chat_id)

    while_it_waits(take_over, write)
    assert len(wrote) == 2


@pytest.mark.parametrize("is_shared", [False, True])
def test_of_views_that_are_saved_at_once_there_are_no_more_than_so_many(
    people: People, is_shared: bool
) -> None:
    for number in range(saved_views.MOST - 1):
        saved_views.save(people.maya, f"View {number}", is_shared=is_shared)
    other = people.ada if is_shared else people.maya

    def save_too() -> None:
        with pytest.raises(Invalid):
            saved_views.save(other, "One too many", is_shared=is_shared)

    def save(pause: Callable[[], None]) -> None:
        owner_id = None if is_shared else people.maya.id
        with transaction() as tx:
            saved_views.check_room(tx, people.maya, owner_id)
            values = {"owner_id": owner_id, "name": "Last", "folded": "last", "filter": "all"}
            tx.run(saved_views.INSERT, values | {"search": "", "site_id": None, "created_at": 1})
            pause()

    while_it_waits(save, save_too)


def test_teams_that_are_called_the_same_at_once_are_one(people: People) -> None:
    made = at_once(lambda _: teams.make(people.maya, "Billing"), 4)
    (team,) = [each for each in made if not isinstance(each, Exception)]
    wrong = [each for each in made if isinstance(each, Exception)]
    other, third = teams.make(people.maya, "Returns"), teams.make(people.maya, "Orders")
    both = at_once(
        lambda number: teams.change(people.maya, (other, third)[number].id, name="Desk"), 2
    )
    wrong += [each for each in both if isinstance(each, Exception)]
    assert len(wrong) == 4
    assert all(isinstance(each, Invalid) and list(each.fields) == ["name"] for each in wrong)
    assert team.name == "Billing"


def test_a_tag_that_is_called_as_another_one_at_the_same_time_says_so(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    for name in ("one", "two"):
        found = tags.put_on(people.ana, chat_id, name)
    one, two = found

    def rename(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            tx.run(tags.RENAME.values(name="same", folded="same"), {"which": one.id})
            pause()

    def rename_too() -> None:
        with pytest.raises(Invalid) as refusal:
            tags.rename(people.maya, two.id, "Same")
        assert list(refusal.value.fields) == ["name"]

    while_it_waits(rename, rename_too)
    assert tags.rename(people.maya, two.id, "Same") == one._replace(name="same")


def test_a_tag_that_is_removed_while_it_is_given_is_made_anew(people: People) -> None:
    chat_id = messages.send(people.lena, None, Draft("Hello")).chat_id
    (old,) = tags.put_on(people.ana, chat_id, "Refund")
    other_id = messages.send(people.marcus, None, Draft("Hello")).chat_id

    def remove(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            tags.removed(tx, tags.by_id(tx, old.id))
            pause()

    while_it_waits(remove, lambda: tags.put_on(people.ana, other_id, "Refund"))
    assert [each.name for each in tagged.of_chat(other_id)] == ["Refund"]
    assert tagged.of_chat(chat_id) == []


@pytest.mark.parametrize("what", ["team", "topic"])
def test_what_is_removed_while_chats_are_merged_is_in_neither(people: People, what: str) -> None:
    team, topic = teams.make(people.maya, "Returns"), topics.make(people.maya, "Damage")
    older = messages.send(people.lena, None, Draft("Hello")).chat_id
    seen = access.chat_for(people.ana, older).version
    transfers.transfer(people.ana, older, seen, team_id=team.id)
    topics.put_on(people.ana, older, topic.id)
    closures.close(people.ana, older)
    newer = chats.open_with(people.ben, people.lena.id)[0].id

    def merge(pause: Callable[[], None]) -> None:
        with transaction() as tx:
            both = (access.chat_for(people.ana, each, tx) for each in (older, newer))
            after = pours.pour(tx, *both)
            assert (after.team_id, after.topic_id) == (team.id, topic.id)
            pause()

    def remove() -> None:
        if what == "team":
            teams.remove(people.maya, team.id)
        else:
            topics.remove(people.maya, topic.id)

    while_it_waits(merge, remove)
    for chat_id in (older, newer):
        found = access.chat_for(people.ana, chat_id)
        assert (found.team_id if what == "team" else found.topic_id) is None
