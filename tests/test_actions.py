"""What staff does to chats, one or many at once, and undoes: as it was, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import clock
from app.errors import ChatBlocked, Conflict, Forbidden, Invalid, NewerChat, TooLate
from app.extensions import this_app
from app.models.chats import ChatState, Priority
from app.models.users import Actor
from app.operations import (
    access,
    actions,
    archives,
    assignments,
    blocks,
    closures,
    merges,
    messages,
    receipts,
    sites,
    snoozes,
    tags,
    teams,
    topics,
    undos,
    unread_marks,
)
from app.operations import chats as opening
from app.operations.actions import Action, What
from app.operations.messages import Draft
from app.queries import messages as history
from app.queries import ratings
from app.queries import tags as given
from tests.people import PASSWORD, People

HOUR = 3_600_000
STANDING = (*undos.FIELDS, "agent_name", "team_id")


@pytest.fixture
def chat_id(people: People) -> int:
    """Ana's, who has answered; Lena has asked again."""
    found = messages.send(people.lena, None, Draft("My order is late")).chat_id
    assignments.claim(people.ana, found)
    messages.send(people.ana, found, Draft("I look"))
    messages.send(people.lena, found, Draft("And?"))
    return found


def now(people: People, chat_id: int) -> ChatState:
    return access.chat_for(people.ana, chat_id)


def standing(chat: ChatState) -> dict[str, Any]:
    return {name: getattr(chat, name) for name in STANDING}


def lines(chat_id: int) -> list[tuple[str, str]]:
    rows = history.before(chat_id).messages
    return [(str(each.line), each.text) for each in rows if each.is_line]


def close(chat_id: int) -> tuple[list[int], Action]:
    return [chat_id], Action(What.CLOSE)


def waits(people: People, chat_id: int) -> None:
    assignments.release(people.ana, chat_id)


def is_over(people: People, chat_id: int) -> None:
    closures.close(people.ana, chat_id)


def is_archived(people: People, chat_id: int) -> None:
    actions.act_on(people.ana, chat_id, Action(What.ARCHIVE))


def is_aside(people: People, chat_id: int) -> None:
    snoozes.snooze(people.ana, chat_id, clock.now() + HOUR)


def is_marked(people: People, chat_id: int) -> None:
    unread_marks.mark(people.ana, chat_id)


def nothing(people: People, chat_id: int) -> None:
    pass


Act = Callable[[People], Action]
# What is so before, what is done, and what lines tell of it and of undoing it.
CASES: dict[str, tuple[Callable[[People, int], None], Act, list[str]]] = {
    "closed": (nothing, lambda _: Action(What.CLOSE), ["closed", "reopened"]),
    "closed while it waits": (waits, lambda _: Action(What.CLOSE), ["closed", "reopened"]),
    "closed while it is aside": (is_aside, lambda _: Action(What.CLOSE), ["closed", "reopened"]),
    "reopened": (is_over, lambda _: Action(What.REOPEN), ["joined", "closed"]),
    "archived": (nothing, lambda _: Action(What.ARCHIVE), []),
    "archived while it waits": (waits, lambda _: Action(What.ARCHIVE), []),
    "archived when closed": (is_over, lambda _: Action(What.ARCHIVE), []),
    "archived while marked": (is_marked, lambda _: Action(What.ARCHIVE), []),
    "taken out": (is_archived, lambda _: Action(What.UNARCHIVE), []),
    "given": (nothing, lambda p: Action(What.ASSIGN, agent_id=p.ben.id), ["joined", "joined"]),
    "taken from the queue": (
        waits,
        lambda p: Action(What.ASSIGN, agent_id=p.ben.id),
        ["joined", "queued"],
    ),
    "back in the queue": (nothing, lambda _: Action(What.RELEASE), ["queued", "joined"]),
    "put aside": (nothing, lambda _: Action(What.SNOOZE, until=clock.now() + HOUR), []),
    "brought back": (is_aside, lambda _: Action(What.WAKE), []),
    "marked": (nothing, lambda _: Action(What.MARK_UNREAD), []),
    "tagged": (nothing, lambda _: Action(What.TAG, name="Refund"), []),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_undone(people: People, chat_id: int, case: str) -> None:
    so_far, action, told = CASES[case]
    so_far(people, chat_id)
    before, said = now(people, chat_id), len(lines(chat_id))
    outcome = actions.act_on(people.ana, chat_id, action(people))
    assert outcome.undo is not None
    assert now(people, chat_id) != before or given.of_chat(chat_id)
    (back,) = actions.undo(people.ana, outcome.undo).done
    assert standing(back) == standing(before) == standing(now(people, chat_id))
    assert given.of_chat(chat_id) == []
    assert [line for line, _ in lines(chat_id)[said:]] == told, "what is said is so"
    with pytest.raises(Conflict):
        actions.undo(people.ana, outcome.undo)  # a second time
    assert standing(now(people, chat_id)) == standing(before)


SINCE: dict[str, Callable[[People, int], Any]] = {
    "a colleague has opened it again": lambda people, chat_id: closures.reopen(people.ben, chat_id),
    "its customer has written": lambda people, chat_id: messages.send(
        people.lena, chat_id, Draft("Wait")
    ),
    "it was opened and closed again": lambda people, chat_id: (
        closures.reopen(people.ana, chat_id),
        closures.close(people.ana, chat_id),
    ),
    "it was blocked": lambda people, chat_id: blocks.block(people.ben, chat_id),
}


@pytest.mark.parametrize("what", SINCE)
def test_what_somebody_has_changed_since_stays(people: People, chat_id: int, what: str) -> None:
    token = actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo
    assert token is not None
    SINCE[what](people, chat_id)
    before, said = now(people, chat_id), lines(chat_id)
    with pytest.raises(Conflict) as refused:
        actions.undo(people.ana, token)
    assert people.lena.name in str(refused.value.message)
    assert (now(people, chat_id), lines(chat_id)) == (before, said)


def test_an_assignment_does_not_vanish_from_who_has_answered(people: People, chat_id: int) -> None:
    given_to_ben = Action(What.ASSIGN, agent_id=people.ben.id)
    token = actions.act_on(people.ana, chat_id, given_to_ben).undo
    assert token is not None
    messages.send(people.ben, chat_id, Draft("I am on it"))
    with pytest.raises(Conflict):
        actions.undo(people.ana, token)
    assert now(people, chat_id).agent_id == people.ben.id


def test_that_it_was_read_meanwhile_does_no_harm(people: People, chat_id: int) -> None:
    token = actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo
    assert token is not None
    receipts.mark_read(people.lena, chat_id)
    assert actions.undo(people.ana, token).done[0].is_open


def test_who_was_asked_how_it_was_by_mistake_is_asked_when_it_is_over(
    people: People, chat_id: int
) -> None:
    this_app().config["RATING"] = "thumbs"
    token = actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo
    assert token is not None
    assert ratings.asked_of(people.lena, now(people, chat_id)) is not None
    actions.undo(people.ana, token)
    assert ratings.of_chat(now(people, chat_id)) is None
    closures.close(people.ana, chat_id)
    assert ratings.asked_of(people.lena, now(people, chat_id)) is not None


def test_the_place_in_the_queue_is_as_it_was(people: People, chat_id: int) -> None:
    assignments.release(people.ana, chat_id)
    since = now(people, chat_id).waiting_since
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    token = actions.act(
        people.ana, [other, chat_id], Action(What.ASSIGN, agent_id=people.ben.id)
    ).undo
    assert token is not None
    actions.undo(people.ana, token)
    assert now(people, chat_id).waiting_since == since


def test_only_who_did_it_for_a_while_and_what_was_given(
    people: People, chat_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo
    assert token is not None
    for who in (people.ben, people.lena):
        with pytest.raises(Forbidden):
            actions.undo(who, token)
    for wrong in ("", token[:-1], token + "x", "a.b"):
        with pytest.raises(Invalid):
            actions.undo(people.ana, wrong)
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at + undos.VALID_MS + 1000)
    with pytest.raises(TooLate):
        actions.undo(people.ana, token)
    assert now(people, chat_id).status == "closed"


@pytest.mark.parametrize(
    ("after", "is_taken"), [(10_000, True), (undos.VALID_MS, True), (undos.VALID_MS + 1, False)]
)
def test_as_long_as_it_is_offered_and_no_longer_than_it_holds(
    people: People, chat_id: int, later: Callable[[int], None], after: int, is_taken: bool
) -> None:
    token = actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo
    assert token is not None
    later(after)
    if is_taken:
        assert actions.undo(people.ana, token).done[0].is_open
        return
    with pytest.raises(TooLate):
        actions.undo(people.ana, token)
    assert now(people, chat_id).is_over


def test_what_changes_nothing_is_not_undone(people: People, chat_id: int) -> None:
    closures.close(people.ben, chat_id)
    assert actions.act_on(people.ana, chat_id, Action(What.CLOSE)).undo is None


def test_each_chat_for_itself_and_what_could_not_be_done_by_name(
    people: People, chat_id: int
) -> None:
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    blocks.block(people.ben, other)
    outcome = actions.act(people.ana, [chat_id, other, 999, chat_id], Action(What.CLOSE))
    assert [each.id for each in outcome.done] == [chat_id]
    assert [(each.chat_id, each.name) for each in outcome.refused] == [
        (other, people.marcus.name),
        (999, ""),
    ]
    assert isinstance(outcome.refused[0].error, ChatBlocked)
    assert now(people, other).is_blocked
    assert outcome.undo is not None
    assert [each.id for each in actions.undo(people.ana, outcome.undo).done] == [chat_id]
    assert now(people, chat_id).is_open


def test_of_several_those_that_nobody_has_changed_are_undone(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Hello")).chat_id
    token = actions.act(people.ana, [chat_id, other], Action(What.CLOSE)).undo
    assert token is not None
    messages.send(people.marcus, other, Draft("Wait"))
    outcome = actions.undo(people.ana, token)
    assert [each.id for each in outcome.done] == [chat_id]
    assert [each.name for each in outcome.refused] == [people.marcus.name]


def test_marked_read_and_unread_again(people: People, chat_id: int) -> None:
    assert now(people, chat_id).staff_unread == 2
    outcome = actions.act(people.ana, [chat_id], Action(What.MARK_READ))
    assert now(people, chat_id).staff_unread == 0
    assert outcome.undo is not None
    actions.undo(people.ana, outcome.undo)
    assert now(people, chat_id).is_marked_unread


def test_to_a_team_and_back(people: People, chat_id: int) -> None:
    team = teams.make(people.maya, "Returns")
    outcome = actions.act(people.ana, [chat_id], Action(What.ASSIGN, team_id=team.id))
    moved = now(people, chat_id)
    assert (moved.status, moved.team_id, moved.agent_id) == ("waiting", team.id, None)
    assert outcome.undo is not None
    actions.undo(people.ana, outcome.undo)
    back = now(people, chat_id)
    assert (back.status, back.team_id, back.agent_id) == ("open", None, people.ana.id)


def given_away(people: People, chat_id: int) -> str:
    to_ben = Action(What.ASSIGN, agent_id=people.ben.id)
    return actions.act(people.ana, [chat_id], to_ben).undo or ""


@pytest.mark.parametrize("done", [blocks.block, archives.archive], ids=["blocked", "archived"])
def test_what_no_line_tells_of_is_not_undone_over(
    people: People, chat_id: int, done: Callable[[Actor, int], ChatState]
) -> None:
    token = given_away(people, chat_id)
    done(people.ben, chat_id)
    before = now(people, chat_id)
    with pytest.raises(Conflict):
        actions.undo(people.ana, token)
    assert now(people, chat_id) == before


def test_what_was_undone_is_not_undone_again(
    people: People, chat_id: int, later: Callable[[int], None]
) -> None:
    """Also where somebody has done the same since."""
    token = actions.act(people.ana, [chat_id], Action(What.ARCHIVE)).undo
    assert token is not None
    actions.undo(people.ana, token)
    later(1000)
    archives.archive(people.ben, chat_id)
    with pytest.raises(Conflict):
        actions.undo(people.ana, token)
    assert now(people, chat_id).status == "archived"


def test_what_was_read_by_mistake_stays_so_once_more_was_said(people: People, chat_id: int) -> None:
    token = actions.act(people.ana, [chat_id], Action(What.MARK_READ)).undo
    assert token is not None
    messages.send(people.ben, chat_id, Draft("Here I am"))
    with pytest.raises(Conflict):
        actions.undo(people.ana, token)
    assert not now(people, chat_id).is_marked_unread


def test_back_to_a_team_that_is_gone_is_to_none(people: People, chat_id: int) -> None:
    """Nobody would be given a chat of a team that is not there."""
    first, second = (teams.make(people.maya, name) for name in ("Returns", "Billing"))
    actions.act(people.ana, [chat_id], Action(What.ASSIGN, team_id=first.id))
    token = actions.act(people.ana, [chat_id], Action(What.ASSIGN, team_id=second.id)).undo
    assert token is not None
    teams.remove(people.maya, first.id)
    actions.undo(people.ana, token)
    assert (now(people, chat_id).team_id, now(people, chat_id).status) == (None, "waiting")


def test_a_closed_chat_is_put_into_no_teams_queue(people: People, chat_id: int) -> None:
    """As a transfer has it."""
    team = teams.make(people.maya, "Returns")
    closures.close(people.ana, chat_id)
    outcome = actions.act(people.ana, [chat_id], Action(What.ASSIGN, team_id=team.id))
    assert [type(each.error) for each in outcome.refused] == [Conflict]
    assert now(people, chat_id).status == "closed"


def test_what_is_marked_in_a_blocked_chat_is_read_by_both_ways(
    people: People, chat_id: int
) -> None:
    unread_marks.mark(people.ana, chat_id)
    blocks.block(people.ana, chat_id)
    assert actions.act(people.ana, [chat_id], Action(What.MARK_READ)).refused == []
    assert not now(people, chat_id).is_marked_unread


def test_a_tag_is_taken_off_and_back_on(people: People, chat_id: int) -> None:
    (tag,) = tags.put_on(people.ana, chat_id, "Refund")
    token = actions.act_on(people.ana, chat_id, Action(What.UNTAG, tag_id=tag.id)).undo
    assert token is not None
    assert given.of_chat(chat_id) == []
    actions.undo(people.ana, token)
    assert given.of_chat(chat_id) == [tag]


WRONG: list[tuple[list[int], Action, str]] = [
    ([], Action(What.CLOSE), "chatIds"),
    (list(range(1, 102)), Action(What.CLOSE), "chatIds"),
    ([1], Action(What.ASSIGN), "agentId"),
    ([1], Action(What.ASSIGN, agent_id=1, team_id=1), "agentId"),
    ([1], Action(What.SNOOZE), "until"),
    ([1], Action(What.TAG), "name"),
    ([1], Action(What.UNTAG), "tagId"),
]


@pytest.mark.parametrize(("chat_ids", "action", "field"), WRONG)
def test_what_makes_no_sense_is_refused_before_anything_is_done(
    people: People, chat_ids: list[int], action: Action, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.act(people.ana, chat_ids, action)
    assert set(refused.value.fields or {}) == {field}


def test_staff_alone(people: People, chat_id: int) -> None:
    def refuse(who: Actor) -> None:
        with pytest.raises(Forbidden):
            actions.act(who, *close(chat_id))
        with pytest.raises(Forbidden):
            actions.act_on(who, chat_id, Action(What.CLOSE))

    refuse(people.lena)
    refuse(people.petra)
    assert now(people, chat_id).is_open


def test_who_is_not_among_the_first_colleagues_is_found_by_name(
    client: FlaskClient, people: People
) -> None:
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    every, found = (
        client.get(f"/admin/actions{asked}").text for asked in ("", f"?q={people.ben.name}")
    )
    assert f'data-to="agent-{people.ana.id}"' in every
    assert f'data-to="agent-{people.ben.id}"' in found
    assert f'data-to="agent-{people.ana.id}"' not in found
    assert "Nobody found" in client.get("/admin/actions?q=Xyzzy").text


# ---- priority and topic ----


def test_many_get_a_priority_and_it_is_taken_back(people: People, chat_id: int) -> None:
    other = messages.send(people.marcus, None, Draft("Mine, too")).chat_id
    urgent = Action(What.SET_PRIORITY, priority=Priority.URGENT)
    outcome = actions.act(people.ana, [chat_id, other, 999], urgent)
    assert [chat.id for chat in outcome.done] == [chat_id, other]
    assert [each.chat_id for each in outcome.refused] == [999]
    assert now(people, chat_id).priority == "urgent"
    assert outcome.undo is not None
    assert len(actions.undo(people.ana, outcome.undo).done) == 2
    assert now(people, chat_id).priority is None
    high = Action(What.SET_PRIORITY, priority=Priority.HIGH)
    once = actions.act_on(people.ana, chat_id, high)
    actions.act_on(people.ana, chat_id, urgent)
    # Somebody has changed it since.
    with pytest.raises(Conflict):
        actions.undo(people.ana, once.undo or "")
    assert now(people, chat_id).priority == "urgent"
    with pytest.raises(Invalid):
        actions.act(people.ana, [chat_id], Action(What.SET_PRIORITY))


def test_many_get_a_topic_with_its_team_and_both_are_taken_back(
    people: People, chat_id: int
) -> None:
    team = teams.make(people.maya, "Billing")
    topic = topics.make(people.maya, "Invoices", team.id)
    waiting = messages.send(people.marcus, None, Draft("Mine, too")).chat_id
    before = [now(people, each) for each in (chat_id, waiting)]
    said = lines(chat_id)
    wanted = Action(What.SET_TOPIC, topic_id=topic.id)
    outcome = actions.act(people.ana, [chat_id, waiting], wanted)
    for each in (chat_id, waiting):
        after = now(people, each)
        assert (after.topic_id, after.team_id) == (topic.id, team.id)
    assert actions.act(people.ana, [chat_id], wanted).undo is None
    assert len(actions.undo(people.ana, outcome.undo or "").done) == 2
    for chat in before:
        assert standing(now(people, chat.id)) == standing(chat)
    assert lines(chat_id) == said
    with pytest.raises(Invalid):
        actions.act_on(people.ana, chat_id, wanted._replace(topic_id=999))


def test_a_topic_of_another_site_names_it_and_is_refused_in_words_of_its_own(
    client: FlaskClient, people: People, chat_id: int
) -> None:
    blog = sites.create_by_shell(name="Blog")
    theirs = topics.make(people.maya, "Chairs", site_id=blog.id)
    topics.make(people.maya, "Invoices")
    outcome = actions.act(people.ana, [chat_id], Action(What.SET_TOPIC, topic_id=theirs.id))
    said = "This topic is only for chats of another site."
    assert [str(each.error.message) for each in outcome.refused] == [said]
    gone = actions.act(people.ana, [chat_id], Action(What.SET_TOPIC, topic_id=999))
    assert "no longer there" in str(gone.refused[0].error.message)
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    offered = client.get("/admin/actions").text
    chairs, invoices = offered.split('data-to="topic-')[-2:]
    assert "Chairs" in chairs
    assert "Blog" in chairs
    assert "Invoices" in invoices
    assert "Blog" not in invoices


def test_a_topic_that_is_gone_comes_back_to_no_chat(people: People, chat_id: int) -> None:
    topic = topics.make(people.maya, "Invoices")
    actions.act_on(people.ana, chat_id, Action(What.SET_TOPIC, topic_id=topic.id))
    off = actions.act_on(people.ana, chat_id, Action(What.SET_TOPIC))
    assert now(people, chat_id).topic_id is None
    topics.remove(people.maya, topic.id)
    actions.undo(people.ana, off.undo or "")
    assert now(people, chat_id).topic_id is None


def test_a_topic_is_taken_back_only_where_one_could_be_set(people: People) -> None:
    topic = topics.make(people.maya, "Invoices")
    older = messages.send(people.lena, None, Draft("Hello")).chat_id
    closures.close(people.ana, older)
    actions.act_on(people.ana, older, Action(What.SET_TOPIC, topic_id=topic.id))
    off = actions.act_on(people.ana, older, Action(What.SET_TOPIC))
    blog = sites.create_by_shell(name="Blog")
    topics.change(people.maya, topic.id, site_id=blog.id)
    with pytest.raises(Invalid):
        actions.undo(people.ana, off.undo or "")
    topics.change(people.maya, topic.id, site_id=None)
    newer = opening.open_with(people.ben, people.lena.id)[0].id
    messages.send(people.ben, newer, Draft("Hi"))
    merges.merge_chats(people.ana, older, newer)
    with pytest.raises(NewerChat):
        actions.undo(people.ana, off.undo or "")
    assert now(people, older).topic_id is None
