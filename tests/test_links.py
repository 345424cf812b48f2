"""A link ends where its reader would end it, and what is none stays text."""

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ("https://example.com/a后面的文字", [URL]),
    ("https://a.com和https://b.com、c.com也", ["https://a.com", "https://b.com", "https://c.com"]),
    ("https://a.jp和www.b.jp", ["https://a.jp", "https://www.b.jp"]),
    ("https://abcバンク.jp/", ["https://abcバンク.jp/"]),
    ("打开example.com就可以", ["https://example.com"]),
    (f"ดูที่{URL}นะครับ", [URL]),
    ("https://a.exampleشكرا", ["https://a.example"]),
    (f"انظر{URL}", [URL]),
    (f"смотри{URL}", [URL]),
    # and in a path: where a name begins, up to the next mark
    ("https://zh.wikipedia.org/wiki/北京 and", ["https://zh.wikipedia.org/wiki/北京"]),
    (
        "https://zh.wikipedia.org/wiki/北京_(消歧义)#历史",
        ["https://zh.wikipedia.org/wiki/北京_(消歧义)#历史"],
    ),
    ("请看https://example.com/路径，谢谢", ["https://example.com/路径"]),
    ("https://example.com/?q=北京&x=1", ["https://example.com/?q=北京&x=1"]),
    ("https://example.com/第2次/年2026年。", ["https://example.com/第2次/年2026年"]),
    ("https://example.com/@ユーザー", ["https://example.com/@ユーザー"]),
    (
        "https://example.com/レオナルド・ダ・ヴィンチ・",
        ["https://example.com/レオナルド・ダ・ヴィンチ"],
    ),
    ("https://example.com/a/서울", ["https://example.com/a/서울"]),
    *[(f"{URL}{mark}谢谢", [URL]) for mark in (".", ",", "?", ")", "'", "*")],
    ("メールはa@example.comです", ["mailto:a@example.com"]),
    ("連絡先：a@example.com。", ["mailto:a@example.com"]),
    # Stops
    *[(f"{URL}{stop}", [URL]) for stop in ".,;:!?…。、，！？；：．‥؟،؛۔।॥"],
    *[(f"{URL}{stop} 次", [URL]) for stop in "。、…"],
    (f"{URL}...", [URL]),
    (f"{URL}?!", [URL]),
    ("http://a.example,http://b.example", ["http://a.example", "http://b.example"]),
    *[(f"{URL}{mark}{URL}", [URL, URL]) for mark in ",;|→"],
    ("https://example.com。谢谢", ["https://example.com"]),
    *[(f"https://example.com{mark}or", ["https://example.com"]) for mark in "—→|…"],
    (rf'{{"url": "{URL}\n"}}', [URL]),
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
    *[
        (f"{mark}{host}{mark}", [f"https://{host.removeprefix('https://')}"])
        for mark in ("*", "**", "_", "__")
        for host in ("https://a.example", "www.a.example", "a.com", "a.com/x")
    ],
    ("«https://a.example»", ["https://a.example"]),
    # E-mail: what stands before an address, between two of them, and around one
    *[
        (f"{before}a@b.example", ["mailto:a@b.example"])
        for before in ("E-Mail:", "to=", ";", "mail：", "-", "📧", "✉️", "Name<", "d’")
    ],
    *[
        (f"a@b.example{mark}c.d@e.berlin", ["mailto:a@b.example", "mailto:c.d@e.berlin"])
        for mark in (",", ";", "/", "|", "、", "，", ", ")
    ],
    (
        "a@b.example,c@d.example;e@f.example",
        ["mailto:a@b.example", "mailto:c@d.example", "mailto:e@f.example"],
    ),
    *[
        (f"{left}a@b.example{right}", ["mailto:a@b.example"])
        for left, right in ('""', "''", "**", "__", "<>", "()", "[]", "{}", "«»", "„“", "``", "“”")
    ],
    ("**a@b.example** __a@b.example__", ["mailto:a@b.example", "mailto:a@b.example"]),
    ("_a_b_@c.example", ["mailto:_a_b_@c.example"]),
    ("a@b.example's", ["mailto:a@b.example"]),
    ("müller@bücher.example", ["mailto:müller@bücher.example"]),
    ("a@例え.jpへ", ["mailto:a@例え.jp"]),
    ("mailto:a@b.example?subject=x", ["mailto:a@b.example"]),
    *[(text, []) for text in ("a@b", "pkg@1.2.3", "_@b.example_", "o'neil@b.example", "a@b@c.com")],
    # What is invisible, or turns the direction
    *[
        (f"{URL}{mark}gpj.exe", [URL])
        for mark in "\u200b\u200e\u200f\u202a\u202d\u202e\u2060\u2066\u2067\u2068\ufeff"
    ],
    (f"\u202e{URL}\u202c", [URL]),
    (f"{URL}\U0001f600", [URL]),
    (f"{URL}—or", [URL]),
    # A host that is cut is another host
    *[
        (f"https://bank.ex{mark}ample.com/", [])
        for mark in (
            "😀",
            "❤️",
            "\u200b",
            "\u00ad",
            "\u202e",
            "\u3164",
            "．",
            "·",
            "\u2011",
            "%2e",
            "+",
        )
    ],
    *[
        (f"{before}bank.com{mark}.evil.com", [])
        for before in ("https://", "www.", "", "a@")
        for mark in ("😀", "\u200b", "%00")
    ],
    ("https://bank.ⓒom", []),
    ("https://bank.example。evil.com/", []),
    ("https://my–shop.example", []),
    ("https://i❤.ws", []),
    ("https://a..com", []),
    ("a❤️b@c.com x😀bank.com", []),
    ("https://example.com👍", ["https://example.com"]),
    ("https://example.com👍很好", ["https://example.com"]),
    ("https://bank.coм/", ["https://bank.coм/"]),
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
    ("http://[2001:db8::1]:80/x", ["http://[2001:db8::1]:80/x"]),
    ("https://a_b.example/", ["https://a_b.example/"]),
    ("https://https://a.example", ["https://a.example"]),
    ("url=https://a.example", ["https://a.example"]),
    ("https://web.example/2020/https://a.example", ["https://web.example/2020/https://a.example"]),
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
    ("https://good.example\\@evil.example/", []),
    ("https://good.example\u200b@evil.example/", []),
    ("www.good.com:80@evil.com/", []),
    ("good.com:80@evil.com", []),
    ("https://a.com:99999/ https://a.com:80:80/ https://a.com:80b.com", []),
    ("ssh://git@github.com/x", []),
    ("http\u017f://example.com", []),
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
     "*", " ", "<b>", "&amp;", "\u202e", "例.jp", ":80", "?q=1", "#", "..", "ä", "\n",
     "_", ",", "：", "😀", "\u200b", "北", "[::1]", "%", "mailto:", "|"]
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
    "http://a.com/(b)(",
    "見てhttps://例.jp/",
    "x@y.org,",
    "a.com北",
    "https://a.com😀",
    "a''",
    "'a@b",
    "a-",
    "北.",
    "www.a—",
    "_",
    "😀",
]


@pytest.mark.parametrize("piece", NASTY)
def test_a_text_is_read_through_once(piece: str) -> None:
    """Read on to its end from each host, a text of ".com" and letters took eight seconds."""
    started = time.process_time()
    linked((piece * 50_000)[:50_000] + "://@")
    assert time.process_time() - started < 4


@pytest.mark.parametrize("mark", "_*~`")
def test_a_long_run_of_marks_is_looked_at_once(mark: str) -> None:
    """Looked at from each of its signs, this run took eight seconds of the loop."""
    started = time.process_time()
    linked(mark * 20_000 + "://")
    assert time.process_time() - started < 1
