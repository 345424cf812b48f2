"""The demo's frames: each is somebody's page without a session."""

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.auth.tokens import access_token
from app.operations import messages
from app.operations.messages import Draft
from tests.people import PASSWORD, People


@pytest.mark.parametrize("begins", [True, False])
@pytest.mark.parametrize("side", ["customer", "agent"])
def test_a_frame_shows_its_own_person_to_nobody_in_particular(
    app: Flask, client: FlaskClient, people: People, side: str, begins: bool
) -> None:
    app.config["DEMO"] = True
    if begins:
        messages.send(people.lena, None, Draft("My order is late"))
    shown = client.get(f"/demo/{side}")
    assert shown.status_code == 200
    person = people.lena if side == "customer" else people.ana
    assert f'data-person="{person.id}"' in shown.text
    assert client.get("/dashboard").status_code in (302, 303)  # nobody was logged in by it


def test_the_menu_of_a_frame_leads_out_of_it_neither_at_first_nor_anew(
    app: Flask, client: FlaskClient, people: People
) -> None:
    app.config["DEMO"] = True
    anew = {"Authorization": f"Bearer {access_token(people.ana)}", "HX-Request": "true"}
    for address, headers in (("/demo/agent", {}), ("/admin/availability", anew)):
        g.pop("actor", None)
        shown = client.get(address, headers=headers).text
        assert 'id="availability"' in shown
        assert "/admin/hours" not in shown
    g.pop("actor", None)
    client.post("/login", data={"email": people.ana.email, "password": PASSWORD})
    for address in ("/admin/messages", "/admin/availability"):
        assert 'href="/admin/hours"' in client.get(address).text


def test_the_parts_of_a_frame_that_come_anew_are_those_of_a_frame(
    app: Flask, client: FlaskClient, people: People
) -> None:
    app.config["DEMO"] = True
    chat_id = messages.send(people.lena, None, Draft("My order is late")).chat_id
    messages.send(people.ana, chat_id, Draft("I look"))
    anew = {"Authorization": f"Bearer {access_token(people.ana)}", "HX-Request": "true"}
    parts = [f"/admin/messages/{chat_id}/{part}" for part in ("header", "customer")]
    for part in (*parts, "/admin/messages/filters", "/admin/messages/rows"):
        g.pop("actor", None)
        shown = client.get(part, headers=anew)
        assert shown.status_code == 200
        for leads_out in ("/transfer", "/merge", "/admin/customers/", 'hx-push-url="true"'):
            assert leads_out not in shown.text, part
