"""What is said, as a search through it reads it: words in any script, folded, each with its place.

A word is found by its beginning, `order` in `orders`. Scripts that put no blanks between words are
cut into overlapping pairs of characters, so that any part of theirs is found; Arabic and Hebrew
words also without the letters that are written in front of them. `fold` says what else makes no
difference.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.folding import APOSTROPHES, LONGEST_WORD, TWO, composed, decomposed, fold

MOST_TERMS = 12  # of a search
SHORTEST_BEGINNING = 2  # characters: what is shorter is a word of its own
PLAIN = re.compile(r"[A-Za-z0-9]+")
# Ideographs, kana and their marks; Thai, Lao, Burmese, Khmer.
UNSPACED = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
# "And", "by", "to", "like", and the article, which are written together with what follows.
IN_FRONT = re.compile("(?=([\u0648\u0641]?[\u0628\u0643\u0644]?(?:\u0627\u0644|\u0644)?))")
HEBREW_IN_FRONT = "\u05d4\u05d5\u05d1\u05dc\u05de\u05e9\u05db"
APART = "\u00a7"  # a word of the index that no text has: no phrase reaches across it


class Token(NamedTuple):
    """A word, where it stands in the text, and what else it is found by.

    Found by those it is marked as far as `reach`: `obrien` is all of `O'Brien`.
    """

    word: str
    start: int
    end: int
    others: tuple[str, ...] = ()
    reach: int = 0

    def shifted(self, by: int) -> "Token":
        return self._replace(start=self.start + by, end=self.end + by, reach=self.reach + by)


class Way(NamedTuple):
    """Words that follow each other, of which the last may go on where it is a beginning."""

    words: tuple[str, ...]
    is_beginning: bool


Term = list[Way]  # one thing that is looked for, in each of its ways


def tokens(text: str) -> Iterator[Token]:
    """The words of a text, in their order."""
    for start, end in runs(text):
        for token in words_of(text[start:end]):
            yield token.shifted(start)


def indexed(text: str) -> str:
    """The text as an index takes it: its words with blanks between, then what else finds them."""
    if is_plain(text):  # as most are, each of which is indexed in the process that sends
        return " ".join([word[:LONGEST_WORD] for word in PLAIN.findall(text.lower())])
    found = list(tokens(text))
    others = dict.fromkeys(other for token in found for other in token.others)
    words = " ".join(token.word for token in found)
    return f" {APART} ".join([words, *others])


def terms(words: str, *, is_phrase: bool = False) -> list[Term]:
    """What is looked for by these words: each by its beginning, or all of them as a phrase."""
    if is_phrase:
        way = way_of(tokens(words))
        return [[way._replace(is_beginning=False)]] if way.words else []
    found = [term for written in words.split() if (term := term_of(written))]
    return found[:MOST_TERMS]


def term_of(written: str) -> Term:
    """A word as somebody wrote it, which may be several: `well-known`, an address."""
    found = list(tokens(written))
    if not found:
        return []
    ways = [way_of(found)]
    if len(found) == 1:
        ways += [beginning(long) for long in written_longer(written) if long != found[0].word]
    elif PLAIN.fullmatch(whole := fold(written)):
        ways.append(beginning(whole))
    return ways


def way_of(found: Iterable[Token]) -> Way:
    """These words after each other. The last character of a pair says nothing that it does not."""
    words = [token.word for token in found]
    if len(words) > 1 and is_single(words[-1]) and words[-2].endswith(words[-1]):
        return Way(tuple(words[:-1]), False)
    return Way(tuple(words), bool(words) and beginning(words[-1]).is_beginning)


def beginning(word: str) -> Way:
    return Way((word,), len(word) >= SHORTEST_BEGINNING or is_single(word))


def is_single(word: str) -> bool:
    """Whether it is one character of a script that puts no blanks between words."""
    return len(word) == 1 and UNSPACED.match(word) is not None


@lru_cache(8)
def words_in(text: str) -> tuple[tuple[Token, ...], frozenset[str]]:
    """The text's tokens, and all words that these are or are found by: read once for all that is
    looked for in it one after the other."""
    found = tuple(tokens(text))
    return found, frozenset(word for token in found for word in (token.word, *token.others))


def marked(text: str, wanted: Iterable[Term]) -> list[tuple[int, int]] | None:
    """Where in the text each of these stands, in order; None where one of them does not."""
    return marked_in(list(tokens(text)), wanted)


def marked_in(found: Sequence[Token], wanted: Iterable[Term]) -> list[tuple[int, int]] | None:
    """The same in a text of which these are the tokens."""
    spans: set[tuple[int, int]] = set()
    for term in wanted:
        here = {span for way in term for span in places_of(way, found)}
        if not here:
            return None
        spans |= here
    return joined(sorted(spans))


def places_of(way: Way, found: Sequence[Token]) -> Iterator[tuple[int, int]]:
    for index in range(len(found) - len(way.words) + 1):
        some = found[index : index + len(way.words)]
        if is_here(way, [token.word for token in some]):
            # Of a pair of characters that begins with the one looked for, that one.
            end = some[-1].start + 1 if is_single(way.words[-1]) else some[-1].end
            yield some[0].start, end
        elif len(some) == 1 and any(is_here(way, [other]) for other in some[0].others):
            yield some[0].start, some[0].reach


def is_here(way: Way, words: list[str]) -> bool:
    *before, last = way.words
    if words[:-1] != before:
        return False
    return words[-1].startswith(last) if way.is_beginning else words[-1] == last


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch each other as one."""
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Where something is written without what parts words; accents and the like belong to it."""
    if is_plain(text):
        yield from (found.span() for found in PLAIN.finditer(text))
        return
    start = None
    for index, char in enumerate(text):
        if not is_written(char):
            if start is not None:
                yield start, index
            start = None
        elif start is None:
            start = index
    if start is not None:
        yield start, len(text)


def is_plain(text: str) -> bool:
    """Whether its words are nothing but letters and digits without accents or joints."""
    return text.isascii() and "'" not in text and "`" not in text and "-" not in text


@lru_cache(4096)
def is_written(char: str) -> bool:
    """Whether it belongs to words, or joins two."""
    return is_of_word(char) or is_join(char) or (not char.isspace() and not fold(char))


@lru_cache(4096)
def is_of_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def is_join(char: str) -> bool:
    return char in APOSTROPHES or unicodedata.category(char) == "Pd"


@lru_cache(4096)
def words_of(written: str) -> tuple[Token, ...]:
    """The words of what is written together."""
    if written.isascii() and written.isalnum():
        return (Token(written.lower()[:LONGEST_WORD], 0, len(written)),)
    found: list[Token] = []
    for start, end, is_unspaced in parts(written):
        part = written[start:end]
        found += [token.shifted(start) for token in (pairs(part) if is_unspaced else spaced(part))]
    whole = fold(written)
    if len(found) > 1 and PLAIN.fullmatch(whole):  # O'Brien is found by obrien
        others = (*found[0].others, whole[:LONGEST_WORD])
        found[0] = found[0]._replace(others=others, reach=len(written))
    return tuple(found)


def parts(written: str) -> Iterator[tuple[int, int, bool]]:
    """What stands between joints, and what is of a script without blanks by itself."""
    start = 0
    for index in range(len(written) + 1):
        if index == len(written) or is_join(written[index]):
            before = start
            for found in UNSPACED.finditer(written, start, index):
                if found.start() > before:
                    yield before, found.start(), False
                yield *found.span(), True
                before = found.end()
            if before < index:
                yield before, index, False
            start = index + 1


def spaced(part: str) -> list[Token]:
    """A word; or several, where one character is written as some."""
    folded = "".join(char if is_of_word(char) else " " for char in fold(part))
    words = [word[:LONGEST_WORD] for word in folded.split()]
    found = [Token(word, 0, len(part), (), len(part)) for word in words]
    if len(found) == 1:
        longer = (long for long in written_longer(part) if long != words[0])
        found[0] = found[0]._replace(others=(*longer, *without_front(words[0])))
    return found


def written_longer(part: str) -> list[str]:
    """The word with two letters where a keyboard has no such one: `groesse`."""
    long = composed(part).casefold().translate(TWO)
    return [] if long == composed(part).casefold() else [fold(long)[:LONGEST_WORD]]


def without_front(word: str) -> Iterator[str]:
    """Arabic and Hebrew words without what is written in front of them."""
    if "\u0621" <= word[0] <= "\u064a":
        front = IN_FRONT.match(word)
        lengths = range(1, len(front[1]) + 1) if front else ()
        yield from (word[length:] for length in lengths if len(word) - length > 1)
    elif "\u05d0" <= word[0] <= "\u05ea":
        for length in range(1, min(4, len(word) - 1)):
            if word[length - 1] not in HEBREW_IN_FRONT:
                return
            yield word[length:]


def pairs(part: str) -> list[Token]:
    """Each two characters that follow each other, and the last.

    `東京都` is `東京`, `京都`, `都`.
    """
    chars = [
        (folded, index)
        for index, char in enumerate(part)
        for folded in decomposed(char)
        if unicodedata.combining(folded) == 0 and is_of_word(folded)
    ]
    after = [*chars[1:], None]
    return [
        Token(char + next_one[0], index, next_one[1] + 1)
        if next_one
        else Token(char, index, index + 1)
        for (char, index), next_one in zip(chars, after, strict=True)
    ]
