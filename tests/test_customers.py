"""The page of a customer: all that is known of them, each list by pages, at a cost that stays."""

import re
import secrets

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from app.models import files
from app.models.sites import SiteState
from app.models.users import Actor
from app.operations import chats, closures, messages, notes, visitors
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.pages import customers
from app.queries import sites
from tests.conftest import recorded
from tests.people import People
from tests.visits import on_a_page


@pytest.fixture
def site(people: People) -> SiteState:
    found = sites.first()
    assert found is not None
    return found


def page(client: FlaskClient, who: Actor, user_id: int, query: str = "") -> str:
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    answer = client.get(f"/admin/customers/{user_id}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def part(html: str, name: str) -> str:
    return html.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def following(html: str, name: str) -> str:
    found = re.search(rf'href="/admin/customers/\d+(\?{name}=[\w-]+)#{name}"', part(html, name))
    return found[1] if found else ""


def sent_file(owner: Actor, message_id: int, name: str, status: str = "ready") -> int:
    values = {"owner_id": owner.id, "message_id": message_id, "name": name, "alt": "", "size": 9}
    values |= {"status": status, "content_type": "text/plain", "created_at": 1}
    with transaction() as tx:
        return tx.add(insert(files.table), values)


def test_it_tells_what_is_known_of_a_visitor(
    site: SiteState, client: FlaskClient, people: People
) -> None:
    token = secrets.token_urlsafe(32)
    visitor, _message = visitors.write_first(
        site, token, Draft("Hello"), language="en", address="10.0.0.1"
    )
    on_a_page(site, token, attributes={"plan": "<b>gold</b>"})
    html = page(client, people.ana, visitor.id)
    assert "&lt;b&gt;gold" in html
    assert "Hello" in part(html, "chats")


def test_each_list_goes_on_and_nothing_is_another_customers(
    client: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "PAGE", 2)
    said = messages.send(people.lena, None, Draft("Own words"))
    other = messages.send(people.marcus, None, Draft("Others' words"))
    notes.write(people.ana, other.chat_id, "another's")
    for number in range(3):
        chats.open_between(people.petra, people.petra.id, people.lena.id, number + 1)
        messages.send(
            people.petra,
            chats.open_between(people.petra, people.petra.id, people.lena.id, number + 1)[0].id,
            Draft(f"Order {number}"),
        )
        notes.write(people.ana, said.chat_id, f"noted {number}")
        sent_file(people.lena, said.id, f"file-{number}.txt")
    sent_file(people.lena, said.id, "refused.txt", "refused")
    sent_file(people.marcus, other.id, "another.txt")
    html = page(client, people.ana, people.lena.id)
    found = {name: part(html, name) for name in ("chats", "notes", "files")}
    query = {name: following(html, name) for name in found}
    for name, more in query.items():
        assert more, name
        rest = page(client, people.ana, people.lena.id, more)
        assert following(rest, name) == ""
        found[name] += part(rest, name)
    for words in ("Order 0", "Order 1", "Order 2", "Own words"):
        assert found["chats"].count(f">{words}<") == 1
    for number in range(3):
        assert found["notes"].count(f"noted {number}") == 1
        assert found["files"].count(f">file-{number}.txt<") == 1
    assert not re.search("another|Others|refused", "".join(found.values()))


def test_it_costs_the_same_however_much_there_is(client: FlaskClient, people: People) -> None:
    said = messages.send(people.lena, None, Draft("Hello"))
    page(client, people.ana, people.lena.id)
    with recorded() as few:
        page(client, people.ana, people.lena.id)
    closures.close(people.ana, said.chat_id)
    for number in range(8):
        notes.write(people.ana, said.chat_id, f"@{people.ben.name} {number}")
        sent_file(people.lena, said.id, f"{number}.txt")
    with recorded() as many:
        page(client, people.ana, people.lena.id)
    assert len(many) == len(few) + 1  # the names of whom notes name


@pytest.mark.parametrize("query", ["?chats=x", "?notes=x", "?files=-1"])
def test_what_is_no_place_in_a_list_is_refused(
    client: FlaskClient, people: People, query: str
) -> None:
    page(client, people.ana, people.lena.id)
    assert client.get(f"/admin/customers/{people.lena.id}{query}").status_code == 400


def test_of_staff_there_is_no_such_page(client: FlaskClient, people: People) -> None:
    page(client, people.ana, people.lena.id)
    assert client.get(f"/admin/customers/{people.ben.id}").status_code == 404
