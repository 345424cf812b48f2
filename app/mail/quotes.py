"""What somebody wrote themselves in a reply: without what they answer, and without signatures.

What introduces a quote is known by its form, an address and a colon, which is the same in every
language. Where it is in doubt what a line is, it stays: a line too many is read, one too few lost.
"""

import re

LINES = 5_000  # which are looked through
WIDEST = 500  # characters of a line that introduces a quote
QUOTED = re.compile(">")
# `On 3 Nov 2026, at 10:00, Desk <a@example.com> wrote:`, in any language, on up to four lines.
ADDRESS = r"[<\[(]\s?(?:mailto:)?[^<>@\s]{1,80}@[^<>@\s]{1,120}\s?[>\])]"
INTRODUCES = re.compile(rf".{{0,200}}{ADDRESS}.{{0,60}}[:：]\W{{0,3}}")
COLON = re.compile(r"[:：]\W{0,3}\Z")
WRAPPED = 4
# Outlook's lines above what it quotes: `From:` with an address, then others like it.
FROM = re.compile(
    r"[*\s]{0,3}(From|Von|De|Da|Van|Från|Fra|Od|Lähettäjä|Kimden|От|Від|Από|من|מאת"
    r"|差出人|发件人|寄件者|보낸 사람)"
    r"\s?[:：]\*?\s?(.*)",
    re.I,
)
LABELLED = re.compile(r"[*\s]{0,3}[^\W\d][^:：\n]{0,24}[:：]")
LABELLED_LINES = 2  # at least, in the four below
# Lines by which programs part a reply from what it answers.
RULE = re.compile(r"\s*_{20,}\s*|\s*-{3,} ?[^\W\d_][^-]{3,40}-{3,}\s*")
SIGNATURE = re.compile(r"--\s?")
# What phones and programs write below by themselves.
ADVERTISED = re.compile(
    r"(Sent from (my|Mail|Outlook|Yahoo|Proton)|Sent (via|with) \S+ (for|secure)|Get Outlook for"
    r"|Von meinem .{2,40} gesendet|Gesendet (mit|von|via|über) \S|Diese Nachricht wurde von meinem"
    r"|Envoyé (de(puis)?|à partir d)|Télécharger Outlook|Enviado (desde|con|a través)"
    r"|Obtener Outlook|أُ?رسلت? من|تم الإرسال من|الحصول على Outlook|Inviato (da|con)"
    r"|Verzonden (met|van)|Skickat från|Sendt fra|Wysłan[eo] z|Enviado do|Отправлено (с|из))"
    r".{0,200}",
    re.I,
)
TO_THE_END = "\x1c"  # from this line on all is quoted: HTML tells so


def answer(text: str) -> str:
    """The lines that are their own, in their order; of an answer between quotes its parts."""
    lines = text.split("\n")[:LINES]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at] == TO_THE_END or SIGNATURE.fullmatch(lines[at]):
            break
        width = introduction(lines, at)
        if width and not is_quoted(lines, at + width):
            break  # what is answered goes on to the end, unmarked
        if width:
            at += width
        elif QUOTED.match(lines[at]):
            at += 1
        elif begins_outlooks(lines, at):
            break
        else:
            kept.append(lines[at].rstrip())
            at += 1
    return trimmed(kept)


def introduction(lines: list[str], at: int) -> int:
    """How many lines from here on introduce a quote; 0 if none does, or a later one begins to."""
    for end in range(at + 1, min(at + WRAPPED, len(lines)) + 1):
        if not lines[end - 1].strip():
            return 0
        if introduces(lines, at, end):
            # What stands directly above it is not part of it: it begins with the date.
            begins = [n for n in range(at, end) if introduces(lines, n, end)]
            dated = [n for n in begins if len(re.findall(r"\d+", undressed(lines[n]))) > 1]
            return end - at if at == (dated or begins)[-1] else 0
    return 0


def introduces(lines: list[str], begin: int, end: int) -> bool:
    said = " ".join(line.strip() for line in lines[begin:end])
    if len(said) > WIDEST or not COLON.search(said):
        return False
    if "@" in said and INTRODUCES.fullmatch(said):
        return True
    return re.search(r"\d", said) is not None and is_quoted(lines, end)


def undressed(line: str) -> str:
    return re.sub(r"\S+@\S+", "", line)


def is_quoted(lines: list[str], at: int) -> bool:
    """Whether the next line with something on it is a quoted one."""
    following = (line for line in lines[at : at + 3] if line.strip())
    return QUOTED.match(next(following, "")) is not None


def begins_outlooks(lines: list[str], at: int) -> bool:
    """Whether Outlook's lines stand here, below its rule or without it."""
    if RULE.fullmatch(lines[at][:WIDEST]):
        below = [n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].strip()]
        return not below or is_from(lines, below[0], least=1)
    return is_from(lines, at, least=LABELLED_LINES, needs_address=True)


def is_from(lines: list[str], at: int, *, least: int, needs_address: bool = False) -> bool:
    found = FROM.fullmatch(lines[at][:WIDEST])
    if found is None or (needs_address and "@" not in found[2]):
        return False
    below = [line for line in lines[at + 1 : at + 6] if line.strip()][:4]
    return sum(LABELLED.match(line) is not None for line in below) >= least


def trimmed(kept: list[str]) -> str:
    """Without empty lines around it, or more than one in it, and without advertisement below."""
    while kept and (not kept[-1].strip() or ADVERTISED.fullmatch(kept[-1].strip()[:WIDEST])):
        kept.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
