"""The light formatting of what somebody wrote, as HTML: what is stored stays as it was typed.

Markdown in which nothing that people type anyway turns into something else: each line end stays
one, and headings, rules, tables, pictures, HTML, and code by indentation are text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from idna import IDNAError
from idna import encode as to_ascii
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, fence, list_block
from markdown_it.rules_inline import StateInline, backtick, emphasis
from markdown_it.rules_inline import link as link_rule
from markdown_it.token import Token
from markupsafe import Markup, escape

from app.links import APART, ELSEWHERE, HOST, Link, anchor, found_in, linked

# What may format at all; a text without it is looked at no further.
MAY_FORMAT = re.compile(
    r"[*`_~\]>\n](?:(?<=[*`])|(?<=_)\S[^_]*_|(?<=~)~|(?<=\])\(|(?m:(?<=^>))[ >]"
    r"|(?<=\n)[ \t]*(?:- |[0-9]+\. ))"
)
DEEPEST = 12  # levels of blocks, of which a list takes two
DEEPEST_INLINE = 16
PLAIN = re.compile(r"[^*_~`\[\]]+")
LETTER = re.compile(APART)
BARE = re.compile(r"(?:[^\w\s`\[\]]|_)+(?!\S)")  # a word of signs alone: a smiley, a row of stars
LONGEST_SMILEY = 12
QUOTED = re.compile(r">+(?: |$)|>+(?= )")
ITEM = re.compile(r"([-*]|[0-9]{1,9}\.)[ \t]+\S")
LANGUAGE = re.compile(r"[ \t]*[a-zA-Z0-9+#-]{0,12}[ \t]*")
HOLLOW = re.compile(r"\[\s*\]\(|\]\(\s*\)")  # a link without words, or without an address
NO_ADDRESS = re.compile(r"\]\(\s*\)")
TAGS = {
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "s": "s",
}
AUTO = ' dir="auto"'
BLOCKS = {"blockquote", "ul", "ol", "li", "p"}


class Shown(NamedTuple):
    """A text as HTML; `is_formatted` tells that what was typed is more than what it shows."""

    html: Markup
    is_formatted: bool


def shown(text: str) -> Shown:
    """The text as it is shown: blocks and marks of `TAGS`, code, links, and nothing else."""
    return formatted(text) if MAY_FORMAT.search(text) else Shown(linked(text), is_formatted=False)


# Read once, for pages in several languages, of several readers, and of the history they go through:
# 0.2 ms each. What is used much is short; all of the longest would be 11 MB.
@lru_cache(512)
def formatted(text: str) -> Shown:
    tokens = reader.parse(text)
    if is_plain(tokens) or depth(tokens) > DEEPEST_INLINE:
        return Shown(linked(text), is_formatted=False)
    return Shown(Markup("".join(written(tokens))), is_formatted=True)  # noqa: S704 (escaped)


def plain(text: str) -> str:
    """Its words on one line, without what formats them."""
    if MAY_FORMAT.search(text):
        shown = reader.parse(text)
        if depth(shown) <= DEEPEST_INLINE:
            text = " ".join(words_of(token) for token in shown)
    return " ".join(text.split())


def words_of(token: Token) -> str:
    if token.type == "inline":
        return "".join(child.content for child in token.children or ())
    return token.content if token.type == "fence" else ""


def is_plain(tokens: Sequence[Token]) -> bool:
    blocks = {"paragraph_open", "paragraph_close", "inline"}
    return all(
        token.type in blocks
        and all(child.type in ("text", "address") for child in token.children or ())
        for token in tokens
    )


def depth(tokens: Sequence[Token]) -> int:
    """How many marks stand within each other."""
    deepest = 0
    for token in tokens:
        level = 0
        for child in token.children or ():
            level += child.nesting
            deepest = max(deepest, level)
    return deepest


def written(tokens: Sequence[Token]) -> Iterator[str]:
    """The HTML in pieces. Nothing stands between blocks: white space is shown as it is."""
    link, begun = "", 0  # where the one leads whose words come now
    for at, token in enumerate(tokens):
        kind = token.type
        if kind == "inline":
            yield from written(token.children or ())
        elif kind == "text":
            yield str(escape(token.content))
        elif kind == "address":
            known: Link = token.meta["link"]
            yield str(escape(token.content)) if link else anchor(known.scheme, token.content)
        elif kind == "code_inline":
            yield f"<code>{escape(token.content)}</code>"
        elif kind == "fence":
            content = token.content.removesuffix("\n")
            yield f"<pre{AUTO if token.level == 0 else ''}><code>{escape(content)}</code></pre>"
        elif kind == "link_open":
            link, begun = str(token.attrs["href"]), at
            yield opened(link)
        elif kind == "link_close":
            yield "</a>" + whose(link, tokens[begun + 1 : at])
            link = ""
        elif not token.hidden:
            yield tag(token)


def tag(token: Token) -> str:
    name, _, end = token.type.rpartition("_")
    element = TAGS[name]
    if end == "close":
        return f"</{element}>"
    number = f' value="{int(token.info)}"' if element == "li" and token.info else ""
    # A block that decides for itself is not asked what is around it, so the outermost ones do.
    direction = AUTO if element in BLOCKS and token.level == 0 else ""
    return f"<{element}{number}{direction}>"


def opened(address: str) -> str:
    found = address_of(address)
    href = (found.scheme if found else "") + address
    apart = "" if href[:7].lower() == "mailto:" else ELSEWHERE
    return f'<a href="{escape(href)}"{apart}>'


def whose(address: str, words: Sequence[Token]) -> str:
    """Where a link leads, for words that say something else."""
    said = "".join(word.content for word in words).strip()
    found = address_of(address)
    if found is None or said in (address, found.scheme + address):
        return ""
    if "mailto:" in (found.scheme, address[:7].lower()):
        return f' <bdi class="link-host">({escape(re.sub("(?i)^mailto:", "", address))})</bdi>'
    bare = re.sub(r"(?i)^https?://", "", address)
    host = HOST.match(bare)
    place = bare if host is None else ascii_host(host[0])
    return f' <bdi class="link-host">({escape(place)})</bdi>'


def ascii_host(host: str) -> str:
    """Letters that look like others are told from them by this."""
    try:
        return host if host.isascii() else to_ascii(host, uts46=True).decode()
    except IDNAError:
        return host


def address_of(text: str) -> Link | None:
    """The text as one link, if it is one from end to end: `http`, `https` or `mailto`."""
    first = next(found_in(text), None)
    return first if first and (first.start, first.end) == (0, len(text)) else None


# Inline: what a mark is, and what is none


def words(state: StateInline, silent: bool) -> bool:
    """Text up to the next sign that may be a mark, and an address as a whole, signs and all."""
    link = next_link(state)
    if link and link.start == state.pos and link.end <= state.posMax:
        if not silent:
            token = state.push("address", "", 0)
            token.content = state.src[link.start : link.end]
            token.meta = {"link": link}
        state.pos = link.end
        return True
    end = min(link.start, state.posMax) if link and link.start > state.pos else state.posMax
    text = PLAIN.match(state.src, state.pos, end)
    if text is None:
        return False
    if not silent:
        state.append_pending(text[0])
    state.pos = text.end()
    return True


def ticks(state: StateInline, silent: bool) -> bool:
    """Code within a line; where it goes over several, they stay."""
    start, count = state.pos, len(state.tokens)
    if not backtick(state, silent):
        return False
    made = state.tokens[-1] if len(state.tokens) > count else None
    if made and made.type == "code_inline":
        length = len(made.markup)
        within = state.src[start + length : state.pos - length]
        is_padded = within[0] == within[-1] == " " and within.strip(" ") != ""
        made.content = within[1:-1] if is_padded else within
    return True


def next_link(state: StateInline) -> Link | None:
    """The first address from here on. It is looked for once a text; going back is rare."""
    if state.env.get("within") is not state:
        state.env.update(within=state, links=list(found_in(state.src)), next=0)
    links, at = state.env["links"], state.env["next"]
    while at and links[at - 1].start >= state.pos:
        at -= 1
    while at < len(links) and links[at].start < state.pos:
        at += 1
    state.env["next"] = at
    return links[at] if at < len(links) else None


def marks(state: StateInline, silent: bool) -> bool:
    """Stars and lines that stress; not those of a sum, a name, a smiley or a row of them."""
    if silent or state.src[state.pos] not in "*_":
        return False
    start, marker = state.pos, state.src[state.pos]
    end = start
    while end < state.posMax and state.src[end] == marker:
        end += 1
    smiley = smiley_end(state)
    if smiley or stands_for_itself(state.src, start, end):
        state.append_pending(state.src[start : max(end, smiley)])
        state.pos = max(end, smiley)
        return True
    return emphasis.tokenize(state, silent)


def named(state: StateInline, silent: bool) -> bool:
    """Words that lead somewhere: `[]()` in code leads nowhere, or has no words to lead."""
    if state.src[state.pos] != "[":
        return False
    if state.pos <= last_hollow(state.src):
        end = state.md.helpers.parseLinkLabel(state, state.pos, True)
        if (
            end < 0
            or NO_ADDRESS.match(state.src, end)
            or not state.src[state.pos + 1 : end].strip()
        ):
            return False
    return link_rule(state, silent)


@lru_cache(8)  # asked at each bracket
def last_hollow(text: str) -> int:
    return max((found.start() for found in HOLLOW.finditer(text)), default=-1)


def smiley_end(state: StateInline) -> int:
    """Where the smiley ends in which this sign stands, or 0."""
    start = state.pos
    while start and state.pos - start < LONGEST_SMILEY and not state.src[start - 1].isspace():
        start -= 1
    found = BARE.match(state.src, start, min(start + LONGEST_SMILEY + 1, state.posMax))
    is_whole = start == 0 or state.src[start - 1].isspace()
    return found.end() if found and is_whole and found.end() > state.pos else 0


def stands_for_itself(text: str, start: int, end: int) -> bool:
    marker, before, after = text[start], text[start - 1 : start], text[end : end + 1]
    if end - start > (1 if marker == "_" else 3) or before == "\\":
        return True
    if LETTER.fullmatch(before) and LETTER.fullmatch(after):
        return True
    if marker == "_":  # as names of files and in code have it
        return bool(before and before in "/\\.@:#$&=+-<>") or bool(after and after in "/\\@=<>")
    return end - start == 1 and before in tuple(":;=^") and not after.isspace() and bool(after)


# Blocks


def quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines that begin with `> `. One that begins with `>` otherwise makes all of them text."""
    if not QUOTED.match(line_of(state, start)) or state.level >= DEEPEST:
        return False
    refused: dict[int, int] = state.env.setdefault("refused", {})
    if start <= refused.get(state.level, -1):
        return False
    for at in range(start + 1, end):
        line = line_of(state, at)
        if not line.startswith(">"):
            break
        if not QUOTED.match(line):
            refused[state.level] = at
            return False
    return blockquote(state, start, end, silent)


def items(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list has two items: one dash is a dash, and one number is a date."""
    first = ITEM.match(line_of(state, start))
    if first is None or state.level >= DEEPEST:
        return False
    for at in range(start + 1, end):
        if state.isEmpty(at) or state.sCount[at] >= state.sCount[start] + 2:
            continue
        second = ITEM.match(line_of(state, at))
        if second is None or second[1][-1] != first[1][-1] or state.sCount[at] < state.blkIndent:
            return False
        return list_block(state, start, end, silent)
    return False


def code(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines between two of "```"; behind the first may stand a language, or code already."""
    line = line_of(state, start)
    length = len(line) - len(line.lstrip("`"))
    if length < 3:
        return False
    closing = re.compile(rf"\n[ \t>]*`{{{length},}}[ \t]*(?:\n|$)")
    if not closing.search(state.src, state.eMarks[start], state.eMarks[end - 1] + 1):
        return False
    if not fence(state, start, end, silent):
        return False
    if not silent and not LANGUAGE.fullmatch(line, length):
        state.tokens[-1].content = f"{line[length:]}\n{state.tokens[-1].content}"
    return True


def apart(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """What stands below a quote, or is less indented than an item, is none of it."""
    return silent and (state.parentType == "blockquote" or state.sCount[start] < state.blkIndent)


def lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A paragraph, its lines as they are, with the empty ones that follow beyond the first."""
    terminators = state.md.block.ruler.getRules("paragraph")
    outside, state.parentType = state.parentType, "paragraph"
    at = start + 1
    while at < end and not state.isEmpty(at):
        if any(ends(state, at, end, True) for ends in terminators):
            break
        at += 1
    state.parentType = outside
    content = state.getLines(start, at, state.blkIndent, False).rstrip()
    empty = 0
    while at + empty < end and state.isEmpty(at + empty):
        empty += 1
    state.line = at
    state.push("paragraph_open", "p", 1).map = [start, at]
    token = state.push("inline", "", 0)
    token.content = content + "\n" * (empty - 1 if at + empty < end else 0)
    token.map, token.children = [start, at], []
    state.push("paragraph_close", "p", -1)
    return True


def line_of(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def made() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"maxNesting": 24})
    markdown.enable(["fence", "blockquote", "list", "backticks", "strikethrough", "emphasis"])
    markdown.enable(["link", "balance_pairs"])
    block, inline = markdown.block.ruler, markdown.inline.ruler
    ends = ["paragraph", "blockquote"]  # which blocks end where another one begins
    block.at("fence", code, {"alt": [*ends, "list"]})
    block.at("blockquote", quote, {"alt": [*ends, "list"]})
    block.at("list", items, {"alt": ends})
    block.before("fence", "apart", apart, {"alt": ends})
    block.at("paragraph", lines)
    inline.at("text", words)
    inline.at("backticks", ticks)
    inline.at("emphasis", marks)
    inline.at("link", named)
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]
    markdown.validateLink = lambda url: address_of(url) is not None  # type: ignore[method-assign]
    return markdown


reader = made()
