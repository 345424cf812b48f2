"""Pages on paper: what was said is drawn, in whatever script, and is text that can be copied."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pypdfium2
import pytest

from app.jobs.kinds import kinds
from app.paper import printing, reading
from app.paper.printing import NoPaper, TooLongForPaper, printed
from tests.paper import ink, pages_of, picture_of, words_of

WORDS = {"numbered": "Page {number} of {count}", "missing": "Not all could be drawn."}
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069"


def page(*said: str, language: str = "en", direction: str = "ltr") -> str:
    messages = (
        f'<p><strong><bdi>Lena</bdi></strong> · <bdi>now</bdi></p><blockquote dir="auto">{each}'
        "</blockquote>"
        for each in said
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>Chat with us</title></head><body><main><h1>Chat with us</h1>{''.join(messages)}"
        "</main></body></html>"
    )


def drawn(*said: str, language: str = "en", direction: str = "ltr") -> bytes:
    with printed([page(*said, language=language, direction=direction)], WORDS, 1) as made:
        return made.read()


@pytest.mark.parametrize(
    "said",
    [
        "Where is my order? It was 12.50 €, wasn’t it – “really”?",
        "Wo ist meine Bestellung? Grüße, Łódź, İstanbul, Tiếng Việt",
        "Где мой заказ? Ёлка",
        "Πού είναι η παραγγελία μου;",
        "Հայերեն ქართული",
    ],
)
def test_what_was_said_is_drawn_and_can_be_copied(said: str) -> None:
    made = drawn(said)
    assert said in words_of(made)
    assert "Not all could be drawn." not in words_of(made)
    assert ink(picture_of(made)) > ink(picture_of(drawn("."))) + 300


@pytest.mark.parametrize("said", ["السلام عليكم، أين طلبي رقم 12345؟", "שלום, איפה ההזמנה 12345?"])
def test_what_goes_from_right_to_left_does(said: str) -> None:
    made = drawn(said)
    # What readers copy has no invisible marks, and each its own order of punctuation around.
    found = words_of(made)
    for word in said.strip("؟?").replace("،", "").replace(",", "").split():
        assert word in found, word
    drawn_there = picture_of(made)
    width, height = drawn_there.size
    body = (0, height // 8, width, height // 2)
    right = ink(drawn_there.crop((width // 2, *body[1:])))
    assert right > ink(drawn_there.crop((0, height * 3 // 16, width // 2, height // 2)))


def test_arabic_letters_join() -> None:
    """Letters that stand apart take more room, and are other shapes."""
    joined, apart = drawn("بببببببب"), drawn("\u200c".join("بببببببب"))
    assert wide(joined) < wide(apart) * 0.75


def wide(made: bytes) -> int:
    """How far what is said reaches from the right edge to the left."""
    whole = picture_of(made)
    width, height = whole.size
    below = whole.crop((0, height * 9 // 64, width, height // 4)).point(
        lambda dot: 255 * (dot < 128)
    )
    left, _top, right, _bottom = below.crop((0, 0, width, below.height)).getbbox() or (0, 0, 0, 0)
    return right - left


@pytest.mark.parametrize(
    ("said", "font"),
    [
        ("你好，我的订单在哪里", b"STSong-Light"),
        ("こんにちは、注文はどこですか", b"HeiseiKakuGo-W5"),
        ("안녕하세요 주문은 어디에", b"HYSMyeongJo-Medium"),
    ],
)
def test_the_east_is_drawn_by_what_readers_bring(said: str, font: bytes) -> None:
    made = drawn(said)
    assert all(word in words_of(made) for word in said.split())
    assert font in made


def test_ideographs_are_in_the_language_around_them() -> None:
    assert b"STSong-Light" not in drawn("かな", "漢字")
    assert b"MSung-Light" in drawn("漢字", language="zh-TW")
    assert b"HeiseiKakuGo-W5" in drawn("漢字", language="ja")


def test_emoji_are_drawn_or_named_in_the_language_of_the_page() -> None:
    said = "Thanks 🎉👍🏽 😀 👩🏽‍💻 1️⃣ 🇩🇪!"
    assert (
        "Thanks :party popper::thumbs up: 😀 :woman technologist: :keycap: 1: :flag: Germany:!"
        in words_of(drawn(said))
    )
    assert ":Konfettibombe:" in words_of(drawn(said, language="de"))


def test_what_cannot_be_drawn_is_told() -> None:
    found = words_of(drawn("नमस्ते"))
    assert "□" in found
    assert "Not all could be drawn." in found
    assert "Not all could be drawn." not in words_of(drawn("A □ of hers"))


def test_letters_in_other_dress_are_letters() -> None:
    assert "Bold" in words_of(drawn("𝐁𝐨𝐥𝐝"))


def test_a_long_word_and_a_long_message_stand_whole() -> None:
    word = "".join(chr(97 + at % 26) for at in range(1000))
    assert word in "".join(pages_of(drawn(word))).replace("\r\n", "").replace("\n", "")
    long = " ".join(f"word{number}" for number in range(1100))[:10_000]
    made = drawn(long, "the end")
    found = words_of(made)
    assert all(f"word{number} " in found for number in range(1000) if number % 200)
    assert "the end" in found
    count = len(pages_of(made))
    assert count > 1
    assert all(f"Page {number} of {count}" in found for number in range(1, count + 1))


def test_control_characters_and_what_turns_text_do_nothing() -> None:
    found = words_of(drawn(f"a\x07b\x00c\x7fd e{TURNING}f\u200bg"))
    assert "abcd efg" in found


def test_isolates_without_end_end_nothing() -> None:
    assert "the end" in words_of(drawn("א" + "\u2068" * 1200 + "a", "the end"))


def test_lines_lists_quotes_and_code_keep_their_form() -> None:
    made = drawn(
        "one\n\n  two\nthree",
        '<ul><li value="1">first</li><li>second</li></ul><pre><code>a\n  b</code></pre>',
        '<q dir="auto">before</q>after',
    )
    lines = [line.strip() for line in "".join(pages_of(made)).splitlines()]
    at = lines.index("one")
    assert lines[at : at + 3] == ["one", "two", "three"]
    assert lines[lines.index("1. first") + 1] == "• second"
    assert lines[lines.index("a") + 1] == "b"
    assert lines[lines.index("before") + 1] == "after"


def test_links_lead_there_and_others_nowhere() -> None:
    made = drawn(
        '<a href="https://example.com/a">https://example.com/a</a>'
        '<a href="javascript:alert(1)">bad</a> <a href="/inside">inside</a>'
    )
    assert made.count(b"/URI (") == 1
    assert b"/URI (https://example.com/a)" in made


@pytest.mark.parametrize(
    ("given", "leads"),
    [
        (
            "https://bücher.example/größe?q=ä&b=%20#ß",
            "https://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%A4&b=%20#%C3%9F",
        ),
        ("https://ä@bücher.example:8080", "https://%C3%A4@xn--bcher-kva.example:8080"),
        ("HTTP://[::1]:80/a~b", "HTTP://[::1]:80/a~b"),
        ("mailto:jürgen@example.com", "mailto:j%C3%BCrgen@example.com"),
        ("https://\u2260\u0301-.example/", ""),  # no name that there may be
        ("https://example.com/" + "a" * 2000, ""),
        ("https://example.com/" + "漢" * 300, ""),
        ("https://good.example\\@example.com/", ""),
    ],
)
def test_an_address_is_in_letters_that_a_pdf_has(given: str, leads: str) -> None:
    assert reading.address(given) == leads
    made = drawn(f'<a href="{given}">there</a>')
    assert b"/URI" in made if leads else b"/URI" not in made
    assert f"/URI ({leads})".encode() in made or not leads


def test_a_link_is_one_in_each_line_in_however_many_fonts() -> None:
    made = drawn(
        f'<a href="https://example.com/">{"a漢" * 5}</a>', '<a href="https://example.com/b">ab</a>'
    )
    assert made.count(b"/URI (") == 2


def test_a_long_address_is_not_written_without_end() -> None:
    """Nor does one message make a chat unprintable."""
    long = f'<a href="https://example.com/{"x" * 1900}">{"a漢" * 1200}</a>'
    made = drawn(*[long] * 20)
    pages = len(pages_of(made))
    assert 0 < made.count(b"/URI (") <= 11 * pages
    assert len(made) < 40_000 * pages
    lines = "a\n" * 500
    made = drawn(f'<a href="https://example.com/{"x" * 1900}">{lines}</a>')
    assert made.count(b"/URI (") <= 11 * len(pages_of(made))


def test_it_says_what_it_is_and_nothing_of_where_it_was_made() -> None:
    made = drawn("Hello", language="ar", direction="rtl")
    with pypdfium2.PdfDocument(made) as document:
        told = document.get_metadata_dict()
    assert told["Title"] == "Chat with us"
    assert told["Author"] == ""
    assert told["Creator"] == "Deskbell"
    assert b"/Lang (ar)" in made
    assert b"/Direction /R2L" in made
    for word in (str(Path.cwd()), "/tmp", "page.html"):
        assert word.encode() not in made, word


def test_a_name_stands_not_alone_at_the_foot() -> None:
    for number in range(14, 19):
        *first, last = pages_of(drawn(*["Hello"] * number))
        for text in first:
            said = [line for line in text.splitlines() if not line.startswith("Page")]
            assert said[-1] == "Hello"
        assert "Hello" in last


def test_what_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SOURCE_BYTES", 1000)
    with pytest.raises(TooLongForPaper):
        printed((page("Hello") for _ in range(100)), WORDS, 1)
    monkeypatch.setattr(printing, "SOURCE_BYTES", 10_000_000)
    monkeypatch.setattr(printing, "SECONDS", 0.001)
    with pytest.raises(TooLongForPaper):
        printed([page("Hello")], WORDS, 1)


def test_what_takes_long_to_draw_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SECONDS", 1)
    with pytest.raises(TooLongForPaper):
        printed([page(*["a\n" * 5000] * 200)], WORDS, 1)


def test_one_that_wants_more_of_the_disk_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "WRITTEN", 1000)
    with pytest.raises(TooLongForPaper):
        printed([page("Hello")], WORDS, 1)


def test_one_that_wants_more_memory_than_there_is_ends_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "BYTES", 100_000_000)
    assert drawn("Hello")
    with pytest.raises(TooLongForPaper):
        printed([page(*["a\n" * 5000] * 100)], WORDS, 1)


def test_what_fails_is_no_bug_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PROGRAM", Path("/nowhere/program.py"))
    with pytest.raises(NoPaper) as refused:
        printed([page("Hello")], WORDS, 1)
    assert refused.value.retry_after
    monkeypatch.undo()
    assert drawn("Hello"), "the turn was given back"


def test_one_at_a_time_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "WAIT_SECONDS", 0.01)
    begun, go_on = threading.Event(), threading.Event()
    made: list[bytes] = []

    def slow() -> Iterator[str]:
        begun.set()
        assert go_on.wait(20)
        yield page("Slow")

    def take() -> None:
        with printed(slow(), WORDS, 1) as pdf:
            made.append(pdf.read())

    first = threading.Thread(target=take)
    first.start()
    assert begun.wait(20)
    read: list[str] = []

    def second() -> Iterator[str]:
        read.append("")
        yield page("Second")

    with pytest.raises(NoPaper):
        printed(second(), WORDS, 2)
    assert not read, "what is refused costs nothing"
    monkeypatch.setattr(printing, "MOST_WAITING", 0)
    with pytest.raises(NoPaper):
        printed([page("Third")], WORDS, 3)
    go_on.set()
    first.join(20)
    assert "Slow" in words_of(made[0])


def test_nobody_takes_the_places_of_others() -> None:
    with printing.its_turn(1):
        for _ in range(10):
            with pytest.raises(NoPaper), printing.its_turn(1):
                pytest.fail("two of one person")
        assert set(printing.asking) == {1}
    assert not printing.asking
    assert drawn("Hello")


def test_what_a_killed_server_has_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "gettempdir", lambda: str(tmp_path))
    for name in ("deskbell-paper-old", "deskbell-paper-new", "deskbell-others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text("Said")
    for name in ("deskbell-paper-old", "deskbell-others"):
        os.utime(tmp_path / name, (0, 0))
    printing.forget()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"deskbell-paper-new", "deskbell-others"}
    assert kinds["forget_paper"].every


def test_the_server_loads_none_of_it() -> None:
    """Neither the library nor what draws: the program has them."""
    code = "import sys, app.pages.transcripts; print([n for n in sys.modules if 'reportlab' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_font_is_the_one_that_its_page_names() -> None:
    folder = Path(printing.__file__).parent / "dejavu"
    told = (folder / "VENDORED.md").read_text()
    for name in ("DejaVuSans.ttf", "LICENSE"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in told


def test_html_is_not_taken_from_what_was_said() -> None:
    assert "<b>bold</b> & more" in words_of(drawn(escape("<b>bold</b> & more")))
