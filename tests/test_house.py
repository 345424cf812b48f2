"""The house rules, read from the source: who imports whom, who writes, who emits."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"

# What stands in no room: any room may have it, and it imports no room but `models`.
HALL = {"budgets", "cards", "clock", "concurrency", "errors", "events", "extensions", "hours"}
HALL |= {"garbage", "heads", "locks", "metrics", "packing", "periods", "routes", "software"}
HALL |= {"spreadsheet"}
HALL |= {"conditions"}  # of rules
# How what people write is understood and shown.
HALL |= {"addresses", "contrast", "criteria", "direction", "folding", "formatting", "gists"}
HALL |= {"links", "origins", "screening", "terms", "visible"}
# room: the rooms it may import. Doors never call each other.
MAY_IMPORT = {
    "models": set(),
    "queries": {"models"},
    "operations": {"models", "announce"},
    "auth": {"models", "operations"},
    "schemas": {"models", "operations", "queries"},  # the values that they shape
    "pages": {"models", "operations", "queries", "auth", "files", "languages", "paper"}
    | {"checkups"},
    "paper": set(),
    "embed": {"models", "operations", "queries", "auth", "files", "schemas", "languages"},
    "rest": {"models", "schemas"},
    "api": {"models", "operations", "queries", "auth", "files", "schemas", "rest"},
    "sockets": {"models"},
    "realtime": {"models", "operations", "queries", "auth", "schemas", "sockets", "announce"}
    | {"files", "jobs", "supervisor", "rest"},
    "protocols": {"models", "operations", "queries", "auth", "schemas", "sockets", "rest"},
    "files": {"models", "operations", "queries"},
    "bot": {"models", "operations", "queries"},
    "webhooks": {"models", "operations", "queries", "schemas"},
    "jobs": {"models", "operations", "queries", "files", "mail", "bot", "webhooks", "paper"},
    "mail": {"models", "operations", "queries", "auth"},
    "cli": {"models", "operations", "queries", "files", "jobs", "mail", "checkups"},
    "checkups": {"models", "operations", "queries", "files", "mail", "supervisor"},
}
EXCEPTIONS = {("app/api/docs.py", "realtime")}  # it documents the events from their handlers


def modules(folder: Path = APP) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def room_of(path: Path) -> str:
    parts = path.relative_to(APP).parts
    return parts[0] if len(parts) > 1 else path.stem


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it that stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> set[str]:
    """The methods that are called, by their last name; `x.y.emit()` is `emit`."""
    called = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return {node.attr for node in called if isinstance(node, ast.Attribute)}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return listed.stdout.splitlines()


def test_a_room_imports_the_rooms_below_it_alone() -> None:
    found = set()
    for path in modules():
        room = room_of(path)
        may = MAY_IMPORT.get(room, {"models"} if room in HALL else None)
        if may is not None:
            rooms = {full.split(".")[1] for full in imported(path) if full.startswith("app.")}
            found |= {(name(path), other) for other in rooms - may - HALL - {room}}
    assert found == EXCEPTIONS


def test_every_room_is_in_the_table() -> None:
    rooms = {path.name for path in APP.iterdir() if (path / "__init__.py").exists()}
    assert rooms | {"rest"} == set(MAY_IMPORT)


def test_only_operations_and_the_shell_write() -> None:
    writing = {f"sqlalchemy.{verb}" for verb in ("insert", "update", "delete")}
    writing.add("app.operations.transaction.transaction")
    for path in modules():
        if room_of(path) not in ("operations", "cli"):
            assert not writing & set(imported(path)), name(path)
            assert not {"commit", "begin"} & calls(path), name(path)


def test_only_deliver_emits() -> None:
    emitting = [name(path) for path in modules() if {"emit", "emit_to"} & calls(path)]
    assert emitting == ["app/protocols/deliver.py", "app/realtime/listeners.py"]


def test_room_names_come_from_one_place() -> None:
    joining = {"enter_room", "leave_room", "join_room", "close_room"}
    assert [name(path) for path in modules() if joining & calls(path)] == ["app/sockets/rooms.py"]


def test_who_asks_is_an_argument_below_the_doors() -> None:
    of_a_request = {"request", "session", "g", "current_user", "login_user", "url_for"}
    for path in modules():
        if room_of(path) in ("operations", "models", "queries", "schemas"):
            taken = [full for full in imported(path) if full.startswith(("flask.", "flask_login."))]
            assert not of_a_request & {full.rpartition(".")[2] for full in taken}, name(path)


def test_nothing_patches_and_few_know_the_mode() -> None:
    by_mode = {"app/concurrency.py", "app/locks.py"}
    knowing = by_mode | {
        f"app/{name}.py" for name in ("serving", "sockets/reading", "sockets/websocket")
    }
    for path in modules():
        assert not {"monkey_patch", "patch_all"} & calls(path), name(path)
        libraries = {full.split(".")[0] for full in imported(path)} & {"eventlet", "gevent"}
        assert not libraries or name(path) in knowing, name(path)


def test_a_module_says_what_it_is_and_has_a_name_of_its_own() -> None:
    for path in (ROOT / listed for listed in tracked() if listed.endswith(".py")):
        if path.exists() and path.read_text().strip():
            assert ast.get_docstring(tree(path)), name(path)
        assert path.stem not in ("utils", "util", "helpers", "common", "misc"), name(path)


def test_a_public_operation_says_what_it_does() -> None:
    for path in modules(APP / "operations"):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and is_public(node):
                assert ast.get_docstring(node), f"{name(path)}: {node.name}"


def is_public(node: ast.FunctionDef) -> bool:
    """Whether it is a whole transaction of somebody who acts."""
    first = node.args.args[0].arg if node.args.args else ""
    return first in ("actor", "staff", "customer") and "transaction()" in ast.unparse(node)


WAITING = {"sleep", "emit", "announce", "deliver", "hashed", "matches", "off_loop"}
WAITING |= {"limits"}  # which ask Redis
WAITING |= {"rows", "row", "scalar", "reading", "snapshot"}  # by a second connection


def within_transactions(module: ast.AST) -> Iterator[ast.AST]:
    """What runs in a transaction: blocks of one, and functions that are handed one."""
    for node in ast.walk(module):
        if isinstance(node, ast.With) and "transaction()" in ast.unparse(node.items[0]):
            yield from node.body
        elif isinstance(node, ast.FunctionDef):
            given = {
                arg.arg: arg.annotation and ast.unparse(arg.annotation) for arg in node.args.args
            }
            if given.get("tx") == "Transaction":
                yield node


def waits(module: ast.AST) -> set[str]:
    """What is called within its transactions and waits or tells; also `limits.sends()`."""
    return {
        part
        for inner in within_transactions(module)
        for call in ast.walk(inner)
        if isinstance(call, ast.Call)
        for part in parts_of(call.func)
        if part in WAITING
    }


def parts_of(called: ast.expr) -> set[str]:
    """The name that is called, and of `x.y()` both; a method of what another call gave is none."""
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return {called.value.id, called.attr}
    return {called.id} if isinstance(called, ast.Name) else set()


def test_nothing_waits_or_tells_within_a_transaction() -> None:
    for path in modules(APP / "operations"):
        assert not waits(tree(path)), name(path)


@pytest.mark.parametrize(
    "line", ["row()", "database.row(x)", "time.sleep(1)", "limits.sends(x)", "y = announce([x])"]
)
@pytest.mark.parametrize("head", ["with transaction() as tx:", "def f(tx: Transaction):"])
def test_what_waits_within_a_transaction_is_found(head: str, line: str) -> None:
    assert waits(ast.parse(f"{head}\n    if x:\n        {line}"))
    assert not waits(ast.parse(f"{line}\n{head}\n    tx.run(x).scalar()"))


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    roots = [f"/{folder}/" for folder in ("work", "root", "home")]
    for listed in tracked():
        path = ROOT / listed
        if "/vendor/" in listed or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # a picture, a sound
        assert not [root for root in roots if root in text], listed
