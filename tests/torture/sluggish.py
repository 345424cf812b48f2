"""`wsgi.py` on a disk that takes its time: SQLite waits `SYNC_MS` more for each sync of a file.

Run by the nursery (`RUNS`). The waiting is done in SQLite's own layer for files, so that whoever
commits waits as long as a disk would make them: in C, without Python's lock.
"""

import _sqlite3
import ctypes
import os
import runpy
from typing import Any

# sqlite3_file, sqlite3_io_methods and sqlite3_vfs of sqlite3.h, as far as they are needed here.
Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
Methods = ctypes.c_void_p * 19
SYNC = 5  # the place of `xSync` among the methods


class File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(Methods))]


class Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("path_length", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", Open),
    ]


kept: list[Any] = []  # what SQLite calls must outlive it
by_methods: dict[int, Any] = {}


def make_slow(milliseconds: int) -> None:
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    vfs = library.sqlite3_vfs_find(None)[0]
    wait = ctypes.CDLL(None).usleep
    address = ctypes.cast(vfs.open, ctypes.c_void_p).value
    assert address
    open_file = Open(address)

    def opened(own: Any, name: Any, file: Any, flags: int, out: Any) -> int:
        status = open_file(own, name, file, flags, out)
        if status == 0 and file:
            place = ctypes.cast(file, ctypes.POINTER(File))[0]
            place.methods = ctypes.pointer(slow(place.methods))
        return int(status)

    def slow(methods: Any) -> Any:
        there = ctypes.addressof(methods[0])
        if there not in by_methods:
            copy = Methods.from_buffer_copy(methods[0])
            sync_file = Sync(copy[SYNC])

            def synced(file: Any, flags: int) -> int:
                wait(milliseconds * 1000)
                return int(sync_file(file, flags))

            kept.append(callback := Sync(synced))
            copy[SYNC] = ctypes.cast(callback, ctypes.c_void_p).value
            by_methods[there] = copy
        return by_methods[there]

    kept.append(callback := Open(opened))
    vfs.open = callback


make_slow(int(os.environ["SYNC_MS"]))
runpy.run_path("wsgi.py", run_name="__main__")
