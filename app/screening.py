"""Words and phrases of a list, found in what somebody wrote, however they spell them.

Text and words are compared as they are folded (`app/folding.py`), and whole words alone are met;
where a script has no blanks between them (`app/links.py` knows which), what stands within others
is met as well. All words are looked for in one pass (Aho and Corasick), so that it takes as long
as the text is, however many there are and whatever it says.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from app.folding import IGNORED, fold, is_joint, is_mark
from app.links import CLOSE

HIDDEN = "•••"
WITHOUT_BLANKS = re.compile(f"[{CLOSE}]")
MOST_KNOWN = 20_000  # characters whose folding is kept
BLANK = " "
folds: dict[str, str] = {}


class Folded(NamedTuple):
    """A folded text, and for each of its characters the place of the one that it comes from."""

    text: str
    places: list[int]


class Words:
    """What is looked for; each as `phrase` makes it."""

    def __init__(self, phrases: Iterable[str]) -> None:
        # The states of the automaton: where each character leads, where to go on when none does,
        # and how long the phrases are that end here.
        self.ways: list[dict[str, int]] = [{}]
        self.otherwise = [0]
        self.ends: list[tuple[int, ...]] = [()]
        for each in sorted(set(phrases)):
            self.add(each)
        self.join()

    def add(self, phrase: str) -> None:
        state = 0
        for char in phrase:
            if char not in self.ways[state]:
                self.ways[state][char] = len(self.ways)
                self.ways.append({})
                self.otherwise.append(0)
                self.ends.append(())
            state = self.ways[state][char]
        if state:
            self.ends[state] = (len(phrase),)

    def join(self) -> None:
        waiting = deque(self.ways[0].values())
        while waiting:
            state = waiting.popleft()
            for char, after in self.ways[state].items():
                waiting.append(after)
                other = self.otherwise[state]
                while other and char not in self.ways[other]:
                    other = self.otherwise[other]
                found = self.ways[other].get(char, 0)
                self.otherwise[after] = found if found != after else 0
                self.ends[after] += self.ends[self.otherwise[after]]

    def found_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Where one begins and ends in the text as it was typed, by their ends: of several that end
        together the longest."""
        folded = folded_with_places(text)
        ways, otherwise, ends = self.ways, self.otherwise, self.ends
        state = 0
        for place, char in enumerate(folded.text, 1):
            after = ways[state].get(char)
            while after is None and state:
                state = otherwise[state]
                after = ways[state].get(char)
            state = after or 0
            if not ends[state] or not is_edge(text, folded.places, place):
                continue
            for length in ends[state]:  # the longest first, which has the others in it
                if is_edge(text, folded.places, place - length):
                    start = folded.places[place - length]
                    yield start, end_of(text, folded.places[place - 1])
                    break

    def are_in(self, text: str) -> bool:
        return any(True for _span in self.found_in(text))

    def hidden_in(self, text: str) -> str:
        """The text with `HIDDEN` in place of each."""
        spans = united(self.found_in(text))
        if not spans:
            return text
        kept = [text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans])]
        return HIDDEN.join([*kept, text[spans[-1][1] :]])


def phrase(written: str) -> str:
    """A word or a phrase as it is compared; empty where nothing is left of it."""
    return folded_with_places(written).text.strip()


def folded_with_places(text: str) -> Folded:
    """As `fold`, with white space of any length as one blank."""
    made: list[str] = []
    places: list[int] = []
    is_blank = False
    for place, char in enumerate(text):
        folded = folds.get(char)
        if folded is None:
            folded = fold_one(char)
        if folded == BLANK:
            if is_blank:
                continue
            is_blank = True
        elif folded:
            is_blank = False
        made.append(folded)
        if len(folded) == 1:
            places.append(place)
        else:
            places.extend([place] * len(folded))
    return Folded("".join(made), places)


def fold_one(char: str) -> str:
    """No character is folded otherwise because of what stands beside it."""
    if len(folds) >= MOST_KNOWN:
        folds.clear()
    folded = folds[char] = BLANK if char.isspace() else fold(char)
    return folded


def is_edge(text: str, places: list[int], place: int) -> bool:
    """Whether a word may begin or end before this character of the folded text."""
    if place in (0, len(places)):
        return True
    before, after = places[place - 1], places[place]
    if before == after:  # within what is one character to its reader
        return False
    if parts(text[before]) or parts(text[after]):
        return True
    return any(parts(char) and not IGNORED.match(char) for char in text[before + 1 : after])


def parts(char: str) -> bool:
    """Whether a word ends where this character stands: it is a mark, or of words without blanks."""
    return is_mark(char) or WITHOUT_BLANKS.match(char) is not None


def end_of(text: str, last: int) -> int:
    """Behind the character, and the accents and what else is not seen that belong to it."""
    end = last + 1
    while end < len(text) and is_joint(text[end]) and (not is_mark(text[end]) or unseen(text[end])):
        end += 1
    return end


def unseen(char: str) -> bool:
    return IGNORED.match(char) is not None


def united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In their order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
