"""The line is cut, the server dies, the page is reloaded: nothing is lost, nothing comes twice."""

import re
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from app.extensions import db
from app.models import messages as table
from app.queries import counts
from tests.browser.conftest import Desk, Visit
from tests.browser.test_conversation import in_conversation
from tests.browser.visitors import wait_for


def test_what_is_typed_offline_arrives_once_and_in_order(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    lena.is_online()
    lena.loses_its_line()
    lena.context.set_offline(True)
    lena.line_is("offline")
    said = [f"offline {number}" for number in range(5)]
    for text in said:
        lena.say(text)
    expect(lena.log.locator("article[data-status=pending]")).to_have_count(5)
    ana.say("Are you still there?")
    ana.sees("Are you still there?")
    lena.context.set_offline(False)
    lena.line_is("back")
    ana.sees("offline 4")
    lena.sees("Are you still there?")
    lena.sees("offline 4")
    assert [text for text in ana.texts() if text.startswith("offline")] == said
    assert lena.texts() == ana.texts() == stored(desk)
    lena.is_online()


def test_twenty_unsent_messages_survive_a_reload(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    for who in (lena, ana):
        who.loses_its_line()
    desk.server.kill()
    said = [f"unsent {number:02}" for number in range(20)]
    for text in said:
        lena.say(text)
    expect(lena.log.locator("article[data-status=pending]")).to_have_count(20)
    desk.server.start()
    lena.page.reload()
    for who in (lena, ana):
        expect(who.message("unsent 19")).to_have_count(1, timeout=45_000)
    expect(lena.log.locator("article[data-status=pending]")).to_have_count(0)
    assert lena.texts() == ana.texts() == stored(desk)
    assert lena.texts()[1:] == said


def test_the_server_is_killed_and_started_again_mid_conversation(visit: Visit, desk: Desk) -> None:
    lena, ana = in_conversation(visit)
    ana.say("Before")
    lena.sees("Before")
    for who in (lena, ana):
        who.loses_its_line()
    desk.server.kill()
    for who in (lena, ana):
        who.line_is("reconnecting")
    lena.say("The customer, meanwhile")
    ana.say("The agent, meanwhile")
    desk.server.start()
    for who in (lena, ana):
        expect(who.message("The customer, meanwhile")).to_have_count(1, timeout=45_000)
        expect(who.message("The agent, meanwhile")).to_have_count(1, timeout=45_000)
        expect(who.log.locator("article[data-status=pending]")).to_have_count(0)
        who.is_online()
    assert lena.texts() == ana.texts() == stored(desk)
    assert counts.wrong() == {}


def test_an_attempt_that_hangs_holds_nothing_up_once_the_network_is_back(visit: Visit) -> None:
    """Nor one that fails then, and would have the long pause of those who have tried for long."""
    lines: list[WebSocketRoute] = []

    def let_through(line: WebSocketRoute) -> None:
        lines.append(line)
        if len(lines) != 2:
            line.connect_to_server()

    lena = visit("customer", "")
    lena.loses_its_line()
    lena.page.route_web_socket(re.compile("/socket.io/"), let_through)
    lena.goto("/dashboard").open_widget()
    lena.is_online()
    lines[0].close()
    wait_for(lena, lambda: len(lines) == 2)
    lena.line_is("reconnecting")
    lena.context.set_offline(True)
    lena.line_is("offline")
    lena.context.set_offline(False)
    wait_for(lena, lambda: len(lines) == 3)
    lena.is_online()


def test_a_refused_message_stays_with_its_reason_to_be_discarded_or_tried_again(
    visit: Visit, desk: Desk
) -> None:
    lena, ana = in_conversation(visit)
    lena.loses_its_line()
    lena.context.set_offline(True)
    lena.line_is("offline")
    lena.say("Never mind")
    lena.say("Too late")
    menu = ana.page.locator("#more-menu")
    ana.block()
    expect(ana.row("Lena Ortiz")).to_have_attribute("data-status", "blocked")
    lena.context.set_offline(False)
    for text in ("Never mind", "Too late"):
        expect(lena.message(text)).to_have_attribute("data-status", "failed")
        expect(lena.message(text)).to_contain_text("blocked")
    lena.message("Never mind").get_by_role("button", name="Discard").click()
    expect(lena.message("Never mind")).to_have_count(0)

    menu.click()
    ana.page.get_by_role("button", name="Unblock").click()
    expect(ana.row("Lena Ortiz")).not_to_have_attribute("data-status", "blocked")
    expect(lena.composer).to_be_visible()
    lena.message("Too late").get_by_role("button", name="Try again").click()
    ana.sees("Too late")
    lena.sees("Too late")
    assert lena.texts() == ana.texts() == stored(desk) == ["Is somebody there?", "Too late"]


def test_pages_that_are_ahead_of_a_restored_backup_show_what_is_there_now(
    visit: Visit, desk: Desk, tmp_path: Path
) -> None:
    lena, ana = in_conversation(visit)
    flask(desk, "backup", str(tmp_path / "copy.db"))
    for text in ("Written after", "And this"):
        ana.say(text)
        lena.sees(text)
    for who in (lena, ana):
        who.loses_its_line()
    desk.server.kill()
    flask(desk, "restore", str(tmp_path / "copy.db"))
    desk.server.start()
    for who in (lena, ana):
        expect(who.message("And this")).to_have_count(0, timeout=45_000)
        who.is_online()
    lena.say("Once more, then")
    for who in (lena, ana):
        who.sees("Once more, then")
    assert lena.texts() == ana.texts() == stored(desk) == ["Is somebody there?", "Once more, then"]


def test_two_tabs_of_one_customer_show_the_same(visit: Visit) -> None:
    lena, ana = in_conversation(visit)
    other = lena.new_page()
    other.goto("/dashboard")
    expect(other.locator(".log article.message")).to_have_count(1)
    lena.say("From the first tab")
    ana.say("To both")
    ana.sees("From the first tab")
    expect(other.locator(".log article.message")).to_have_count(3)
    lena.sees("To both")
    assert other.locator(".log .bubble").all_inner_texts() == lena.texts()


def flask(desk: Desk, *command: str) -> None:
    """A command of the shell on the desk's database, which nobody else here has open."""
    desk.app.extensions["begin"].connection.close()
    db.engine.dispose()
    desk.server.flask(*command)


def stored(desk: Desk) -> list[str]:
    """What the database holds, in its order."""
    from sqlalchemy import select

    from app.models import database

    m = table.table.c
    return [
        row.text for row in database.rows(select(m.text).where(m.line.is_(None)).order_by(m.seq))
    ]
