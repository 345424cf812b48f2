"""What somebody wrote is shown formatted where they meant it, and as they typed it elsewhere."""

import re
import sys
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.formatting import formatted, plain, shown
from app.links import linked
from tests.browser.injections import CORPUS

LINK = 'rel="noopener noreferrer nofollow" target="_blank"'
ROWS = [
    ("**a** *b* _c_ ~~d~~", "<strong>a</strong> <em>b</em> <em>c</em> <s>d</s>"),
    ("***both***", "<em><strong>both</strong></em>"),
    ("这是**重点**内容", "这是<strong>重点</strong>内容"),
    ("**Name:** Ana\n**Order:** 7", "<strong>Name:</strong> Ana\n<strong>Order:</strong> 7"),
    ("say `a*b*` and `` a`b ``", "say <code>a*b*</code> and <code>a`b</code>"),
    ("`a\n b` c", "<code>a\n b</code> c"),
    ("    in *it*\n  at all", "    in <em>it</em>\n  at all"),
    ("*a*\n\nb\n\n\n\nc", ["<em>a</em>", "b\n\n", "c"]),
    ("<b>x</b> **&lt;**", "&lt;b&gt;x&lt;/b&gt; <strong>&amp;lt;</strong>"),
    ("\\*a\\* **b**", "\\*a\\* <strong>b</strong>"),
    (
        "[pay](https://a.de/x)",
        f'<a href="https://a.de/x" {LINK}>pay</a> <bdi class="link-host">(a.de)</bdi>',
    ),
    (
        "[https://bank.de](https://evil.example)",
        f'<a href="https://evil.example" {LINK}>https://bank.de</a>'
        ' <bdi class="link-host">(evil.example)</bdi>',
    ),
    ("[https://a.de/x](https://a.de/x)", f'<a href="https://a.de/x" {LINK}>https://a.de/x</a>'),
    ("[a.de](a.de) **b**", "[a.de](a.de) <strong>b</strong>"),
    (
        "[x](www.b\u0430nk.de)",
        f'<a href="https://www.b\u0430nk.de" {LINK}>x</a>'
        ' <bdi class="link-host">(www.xn--bnk-6cd.de)</bdi>',
    ),
    (
        "[bank](http://www.bаnk.de/@x?q=@)",
        f'<a href="http://www.bаnk.de/@x?q=@" {LINK}>bank</a>'
        ' <bdi class="link-host">(www.xn--bnk-6cd.de)</bdi>',
    ),
    (
        "[**write** us](mailto:a@b.de)",
        '<a href="mailto:a@b.de"><strong>write</strong> us</a>'
        ' <bdi class="link-host">(a@b.de)</bdi>',
    ),
    (
        "**a** https://a.de/_b_/*c",
        f'<strong>a</strong> <a href="https://a.de/_b_/*c" {LINK}>https://a.de/_b_/*c</a>',
    ),
]
A, B = '<ul dir="auto">', '<ol dir="auto">'
BLOCKS = [
    ("- a\n- b\nthen", f'{A}<li>a</li><li>b</li></ul><p dir="auto">then</p>'),
    ("* a\n* b", f"{A}<li>a</li><li>b</li></ul>"),
    ("- a\n  - b\n  - c\n- d", f"{A}<li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
    ("3. a\n7. b", f'{B}<li value="3">a</li><li value="7">b</li></ol>'),
    ("- a\n\n- b", f"{A}<li><p>a</p></li><li><p>b</p></li></ul>"),
    (
        "> you\n> > I\n\nmine",
        '<blockquote dir="auto"><p>you</p><blockquote><p>I</p></blockquote></blockquote>'
        '<p dir="auto">mine</p>',
    ),
    ("> you\nmine", '<blockquote dir="auto"><p>you</p></blockquote><p dir="auto">mine</p>'),
    ("```py\nif a:\n  *b*\n```", '<pre dir="auto"><code>if a:\n  *b*</code></pre>'),
    ("```two words\nx\n```", '<pre dir="auto"><code>two words\nx</code></pre>'),
    (
        "see\n```\n<b>\n```\nso",
        '<p dir="auto">see</p><pre dir="auto"><code>&lt;b&gt;</code></pre><p dir="auto">so</p>',
    ),
]
AS_TYPED = [
    "Hello",
    "2 * 3 * 4",
    "5*6*7 = 210",
    "snake_case_names",
    "__init__.py",
    "__proto__",
    "#1234",
    "# 1",
    "1.",
    "1. ",
    "1. May",
    "3. of 4",
    "- yes",
    "- ",
    "-",
    "a - b - c",
    ">_<",
    "> a\n>_<",
    ">5 and >6",
    ":*) so :*)",
    ":* so :*",
    "*_* so *_*",
    "-_- -_- ^_^",
    "¯\\_(ツ)_/¯",
    "C:\\*.txt *",
    "****",
    "f***ing s***",
    "a\n===",
    "a\n---\n***",
    "| a |\n|---|",
    "    in\n      deed",
    "a\n\n\n\nb",
    "``` and so on",
    "```\nopen",
    "~5 and ~6",
    "~~",
    "~~~",
    "*a\n\nb*",
    "a * b\n* c",
    "[a]",
    "[a](b)",
    "[a](/logout)",
    "[a](javascript:alert(1))",
    "[a](//b.de)",
    "[a](https://good.de@evil.de)",
    "[a](https://good.de\\@evil.de)",
    "![a](x)",
    "[a]: b\n[a]",
    "+ 5\n+ 6",
    "1) a\n2) b",
    "&amp; &#65;",
    "<a@b.de>",
    "a  \nb\\\nc",
    "12:30",
    "_",
    "_ _ _",
    "$_GET['_a']",
    "/srv/_data_/x",
    "a@_b_.de",
    "- a\n- ",
]
ALLOWED = {"p", "blockquote", "ul", "ol", "li", "pre", "code", "strong", "em", "s", "a", "bdi"}
ATTRIBUTES = {
    "dir": r"auto",
    "value": r"\d+",
    "class": r"link-host",
    "target": r"_blank",
    "rel": r"noopener noreferrer nofollow",
}


@pytest.mark.parametrize(("text", "said"), ROWS, ids=[text for text, _ in ROWS])
def test_marks_within_a_line(text: str, said: str | list[str]) -> None:
    paragraphs = [said] if isinstance(said, str) else said
    wanted = "".join(f'<p dir="auto">{each}</p>' for each in paragraphs)
    assert (shown(text).html, shown(text).is_formatted) == (wanted, True)


@pytest.mark.parametrize(("text", "html"), BLOCKS, ids=[text for text, _ in BLOCKS])
def test_blocks(text: str, html: str) -> None:
    assert shown(text).html == html


@pytest.mark.parametrize("text", AS_TYPED)
def test_what_people_type_anyway_stays_as_it_was(text: str) -> None:
    assert shown(text) == (linked(text), False)
    # Beside something that is formatted, too.
    html = str(shown(f"**x**\n\n{text}").html)
    assert html.startswith('<p dir="auto"><strong>x</strong></p>')
    assert " ".join(Reader(html).text.split()) == " ".join(f"x\n{text}".split())


def test_a_text_without_a_sign_of_it_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.formatting.reader", None)
    text = "Hello, (https://a.de/x) my order #17 - is late: 2 > 1?\nLena"
    assert shown(text) == (linked(text), False)
    with pytest.raises(AttributeError):
        shown("*a*!")


class Reader(HTMLParser):
    """The text of some HTML; what does not belong there is refused."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.open = "", list[str]()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        assert tag != "a" or "a" not in self.open
        for name, value in attrs:
            if name == "href" and tag == "a":
                assert re.match(r"https?://[^/]|mailto:[^@]+@", value or "", re.I), value
            else:
                assert re.fullmatch(ATTRIBUTES[name], value or ""), (name, value)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += "\n" if tag == "p" else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    handle_comment = handle_decl = handle_pi = unknown_decl


def check(text: str) -> str:
    """What can be read of the text; it holds no more than it may."""
    it = shown(text)
    said = Reader(str(it.html)).text
    assert it.is_formatted or said == text.replace("\r\n", "\n").replace("\r", "\n") or "\r" in text
    return said


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "**{}**",
        "> {}",
        "- {}\n- {}",
        "`{}`",
        "```\n{}\n```",
        "[{}](https://a.de)",
        "[a]({})",
        '[a](https://a.de "{}")',
    ],
)
def test_what_wants_to_run_stays_text(text: str, around: str) -> None:
    check(around.replace("{}", text))


PIECES = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "[",
        "](",
        ")",
        "a",
        "b c",
        " ",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "https://a.de/x",
        "mailto:a@b.de",
        "javascript:",
        "<b>",
        '"',
        "'",
        "&",
        "\\",
        "  ",
        "é",
        "م",
        "字",
        "!",
        ":",
        "\t",
        "x" * 30,
        "www.a.de",
        "\u202e",
        "\x00",
        "```\n",
        ">",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@example("[]()")
@example("[a]( )")
def test_whatever_stands_together(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(text)


WORDS = st.sampled_from(
    [
        "*",
        "**",
        "_",
        "~~",
        "`",
        " ",
        "\n",
        "> ",
        "- ",
        "* ",
        "a",
        "bc",
        "  ",
        "\n\n",
        ">",
        "```\n",
        "é",
        "字",
        ":*",
        ">_<",
    ]
)


@given(st.lists(WORDS, max_size=60).map("".join))
@example("```a")
@example("```a\nb\n```")
def test_no_word_is_lost_or_moved(text: str) -> None:
    """Behind the marks of a fence there may be a language, which is shown where it is none."""
    letters = re.compile(r"[^\w]|_")
    lines = [line for line in text.split("\n") if not line.lstrip(" >-*").startswith("```")]
    least, most = letters.sub("", "\n".join(lines)), letters.sub("", text)
    said = letters.sub("", check(text))
    assert is_within(least, said)
    assert is_within(said, most)


def is_within(some: str, whole: str) -> bool:
    """Whether all letters of one stand in the other, in their order."""
    rest = iter(whole)
    return all(letter in rest for letter in some)


@pytest.mark.parametrize(
    "text",
    ["[]()", "[](  )", "a[]() = f()", "[a]()", "[a](\n)", "[ ](https://a.de)", "x = [](int a){}"],
)
def test_what_leads_nowhere_is_no_link(text: str) -> None:
    assert shown(text).html == linked(text)


def test_beside_what_leads_nowhere_a_link_is_one() -> None:
    assert check("[]() [a](https://b.de)").strip() == "[]() a (b.de)"


NASTY = [
    "[](",
    "[a]()",
    "*",
    "_",
    "`",
    "~~",
    "[",
    "](",
    "[a](",
    "[a](b",
    "*a ",
    "*a_b ",
    "**a",
    "a**b",
    "> ",
    ">",
    "- a\n",
    "- ",
    "1. a\n",
    "  - a\n",
    "```\n",
    "``` \n> ",
    "`a``b",
    "> - ",
    "> > a\n",
    ">_<\n",
    "> a\n",
    "*_",
    "[[a](b)",
    "[a](http://a.de) ",
    "http://a.de/*",
    "**a*b_c~~",
    "- a\n\n",
    "_a *b ",
    "[`a](",
    "\n\n",
    " ",
]
STEPS = 150  # a character; no text of ours that is nested takes as many, nor does it grow by length


@pytest.mark.parametrize("ending", ["", "a", "\n>_<", "*", "b](https://a.de)"])
@pytest.mark.parametrize("piece", NASTY)
def test_work_grows_by_the_length_alone(piece: str, ending: str) -> None:
    """Counted in calls of Python, which no other load of the machine changes."""
    short, long = (work("*a* " + (piece * 5_000)[:length] + ending) for length in (1_250, 5_000))
    assert long < 5_000 * STEPS
    assert long < 4.6 * short + 5_000


def work(text: str) -> int:
    calls = 0

    def count(_frame: Any, event: str, _arg: Any) -> None:
        nonlocal calls
        calls += event == "call" or event == "c_call"

    formatted.cache_clear()
    sys.setprofile(count)
    try:
        shown(text)
    finally:
        sys.setprofile(None)
    return calls


def test_it_is_read_once_for_all_who_go_through_a_long_chat() -> None:
    texts = [f"That is **number** {number}" for number in range(300)]
    formatted.cache_clear()
    for _reader in range(3):
        assert all(shown(text).is_formatted for text in texts)
    assert formatted.cache_info().misses == len(texts)


def test_what_is_nested_too_deep_is_text() -> None:
    deep = "".join("> " * level + "a\n" for level in range(1, 60))
    html = str(shown(deep).html)
    assert html.count("<blockquote") <= 12
    assert Reader(html).text.count("a") == 59
    stars = "*a _b " * 40 + "x_ y* " * 40
    assert shown(stars) == (linked(stars), False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**error** in `a_b`", "error in a_b"),
        ("> why\nbecause", "why because"),
        ("- a\n- b\n\n1. c\n2. d", "a b c d"),
        ("```sh\nmake run\n```\nthen", "make run then"),
        ("[here](https://a.de/x) https://b.de/_c_", "here https://b.de/_c_"),
        ("5 * 6 * 7", "5 * 6 * 7"),
        ("a\n\n b", "a b"),
    ],
)
def test_on_one_line_there_are_the_words_alone(text: str, words: str) -> None:
    assert plain(text) == words


@given(st.text(alphabet="ab *_~`>[]().-1\n", max_size=60))
def test_what_is_plain_are_the_words_that_are_shown(text: str) -> None:
    html = re.sub(r'<bdi class="link-host">.*?</bdi>', "", str(shown(text).html))
    html = re.sub(r"</?(?:p|li|ul|ol|pre|blockquote)\b[^>]*>", " ", html)
    words = unescape(re.sub(r"<[^>]*>", "", html))
    assert plain(text) == " ".join(words.split())
