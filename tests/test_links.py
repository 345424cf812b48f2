"""A link ends where its reader would end it, and what is none stays text."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import links
from app.links import linked
from tests.browser.injections import CORPUS

URL = "https://example.com/a"
ROWS: list[tuple[str, list[str]]] = [
    (URL, [URL]),
    (f"see {URL} now", [URL]),
    # Letters without blanks, before and behind
    (f"見て{URL}を見て", [URL]),
    (f"请看{URL}就可以了", [URL]),
    (f"여기 {URL}에서", [URL]),
    (f"ㄅㄆ{URL}ㄇ", [URL]),
    ("https://example.comを見て", ["https://example.com"]),
    ("打开https://example.com就可以", ["https://example.com"]),
    ("https://example.com에서", ["https://example.com"]),
    ("https://例え.jp/xです", ["https://例え.jp/x"]),
    ("https://例え.jpを見て", ["https://例え.jp"]),
    ("https://例子.中国/ 好", ["https://例子.中国/"]),
    ("www.例え.jpへ", ["https://www.例え.jp"]),
    (f"{URL}と{URL}b", [URL, f"{URL}b"]),
    ("メールはa@example.comです", ["mailto:a@example.com"]),
    ("連絡先：a@example.com。", ["mailto:a@example.com"]),
    # Stops
    *[(f"{URL}{stop}", [URL]) for stop in ".,;:!?…。、，！？；：．‥؟،؛۔।॥"],
    *[(f"{URL}{stop} 次", [URL]) for stop in "。、…"],
    (f"{URL}...", [URL]),
    (f"{URL}?!", [URL]),
    ("http://a.example,http://b.example", ["http://a.example", "http://b.example"]),
    # Brackets
    *[
        (f"{left}{URL}{right}", [URL])
        for left, right in (
            "()",
            "[]",
            "{}",
            "<>",
            "（）",
            "［］",
            "｛｝",
            "【】",
            "《》",
            "〈〉",
            "〔〕",
        )
    ],
    *[(f"x{left}{URL}{right}y", [URL]) for left, right in ("（）", "「」", "『』", "【】")],
    (f"({URL}_(b))", [f"{URL}_(b)"]),
    (f"see ({URL}).", [URL]),
    # Quotes
    *[
        (f"{left}{URL}{right}", [URL])
        for left, right in ('""', "''", "“”", "„“", "‘’", "«»", "‹›", "「」", "『』", "``")
    ],
    (f'he said "{URL}", so', [URL]),
    ('https://example.com/"onmouseover="alert(1)', ["https://example.com/"]),
    (f"{URL}'s", [f"{URL}'s"]),
    # Emphasis
    *[(f"{mark}{URL}{mark}", [URL]) for mark in ("*", "**", "_", "~", "~~", "`", "***")],
    (f"*see {URL}*", [URL]),
    (f"{URL}_b_", [f"{URL}_b_"]),
    # What is invisible, or turns the direction
    *[
        (f"{URL}{mark}gpj.exe", [URL])
        for mark in "\u200b\u200e\u200f\u202a\u202d\u202e\u2060\u2066\u2067\u2068\ufeff"
    ],
    (f"\u202e{URL}\u202c", [URL]),
    (f"{URL}\U0001f600", [URL]),
    (f"{URL}—or", [URL]),
    # Other scripts
    (f"смотри {URL}, там", [URL]),
    (f"انظر {URL}، هنا", [URL]),
    (f"ראה {URL}.", [URL]),
    ("https://bücher.example/ä", ["https://bücher.example/ä"]),
    ("https://пример.рф/путь?q=да", ["https://пример.рф/путь?q=да"]),
    # Kinds
    ("HTTPS://EXAMPLE.COM/X", ["HTTPS://EXAMPLE.COM/X"]),
    ("http://localhost:5000/x?y=1#z", ["http://localhost:5000/x?y=1#z"]),
    ("http://127.0.0.1/x", ["http://127.0.0.1/x"]),
    ("www.example.de/x", ["https://www.example.de/x"]),
    ("WWW.example.shop", ["https://WWW.example.shop"]),
    ("example.com", ["https://example.com"]),
    ("shop.example.org/x.", ["https://shop.example.org/x"]),
    ("example.com:8080/x", ["https://example.com:8080/x"]),
    ("a.b+c@mail.example.com, x", ["mailto:a.b+c@mail.example.com"]),
    ("mailto:a@example.com", ["mailto:a@example.com"]),
    # None
    ("readme.md file.py script.sh", []),
    ("Ok.Das kommt.Es geht", []),
    ("example.com.py", []),
    ("javascript:alert(1)", []),
    ("JaVaScRiPt:alert(1)//http", []),
    ("data:text/html,x", []),
    ("vbscript:x", []),
    ("ftp://example.com/x", []),
    ("//example.com/x", []),
    ("file:///etc/passwd", []),
    ("https://bank.example@evil.example/", []),
    ("http://user:pw@example.com/x", []),
    ("who.int nasa.gov mit.edu", ["https://who.int", "https://nasa.gov", "https://mit.edu"]),
    ("http://", []),
    ("www.", []),
    ("12:30, 3.5.2026, @home", []),
    ("1.5 x 2.com", ["https://2.com"]),
]


def hrefs(text: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a href="([^"]*)"', linked(text))]


@pytest.mark.parametrize(("text", "found"), ROWS, ids=[text for text, _ in ROWS])
def test_a_link_ends_where_its_reader_ends_it(text: str, found: list[str]) -> None:
    assert hrefs(text) == found
    check(text)


def check(text: str) -> None:
    """That nothing of the text is lost, and nothing but links to the web has come in."""
    made = str(linked(text))
    assert unescape(re.sub(r"<[^>]*>", "", made)) == text
    for tag in re.findall(r"<[^>]*>", made):
        assert tag == "</a>" or re.fullmatch(
            r'<a href="mailto:[^"]*">'
            r'|<a href="https?://[^"]*" rel="noopener noreferrer nofollow" target="_blank">',
            tag,
            re.I,
        ), tag
    for href in hrefs(text):
        assert re.match(r"https?://[^/]|mailto:[^@]+@", href, re.I)
        assert not re.search(r'[\s"<>\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]', href)


@pytest.mark.parametrize("text", CORPUS)
def test_what_wants_to_run_stays_text(text: str) -> None:
    check(text)


PIECES = st.sampled_from(
    ["http://", "https://", "www.", "a.com", "x@y.org", "/p", "を", "。", "(", ")", '"', "'",
     "*", " ", "<b>", "&amp;", "\u202e", "例.jp", ":80", "?q=1", "#", "..", "ä", "\n"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_stands_together(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_any_text_survives(text: str) -> None:
    check(text)


NASTY = [
    "http://",
    "www.",
    "a@",
    "a.b.",
    ".com",
    "http://a.com/(",
    "見てhttps://例.jp/",
    "x@y.org,",
]


@pytest.mark.parametrize("piece", NASTY)
def test_what_the_library_is_shown_stays_small(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads on to the end of its text from each address: twice the text, four times the cost."""
    shown: list[int] = []

    class Counted:
        def match(self, text: str) -> object:
            shown.append(len(text) ** 2)
            return links.made().match(text)

        def test_schema_at(self, text: str, *more: object) -> object:
            shown.append(len(text))
            return links.made().test_schema_at(text, *more)

    monkeypatch.setattr(links, "finder", Counted())
    costs = []
    for length in (1250, 2500, 5000):
        shown.clear()
        linked((piece * length)[:length])
        costs.append(sum(shown))
    assert costs[2] <= 2.5 * costs[1] + 150**2
    assert costs[1] <= 2.5 * costs[0] + 150**2


@pytest.mark.parametrize("mark", "_*~`")
def test_a_long_run_of_marks_is_looked_at_once(mark: str) -> None:
    """Looked at from each of its signs, this run took eight seconds of the loop."""
    started = time.process_time()
    linked(mark * 20_000 + "://")
    assert time.process_time() - started < 1
