"""What outlives a full collection is set aside, and not for good."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from app import garbage


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me: Ring | None = self


@pytest.fixture(autouse=True)
def begun() -> Iterator[None]:
    garbage.keep_apart()
    yield
    gc.callbacks.remove(garbage.set_aside)
    gc.unfreeze()


def test_what_outlives_a_full_collection_is_not_looked_at_by_the_next() -> None:
    rings = [Ring() for _ in range(1_000)]
    gc.collect()
    assert gc.get_freeze_count() > len(rings)
    looked_at = {id(each) for each in gc.get_objects()}
    assert not any(id(ring) in looked_at for ring in rings)


def test_what_is_new_is_collected_as_ever() -> None:
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None


def test_what_was_set_aside_is_freed_as_soon_as_nothing_refers_to_it() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect()
    ring.me = None
    del ring
    assert gone() is None


def test_what_refers_to_itself_goes_when_all_is_looked_through() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect()
    del ring
    gc.collect()
    assert gone() is not None
    garbage.look_through()
    assert gone() is None
    assert gc.get_freeze_count()
