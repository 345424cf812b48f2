"""Words of a list in what somebody wrote: in every script, in the right place, in time."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.folding import fold
from app.screening import HIDDEN, Words, end_of, folded_with_places, phrase


def hidden(text: str, *words: str) -> str:
    return Words(map(phrase, words)).hidden_in(text)


@pytest.mark.parametrize(
    ("word", "text", "shown"),
    [
        ("bad", "BÁD! so bad", "•••! so •••"),
        ("bad", "badly, abad, bad_ x", "badly, abad, •••_ x"),
        ("bad", "b\u00adad b\u200bad", "••• •••"),
        ("bad", "b-a-d so-bad", "••• so-•••"),
        ("bad word", "a bad  \n word.", "a •••."),
        ("bad word", "bad, word", "bad, word"),
        ("Scheiße", "SCHEISSE!", "•••!"),
        ("été", "e\u0301te\u0301!", "•••!"),
        ("bad", "bad\u0301\u0302 x", "••• x"),
        ("ИДИОТ", "идиот, идиоты", "•••, идиоты"),
        ("كلب", "كَلْب كـلب", "••• •••"),
        ("混蛋", "你这混蛋啊", "你这•••啊"),
        ("ばか", "ばかです", "•••です"),
        ("ไอ้บ้า", "คุณไอ้บ้ามาก", "คุณ•••มาก"),
        ("가", "각 가나", "각 •••나"),
        ("🖕", "so🖕🏽 there", "so•••🏽 there"),
        ("fi", "ﬁ ﬁn", "••• ﬁn"),
        ("f", "ﬁ", "ﬁ"),
        ("दुष्ट", "वह दुष्ट है", "वह ••• है"),
    ],
)
def test_it_is_met_however_it_is_spelled(word: str, text: str, shown: str) -> None:
    assert hidden(text, word) == shown


def test_those_that_overlap_are_one() -> None:
    assert hidden("a b c d", "a b", "b c") == f"{HIDDEN} d"
    assert hidden("a b", "a", "a b", "b") == HIDDEN
    assert hidden("混蛋蛋", "混蛋", "蛋蛋") == HIDDEN


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LETTERS = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=8)


@settings(max_examples=300)
@given(ANY)
def test_folding_one_by_one_is_folding(text: str) -> None:
    folded = folded_with_places(text)
    assert len(folded.text) == len(folded.places)
    assert all(one <= other for one, other in pairwise(folded.places))
    assert "".join(folded.text.split()) == "".join(fold("".join(text.split())).split())


@settings(max_examples=300)
@given(ANY, LETTERS, ANY)
def test_a_word_between_blanks_is_hidden_and_nothing_else(
    before: str, word: str, after: str
) -> None:
    """What stands around it stays, character for character."""
    looked_for = phrase(word)
    words = Words([looked_for])
    if (
        not looked_for
        or words.are_in(before)
        or words.are_in(after)
        or words.are_in(before + after)
    ):
        return
    spans = list(words.found_in(f"{before} {word} {after}"))
    start = len(before) + 1
    assert (start, end_of(word, len(word) - 1) + start) in spans or not fold(word[-1])
    shown = words.hidden_in(f"{before} {word} {after}")
    assert shown.startswith(before)
    assert shown.endswith(after)


@settings(max_examples=200)
@given(ANY, st.lists(LETTERS, min_size=1, max_size=5))
def test_what_is_shown_has_none_of_them(text: str, some: list[str]) -> None:
    words = Words(filter(None, map(phrase, some)))
    shown = words.hidden_in(text)
    assert words.are_in(text) == (shown != text)
    pieces = shown.split(HIDDEN)
    assert all(piece in text for piece in pieces)


@pytest.mark.parametrize("kind", ["words", "one letter", "han", "hyphens", "nested"])
def test_a_thousand_words_take_no_time(kind: str) -> None:
    dice = random.Random(7)
    some = ["".join(dice.choices("abcdefghij", k=dice.randrange(3, 10))) for _ in range(1000)]
    some += ["中" * length for length in range(1, 100)] if kind == "nested" else ["a" * 100]
    texts = {
        "words": " ".join(some)[:5000],
        "one letter": "a" * 5000,
        "han": "中" * 5000,
        "hyphens": "-" * 5000,
        "nested": "中文" * 2500,
    }
    words = Words(map(phrase, some))

    def seconds() -> float:
        begun = time.process_time()
        words.are_in(texts[kind])
        return time.process_time() - begun

    # 1 to 3 ms where nothing else runs: what grows with the number of words takes a hundred times.
    assert min(seconds() for _ in range(5)) < 0.05
