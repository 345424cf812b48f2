"""What is compared of a name: each finds themselves, by whatever spelling they are used to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.folding import asked, fold, is_beside, spellings, words_of

FOLDED = {
    "JÜRGEN KÖHLER": "jurgen kohler",
    "O'Brien-Łukasz": "obrienlukasz",
    "O’Brien": "obrien",
    "İlker Şahin IŞIK ışık": "ilker sahin isik isik",
    "Nguyễn Thị Hà": "nguyen thi ha",
    "Straße": "strasse",
    "Søren Ærø Þór Đorđe": "soren aero thor dorde",
    "Γιώργος": "γιωργοσ",
    "Ёлкин Ґалаґан": "елкин галаган",
    "می‌خواهم": "ميخواهم",
    "شَرْكَة": "شركه",
    "علـــي": "علي",
    "שָׁלוֹם": "שלום",
    "ｶﾞｷﾞ": "カキ",
    "Ｆｕｌｌ": "full",
    "ﬁn": "fin",
    "न\u093cमक": "नमक",
    "a\u00adb\u200bc\ufeff": "abc",
    "anna\u2010maria\u2013x": "annamariax",
}
FINDS = [
    (
        "Jürgen Müller",
        ["muller", "mueller", "müller jürgen", "MÜLLER", "jur mul", "juergen", "j m"],
    ),
    ("JÜRGEN KÖHLER", ["köhler", "koehler", "kohler"]),
    ("Siobhán O'Brien-Łukasz", ["siobhan", "obrien", "lukasz", "o'brien", "brien", "o’brien-łu"]),
    ("Siobhán O'Brien-Łukasz", ["obrien lukasz", "obrien-lukasz", "obrienlukasz", "siobhán"]),
    ("İlker Şahin", ["ilker", "sahin", "İLKER", "ILKER", "şahin ilker"]),
    ("Nguyễn Thị Hà", ["nguyen", "thi ha", "ha nguyễn", unicodedata.normalize("NFD", "Nguyễn")]),
    (unicodedata.normalize("NFD", "Zoë Čapek"), ["zoë", "zoe", "čapek", "capek"]),
    ("می‌خواهم", ["می‌خواهم", "میخواهم", "مي"]),
    ("Groß", ["gross", "groß", "GROSS"]),
    ("Mueller", ["müller", "mueller"]),
    ("Anna-Maria", ["annamaria", "anna maria", "maria"]),
    ("Annamaria", ["anna-maria"]),
    ("Anna Maria", ["anna-maria"]),
    ("(Bob) Smith", ["bob", "(bob", "(Bob)", "bob)", "<Bob>", "smith, bob"]),
    ("Jürgen Müller", ["Müller,", "(müller)", "„Jürgen“ «Müller»", "müller; jürgen.", "‘müller’"]),
    ("Jürgen Müller", ["Müller , Jürgen", "jürgen – müller", "jürgen | müller", "#müller!"]),
    ("Müller & Söhne", ["müller & söhne", "& söhne", "müller + söhne", "-söhne-"]),
    ("★ Vega", ["★", "vega ★", "★ vega,"]),
    ("\U0001fae8 Vega", ["\U0001fae8", "vega \U0001fae8"]),
    ("%%% of us", ["%", "%%%", "us %"]),
    ("⑴ Zoë", ["(1)", "⑴"]),
    ("Søren", ["soren", "soeren", "SØREN"]),
]
MISSES = [
    ("Jürgen Müller", ["uller", "muellers", "jürgen x", "jurgenmuller"]),
    ("Muller", ["mueller"]),
    ("Vega", ["★ vega", "\U0001fae8", "%", "@", "vega@"]),
    ("Anna", ["", "-", "' '", "\u200b"]),
]


def finds(search: str, *texts: str) -> bool:
    """As the queries do it, one way of each word."""
    words = [each.word for each in words_of(*texts)]

    def begun(beginning: str) -> bool:
        return any(word.startswith(beginning) for word in words)

    wanted = asked(search)
    return bool(wanted) and all(any(all(map(begun, way)) for way in ways) for ways in wanted)


@pytest.mark.parametrize(("text", "folded"), FOLDED.items())
def test_what_makes_no_difference_is_gone(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("name", "searches"), FINDS)
def test_a_name_is_found_as_people_write_it(name: str, searches: list[str]) -> None:
    assert [search for search in searches if not finds(search, name)] == []


@pytest.mark.parametrize(("name", "searches"), MISSES)
def test_nobody_else_is_found(name: str, searches: list[str]) -> None:
    assert [search for search in searches if finds(search, name)] == []


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("a " * 50, ["a"]),
        ("Ana ANA ána", ["ana", "ána"]),
        ("ann anna an", ["anna"]),
        ("anna ann änna", ["anna", "änna"]),
        ("a ä", ["a", "ä"]),
        ("anna anna-maria", ["anna-maria"]),
        ("anna anna@x.example", ["anna@x.example"]),
        ("ana@xn ana@xn--mller-kva.example", ["ana@müller.example", "ana@xn"]),
        ("(anna), anna", ["anna"]),
        (" ".join(f"{'x' * n}y" for n in range(1, 13)), [f"{'x' * n}y" for n in range(12, 4, -1)]),
    ],
)
def test_a_search_asks_for_each_word_once_and_for_no_more_than_narrow_it(
    search: str, words: list[str]
) -> None:
    assert sorted(spellings(search)) == sorted(words)
    assert len(asked(search)) == len(words)


def test_a_word_of_many_hyphens_asks_for_no_more() -> None:
    for word in ("a-" * 50, "-".join("abcdefghijklmnopqrstuvwxyz"), "an-anna-ann"):
        assert max(len(way) for ways in asked(word) for way in ways) <= 8
    assert asked("an-anna-ann") == [[("anannaann",), ("anna",)]]


@given(
    st.lists(st.text("aäAbn-'.,é@", min_size=1, max_size=4), max_size=7),
    st.text("aäbn-é", max_size=9),
)
def test_what_another_word_implies_makes_no_difference(words: list[str], name: str) -> None:
    def finds_each() -> bool:
        return all(finds(word, name) for word in words if not is_beside(word) and asked(word))

    if any(asked(word) for word in words if not is_beside(word)):
        assert finds(" ".join(words), name) == finds_each()


def test_an_address_is_found_from_each_of_its_marks_on() -> None:
    address = "jean-luc.picard+shop@mail.example.com"
    for search in ("jean-luc", "jeanluc.pic", "luc", "picard", "shop@mail", "mail.ex", "example"):
        assert finds(search, "Somebody", address), search
    assert finds("some picard", "Somebody", address)
    for written in (f"<{address}>", f"{address},", f"(Somebody) <{address.upper()}>;", "@example"):
        assert finds(written, "Somebody", address), written
    assert not finds("jean@", "Somebody", address)
    assert not finds("ean", "Somebody", address)


NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "Zs")), min_size=1, max_size=40
)


@given(NAMES)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_everybody_finds_themselves(name: str) -> None:
    words = [word for word in name.split() if asked(word)]
    for word in words:
        for form in ("NFC", "NFD", "NFKC"):
            assert finds(unicodedata.normalize(form, word), name)
    assert not words or finds(" ".join(reversed(words)), name)


@given(NAMES)
def test_who_is_spelled_so_is_found_so(name: str) -> None:
    spelled = [each.spelled for each in words_of(name)]
    for word in spellings(name):
        assert not asked(word) or any(each.startswith(word) for each in spelled)
