"""What an index takes of a text."""

import string

from hypothesis import given
from hypothesis import strategies as st

from app.folding import LONGEST_WORD
from app.terms import indexed, tokens

# Whatever needs no more than letters and digits, and long words.
PLAIN = "".join(char for char in string.printable if char not in "'`-")


@given(st.text(PLAIN) | st.text("Az9 _", min_size=LONGEST_WORD - 3, max_size=LONGEST_WORD + 30))
def test_plain_words_are_indexed_as_they_are_marked(text: str) -> None:
    assert indexed(text) == " ".join(token.word for token in tokens(text))
