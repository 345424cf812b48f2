"""A text as it is searched: without what people leave out or write otherwise when they look for it.

Case, accents, points, apostrophes and hyphens make no difference, in any script. What is folded is
for comparing alone; it is never shown. `spelled` keeps what `fold` gives up, so that who was looked
for exactly comes first.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from app.addresses import normal
from app.visible import IGNORABLE

LONGEST_WORD = 100
MOST_WORDS = 8  # of a search; the longest ones, since they narrow it most
# What has no decomposition in Unicode, and what one script writes in several ways.
ONE = "łl đd ðd øo ıi ħh ŧt ŋn ĸk əe ɛe ɔo ɓb ɗd ɖd ɣg ƙk ɲn ƴy ƒf ɨi ʉu ɍr"
CYRILLIC = "ґг єе ђд ћт"
ARABIC = "ىي یي کك ہه ھه ةه ۃه ٱا"  # and Persian, and Urdu
ALIKE = {ord(pair[0]): pair[1] for pair in f"{ONE} {CYRILLIC} {ARABIC}".split()}
ALIKE |= {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th", ord("ß"): "ss"}
ALIKE[ord("ـ")] = ""  # tatweel, which only stretches a word
# Written with two letters where a keyboard has no such one.
TWO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Those of keyboards, of typography, of transliteration, Hebrew, Armenian, and the Catalan dot.
APOSTROPHES = (
    "'`\u00b4\u2018\u2019\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8"
    "\u055a\u05f3\u07f4\ua78c\u00b7"
)
PICTURES = ("So", "Cn", "Co")  # emoji, and letters that are newer than this Python's Unicode
IGNORED = re.compile(f"[\\x00{IGNORABLE}]")  # PostgreSQL takes no NUL, and nobody means one


class Word(NamedTuple):
    """A word by which somebody is found: folded, and as it is spelled."""

    word: str
    spelled: str


Way = tuple[str, ...]  # beginnings that are all to be met


class Sought(NamedTuple):
    """A word of a search: in each of its ways, and as somebody spelled it."""

    ways: list[Way]
    spelled: str

    def implies(self, other: "Sought") -> bool:
        """Whether nobody is found by this word who is not by the other: `anna` implies `an`."""
        return self.spelled.startswith(other.spelled) and all(
            any(is_within(way, each) for way in other.ways) for each in self.ways
        )


def fold(text: str) -> str:
    """The text as it is compared: `JÜRGEN` is `jurgen`, `O’Brien` is `obrien`. Idempotent."""
    folded = decomposed(text)
    return "".join(char for char in folded if not is_joint(char))


def words_of(*texts: str) -> list[Word]:
    """The words by which somebody of this name, and address, is found by their beginning.

    A word counts from its beginning on and from after each mark within it: `lukasz` begins a word
    of `O'Brien-Łukasz`, `example.com` one of an address.
    """
    found: dict[Word, None] = {}
    for text in texts:
        for word in IGNORED.sub("", text).split():
            for part in parts(word):
                spelled = spelling(part)[:LONGEST_WORD]
                for folded in ways(part):
                    for each in folded.split():
                        found[Word(each[:LONGEST_WORD], spelled)] = None
    return list(found)


def asked(search: str) -> list[list[Way]]:
    """What a search asks for: each of its words in one of several ways, each a few beginnings.

    `müller-lü` is `muller` and `lu` within one word, `muellerlue`, or the two apart.
    """
    return [word.ways for word in sought(search)]


def spellings(search: str) -> list[str]:
    """The words of a search as somebody spelled them."""
    return [word.spelled for word in sought(search)]


def sought(search: str) -> list[Sought]:
    """The words that a search is made of, the longest first: none that another one implies."""
    written = IGNORED.sub("", search).split()
    words = [sought_by(word) for word in written if not is_beside(word)]
    words = words or [sought_by(word) for word in written]
    found: list[Sought] = []
    for word in sorted(words, key=lambda word: (-len(word.spelled), len(word.ways))):
        if word.ways and not any(longer.implies(word) for longer in found):
            found.append(word)
    return found[:MOST_WORDS]


def sought_by(written: str) -> Sought:
    """A word by what stands between its marks; or as it is written, where somebody is called so."""
    word = bare(written) or written
    address = normal(word) if "@" in word else word
    found: list[Way] = []
    for parts in (*ways_of(word), *ways_of(address), *ways_of(written)):
        way = narrowing(parts)
        if way and not any(is_within(each, way) for each in found):
            found.append(way)
    return Sought(found, spelling(address)[:LONGEST_WORD])


def ways_of(word: str) -> Iterator[list[str]]:
    """As one word, and what its hyphens join apart."""
    yield from (way.split() for way in ways(word))
    yield [fold(part) for part in split(word)]


def narrowing(parts: list[str]) -> Way:
    """The beginnings that say most, the longest first."""
    found: list[str] = []
    for part in sorted(parts, key=len, reverse=True):
        if part and not any(longer.startswith(part) for longer in found):
            found.append(part[:LONGEST_WORD])
    return tuple(found[:MOST_WORDS])


def is_within(way: Way, other: Way) -> bool:
    """Whether whoever has the beginnings of the other way has those of this one."""
    return all(any(part.startswith(each) for part in other) for each in way)


def bare(word: str) -> str:
    """A word without the marks around it. One that ends with `@` is the beginning of an address."""
    inner = [index for index, char in enumerate(word) if not is_mark(char)]
    if not inner:
        return ""
    end = inner[-1] + 1
    return word[inner[0] : end + (word[end : end + 1] == "@")]


def is_beside(word: str) -> bool:
    """Whether it stands beside words and is none: a dash, a comma. A picture may be a name."""
    return not bare(word) and all(unicodedata.category(char) not in PICTURES for char in word)


def spelling(word: str) -> str:
    return unicodedata.normalize(
        "NFC", IGNORED.sub("", unicodedata.normalize("NFC", word).casefold())
    )


def ways(word: str) -> Iterator[str]:
    """A word folded, and where it can be written with two letters for one, so as well."""
    plain = fold(word)
    if plain:
        yield plain
    long = fold(composed(word).casefold().translate(TWO))
    if long != plain:
        yield long


def parts(word: str) -> Iterator[str]:
    """The word, and what follows each mark in it that has something after it."""
    yield word
    for index, char in enumerate(word[:-1]):
        if is_mark(char) and not is_mark(word[index + 1]):
            yield word[index + 1 :]


def split(word: str) -> list[str]:
    """What stands between the hyphens of a word."""
    return "".join(" " if unicodedata.category(char) == "Pd" else char for char in word).split()


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def decomposed(text: str) -> str:
    once = unicodedata.normalize("NFKD", text).casefold()
    # A capital may fold into what can be taken apart again, and into what has an equal.
    return unicodedata.normalize("NFKD", once.translate(ALIKE)).translate(ALIKE)


def is_joint(char: str) -> bool:
    """Whether it only belongs to what it joins: an accent, a point, an apostrophe, a hyphen."""
    kind = unicodedata.category(char)
    # Vowel signs of Indic scripts and of Thai have no combining class: they are letters to readers.
    is_accent = unicodedata.combining(char) != 0 or kind == "Me"
    return is_accent or kind == "Pd" or char in APOSTROPHES or IGNORED.match(char) is not None


def is_mark(char: str) -> bool:
    """Whether it parts a word: neither letter, nor digit, nor what belongs to one."""
    return unicodedata.category(char)[0] not in "LNM"
