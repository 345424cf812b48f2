"""The async mode, for everything but `wsgi.py`, which chooses it: work that must leave the loop.

And which of several processes this one is.

Patching never happens here. Unpatched (the CLI, unit tests) everything runs in plain threads.
"""

import _thread
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
# Password hashes at once. A second core is the most there may be to spare, and each thread that
# has ever hashed keeps the 20 MB that one takes.
WORKERS = 1
PARTS_A_TURN = 200  # of a template's output: a few milliseconds
_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="off-loop")
_name = secrets.token_hex(8)


def process_name() -> str:
    """A name of its own after every start, and in every fork: what it said before expires."""
    return _name


def take_another_name() -> None:
    global _name
    _name = secrets.token_hex(8)


os.register_at_fork(after_in_child=take_another_name)


def mode() -> str:
    """`eventlet` or `gevent` when their patches are in force, else `threading`."""
    eventlet = sys.modules.get("eventlet.patcher")
    if eventlet is not None and eventlet.is_monkey_patched("thread"):
        return "eventlet"
    gevent = sys.modules.get("gevent.monkey")
    if gevent is not None and gevent.is_module_patched("threading"):
        return "gevent"
    return "threading"


def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `work` in a real thread and waits for it, while others go on."""
    current = mode()
    if current == "eventlet":
        from eventlet import tpool

        tpool.set_num_threads(WORKERS)  # without effect once they run
        return tpool.execute(work, *args, **kwargs)  # type: ignore[no-any-return]
    if current == "gevent":
        import gevent

        pool: Any = gevent.get_hub().threadpool
        pool.maxsize = WORKERS
        return pool.apply(work, args, kwargs)  # type: ignore[no-any-return]
    return _pool.submit(work, *args, **kwargs).result()


def in_own_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same in a thread that ends with it: for jobs, which no login is to wait for.

    `work` may wait in C and compute, but not use sockets, the database's connections or the log,
    which are the loop's: a patched socket that a second loop waits for ends the process. A
    connection to a file of SQLite that it opens and closes itself is its own.
    """
    current = mode()
    if current == "eventlet":
        return _in_thread_of_eventlet(lambda: work(*args, **kwargs))
    if current == "gevent":
        from gevent.threadpool import ThreadPool

        pool: Any = ThreadPool(1)
        try:
            result, error = pool.apply(_outcome, (lambda: work(*args, **kwargs),))
        finally:
            pool.kill()
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]
    return work(*args, **kwargs)  # a job has its thread


def in_pieces(parts: Iterable[str]) -> Iterator[str]:
    """What takes long to render, a piece at a time: others are served in between."""
    left = iter(parts)
    while piece := list(islice(left, PARTS_A_TURN)):
        yield "".join(piece)
        time.sleep(0)


def aside(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """The same without anybody waiting for it: `work` must not raise."""
    current = mode()
    if current == "eventlet":
        from eventlet.patcher import original

        start = original("_thread").start_new_thread
    elif current == "gevent":
        from gevent.monkey import get_original

        start = get_original("_thread", "start_new_thread")
    else:
        start = _thread.start_new_thread
    start(work, args, kwargs)


def thread_counter() -> Callable[[], int]:
    """What tells a real thread from another one, where `get_ident` tells tasks apart."""
    current = mode()
    if current == "eventlet":
        from eventlet.patcher import original

        return original("_thread").get_ident  # type: ignore[no-any-return]
    if current == "gevent":
        from gevent.monkey import get_original

        return get_original("_thread", "get_ident")  # type: ignore[no-any-return]
    return _thread.get_ident


def _outcome(work: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    """What is raised in gevent's own thread it prints, whoever is going to handle it."""
    try:
        return work(), None
    except BaseException as error:
        return None, error


def _in_thread_of_eventlet(work: Callable[[], T]) -> T:
    """Its own pool is one for all, so: a thread, and a pipe whose end wakes the loop."""
    from eventlet.hubs import trampoline
    from eventlet.patcher import original

    results: list[T] = []
    errors: list[BaseException] = []
    reader, writer = os.pipe()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            os.close(writer)

    original("threading").Thread(target=run, daemon=True).start()
    try:
        trampoline(reader, read=True)
    finally:
        os.close(reader)
    if errors:
        raise errors[0]
    return results[0]


Work = Callable[[], None]
Do = Callable[[Work], BaseException | None]


class Beside:
    """A real thread for one short piece of work after the other, always there.

    As with `in_own_thread`, the work may wait in C and compute, and nothing else. It is done, and
    waited for, whatever becomes meanwhile of who waits: what would have ended them is given back.
    """

    def __init__(self) -> None:
        self._do: Do | None = None

    def do(self, work: Work) -> BaseException | None:
        """Raises what the work raises."""
        if self._do is None:  # not before: a fork would leave the thread behind
            self._do = {"eventlet": _beside_eventlet, "gevent": _beside_gevent}.get(mode(), _here)()
        return self._do(work)


def _here() -> Do:
    return lambda work: work()


def _beside_gevent() -> Do:
    from gevent.threadpool import ThreadPool

    pool: Any = ThreadPool(1)

    def do(work: Work) -> BaseException | None:
        result = pool.spawn(work)
        interruption = waited_for(result.ready, result.wait)
        result.get()
        return interruption

    return do


def _beside_eventlet() -> Do:
    from eventlet.hubs import trampoline
    from eventlet.patcher import original

    queue: Any = original("queue").SimpleQueue()
    plain: Any = original("os")  # the patched one would wait where nobody shields it
    outcomes: list[BaseException | None] = []
    reader, writer = os.pipe()

    def run() -> None:
        while True:
            work = queue.get()
            try:
                work()
                outcomes.append(None)
            except BaseException as error:
                outcomes.append(error)
            plain.write(writer, b".")

    def do(work: Work) -> BaseException | None:
        queue.put(work)
        interruption = waited_for(lambda: outcomes, lambda: trampoline(reader, read=True))
        plain.read(reader, 1)
        if (error := outcomes.pop()) is not None:
            raise error
        return interruption

    original("threading").Thread(target=run, daemon=True, name="beside").start()
    return do


def waited_for(is_done: Callable[[], object], wait: Callable[[], object]) -> BaseException | None:
    """What has interrupted the waiting, if something has."""
    interruption: BaseException | None = None
    while not is_done():
        try:
            wait()
        except BaseException as error:
            interruption = error
    return interruption


def let_psycopg_yield() -> None:
    """Makes psycopg2, which waits in C, wait by the loop of the mode in force."""
    current = mode()
    if current == "eventlet":
        from eventlet.support import psycopg2_patcher

        psycopg2_patcher.make_psycopg_green()
    elif current == "gevent":
        import psycopg2.extensions

        psycopg2.extensions.set_wait_callback(wait_in_gevent)


def wait_in_gevent(connection: Any) -> None:
    """psycopg2's wait callback: see its documentation on coroutine support."""
    from gevent.socket import wait_read, wait_write
    from psycopg2.extensions import POLL_OK, POLL_READ

    while (state := connection.poll()) != POLL_OK:
        wait = wait_read if state == POLL_READ else wait_write
        wait(connection.fileno())
