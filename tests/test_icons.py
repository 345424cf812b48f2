"""The icons of a page: each that its templates name is drawn in it."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from app.queries import sites

TEMPLATES = Path("templates")
DRAWN = re.compile(r'<symbol id="icon-([a-z0-9-]+)"')
# By name where a macro draws it; `else` and the like name a second one in the same call.
CALLED = re.compile(r"(?:icon|empty)\(([^()]*)")


def named(template: str, seen: set[str]) -> set[str]:
    """Icons that a template and all that it is made of name in so many words."""
    if template in seen or template == "ui.html":
        return set()
    seen.add(template)
    source = (TEMPLATES / template).read_text()
    parts = re.findall(r'(?:include|extends|from|import) "([^"]+)"', source)
    calls = CALLED.findall(source)
    here = {name for call in calls for name in re.findall(r'"([a-z0-9-]+)"', call)} & every()
    return here.union(*(named(part, seen) for part in parts))


def every() -> set[str]:
    return set(DRAWN.findall((TEMPLATES / "_icons.svg").read_text()))


def test_every_icon_that_is_called_is_there_and_every_one_there_is_called() -> None:
    said = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    called = set(re.findall(r'icon\("([a-z0-9-]+)"', said))
    assert called <= every()
    assert {name for name in every() if f'"{name}"' not in said} == set()


def test_a_chat_in_a_frame_draws_just_its_own(client: FlaskClient) -> None:
    html = client.get(f"/embed/{sites.every()[0].key}/frame").text
    drawn = set(DRAWN.findall(html))
    # Nobody logs out of a frame.
    assert drawn == named("embed.html", {"_log_out_dialog.html"})
    assert set(re.findall(r'href="#icon-([a-z0-9-]+)"', html)) <= drawn


def test_every_other_page_draws_them_all(client: FlaskClient) -> None:
    assert set(DRAWN.findall(client.get("/login").text)) == every()
