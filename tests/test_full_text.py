"""What a search finds among all that was said: in every script, what is so now, nothing else."""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.auth.tokens import access_token
from app.cli.factories import PASSWORD, state
from app.criteria import begins, read, words_alone
from app.errors import Invalid
from app.jobs.runner import Runner
from app.models import database
from app.models import messages as models
from app.models.messages import MessageState
from app.models.search import index, wanted_of
from app.models.users import Actor
from app.operations import (
    availability,
    chats,
    closures,
    edits,
    merges,
    messages,
    redactions,
    search,
    visitors,
)
from app.operations import sites as making
from app.operations.messages import Draft
from app.operations.transaction import transaction
from app.queries import search as queries
from app.queries import sites
from app.sockets.connections import LIVE
from app.sockets.server import sockets
from app.terms import marked, terms
from tests.files import looked_at, picture
from tests.people import People

# Each is found by the others of its row, and not by what stands in another one.
FOUND = [
    ("The order is late", ["order", "ORDER", "ord", "late order", '"order is late"', "is"]),
    ("Wo bleibt die Größe?", ["größe", "GROSSE", "groesse", "groß", "Große"]),
    ("Die Strasse in Düsseldorf", ["Straße", "strasse", "duesseldorf", "dusseldorf"]),
    ("Un café crème, s'il vous plaît", ["cafe", "creme", "plait", "s'il", "plaît"]),
    ("À propos de l’adresse", ["adresse", "l'adresse", "ladresse"]),
    ("Mr O'Brien-Smith wrote", ["obrien", "o'brien", "O’Brien", "smith", "o'brien-smith"]),
    ("Где мой заказ, Алёна?", ["заказ", "ЗАКАЗ", "алена", "алёна", "зак"]),
    ("أين الكتاب وبالمدرسة", ["كتاب", "الكتاب", "مدرسة", "مدرسه", "المدرسة"]),
    ("شُكْرًا جزيلًا", ["شكرا", "جزيلا"]),
    ("הספר שלי בבית", ["ספר", "הספר", "בית"]),
    ("請問我的訂單在哪裡", ["訂單", "我的訂單", "單", "哪裡"]),
    ("注文した商品が届きません", ["商品", "届き", "注文", "品", "届きません"]),
    ("ノートパソコンの修理", ["パソコン", "修理", "ノート"]),
    ("สินค้าของฉันอยู่ที่ไหน", ["สินค้า", "ของฉัน"]),
    ("주문한 상품을 받지 못했어요", ["주문", "상품", "상품을"]),
    ("मेरा ऑर्डर कहाँ है", ["ऑर्डर", "कहाँ", "कहा"]),
    ("Order #A-10234, 3,50 €", ["10234", "a10234", "a-10234", "#A-10234", "3,50"]),
    ("Write to help@example.com", ["help@example.com", "example", "help@exam", "example.com"]),
    ("iPhone修理 please", ["iphone", "修理", "iPhone修理"]),
]


def said(sender: Actor, text: str, chat_id: int | None = None) -> MessageState:
    return messages.send(sender, chat_id, Draft(text))


def indexed() -> None:
    while search.catch_up(50):
        pass


def found(staff: Actor, what: str, **page: int) -> list[str]:
    indexed()
    return [hit.said.text for hit in queries.found(staff, read(what), **page).hits]


@pytest.fixture(autouse=True)
def without_limits(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False


def test_each_script_is_found(people: People) -> None:
    for text, _ in FOUND:
        said(people.lena, text)
    for text, wanted in FOUND:
        for what in wanted:
            assert text in found(people.ana, what), (text, what)
            assert marked(text, read(what).terms), (text, what)
    assert found(people.ana, "nowhere") == []


def test_every_word_is_asked_for_and_a_phrase_as_it_stands(people: People) -> None:
    said(people.lena, "My red shoes are late")
    said(people.lena, "Shoes that are red")
    assert found(people.ana, "red shoes") == ["Shoes that are red", "My red shoes are late"]
    assert found(people.ana, '"red shoes"') == ["My red shoes are late"]
    assert found(people.ana, "„red shoes“") == ["My red shoes are late"]
    assert found(people.ana, '"red sho"') == [], "a phrase is no beginning"
    assert found(people.ana, "red boots") == []
    assert found(people.ana, "hoes") == [], "a word is found from its beginning on"


@pytest.mark.parametrize(
    "what",
    [
        *("", "   ", '"', "'", "*", "a*b AND", "NOT", "(", "red:*", "-", "👍", "\x00"),
        *("' OR 1=1 --", "NEAR(a b)", "a & !b", "a:b:c", "§", "§c1", "§u1", "{words}:x"),
        *("from:", "is:", "\\", "'a'", "a\x00b", "\ud800"),
    ],
)
def test_nothing_that_is_typed_breaks_it(people: People, what: str) -> None:
    said(people.lena, "Hello, the order")
    assert found(people.ana, what) in ([], ["Hello, the order"])
    assert queries.found_in(chats.open_own(people.lena)[0], words_alone(what)) is not None


def test_a_message_is_found_by_what_its_files_are_called_and_show(people: People) -> None:
    for name, alt in (("rechnung-4711.png", "The broken leg"), ("holiday.png", "")):
        file = looked_at(people.lena, picture(), name, alt)
        messages.send(people.lena, None, Draft(f"Of {name[:4]}", files=(file.id,)))
    for what in ("rechnung", "4711", "broken leg", "rechnung-4711.png", "is:file leg"):
        assert found(people.ana, what) == ["Of rech"], what
    assert found(people.ana, "is:file") == ["Of holi", "Of rech"]


def test_what_is_edited_is_found_by_what_it_says_now(people: People) -> None:
    message = said(people.lena, "Where is my parcel?")
    assert found(people.ana, "parcel") == ["Where is my parcel?"]
    edits.edit(people.lena, message.id, "Where is my letter?")
    assert found(people.ana, "parcel") == []
    assert found(people.ana, "letter") == ["Where is my letter?"]


def test_what_is_edited_before_it_was_indexed_costs_no_other(people: People) -> None:
    first, second = said(people.lena, "One apple"), said(people.lena, "Two pears")
    edits.edit(people.lena, second.id, "Two plums")
    assert found(people.ana, "plums") == ["Two plums"]
    assert found(people.ana, "apple") == [first.text]
    assert found(people.ana, "pears") == []


def test_what_was_deleted_or_hidden_is_not_found(people: People) -> None:
    gone, hidden = said(people.lena, "A secret word"), said(people.lena, "Card 4242 of mine")
    indexed()
    edits.take_back(people.lena, gone.id)
    redactions.redact(people.ada, hidden.id, "4242")
    assert found(people.ana, "secret") == []
    assert found(people.ana, "4242") == []
    assert found(people.ana, "card") == ["Card ••• of mine"]
    assert entries_with("secret") == entries_with("4242") == 0


def entries_with(word: str) -> int:
    """How many entries the index itself has of a word, whatever its message says."""
    statement = select(func.count()).select_from(index().entries)
    return int(database.scalar(statement.where(index().finds(wanted_of(terms(word))))))


def test_an_index_that_lies_shows_nothing_that_is_not_so(people: People) -> None:
    message = said(people.lena, "A secret word")
    indexed()
    with transaction() as tx:  # behind the index's back
        where = models.table.c.id == message.id
        tx.run(update(models.table).where(where).values(text="Another one"), {})
    assert found(people.ana, "secret") == []


def test_pages_go_on_where_the_last_one_ended(people: People) -> None:
    for number in range(25):
        said(people.lena, f"Number {number}")
    indexed()
    seen, before = [], 2**62
    while True:
        page = queries.found(people.ana, read("number"), before, 10)
        seen += [hit.said.text for hit in page.hits]
        if page.next is None:
            break
        before = page.next
    assert seen == [f"Number {number}" for number in reversed(range(25))]


def test_a_page_ends_in_time_and_says_where_to_go_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        said(people.lena, f"Number {number}")
    said(people.marcus, "Number of mine")
    indexed()
    for name, number in (("STEP", 10), ("NEAR", 10), ("MANY", 1)):
        monkeypatch.setattr(queries, name, number)
    monkeypatch.setattr(queries, "SECONDS", 0)
    seen, before, pages = [], 2**62, 0
    while True:
        page = queries.found(people.ana, read("number is:file"), before, 5)
        seen, pages = seen + page.hits, pages + 1
        if page.next is None:
            break
        assert page.next < before
        before = page.next
    assert (seen, pages > 3) == ([], True)


def test_what_is_rare_is_found_beyond_what_is_near(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL looks at the newest entries one by one, and then asks the index for the rest."""
    said(people.lena, "A needle")
    for number in range(30):
        said(people.lena, f"Number {number}")
    indexed()
    for name, number in (("NEAR", 5), ("MANY", 2), ("STEP", 7), ("SECONDS", 30)):
        monkeypatch.setattr(queries, name, number)
    assert found(people.ana, "needle") == ["A needle"]
    assert len(found(people.ana, "number", limit=50)) == 30
    assert len(found(people.ana, "number 2")) == 1


def test_who_said_it(people: People) -> None:
    mine = said(people.lena, "The order of Lena")
    said(people.marcus, "The order of Marcus")
    said(people.ana, "Your order is here", mine.chat_id)
    assert found(people.ana, "order from:lena") == ["The order of Lena"]
    assert found(people.ana, f'order from:"{people.lena.name}"') == ["The order of Lena"]
    assert found(people.ana, "order from:me") == ["Your order is here"]
    assert found(people.ana, "from:staff") == ["Your order is here"]
    assert found(people.ana, "from:customer order") == ["The order of Marcus", "The order of Lena"]
    assert found(people.ana, "order from:nobody") == []
    assert found(people.ana, f"from:{people.marcus.email}") == ["The order of Marcus"]


def test_which_chats(people: People) -> None:
    first = said(people.lena, "The order of Lena")
    said(people.marcus, "The order of Marcus")
    said(people.ana, "Here is the order", first.chat_id)
    assert found(people.ana, "order is:open from:customer") == ["The order of Lena"]
    assert found(people.ana, "order is:waiting") == ["The order of Marcus"]
    assert found(people.ana, "order is:mine from:customer") == ["The order of Lena"]
    assert found(people.ben, "order is:mine") == []
    assert found(people.ben, "order is:unassigned") == ["The order of Marcus"]
    closures.close(people.ana, first.chat_id)
    assert found(people.ana, "order is:open") == []
    assert found(people.ana, "order is:closed from:customer") == ["The order of Lena"]
    assert len(found(people.ana, "order is:closed is:waiting")) == 3
    with pytest.raises(Invalid):
        read("is:nonsense")


def test_what_was_said_long_ago_is_looked_for_from_there_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the index of a month, whose newest message it knows: none of those after it is read."""
    monkeypatch.setattr(queries, "LATE", 1)
    today = datetime.now(UTC).date()
    ids = []
    for days in (1500, 1400, 100, 0):
        ids.append(said(people.lena, f"Said {days} days ago").id)
        at = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
        with transaction() as tx:
            where = models.table.c.id == ids[-1]
            tx.run(update(models.table).where(where).values(created_at=at), {})
    indexed()
    for days, newest in ((1600, 0), (1300, ids[1]), (50, ids[2]), (-40, ids[3])):
        asked = read(f"said before:{today - timedelta(days=days)}")
        assert queries.end_of_said(asked) == newest + 1, days
    with transaction() as tx:
        search.forget_all(tx)
    assert queries.end_of_said(read(f"said before:{today}")) == 1
    assert found(people.ana, f"said before:{today - timedelta(days=50)}") == [
        f"Said {days} days ago" for days in (100, 1400, 1500)
    ]


def test_by_days(people: People) -> None:
    today = datetime.now(UTC).date()
    for days, text in ((0, "Said today"), (1, "Said yesterday"), (400, "Said long ago")):
        message = said(people.lena, text)
        at = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
        with transaction() as tx:
            where = models.table.c.id == message.id
            tx.run(update(models.table).where(where).values(created_at=at), {})
    yesterday = today - timedelta(days=1)
    assert found(people.ana, f"said before:{today}") == ["Said long ago", "Said yesterday"]
    assert found(people.ana, f"said before:{yesterday}") == ["Said long ago"]
    assert found(people.ana, f"after:{yesterday}") == ["Said today"]
    assert found(people.ana, f"after:{today}") == []
    assert found(people.ana, f"after:{today - timedelta(days=2)} before:{today}") == [
        "Said yesterday"
    ]
    assert found(people.ana, f"before:{today.year - 3}") == []
    assert found(people.ana, f"after:{today.year - 3}") == found(people.ana, "said")
    assert (
        found(people.ana, f"after:{today:%Y-%m}") == found(people.ana, f"after:{today.year}") == []
    )
    for wrong in ("2026-13", "yesterday", "2026-02-30", "1"):
        with pytest.raises(Invalid):
            read(f"before:{wrong}")


def said_at(who: Actor, *times: str) -> None:
    """Messages that are their times, of UTC."""
    for time in times:
        message = said(who, f"Said {time}")
        at = round(datetime.fromisoformat(f"{time}Z").timestamp() * 1000)
        with transaction() as tx:
            where = models.table.c.id == message.id
            tx.run(update(models.table).where(where).values(created_at=at), {})


def test_days_are_those_of_who_searches(people: People) -> None:
    times = ("2026-03-14T22:59", "2026-03-14T23:00", "2026-03-15T22:59", "2026-03-15T23:00")
    said_at(people.lena, *times)
    indexed()

    def met(search: str, zone: str = "") -> list[str]:
        page = queries.found(people.ana, read(search, zone))
        return [hit.said.text.removeprefix("Said ") for hit in reversed(page.hits)]

    a, b, c, d = times
    for zone in ("", "UTC", "No/Such"):
        assert met("before:2026-03-15", zone) == met("said before:2026-03-15", zone) == [a, b]
        assert met("after:2026-03-14", zone) == [c, d]
    for words in ("", "said "):
        assert met(f"{words}before:2026-03-15", "Europe/Berlin") == [a]
        assert met(f"{words}after:2026-03-14", "Europe/Berlin") == [b, c, d]
        assert met(f"{words}after:2026-03-14 before:2026-03-16", "Europe/Berlin") == [b, c]
        assert met(f"{words}after:2026-03-15", "Europe/Berlin") == [d]
    assert met("before:2026-03-15", "Pacific/Kiritimati") == []  # where it began at 10:00 UTC
    assert met("before:2026-03-15", "Etc/GMT+12") == [a, b]
    assert met("before:2026-03-16", "America/Los_Angeles") == list(times)
    # Who has working hours has a zone; what their browser says is newer.
    availability.set_hours(people.ana, people.ana.id, "Europe/Berlin", ["9-17"] * 7)
    assert met("before:2026-03-15") == [a]
    assert met("before:2026-03-15", "UTC") == [a, b]
    assert found(people.ben, "before:2026-03-15") == [f"Said {b}", f"Said {a}"]


def test_a_day_on_which_clocks_change_is_as_long_as_it_is(people: People) -> None:
    """In Berlin 23 hours on 29 March and 25 on 25 October 2026. In Beirut midnight is left out
    on 29 March; in Havana it strikes twice on 1 November."""
    for zone, day, first, end in (
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00", "2026-03-29T21:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
    ):
        days = [date.fromisoformat(day) + timedelta(days=by) for by in (0, 1)]
        expected = [datetime.fromisoformat(f"{each}Z").timestamp() * 1000 for each in (first, end)]
        assert [begins(each, zone) for each in days] == expected, (zone, day)
    times = ("2026-10-24T21:59", "2026-10-24T22:00", "2026-10-25T22:59", "2026-10-25T23:00")
    said_at(people.lena, *times)
    indexed()
    asked = read("said after:2026-10-24 before:2026-10-26", "Europe/Berlin")
    hits = queries.found(people.ana, asked).hits
    assert [hit.said.text for hit in hits] == [f"Said {each}" for each in (times[2], times[1])]


def test_every_door_takes_a_zone(app: Flask, client: FlaskClient, people: People) -> None:
    said_at(people.lena, "2026-03-14T23:00")
    indexed()
    client.post("/login", data={"email": "agent@example.com", "password": PASSWORD})
    bearer = {"Authorization": f"Bearer {access_token(people.ana)}"}
    live = sockets.test_client(app, namespace=LIVE, auth={"token": access_token(people.ana)})

    def asked(zone: str) -> Any:
        wanted = {"query": "said after:2026-03-14", "zone": zone}
        return live.emit("find_messages", wanted, namespace=LIVE, callback=True)

    for zone, is_found in (("Europe/Berlin", True), ("UTC", False), ("x" * 40, False)):
        at = f"said after:2026-03-14&zone={zone}"
        page = client.get(f"/admin/messages/found?q={at}").text
        assert ('class="found-hit"' in page) == is_found
        answer = client.get(f"/api/v1/search?query={at}", headers=bearer)
        assert bool(answer.json["hits"]) == is_found  # type: ignore[index]
        assert bool(asked(zone)["hits"]) == is_found
    assert asked("x" * 65)["error"]["code"] == "invalid"
    too_long = client.get(f"/api/v1/search?query=said&zone={'x' * 65}", headers=bearer)
    assert too_long.status_code == 422


def test_before_the_first_day_is_nothing_at_every_door(client: FlaskClient, people: People) -> None:
    said(people.lena, "Hello")
    client.post("/login", data={"email": "agent@example.com", "password": PASSWORD})
    bearer = {"Authorization": f"Bearer {access_token(people.ana)}"}
    for what in ("before:0001", "hello before:0001", "hello before:0001-01-01", "after:9998"):
        for path in (
            f"/admin/messages/rows?q={what}",
            f"/admin/messages/found?q={what}",
            f"/admin/messages/found?zone=Asia/Tokyo&q={what}",
            f"/admin/messages/found?zone=America/Lima&q={what}",
            f"/admin/messages/found/notes?q={what}",
            f"/admin/messages/found/chats?by=tags&q={what}",
            f"/api/v1/search?query={what}",
            f"/api/v1/search/notes?query={what}",
            f"/api/v1/search/chats?by=attributes&query={what}",
        ):
            answer = client.get(path, headers=bearer if "/api/" in path else {})
            assert answer.status_code == 200, path
            assert b"Hello" not in answer.data or "rows" in path, path


def test_in_a_chat_only_what_was_said_there(people: People) -> None:
    said(people.marcus, "The order of Marcus")
    mine = said(people.lena, "The order of Lena")
    indexed()
    chat = state(mine.chat_id)
    hits = queries.found_in(chat, words_alone("order")).hits
    assert [hit.said.text for hit in hits] == ["The order of Lena"]
    assert queries.found_in(chat, words_alone("order from:marcus")).hits == []
    assert queries.found_in(chat, words_alone("§c1")).hits == []


def test_what_is_shown_of_a_hit(people: People) -> None:
    long = "word " * 80 + "the needle is here, " + "word " * 80
    said(people.lena, long)
    indexed()
    (hit,) = queries.found(people.ana, read("needle")).hits
    assert [piece.text for piece in hit.excerpt if piece.is_hit] == ["needle"]
    shown = "".join(piece.text for piece in hit.excerpt)
    assert len(shown) < 260
    assert (shown[0], shown[-1]) == ("…", "…")
    assert shown.strip("…") in long


@pytest.mark.parametrize(
    ("text", "what", "marks"),
    [
        ("An O'Brien", "obrien", ["O'Brien"]),
        ("In 東京都 today", "京都", ["京都"]),
        ("東京都", "京", ["京"]),
        ("big red dog, red big", '"big red"', ["big red"]),
        ("red red", "red", ["red", "red"]),
        ("orders and ordering", "order", ["orders", "ordering"]),
        ("والكتاب", "كتاب", ["والكتاب"]),
        ("caffè e\u0301te\u0301", "été", ["e\u0301te\u0301"]),
    ],
)
def test_what_is_marked(text: str, what: str, marks: list[str]) -> None:
    spans = marked(text, read(what).terms)
    assert spans is not None
    assert [text[start:end] for start, end in spans] == marks


def test_the_site(people: People, app: Flask) -> None:
    shop, blog = sites.first(), making.create_by_shell(name="Sock blog")
    assert shop is not None
    for site, text in ((shop, "Order of the shop"), (blog, "Order of the blog")):
        draft = Draft(text, "a")
        credential = secrets.token_urlsafe(32)
        visitors.write_first(site, credential, draft, language="", address="10.0.0.1")
    assert found(people.ana, "order site:sock") == ["Order of the blog"]
    assert found(people.ana, 'site:"Sock blog"') == ["Order of the blog"]
    assert found(people.ana, "order site:nowhere") == []


def test_what_a_visitor_said_is_the_known_persons_after_a_merge(people: People, app: Flask) -> None:
    """Both ways: the chat as a whole, and what was said poured into another one."""
    site = sites.first()
    assert site is not None
    for person, has_chat in ((people.lena, False), (people.marcus, True)):
        if has_chat:
            said(person, "Mine of before")
        credential = secrets.token_urlsafe(32)
        visitor, _ = visitors.write_first(
            site, credential, Draft("Who am I?", "a"), language="", address="10.0.0.1"
        )
        indexed()
        with transaction() as tx:
            merges.merge(tx, visitor, person)
        Runner(app, lambda work, job: work(job)).look()
        hits = queries.found(people.ana, read(f"who from:{person.email}")).hits
        assert [hit.chat.customer_id for hit in hits] == [person.id]
        chat = state(hits[0].said.chat_id)
        assert len(queries.found_in(chat, words_alone("who")).hits) == 1
