"""What one may ask in all: enough for anybody who works, and told in words when it is over."""

import pytest
from flask import Flask

from app import budgets
from app.auth.tokens import access_token
from app.budgets import A_SECOND, BURST, FEW, Budgets
from app.operations import limits
from tests.people import People


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the buckets."""
    at = [1000.0]
    monkeypatch.setattr(budgets.time, "monotonic", lambda: at[0])
    return at


def test_a_burst_is_taken_at_once_and_then_comes_back_with_time(now: list[float]) -> None:
    kept = Budgets()
    assert [kept.take(1) for _ in range(BURST)] == [0.0] * BURST
    assert kept.take(1) == pytest.approx(1 / A_SECOND)
    assert kept.take(2) == 0.0  # somebody else's
    now[0] += 1.0001
    assert [kept.take(1) for _ in range(A_SECOND)] == [0.0] * A_SECOND
    assert kept.take(1) > 0


def test_who_asks_no_more_is_forgotten(now: list[float]) -> None:
    kept = Budgets()
    for number in range(10 * FEW):
        kept.take(number)
        now[0] += 0.01
    assert len(kept.full_at) <= FEW + 1


def test_every_door_counts_and_says_when_to_come_back(
    app: Flask, people: People, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAUSE_SECONDS", 0)
    token = {"Authorization": f"Bearer {access_token(people.lena)}"}
    for path in ("/api/v1/me", "/chat/unread-count", "/widget/status"):
        app.extensions["budgets"] = Budgets()
        client = app.test_client()
        for _ in range(BURST):
            limits.asks(people.lena.id)
        answer = client.get(path, headers=token)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1"), path
        assert "Try again in 1 second" in answer.text
