"""The log is lines of ours: nobody outside writes one."""

import logging
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
import structlog
from flask import request

from app import create_app
from app.auth.tokens import access_token
from app.extensions import db
from tests.conftest import settings_for
from tests.people import People
from tests.servers import ROOT

# Turns what follows, ends what keeps it apart, and tells a terminal what to do.
TURN = "\u202e\u2067\u2069\u200f\u061c\u2028\x85\x1b[2K\x9b1A\x08"
LINE = "a\r\nSet-Cookie: evil=1\r\n\r\n2026-01-01T00:00:00Z [info] forged line"


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_input_makes_a_line_of_the_log(
    database: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    app = create_app(settings_for(database, LOG_FORMAT=form, LOG_LEVEL="DEBUG"))
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        token = {"Authorization": f"Bearer {access_token(People().lena)}"}
        client = app.test_client()
        client.get("/nowhere/" + LINE.replace("\r\n", "%0d%0a"))
        client.get("/api/v1/me", headers={"User-Agent": "forged line"} | token)
        client.post("/api/v1/messages", json={"message": LINE, "clientId": "a"}, headers=token)
        client.post("/login", data={"email": LINE, "password": LINE})
        db.engine.dispose()
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert not [line for line in lines if line.startswith(("2026-01-01", "Set-Cookie"))]


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_in_a_line_of_the_log_turns_it_or_moves_the_cursor(
    database: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as a server finds them
    app = create_app(settings_for(database, LOG_FORMAT=form, LOG_LEVEL="DEBUG"))
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/breaks", "breaks", breaks)
    with app.app_context():
        client = app.test_client()
        client.get(f"/nowhere/{quote(TURN)}")
        client.open(f"/nowhere/{quote(TURN)}", method=f"GET{TURN[:5]}")
        client.get("/breaks", query_string={"told": TURN + LINE})
        logging.getLogger("a.dependency").warning("malformed: %s", TURN + LINE)
        db.engine.dispose()
    told = capsys.readouterr().err
    assert told.count("/nowhere/") == 2
    assert "ValueError" in told
    assert told.count("malformed: ") == 1
    written = [letter for letter in told if not letter.isprintable()]
    assert set(written) == {"\n"}
    assert not [line for line in told.split("\n") if line.startswith(("2026-01-01", "Set-Cookie"))]


def breaks() -> str:
    raise ValueError(request.args["told"])


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_libraries_log_has_our_form_and_ids(
    database: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as a server finds them
    create_app(settings_for(database, LOG_FORMAT=form))
    with structlog.contextvars.bound_contextvars(request_id="the request"):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            logging.getLogger("a.dependency").exception("lost its %s", "way")
    told = capsys.readouterr().err
    assert told.count("lost its way") == 1
    assert told.count("the request") == 1
    if form == "json":
        line = orjson.loads(told)
        assert (line["event"], line["level"]) == ("lost its way", "error")
        assert line["exception"][0]["exc_type"] == "ZeroDivisionError"


FLOOD = """
import os, sys
from app import logs

reader, writer = os.pipe()
os.set_blocking(writer, False)
if sys.argv[1] == "nobody":
    os.close(reader)
os.dup2(writer, 2)
logs.survive_a_full_disk()
for _ in range(100):
    print("x" * 8_000, file=sys.stderr)
if sys.argv[1] == "slowly":
    assert os.read(reader, 8_001) == b"x" * 8_000 + b"\\n"
"""


@pytest.mark.parametrize("read_by", ["nobody", "slowly"])
def test_a_log_that_takes_nothing_more_holds_nobody_up(read_by: str) -> None:
    """In a process of its own, for what is held up there cannot be stopped from within."""
    command = [sys.executable, "-c", FLOOD, read_by]
    subprocess.run(command, cwd=ROOT, check=True, timeout=30)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_without_a_place_to_write_to_one_serves_all_the_same(closed: str) -> None:
    code = "from app import logs; logs.survive_a_full_disk(); print('served')"
    command = f'exec "{sys.executable}" -c "{code}" {closed}'
    assert subprocess.run(command, shell=True, cwd=ROOT, check=False).returncode == 0
