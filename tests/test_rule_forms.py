"""The form of a rule, as it is posted: parts more and less, and what was written wrongly."""

import re

import pytest
from flask.testing import FlaskClient

from tests.people import PASSWORD, People

NEW = "/admin/rules/new"
CLOSES = {"name": "Hm", "event": "message", "actions-0-kind": "close", "version": "0"}


@pytest.fixture
def maya(client: FlaskClient, people: People) -> FlaskClient:
    client.post("/login", data={"email": people.maya.email, "password": PASSWORD})
    return client


def parts(html: str) -> list[str]:
    return re.findall(r'<fieldset id="((?:conditions|actions)-\d+)"', html)


@pytest.mark.parametrize("number", ["²", "9" * 5000, "٠", "-1", "", "1"])
def test_what_is_no_place_takes_nothing_out(maya: FlaskClient, number: str) -> None:
    answer = maya.post(NEW, data=CLOSES | {"drop": f"actions-{number}"})
    assert (answer.status_code, parts(answer.text)) == (200, ["actions-0"])
    answer = maya.post(NEW, data=CLOSES | {"drop": "actions-0"})
    assert (answer.status_code, parts(answer.text)) == (200, [])


@pytest.mark.parametrize("pressed", [{"add": "actions", "new-actions": "answer"}, {"save": "1"}])
@pytest.mark.parametrize("amount", ["-5", "1.5", "soon", "9" * 17])
def test_what_was_written_stays_beside_a_bad_number(
    maya: FlaskClient, amount: str, pressed: dict[str, str]
) -> None:
    late = CLOSES | {"name": "Nobody came", "event": "unanswered", "amount": amount}
    answer = maya.post(NEW, data=late | pressed)
    assert answer.status_code == 422
    assert f'value="{amount}"' in answer.text
    assert 'value="Nobody came"' in answer.text
    assert re.search(r'id="rule-amount-error">.*Please write a number\.', answer.text)
    assert parts(answer.text) == ["actions-0", "actions-1"][: 2 if "add" in pressed else 1]


def test_a_number_that_the_event_does_not_count_refuses_nothing(maya: FlaskClient) -> None:
    """Its field is not shown there."""
    assert maya.post(NEW, data=CLOSES | {"amount": "-5"}).status_code == 303
    counted = CLOSES | {"event": "unanswered", "amount": "7"}
    path = maya.post(NEW, data=counted).headers["Location"].removesuffix("/trial")
    assert 'name="amount" min="1" max="10080" value="7"' in maya.get(path).text


def test_what_may_be_named_is_looked_up_for_the_form_alone(
    maya: FlaskClient, statements: list[str]
) -> None:
    path = maya.post(NEW, data=CLOSES).headers["Location"]
    asked = {}
    for each in ("/admin/rules", path, path.removesuffix("/trial")):
        statements.clear()
        assert maya.get(each).status_code == 200
        asked[each] = any("FROM topics" in sql for sql in statements)
    assert list(asked.values()) == [False, False, True]
