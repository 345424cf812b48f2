"""The same rooms as by the library's own manager, whatever is done; and nobody's going costs more
for how many others are there."""

import time
from itertools import count
from types import SimpleNamespace
from typing import Any

import socketio
from hypothesis import given
from hypothesis import strategies as st

from app.sockets.manager import Manager

LIVE, OLDER = "/live", "/"
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "accept", "enter", "leave", "close", "going", "gone"]),
        st.integers(0, 5),
        st.sampled_from([LIVE, OLDER]),
        st.sampled_from(["staff", "chat:1", "chat:2"]),
    ),
    max_size=60,
)


def managed(manager: Any) -> Any:
    numbers = count(1)
    names = SimpleNamespace(generate_id=lambda: f"sid-{next(numbers)}")
    manager.set_server(SimpleNamespace(eio=names, packet_class=socketio.packet.Packet))
    return manager


def do(manager: Any, what: str, who: str, namespace: str, room: str) -> Any:
    sid = manager.sid_from_eio_sid(who, namespace)
    if what == "connect":
        return manager.pre_connect(who, namespace)
    if sid is None:
        return None
    match what:
        case "accept" if manager.is_pre_connected(sid, namespace):
            return manager.connect(sid, namespace)
        case "enter":
            manager.enter_room(sid, namespace, room)
        case "leave":
            manager.leave_room(sid, namespace, room)
        case "close":
            manager.close_room(room, namespace)
        case "going":
            return manager.pre_disconnect(sid, namespace)
        case "gone":
            manager.disconnect(sid, namespace)
    return manager.is_connected(sid, namespace), sorted(map(str, manager.get_rooms(sid, namespace)))


@given(STEPS)
def test_rooms_are_those_of_the_library(steps: list[tuple[str, int, str, str]]) -> None:
    ours, theirs = managed(Manager()), managed(socketio.Manager())
    for what, who, namespace, room in steps:
        step = what, f"eio-{who}", namespace, room
        assert do(ours, *step) == do(theirs, *step)
        assert ours.rooms == theirs.rooms
        assert ours.pending_connect == theirs.pending_connect
        assert ours.pending_disconnect == theirs.pending_disconnect
    for who in range(6):
        for namespace in (LIVE, OLDER):
            do(ours, "gone", f"eio-{who}", namespace, "")
    assert ours.rooms_of == {}


def test_thousands_who_go_take_no_time() -> None:
    manager = managed(Manager())
    sids = [manager.connect(f"eio-{number}", LIVE) for number in range(8_000)]
    for number, sid in enumerate(sids):
        manager.enter_room(sid, LIVE, f"user:{number}")
    began = time.process_time()
    for sid in sids:
        manager.disconnect(sid, LIVE)
    assert time.process_time() - began < 2  # by the library 20 s and more
    assert not manager.rooms.get(LIVE)
