"""The API as its callers know it: by method, path, JSON and a token."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.auth.tokens import access_token
from app.models.chats import ChatState
from app.models.users import Actor
from app.operations import access, messages
from app.operations.messages import Draft
from tests.people import People

Call = Callable[..., TestResponse]


@pytest.fixture
def call(app: Flask) -> Call:
    """`call(who, "GET", "/me")`; `who` is a person, a token, or None for nobody."""
    client = app.test_client()

    def send(who: Actor | str | None, method: str, path: str, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            token = who if isinstance(who, str) else access_token(who)
            headers["Authorization"] = f"Bearer {token}"
        address = path if path.startswith(("/api/", "/auth/")) else f"/api/v1{path}"
        return client.open(address, method=method, headers=headers, **more)

    return send


@pytest.fixture
def chat(people: People) -> ChatState:
    """Lena's support chat: one message of hers, nobody has it."""
    sent = messages.send(people.lena, None, Draft("Where is my order?", "first"))
    return access.chat_for(people.lena, sent.chat_id)


def refused(answer: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """The error of an answer that must be one, in the one form of errors."""
    assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
    body = answer.get_json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= set(error) <= {"code", "message", "fields", "retryAfter"}
    assert error["message"]
    if code:
        assert error["code"] == code
    return error


def given(answer: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that must be one of success."""
    assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
    return answer.get_json()
