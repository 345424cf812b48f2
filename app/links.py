"""The links in what somebody wrote: each ends where its reader would end it.

The library finds them by the rules of Latin text, where blanks stand between words. In others an
address stands right beside letters, marks and brackets that are none of it; so it is shown a
shadow of the text, of the same length, in which these are blanks.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from linkify_it import LinkifyIt
from markupsafe import Markup, escape

# Letters that are written without blanks: Han, Kana, Bopomofo, Hangul.
CLOSE = (
    r"\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    r"\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# Marks and signs beyond ASCII: quotes, brackets, dashes, stops of any script, what is invisible or
# turns the direction, symbols and emoji. No address that a browser gives away holds one.
MARKS = (
    r"\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u034f\u055a-\u055f\u05be\u05c0\u05c3"
    r"\u05f3\u05f4\u060c\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965\u0e2f\u0e5a\u0e5b\u1362-\u1368"
    r"\u180e\u2000-\u206f\u20a0-\u2bff\u2e00-\u3004\u3006\u3008-\u3040\u3097-\u309c\u30a0\u30fb"
    r"\u3190-\u319f\u3200-\u33ff\ufe00-\ufe6f\ufeff-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    r"\uffe0-\uffff\U0001f000-\U0001faff\U000e0000-\U000e0fff"
)
BREAKS = re.compile(f'[{CLOSE}{MARKS}"<>]')
# A label of a host may be of such letters, but not turn into them: what follows ".com" is text.
LABEL = rf"(?:[{CLOSE}][{CLOSE}\w-]*|[^\W{CLOSE}][^\W{CLOSE}]*(?:-+[^\W{CLOSE}]+)*)"
HOST = re.compile(rf"(?:(?<=://)|(?<=\bwww\.)){LABEL}(?:\.{LABEL})*")
WWW_HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+(?::[0-9]{{1,5}})?")
NAMED = re.compile(r"https?://[^/?#]*@", re.I)
# Looked at where a run of them begins alone, or a long one would be looked at again at each sign.
EMPHASIS = re.compile(r"(?<![_*~`])[_*~`]+(?=https?://|www\.)", re.I)
OF_BARE = "com|net|org|int|edu|gov|info|mil"
MAY_LINK = re.compile(rf"://|www\.|@|\.(?:{OF_BARE})\b", re.I)
# Of hosts without a scheme those alone: others are as often a file, or a sentence without a blank.
BARE = re.compile(rf"(?:[\w-]+\.)+(?:{OF_BARE})(?![\w.-]*\.\w)(?=[:/?#]|$)", re.I)
WORD = re.compile(r"\S+")
LONGEST_WORD = 150
SCHEME = re.compile(r"(?<![a-z0-9])(https?)://", re.I)
MOST_IN_A_WORD = 8


def linked(text: str) -> Markup:
    """The text as HTML, escaped, with `http`, `https` and `mailto` links and nothing else."""
    if not MAY_LINK.search(text):
        return escape(text)
    made, end = [], 0
    for schema, start, last in found_in(shadow_of(text)):
        last = end_of(text, start, last)
        href = href_of(schema, text[start:last])
        if href is None:
            continue
        made += [escape(text[end:start]), anchor(href, text[start:last])]
        end = last
    return Markup("").join([*made, escape(text[end:])])


def found_in(shadow: str) -> Iterator[tuple[str, int, int]]:
    """Of each address its kind, its beginning and its end.

    Word for word, since the library reads on to the end of a text from each address that it finds.
    In a word that is no word any more it looks at the first addresses with a scheme alone.
    """
    for word in WORD.finditer(shadow):
        text, at = word[0], word.start()
        if not MAY_LINK.search(text):
            continue
        if len(text) <= LONGEST_WORD:
            for found in finder.match(text) or ():
                yield found.schema, at + found.index, at + found.last_index
            continue
        end = 0
        for scheme in islice(SCHEME.finditer(text), MOST_IN_A_WORD):
            if scheme.start() >= end and (length := beyond(text, scheme.end())):
                end = scheme.end() + length
                yield f"{scheme[1].lower()}:", at + scheme.start(), at + end


def beyond(text: str, position: int) -> int:
    """How many characters after a scheme belong to the address."""
    length: int = finder.test_schema_at(text, "https:", position - len("//"))
    return length - len("//")


def shadow_of(text: str) -> str:
    shadow = list(BREAKS.sub(" ", text))
    for host in HOST.finditer(text):
        shadow[host.start() : host.end()] = host[0]
    return EMPHASIS.sub(lambda found: " " * len(found[0]), "".join(shadow))


def end_of(text: str, start: int, end: int) -> int:
    """Without what only marks the address as a whole."""
    before = text[start - 1] if start else ""
    while end > start and (text[end - 1] in "*~`.,;:!?" or (text[end - 1] == before in ("_", "'"))):
        end -= 1
    return end


def href_of(schema: str, shown: str) -> str | None:
    if schema == "mailto:":
        return shown if shown.lower().startswith("mailto:") else f"mailto:{shown}"
    if schema in ("http:", "https:"):
        # A name before the host is nearly always there to be taken for the host.
        return None if NAMED.match(shown) else shown
    return f"https://{shown}" if schema == "www." or BARE.match(shown) else None


def anchor(href: str, shown: str) -> Markup:
    if href.startswith("mailto:"):
        return Markup('<a href="{}">{}</a>').format(href, shown)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(
        href, shown
    )


def made() -> LinkifyIt:
    found = LinkifyIt({}, {"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": False})
    found.tlds(["int", "mil"], True)
    for schema in ("ftp:", "//"):
        found.add(schema, None)
    found.add("www.", {"validate": beyond_www})
    return found


def beyond_www(linkify: Any, text: str, position: int) -> int:
    """How many characters after `www.` belong to the address."""
    host = WWW_HOST.match(text, position)
    if host is None:
        return 0
    path = re.match(linkify.re["src_path"], text[host.end() :])
    return host.end() + (len(path[0]) if path else 0) - position


finder = made()
