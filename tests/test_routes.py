"""Addresses are built as by werkzeug, by functions that are written when they are needed."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.routing.exceptions import BuildError

from app.routes import Route

VALUES: list[tuple[str, dict[str, Any]]] = [
    ("chat", {"chat_id": 7}),
    ("chat", {"chat_id": 7, "after": "ä &", "tag": ["x", "y"]}),
    ("file", {"path": "a/b c.png"}),
    ("first", {}),
    ("first", {"page": 2}),
]


def addresses(rule_type: type[Rule]) -> list[str]:
    rules = [
        rule_type("/chats/<int:chat_id>", endpoint="chat"),
        rule_type("/files/<path:path>", endpoint="file"),
        rule_type("/list", endpoint="first", defaults={"page": 1}),
        rule_type("/list/<int:page>", endpoint="first"),
    ]
    adapter = Map(rules).bind("desk.example.com")
    found = [adapter.build(endpoint, values) for endpoint, values in VALUES]
    return [*found, adapter.build("chat", {"chat_id": 7, "x": 1}, append_unknown=False)]


def test_they_build_what_werkzeug_builds() -> None:
    assert addresses(Route) == addresses(Rule)
    assert addresses(Route)[:2] == ["/chats/7", "/chats/7?after=%C3%A4+%26&tag=x&tag=y"]


def test_a_builder_is_written_once_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, bool]] = []
    write = Route.builder

    def count(route: Route, append_unknown: bool) -> Any:
        written.append((route.rule, append_unknown))
        return write(route, append_unknown)

    monkeypatch.setattr(Route, "builder", count)
    adapter = Map([Route("/a/<x>", endpoint="a"), Route("/b", endpoint="b")]).bind("here")
    assert adapter.match("/a/1") == ("a", {"x": "1"})
    assert written == []
    assert [adapter.build("a", {"x": "1"}), adapter.build("a", {"x": "2"})] == ["/a/1", "/a/2"]
    assert written == [("/a/<x>", True)]


def test_what_is_missing_is_an_error_each_time() -> None:
    adapter = Map([Route("/a/<x>", endpoint="a")]).bind("here")
    for _ in range(2):
        with pytest.raises(BuildError):
            adapter.build("a", {})


def test_the_desk_has_such_routes(app: Flask) -> None:
    assert all(isinstance(rule, Route) for rule in app.url_map.iter_rules())
