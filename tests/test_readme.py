"""The README says what is so: settings, commands, pictures and links."""

import ast
import re
from pathlib import Path

from flask import Flask

import config
from app.errors import ChatError
from app.rest import NotJson

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def settings_table() -> str:
    rows = ["| setting | default | does |", "|---|---|---|"]
    for setting in config.SETTINGS:
        default = f"`{setting.default}`" if setting.default else "(empty)"
        rows.append(f"| `{setting.name}` | {default} | {setting.says} |")
    return "\n".join(rows)


def test_the_table_of_settings_is_the_list_in_config() -> None:
    found = re.search(r"<!-- settings.*?-->\n(.*?)\n<!-- /settings -->", README, re.S)
    assert found is not None
    assert found[1] == settings_table()


def test_every_file_that_documents_link_to_is_there() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_make_target_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z]+)", README, re.M))
    assert named
    assert named <= targets


def test_every_flask_command_of_the_readme_is_there(app: Flask) -> None:
    commands = re.findall(r"flask --app wsgi ([a-z]+)(?: ([a-z][a-z-]+))?", README)
    assert commands
    for group, name in commands:
        command = app.cli.commands[group]
        if name:
            assert name in command.commands  # type: ignore[attr-defined]


def test_the_errors_of_the_live_document_are_those_that_there_are() -> None:
    table = (ROOT / "docs" / "live.md").read_text().partition("## Errors")[2]
    told: dict[str, set[int]] = {}
    for codes, statuses in re.findall(r"^\| (`.+?) \| ([\d, ]+) \|", table, re.M):
        for code in re.findall(r"`(\w+)`", codes):
            told[code] = {int(status) for status in statuses.split(", ")}
    known = {kind.code: kind.status for kind in kinds_of(ChatError)}
    assert known[NotJson.code] == 415
    for code, status in known.items():
        assert status in told[code], code
    sources = [
        path.read_text() for path in (ROOT / "app").rglob("*.py") if "protocols" not in path.parts
    ]
    said = {code for source in sources for code in re.findall(r'code="(\w+)"', source)}
    assert said
    assert told.keys() == known.keys() | said | {"method_not_allowed"}


def kinds_of(kind: type[ChatError]) -> list[type[ChatError]]:
    """What is derived from it, but what an older protocol adds."""
    own = [
        each for each in kind.__subclasses__() if not each.__module__.startswith("app.protocols")
    ]
    return [found for each in own for found in (each, *kinds_of(each))]


def test_each_guarantee_has_a_number_of_its_own_that_its_figures_bear() -> None:
    rows = re.findall(r"^\| (\d+) \|(.*)$", (ROOT / "docs" / "guarantees.md").read_text(), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    told = dict(rows)
    for subject in (ROOT / "tests" / "torture").glob("*.py"):
        for call in ast.walk(ast.parse(subject.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Figure":
                number = ast.unparse(call.args[0])
                assert f"`{subject.stem}`" in told[number], f"{subject.name}: {number}"


def test_each_test_that_the_guarantees_name_is_there() -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "guarantees.md").read_text()
    )
    assert named
    for path, name in named:
        assert f"\ndef {name}(" in (ROOT / path).read_text(), f"{path}::{name}"
