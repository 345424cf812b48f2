"""The order in which a line is drawn: Unicode's algorithm for text that goes both ways (UAX 9).

Isolates are honoured. Embeddings and overrides count as nothing, so no text turns another one.
"""

from collections.abc import Mapping, Sequence
from unicodedata import bidirectional

STRONG = {"L": 0, "R": 1, "AL": 1}
NEUTRAL = {"B", "S", "WS", "ON"}
IGNORED = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF"}
INITIATORS = {"LRI", "RLI", "FSI"}
TRAILING = {"WS", "S", "B", "BN", "LRI", "RLI", "FSI", "PDI"}
PAIRS = ("()", "[]", "{}", "（）", "［］", "｛｝", "「」", "『』", "【】", "〈〉", "《》", "〔〕")
OPENING = {pair[0]: pair[1] for pair in PAIRS}
CLOSING = {pair[1] for pair in PAIRS}
MIRRORED = {
    a: b
    for pair in (*PAIRS, "<>", "«»", "‹›", "≤≥", "≪≫")
    for a, b in (list(pair), list(pair[::-1]))
}
DEEPEST = 62  # isolates within each other


def is_turned(text: str) -> bool:
    """Whether anything in it may go from right to left."""
    return any(char >= "\u0590" and bidirectional(char) in ("R", "AL", "AN") for char in text)


def direction(text: str, otherwise: int = 0) -> int:
    """0 or 1, from right to left: by the first letter that has a direction, in no isolate."""
    depth = 0
    for char in text:
        kind = bidirectional(char)
        if kind in INITIATORS:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in STRONG:
            return STRONG[kind]
    return otherwise


def levels(text: str, base: int) -> list[int]:
    """The level of each character: even ones go from left to right."""
    kinds = [bidirectional(char) or "L" for char in text]
    closes = paired(kinds)
    found = [base] * len(text)
    resolve(text, kinds, closes, 0, len(text), base, found)
    return found


def paired(kinds: list[str]) -> dict[int, int]:
    """Of each isolate, where it begins and where it ends. What is deeper becomes nothing, so that
    nobody's text is walked through for each of a thousand."""
    closes: dict[int, int] = {}
    opened: list[int] = []
    over = 0
    for at, kind in enumerate(kinds):
        if kind in INITIATORS:
            if len(opened) < DEEPEST:
                opened.append(at)
                closes[at] = len(kinds)
            else:
                over += 1
                kinds[at] = "BN"
        elif kind == "PDI" and over:
            over -= 1
            kinds[at] = "BN"
        elif kind == "PDI" and opened:
            closes[opened.pop()] = at
    return closes


def resolve(
    text: str,
    kinds: Sequence[str],
    closes: Mapping[int, int],
    start: int,
    end: int,
    level: int,
    found: list[int],
) -> None:
    """Of what stands between two places, in one direction as a whole."""
    own: list[int] = []
    at = start
    while at < end:
        kind = kinds[at]
        if kind in INITIATORS:
            own.append(at)
            found[at] = level
            close = min(closes[at], end)
            inner = 1 if kind == "RLI" else 0
            if kind == "FSI":
                inner = first_of(kinds, closes, at + 1, close)
            deeper = level + 1 + ((level + 1) % 2 != inner)
            resolve(text, kinds, closes, at + 1, close, deeper, found)
            at = close
            continue
        if kind not in IGNORED:
            own.append(at)
        at += 1
    settle(text, kinds, own, level, found)
    before = level
    at = start
    while at < end:  # what counts as nothing goes with what stands before it
        if kinds[at] in IGNORED:
            found[at] = before
        else:
            before = found[at]
        at = closes.get(at, at + 1)


def first_of(kinds: Sequence[str], closes: Mapping[int, int], start: int, end: int) -> int:
    """As `direction` of what stands between two places."""
    at = start
    while at < end:
        if kinds[at] in STRONG:
            return STRONG[kinds[at]]
        at = closes.get(at, at + 1)
    return 0


def settle(
    text: str, kinds: Sequence[str], own: Sequence[int], level: int, found: list[int]
) -> None:
    """Rules W1 to I2 for the characters `own`."""
    outer = "R" if level % 2 else "L"
    seen = ["ON" if kinds[at] in INITIATORS or kinds[at] == "PDI" else kinds[at] for at in own]
    weak(seen, outer)
    brackets(text, own, seen, kinds, outer)
    neutral(seen, outer)
    for at, kind in zip(own, seen, strict=True):
        if level % 2:
            found[at] = level + (kind != "R")
        else:
            found[at] = level + {"L": 0, "R": 1}.get(kind, 2)


def weak(seen: list[str], outer: str) -> None:
    """Marks and numbers (W1 to W7)."""
    before = strong = outer
    for at, kind in enumerate(seen):
        if kind == "NSM":
            kind = before
        if kind in STRONG:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kind = "AN"
        seen[at] = before = kind
    seen[:] = ["R" if kind == "AL" else kind for kind in seen]
    for at in range(1, len(seen) - 1):
        around = seen[at - 1]
        if around == seen[at + 1] and (
            (seen[at] == "CS" and around in ("EN", "AN")) or (seen[at] == "ES" and around == "EN")
        ):
            seen[at] = around
    at = 0
    while at < len(seen):
        if seen[at] == "ET":
            end = at
            while end < len(seen) and seen[end] == "ET":
                end += 1
            if "EN" in (seen[at - 1] if at else "", seen[end] if end < len(seen) else ""):
                seen[at:end] = ["EN"] * (end - at)
            at = end
        else:
            at += 1
    strong = outer
    for at, kind in enumerate(seen):
        if kind in ("ES", "ET", "CS"):
            seen[at] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            seen[at] = "L"


def brackets(
    text: str, own: Sequence[int], seen: list[str], kinds: Sequence[str], outer: str
) -> None:
    """Both of a pair go as what they hold (N0)."""
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for at, place in enumerate(own):
        char = text[place]
        if seen[at] != "ON":
            continue
        if char in OPENING:
            if len(opened) == 63:
                break
            opened.append((OPENING[char], at))
        elif char in CLOSING:
            for back in range(len(opened) - 1, -1, -1):
                if opened[back][0] == char:
                    pairs.append((opened[back][1], at))
                    del opened[back:]
                    break
    for start, end in sorted(pairs):
        within = {as_strong(seen[at]) for at in range(start + 1, end)} - {""}
        if outer in within:
            chosen = outer
        elif within:
            before = next(
                (found for at in range(start - 1, -1, -1) if (found := as_strong(seen[at]))), outer
            )
            chosen = before if before != outer else outer
        else:
            continue
        for bracket in (start, end):
            seen[bracket] = chosen
            at = bracket + 1
            while at < len(own) and kinds[own[at]] == "NSM":
                seen[at] = chosen
                at += 1


def as_strong(kind: str) -> str:
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else ""


def neutral(seen: list[str], outer: str) -> None:
    """Between two of one direction as they, else as what is around all (N1, N2)."""
    at = 0
    before = outer
    while at < len(seen):
        if seen[at] not in NEUTRAL:
            before = as_strong(seen[at])
            at += 1
            continue
        end = at
        while end < len(seen) and seen[end] in NEUTRAL:
            end += 1
        after = as_strong(seen[end]) if end < len(seen) else outer
        seen[at:end] = [before if before == after else outer] * (end - at)
        at = end


def order(line: str, given: Sequence[int], base: int) -> list[int]:
    """The places of a line's characters as they are drawn, from left to right (L1, L2).

    A mark comes before its letter where both go from right to left, as its font wants it.
    """
    own = list(given)
    at = len(own) - 1
    while at >= 0 and bidirectional(line[at]) in TRAILING:
        own[at] = base
        at -= 1
    for at, char in enumerate(line):
        if bidirectional(char) in ("S", "B"):
            own[at] = base
    places = list(range(len(line)))
    for level in range(max(own, default=0), 0, -1):
        at = 0
        while at < len(places):
            if own[at] < level:
                at += 1
                continue
            end = at
            while end < len(places) and own[end] >= level:
                end += 1
            places[at:end] = places[at:end][::-1]
            own[at:end] = own[at:end][::-1]
            at = end
    return places
