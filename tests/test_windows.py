"""The limits' own storage: exact windows, forgotten keys, any clock."""

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from app.operations import windows
from app.operations.windows import SWEEP_SECONDS, Windows

LIMIT = parse("3 per 10 second")


class Clock:
    """Time that a test moves: what passes, and what the wall says of it."""

    def __init__(self) -> None:
        self.passed, self.wall = 1000.0, 1_700_000_000.0

    def monotonic(self) -> float:
        return self.passed

    def time(self) -> float:
        return self.wall

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.wall += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(windows, "time", clock)
    return clock


def test_so_many_fit_into_a_window_that_moves(clock: Clock) -> None:
    limiter = MovingWindowRateLimiter(Windows())
    assert [limiter.hit(LIMIT, "a") for _ in range(4)] == [True, True, True, False]
    assert limiter.hit(LIMIT, "b")
    clock.sleep(4)
    stats = limiter.get_window_stats(LIMIT, "a")
    assert (stats.remaining, stats.reset_time - clock.time()) == (0, 6)
    clock.sleep(6)
    assert [limiter.hit(LIMIT, "a") for _ in range(4)] == [True, True, True, False]


def test_what_was_refused_does_not_count(clock: Clock) -> None:
    limiter = MovingWindowRateLimiter(Windows())
    for _ in range(3):
        limiter.hit(LIMIT, "a")
    for _ in range(80):
        clock.sleep(0.0625)
        assert not limiter.hit(LIMIT, "a")
    clock.sleep(5)
    assert limiter.hit(LIMIT, "a")


def test_a_clock_that_is_set_back_or_forward_changes_nothing(clock: Clock) -> None:
    limiter = MovingWindowRateLimiter(Windows())
    for _ in range(3):
        limiter.hit(LIMIT, "a")
    for jump in (-3600, 7200):
        clock.wall += jump
        assert not limiter.hit(LIMIT, "a")
        assert limiter.get_window_stats(LIMIT, "a").reset_time - clock.time() == 10
    clock.sleep(10)
    assert limiter.hit(LIMIT, "a")


def test_keys_that_are_over_are_forgotten(clock: Clock) -> None:
    storage = Windows()
    limiter = MovingWindowRateLimiter(storage)
    for number in range(1000):
        limiter.hit(LIMIT, str(number))
    clock.sleep(SWEEP_SECONDS)
    limiter.hit(LIMIT, "now")
    assert len(storage.windows) == 1
