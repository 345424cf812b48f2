"""A model that answers from articles, and names them: asked of a server that speaks as one."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from app.bot import answering
from app.bot import model as asking
from app.jobs.kinds import kinds
from app.jobs.runner import AT_ONCE
from app.models.messages import Line, MessageState
from app.operations import access, articles, messages
from app.operations.messages import Draft
from app.pages.filters import line
from app.queries import messages as history
from config import SettingError, read
from tests.conftest import settings_for
from tests.people import People


class Model(ThreadingHTTPServer):
    """Keeps what it was asked; `says` is the content of its reply, or all of it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.says: Any = None
        self.status = 200
        self.requests = 0
        self.trickles = False
        self.is_over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/chat/completions"


class Handler(BaseHTTPRequestHandler):
    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((dict(self.headers), body))
        says = self.server.says
        content = says if isinstance(says, str) else json.dumps(says)
        reply = {"choices": [{"message": {"role": "assistant", "content": content}}]}
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"{self.server.address}/elsewhere")
        self.end_headers()
        if self.server.trickles:
            with contextlib.suppress(OSError):
                while not self.server.is_over.wait(0.1):
                    self.wfile.write(b" ")
            return
        self.wfile.write(b"no json" if says is None else json.dumps(reply).encode())

    def parse_request(self) -> bool:
        self.server.requests += 1
        return super().parse_request()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def model(app: Flask) -> Iterator[Model]:
    with Model() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        app.config |= {
            "BOT": True,
            "BOT_MODEL_URL": f"{server.address}#small",
            "RATE_LIMITS": False,
        }
        app.config["BOT_MODEL_KEY"] = "sesame"
        yield server
        server.is_over.set()
        server.shutdown()


@pytest.fixture
def returns(people: People) -> int:
    text = "Within 30 days. " + "A refund follows. " * 40
    made = articles.create(people.maya, title="Returning a chair", text=text, is_published=True)
    articles.create(people.maya, title="Norway", text="We deliver there.", is_published=True)
    return made.id


def lines_of(people: People) -> list[MessageState]:
    chat = access.own_chat(people.lena)
    assert chat is not None
    return [each for each in history.shown(chat.id).messages if each.line == Line.ANSWERED]


def told(people: People) -> list[tuple[str, dict[str, Any] | None]]:
    chat_id = messages.send(people.lena, None, Draft("Can I return my chair?")).chat_id
    answering.answer(chat_id)
    found = history.shown(chat_id).messages
    return [(each.text, each.detailed) for each in found if each.line == Line.ANSWERED]


def test_it_is_given_the_question_and_whole_articles_and_is_named_with_them(
    people: People, model: Model, returns: int
) -> None:
    model.says = {"answer": "Yes, within <b>30 days</b>.", "articles": [returns]}
    ((text, details),) = told(people)
    assert text == "Yes, within <b>30 days</b>. (Returning a chair)"
    assert details is not None
    assert [each["id"] for each in details["articles"]] == [returns]
    ((headers, body),) = model.asked
    assert headers["Authorization"] == "Bearer sesame"
    assert body["model"] == "small"
    system, question = body["messages"]
    assert question == {"role": "user", "content": "Can I return my chair?"}
    assert ("A refund follows. " * 40).strip() in system["content"]
    assert people.lena.name not in json.dumps(body)
    shown = line(lines_of(people)[0])
    assert "Yes, within &lt;b&gt;30 days&lt;/b&gt;." in shown
    assert f'href="/articles/{returns}"' in shown


UNHEARD: list[Any] = [
    {"answer": "", "articles": []},
    {"answer": "Of course!", "articles": []},
    {"answer": "Of course!", "articles": [4711]},
    {"answer": "Of course!", "articles": ["1"]},
    {"answer": "x" * 1001, "articles": [1]},
    {"answer": 5, "articles": [1]},
    {"articles": [1]},
    ["nonsense"],
    "nonsense",
    None,
]


@pytest.mark.parametrize("says", UNHEARD, ids=lambda says: str(says)[:40])
def test_what_names_no_article_that_it_was_given_is_not_heard(
    people: People, model: Model, returns: int, says: Any
) -> None:
    model.says = says
    ((text, details),) = told(people)
    assert text == "Returning a chair"
    assert details is not None
    assert details["text"] == ""
    assert len(model.asked) == 1


def test_one_that_is_away_or_refuses_costs_nobody_the_articles(
    people: People, app: Flask, model: Model, returns: int
) -> None:
    model.says, model.status = {"answer": "Yes.", "articles": [returns]}, 500
    assert [text for text, _ in told(people)] == ["Returning a chair"]
    model.shutdown()
    model.server_close()
    chat_id = messages.send(people.marcus, None, Draft("Can I return my chair?")).chat_id
    answering.answer(chat_id)
    assert any(each.line == Line.ANSWERED for each in history.shown(chat_id).messages)


def test_it_is_followed_nowhere_else(people: People, model: Model, returns: int) -> None:
    model.says, model.status = {"answer": "Yes.", "articles": [returns]}, 302
    assert [text for text, _ in told(people)] == ["Returning a chair"]
    assert model.requests == 1


def test_one_that_never_comes_to_an_end_is_waited_for_no_longer(
    people: People, model: Model, returns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece may come in time, and all of it never."""
    monkeypatch.setattr(asking, "SECONDS", 1)
    model.trickles = True
    started = time.monotonic()
    assert [text for text, _ in told(people)] == ["Returning a chair"]
    assert time.monotonic() - started < 10


def test_a_slow_one_leaves_room_for_other_jobs() -> None:
    assert (kinds["answer_first"].at_once or AT_ONCE) < AT_ONCE


def test_where_no_article_is_found_it_is_not_asked(people: People, model: Model) -> None:
    assert told(people) == []
    assert model.asked == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "localhost:8080", "http://"])
def test_an_address_that_is_none_is_refused(tmp_path: Any, address: str) -> None:
    with pytest.raises(SettingError, match="BOT_MODEL_URL"):
        read(settings_for(tmp_path / "new.db", BOT_MODEL_URL=address))
