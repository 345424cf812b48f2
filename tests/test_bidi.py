"""Text that goes both ways: in which order it is drawn, and in which forms."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.paper import bidi, joining

# Latin stands for itself; capitals are Hebrew, as examples of the algorithm have it.
HEBREW = {chr(ord("A") + at): chr(0x5D0 + at) for at in range(26)}
LATIN = {hebrew: letter for letter, hebrew in HEBREW.items()}


def drawn(text: str, base: int) -> str:
    said = "".join(HEBREW.get(char, char) for char in text)
    levels = bidi.levels(said, base)
    order = bidi.order(said, levels, base)
    shown = "".join(
        bidi.MIRRORED.get(said[at], said[at]) if levels[at] % 2 else said[at] for at in order
    )
    return "".join(LATIN.get(char, char) for char in shown)


@pytest.mark.parametrize(
    ("text", "base", "shown"),
    [
        ("car means CAR.", 0, "car means RAC."),
        ("CAR means car", 1, "means car RAC"),
        ("he said \u2067CAR means car\u2069.", 0, "he said \u2067means car RAC\u2069."),
        ("ORDER 12345 GONE", 1, "ENOG 12345 REDRO"),
        ("IT COST 3,50 AND -5%", 1, "5%- DNA 3,50 TSOC TI"),
        ("(SEE) a", 1, "a (EES)"),
        ("a (SEE b)", 0, "a (EES b)"),
        ("LOOK: https://example.com/a NOW", 1, "WON https://example.com/a :KOOL"),
        ("by \u2068NAME\u2069 - 5 stars", 0, "by \u2068EMAN\u2069 - 5 stars"),
        ("plain", 0, "plain"),
        ("", 1, ""),
        ("a \u202eb c", 0, "a \u202eb c"),  # what would turn the rest turns nothing
    ],
)
def test_the_order_of_a_line(text: str, base: int, shown: str) -> None:
    assert drawn(text, base) == shown


@given(st.text(st.sampled_from("abאבجد12٣+-,.()[] !\u2066\u2067\u2068\u2069\u202e\u0301\u200d")))
def test_nothing_is_lost_or_said_twice(text: str) -> None:
    for base in (0, 1):
        levels = bidi.levels(text, base)
        assert sorted(bidi.order(text, levels, base)) == list(range(len(text)))
        assert all(base <= level for level in levels)


@pytest.mark.parametrize("sign", "\u2066\u2067\u2068")
@pytest.mark.parametrize("closed", [0, 1200])
def test_isolates_without_end_are_not_followed_without_end(sign: str, closed: int) -> None:
    text = f"א{sign * 1200}a{chr(0x2069) * closed}b"
    levels = bidi.levels(text, 1)
    assert max(levels) <= 126  # 125, and one more of letters, as Unicode has it
    assert sorted(bidi.order(text, levels, 1)) == list(range(len(text)))
    assert (levels[-1] == 2) == bool(closed)


@pytest.mark.parametrize(
    ("text", "otherwise", "found"),
    [("12 אב a", 0, 1), ("12 a אב", 1, 0), ("12!", 1, 1), ("\u2067אב\u2069 a", 1, 0)],
)
def test_a_text_goes_as_its_first_letter(text: str, otherwise: int, found: int) -> None:
    assert bidi.direction(text, otherwise) == found


def forms(text: str) -> list[str]:
    names = (unicodedata.name(char) for char, _at in joining.joined(text))
    return [name.removeprefix("ARABIC ").removeprefix("LETTER ") for name in names]


def test_letters_join() -> None:
    assert forms("بيت") == ["BEH INITIAL FORM", "YEH MEDIAL FORM", "TEH FINAL FORM"]
    assert forms("دار") == ["DAL ISOLATED FORM", "ALEF ISOLATED FORM", "REH ISOLATED FORM"]


def test_lam_and_alef_are_one_whatever_is_before() -> None:
    assert forms("لا") == ["LIGATURE LAM WITH ALEF ISOLATED FORM"]
    assert forms("بلا") == ["BEH INITIAL FORM", "LIGATURE LAM WITH ALEF FINAL FORM"]
    assert forms("لام") == ["LIGATURE LAM WITH ALEF ISOLATED FORM", "MEEM ISOLATED FORM"]
    assert [at for _char, at in joining.joined("لام")] == [0, 2]


def test_marks_part_nothing_and_what_parts_does() -> None:
    assert forms("بَت") == ["BEH INITIAL FORM", "FATHA", "TEH FINAL FORM"]
    apart = forms("ب\u200cت")
    assert (apart[0], apart[-1]) == ("BEH ISOLATED FORM", "TEH ISOLATED FORM")
    assert forms("بـ")[0] == "BEH INITIAL FORM"
