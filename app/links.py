"""The links in what somebody wrote: each ends where its reader would end it.

No library: those for finding links go by the rules of Latin text, where blanks stand between words.
In others an address stands right beside letters, marks and brackets that are none of it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup, escape

from app.visible import IGNORABLE

# Letters that are written without blanks: Thai, Lao, Burmese, Khmer, Bopomofo, Han, Kana, Hangul.
CLOSE = (
    r"\u0e01-\u0e2e\u0e30-\u0e4e\u0e81-\u0ecd\u1000-\u1049\u1050-\u109f\u1780-\u17b3\u17b6-\u17d3"
    r"\u1100-\u115e\u1161-\u11ff\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3105-\u312f\u3131-\u3163\u3165-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uff9f\uffa1-\uffdc\U00020000-\U0003ffff"
)
# Marks beyond ASCII at which a reader pauses: quotes, brackets, dashes, arrows, stops.
PAUSES = (
    r"\u00a0\u00a1\u00a7\u00ab\u00b6\u00bb\u00bf\u055a-\u055f\u05be\u05c0\u05c3\u05f3\u05f4\u060c"
    r"\u061b\u061d-\u061f\u066a-\u066d\u06d4\u0964\u0965\u0e2f\u0e5a\u0e5b\u104a-\u104f\u1362-\u1368"
    r"\u17d4-\u17da\u2000-\u200a\u2012-\u2023\u2025\u2026\u2028\u2029\u202f-\u2043\u2045-\u205f"
    r"\u2190-\u21ff\u2308-\u230b\u2329\u232a\u2768-\u2775\u27e6-\u27ff\u2983-\u2998\u2e00-\u3003\u3006"
    r"\u3008-\u3040\u3097-\u309c\u30a0\ufe10-\ufe6f\uff00-\uff0d\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff60\uff62-\uff64"
)
# Signs at which nobody does: symbols, emoji, dots and hyphens within a word, what is invisible.
SIGNS = (
    rf"{IGNORABLE}\u0080-\u009f\u00a2-\u00a6\u00a8\u00a9\u00ac-\u00b4\u00b7-\u00b9\u00bc-\u00be\u00d7"
    r"\u00f7\u2010\u2011\u2024\u2027\u2044\u20a0-\u218f\u2200-\u2307\u230c-\u2328\u232b-\u2767\u2776-\u27e5"
    r"\u2800-\u2982\u2999-\u2bff\u3004\u30fb\u3190-\u319f\u3200-\u33ff\uff0e\uff61\uff65\uffe0-\uffff"
    r"\U0001f000-\U0001faff"
)
OTHERS = rf"\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\s{PAUSES}{SIGNS}"
LETTER = f"[^{OTHERS}]"  # or a digit, or a mark upon one
APART = f"[^{OTHERS}{CLOSE}]"  # of those which are written with blanks

LABEL = f"{LETTER}+(?:[-_]+{LETTER}+)*"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*|\[[0-9a-fA-F]{{0,4}}:[0-9a-fA-F:.]{{1,41}}\]")
OF_BARE = "com|net|org|int|edu|gov|info|mil"
LONGEST_HOST = 253
# No last label turns from Latin letters into others, and what follows ".com" is text. Letters that
# look alike (Greek, Cyrillic) are left together: "bank.co" is not what is read there.
TURN = re.compile(
    rf"\.(?ai:{OF_BARE})(?=[{CLOSE}])"
    rf"|(?:^|\.)[a-zA-Z]+(?=[\u0590-\u109f{CLOSE}][^.]*(?:$|(?ai:www\.)))"
)
DOMAIN = re.compile(r"\.(?!\d+$)[^._]{2,}$")
# A host that is cut here would be another one, and not whose its reader takes it for.
GOES_ON = re.compile(
    rf"\.?[{SIGNS}%$&+=^]++(?!(?ai:https?://|www\.))(?=\.?{APART}|\.?{LETTER}+(?:-+{LETTER}+)*\.{LETTER})"
    rf"|[\u2012-\u2015\u2190-\u21ff\u3002](?={LABEL}\.{APART})|\.\.(?={LETTER})|@|://"
)
NAMED = re.compile(rf'[^\s/?#"<>{PAUSES}{CLOSE}]*@')
PORT = re.compile(rf":([0-9]{{1,5}})(?![0-9]|{APART}|:[0-9])")

# Of the marks of ASCII a path holds all but these, and brackets in pairs.
WITHIN = rf"\s\x00-\x1f\x7f\"<>`\\{PAUSES}{SIGNS}"
INSIDE = rf"[^{WITHIN}()\[\]{{}}]"
PLAIN = rf"[^{WITHIN}()\[\]{{}}',;|{CLOSE}]"
PATH = re.compile(
    rf"[/?#](?:{PLAIN}"
    # Letters without blanks where a name begins, and with them all up to the next mark.
    rf"|(?<=[/#=&@:+_-])[{CLOSE}](?:{LETTER}|[_-]|[\u00b7\u30fb](?=[{CLOSE}]))*+"
    rf"|'(?={APART})|[,;|](?!(?ai:https?://|www\.))"
    rf"|\((?:{INSIDE}|\({INSIDE}*+\))*+\)|\[{INSIDE}*+\]|\{{{INSIDE}*+\}})*+"
)

# What begins with a set of characters is looked for several times as fast as what does not.
MAY_LINK = re.compile(
    r"[:.@wW](?:(?<=@)|(?<=:)//|(?<=[wW])(?ai:ww\.)"
    rf"|(?<=\.)(?ai:{OF_BARE})(?![a-zA-Z0-9]))"
)
WORD = re.compile(r"\S+")
UNCUT = rf"(?<!{APART}[{SIGNS}])(?<!{APART}[{SIGNS}]{{2}})"
FREE = rf"(?<!{APART})(?<![./\\@%-])(?<!{APART}_){UNCUT}"
ADDRESS = re.compile(
    r"(?<![a-zA-Z0-9])(?P<scheme>[a-zA-Z][a-zA-Z0-9]*+)://"
    rf"|(?<!{APART})(?<![_@])(?<!{APART}[.+&%'-])(?<!//){UNCUT}"
    rf"(?P<mail>(?ai:mailto:)?_*+{APART}(?:{APART}|[_.+-]){{0,63}}@)"
    rf"|{FREE}(?P<www>(?ai:www)\.(?={LETTER}))"
    # Of hosts without a scheme those alone: others are as often a file, or a sentence without a
    # blank.
    rf"|{FREE}(?P<bare>(?:{APART}+(?:-+{APART}+)*\.)+(?ai:{OF_BARE}))(?!{APART}|[_.-]+{APART}|-)"
)
HTTP = re.compile(r"https?", re.I | re.ASCII)
REFUSED = re.compile(r"(?:(?!(?ai:https?://))\S)*+")
ELSEWHERE = ' rel="noopener noreferrer nofollow" target="_blank"'


class Link(NamedTuple):
    start: int
    end: int
    scheme: str  # what its address begins with and the text does not


def linked(text: str) -> Markup:
    """The text as HTML, escaped, with `http`, `https` and `mailto` links and nothing else."""
    if not MAY_LINK.search(text):
        return escape(text)
    made: list[str] = []  # joined as plain text: `Markup` would look at each piece once more
    end = 0
    for link in found_in(text):
        made.append(escape(text[end : link.start]))
        made.append(anchor(link.scheme, text[link.start : link.end]))
        end = link.end
    made.append(escape(text[end:]))
    return Markup("".join(made))  # noqa: S704 (each piece is escaped)


def found_in(text: str) -> Iterator[Link]:
    for word in WORD.finditer(text):
        if MAY_LINK.search(word[0]):
            yield from found_between(text, word.start(), word.end())


def found_between(text: str, at: int, end: int) -> Iterator[Link]:
    while found := ADDRESS.search(text, at, end):
        link = mail(text, found) if found["mail"] else web(text, found)
        if link:
            yield link
        at = link.end if link else after(text, found)


def after(text: str, refused: re.Match[str]) -> int:
    """Where to look on: nothing of a host that was refused is a host of its own."""
    rest = None if refused["mail"] else REFUSED.match(text, refused.end())
    return rest.end() if rest else refused.end()


def web(text: str, found: re.Match[str]) -> Link | None:
    scheme = found["scheme"]
    if scheme and not HTTP.fullmatch(scheme):
        return None
    start = found.end() if scheme else found.start()
    end = host_end(text, start)
    # A name before the host is nearly always there to be taken for the host.
    if not end or (scheme and NAMED.match(text, end)):
        return None
    if found["www"] and "." not in text[found.end() : end]:
        return None
    if text[end : end + 1] == ":" and text[end + 1 : end + 2].isdigit():
        port = PORT.match(text, end)
        if port is None or int(port[1]) > 65535 or GOES_ON.match(text, port.end()):
            return None
        end = port.end()
    path = PATH.match(text, end)
    end = trimmed(text, found.start(), path.end() if path else end)
    return Link(found.start(), end, "" if scheme else "https://")


def mail(text: str, found: re.Match[str]) -> Link | None:
    end = host_end(text, found.end())
    if not end or not DOMAIN.search(text[found.end() : end]):
        return None
    start = found.start()
    while text[start] == "_" == text[end : end + 1]:
        start += 1
    prefixed = found["mail"][:7].lower() == "mailto:"
    return Link(start, end, "" if prefixed else "mailto:")


def host_end(text: str, start: int) -> int:
    """Where the host that begins here ends, or 0 where there is none."""
    host = HOST.match(text, start, start + LONGEST_HOST + 1)
    if host is None:
        return 0
    turn = TURN.search(host[0])
    end = start + turn.end() if turn else host.end()
    return 0 if end - start > LONGEST_HOST or GOES_ON.match(text, end) else end


def trimmed(text: str, start: int, end: int) -> int:
    """Without what only marks the address as a whole."""
    before = text[start - 1] if start else ""
    while text[end - 1] in "*~.,:;!?|" or (text[end - 1] == before in ("_", "'")):
        end -= 1
    return end


def anchor(scheme: str, shown: str) -> str:
    href = scheme + shown
    apart = "" if href[:7].lower() == "mailto:" else ELSEWHERE
    return f'<a href="{escape(href)}"{apart}>{escape(shown)}</a>'
