"""What somebody wrote in a mail: found in every program's form, in bounded time and memory."""

import io
import re
import time
import tracemalloc
from collections.abc import Callable

import pytest

from app.mail import reading
from app.mail.reading import Mail, Unreadable
from tests.mail.samples import FLOWED, HTML, MIXED, REPLIES, Sample, mail, with_files

MOST = 25_000_000


def read(raw: bytes, most: int = MOST) -> Mail:
    return reading.read(io.BytesIO(raw), most)


@pytest.mark.parametrize("sample", REPLIES, ids=lambda sample: sample.name)
def test_what_was_written_is_found_and_no_more(sample: Sample) -> None:
    found = read(mail(sample.body, sample.headers, charset=sample.charset))
    assert found.text == sample.written
    assert found.sender == "customer@example.com"
    assert (found.is_automatic, found.is_cut) == (False, False)


def test_files_are_named_and_their_names_harmless() -> None:
    files = [
        ("bill.pdf", b"x" * 100),
        ("../../etc/pass\u202ewd\n.pdf", b"x"),
        ("r\u00f6te.png", b""),
    ]
    found = read(with_files("See the files.\n", *files, ("a" * 200 + ".pdf", b"x")))
    assert found.text == "See the files."
    *short, long = found.files
    assert short == ["bill.pdf", "passwd .pdf", "röte.png"]
    assert len(long) == 80
    assert long.endswith("aaaaaaa.pdf")


def test_a_logo_in_what_is_answered_is_no_file_that_was_sent() -> None:
    part = '--b1\nContent-Type: text/plain\n\n{}\n--b1\nContent-Type: image/png; name="i.png"\n'
    part += "Content-ID: <i@x>\nContent-Disposition: inline\n\nx\n--b1--\n"
    related = MIXED.replace("mixed", "related")
    assert read(mail(part.format("Hello"), related)).files == []
    assert read(mail(part.format("Look: [cid:i@x]"), related)).files == ["i.png"]


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "Auto-Submitted: Auto-Generated; x=1", "Precedence: bulk",
     "Precedence: auto_reply", "X-Auto-Response-Suppress: All", "List-Id: <a.example.com>",
     "X-Autoreply: yes", "Return-Path: <>",
     'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"'],
)  # fmt: skip
def test_what_a_program_wrote_is_known(header: str) -> None:
    assert read(mail("--b1\n\nI am away.\n--b1--", header)).is_automatic


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: no", "Precedence: normal", "Return-Path: <customer@example.com>",
     "X-Auto-Response-Suppress: None"],
)  # fmt: skip
def test_what_a_person_wrote_is_not_taken_for_a_programs(header: str) -> None:
    assert not read(mail("Hello", header)).is_automatic


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("customer@example.com", "customer@example.com"),
        ('"customer@example.com" <evil@evil.example>', "evil@evil.example"),
        ("customer@example.com <evil@evil.example>", ""),
        ("customer@example.com, evil@evil.example", ""),
        ("Friends: customer@example.com, evil@evil.example;", ""),
        ("customer@example.com\nFrom: evil@evil.example", ""),
        ("=?utf-8?q?customer=40example=2Ecom?= <evil@evil.example>", "evil@evil.example"),
        ("<customer@example.com>evil@evil.example", ""),
        ("customer@example.com(<evil@evil.example>)", "customer@example.com"),
        ("evil@evil.example (customer@example.com)", "evil@evil.example"),
        ("evil@evil.example\0customer@example.com", ""),
        ('"a\\"@x" <b@example.com>, <customer@example.com>', ""),
        ("<@evil.example:customer@example.com>", ""),
        ("x" * 2_000 + " <customer@example.com>", ""),
        ("", ""),
    ],
)
def test_a_mail_is_from_one_address_or_none(sender: str, found: str) -> None:
    assert read(mail("Hello", sender=sender)).sender == found


def test_a_mail_that_comes_again_is_known_by_its_name() -> None:
    first, again = mail("Hello"), mail("Hello", "Received: from b\nDelivered-To: x@example.com")
    assert read(first).name == read(again).name
    assert read(first).name != read(mail("Hello", message_id="<other@example.com>")).name
    nameless = mail("Hello", message_id=None)
    assert read(nameless).name == read(mail("Hello", "Received: x", message_id=None)).name
    assert read(nameless).name != read(mail("Goodbye", message_id=None)).name
    assert len(read(first).name) == 40


@pytest.mark.parametrize("raw", [b"", b"\n\n\n", b"no header at all", b"\x00\xff" * 100])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


def test_a_mail_from_an_mbox_is_read() -> None:
    assert read(b"From lena@example.com Tue Nov  3\r\n" + mail("Hello")).text == "Hello"


def test_what_comes_behind_the_limit_is_left_out_and_said() -> None:
    found = read(mail("Hello\n" + "word " * 20_000), 10_000)
    assert found.is_cut
    assert found.text.startswith("Hello\nword")
    assert not read(mail("Hello")).is_cut


def test_a_mail_of_30_mb_takes_little_memory_and_tells_its_file() -> None:
    content = io.BytesIO(with_files("See the film.\n", ("film.pdf", b"x" * 22_000_000)))
    assert len(content.getvalue()) > 29_000_000
    tracemalloc.start()
    try:
        found = reading.read(content, 40_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (found.text, found.files, found.is_cut) == ("See the film.", ["film.pdf"], False)
    assert peak < 8_000_000


def parts(count: int) -> str:
    return "--b1\n\nx\n" * count + "--b1--\n"


def nested(depth: int) -> str:
    lines = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}' for n in range(depth)]
    return "\n".join(lines)


HARD: dict[str, Callable[[], bytes]] = {
    "addresses": lambda: mail("<a@b " * 100_000 + ":\n"),
    "lines that introduce": lambda: mail(("(a(a(a(a(a(a(a" * 20 + "@b:\n") * 20_000),
    "quotes": lambda: mail(">" * 3_000_000),
    "colons": lambda: mail("From: a@b\n" * 300_000),
    "empty lines": lambda: mail("a" + "\n" * 3_000_000),
    "one line": lambda: mail("On " + "a " * 3_000_000 + "wrote:"),
    "parts": lambda: mail(parts(500_000), MIXED),
    "nested": lambda: mail(nested(2_000), 'Content-Type: multipart/mixed; boundary="b"'),
    "headers": lambda: b"a: b\r\n" * 1_000_000 + mail("Hello"),
    "a long header": lambda: b"X: " + b"(" * 5_000_000 + b"\r\n" + mail("Hello"),
    "comments in from": lambda: mail("Hello", sender="(" * 900 + " customer@example.com"),
    "a long type": lambda: mail("Hello", "Content-Type: text/plain; " + "a=b; " * 100_000),
    "a long name": lambda: mail(parts(1), MIXED + "; name*0=" + "'" * 100_000),
    "folded": lambda: b"X: a\r\n" + b" b\r\n" * 1_000_000 + mail("Hello"),
    "markup": lambda: mail("<div>" * 200_000 + "<a href='" * 50_000, HTML),
    "quoted markup": lambda: mail("<blockquote>" * 50_000 + "<b>x" * 50_000, HTML),
    "formatting": lambda: mail("<b><i><p>" * 50_000, HTML),
    "tables": lambda: mail("<table><tr><td>" * 30_000, HTML),
    "flowed": lambda: mail("a \n" * 90_000, FLOWED),
    "idna": lambda: mail("xn--" + "a" * 500_000, "Content-Type: text/plain; charset=idna"),
    "punycode": lambda: mail("a" * 500_000 + "-b", "Content-Type: text/plain; charset=punycode"),
    "comments": lambda: mail("<!-- " * 100_000, HTML),
    "styles": lambda: mail("<style>" * 80_000, HTML),
    "open links": lambda: mail('<a href="' * 60_000, HTML),
    "entities": lambda: mail("&amp" * 100_000, HTML),
    "a line of markup": lambda: mail("<a href=x>y</a>" * 33_000, HTML),
    "words": lambda: mail("x", "Subject: " + "=?utf-8?q?a?= " * 50_000),
}


@pytest.mark.parametrize("name", HARD)
def test_nothing_takes_long(name: str) -> None:
    raw = HARD[name]()
    began = time.process_time()
    try:
        found = read(raw)
        assert len(found.text) <= reading.MOST_TEXT
    except Unreadable:
        pass
    assert time.process_time() - began < 4


def test_surrogates_and_what_no_database_takes_are_gone() -> None:
    found = read(mail(b"a+2AA-b", "Content-Type: text/plain; charset=utf-7"))
    found.text.encode()
    assert re.fullmatch("a.*b", found.text)
