"""Two agents want one chat: one has it, the other is told who."""

from app.cli.factories import ChatPast, save, state
from app.clock import now
from tests.live.conftest import Place
from tests.people import People
from tests.races import at_once

RACES = 50


def test_of_two_agents_who_claim_a_chat_one_gets_it(place: Place, people: People) -> None:
    waiting = [ChatPast(people.lena, now()).say(people.lena, "Hello", now()) for _ in range(RACES)]
    agents = (people.ana, people.ben)
    for chat_id in save(waiting):
        answers = at_once(
            lambda number, chat_id=chat_id: place.rest(
                agents[number], "PUT", f"/chats/{chat_id}/assignment"
            ),
            2,
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won, lost = sorted((answer.json() for answer in answers), key=lambda body: "error" in body)
        assert lost["error"]["code"] == "already_assigned"
        assert won["agent"]["name"] in lost["error"]["message"]
        assert state(chat_id).agent_id == won["agent"]["id"]
