"""Which font draws a character: DejaVu Sans, which goes into the PDF, or for Chinese, Japanese and
Korean one that PDF readers bring along. What neither has is told apart.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import category, normalize

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

HERE = Path(__file__).parent
EMOJI = HERE.parent.parent / "static/vendor/emoji"
OWN = "DejaVuSans"
SIMPLIFIED, TRADITIONAL = "STSong-Light", "MSung-Light"
JAPANESE, KOREAN = "HeiseiKakuGo-W5", "HYSMyeongJo-Medium"
HAN = "han"  # whichever of these four the text around is in
BOX = "\u25a1"
OPEN, CLOSE = "\u2068", "\u2069"  # a name within a text, whichever way both go
KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
IDEOGRAPHS = (
    "\u2e80-\u303f\u3100-\u312f\u3190-\u31ef\u3200-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
)
OF_EAST = re.compile(f"[{IDEOGRAPHS}{KANA}{HANGUL}]")
IS_KANA, IS_HANGUL = re.compile(f"[{KANA}]"), re.compile(f"[{HANGUL}]")
# What is drawn as it stands, and looked at no further.
PLAIN = re.compile(r"[\x20-\x7e\xa0-\xac\xae-\u024f\u0370-\u03ff\u0400-\u045f]*")
TONES = "\U0001f3fb-\U0001f3ff"
PICTURE = "[\u00a9\u00ae\u203c-\u2bff\u3030-\u3299\U0001f000-\U0001faff]"
ONE = f"{PICTURE}\ufe0f?[{TONES}]?"
FLAG = "[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0020-\U000e007f]+"
KEY = "[0-9#*]\ufe0f?\u20e3"
WRITTEN_EMOJI = re.compile(f"{FLAG}|{KEY}|{ONE}(?:\u200d{ONE})*")
LOOK = re.compile(f"[\ufe0e\ufe0f{TONES}]")  # how an emoji looks, and not which one it is


class Known(NamedTuple):
    """A character as it is drawn: `font` is empty for what has no ink; `width` of 1000 an em."""

    font: str
    width: float


class Widths(dict[str, float]):
    """Of each character, learnt as it comes."""

    def __missing__(self, char: str) -> float:
        self[char] = width = known(char).width
        return width


def load() -> None:
    pdfmetrics.registerFont(Readable(OWN, str(HERE / "dejavu/DejaVuSans.ttf")))


@cache
def ready(name: str) -> str:
    """A font by its name, loaded when it is first wanted."""
    if name != OWN:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


@cache
def known(char: str) -> Known:
    own = pdfmetrics.getFont(OWN).face
    if OF_EAST.match(char):
        half = "\uff61" <= char <= "\uffdc" or "\uffe8" <= char <= "\uffee"
        font = JAPANESE if IS_KANA.match(char) else KOREAN if IS_HANGUL.match(char) else HAN
        return Known(font, 500 if half else 1000)
    if category(char) in ("Cf", "Cc") or "\ufe00" <= char <= "\ufe0f":
        return Known("", 0)
    if ord(char) in own.charToGlyph:
        is_mark = category(char) in ("Mn", "Me")
        return Known(OWN, 0 if is_mark else own.getCharWidth(ord(char)))
    return Known("", 0)


def has(char: str) -> bool:
    """Whether it is drawn, or nothing is lost by leaving it out."""
    return known(char).font != "" or category(char) in ("Cf", "Cc") or "\ufe00" <= char <= "\ufe0f"


def of_east(text: str, otherwise: str) -> str:
    """The font of ideographs in a text, by what stands beside them."""
    if IS_KANA.search(text):
        return JAPANESE
    return KOREAN if IS_HANGUL.search(text) else otherwise


@cache
def names(language: str) -> dict[str, str]:
    """What emoji are called, without what only changes their look."""
    path = EMOJI / f"{language}.json"
    groups = json.loads((path if path.is_file() else EMOJI / "en.json").read_text("utf-8"))
    return {LOOK.sub("", each[0]): each[1] for group in groups for each in group}


def in_words(emoji: str, language: str) -> str:
    """An emoji by its name where no font here has it: `:party popper:`."""
    bare = LOOK.sub("", emoji)
    if len(bare) == 1 and has(bare):
        return bare
    name = names(language).get(bare)
    if name is None and "\u200d" in bare:
        return "".join(in_words(part, language) for part in bare.split("\u200d"))
    return f"{OPEN}:{name}:{CLOSE}" if name else bare


def drawable(text: str, language: str) -> str:
    """The text of characters that there are: an emoji's name, else a box for what no font has."""
    if PLAIN.fullmatch(text):
        return text
    text = WRITTEN_EMOJI.sub(lambda found: in_words(found[0], language), text)
    return "".join(char if has(char) else instead_of(char) for char in text)


@cache
def instead_of(char: str) -> str:
    """What it is made of, as of letters in circles or bold ones of mathematics; else a box."""
    parts = normalize("NFKC", char)
    return parts if parts != char and all(has(part) for part in parts) else BOX


class Readable(TTFont):
    """It says of each form of a letter which letter that is, so that what is copied is text."""

    def addObjects(self, doc: Any) -> None:
        subsets = [list(subset) for subset in self.state[doc].subsets]
        before = set(doc.idToObject)
        super().addObjects(doc)
        maps = [name for name in doc.idToObject if name not in before and "toUnicode" in name]
        for name, subset in zip(maps, subsets, strict=True):
            doc.idToObject[name].content = letters_of(subset)


def letters_of(subset: list[int]) -> str:
    lines = []
    for code, number in enumerate(subset):
        letter = chr(number)
        if "\ufb50" <= letter <= "\ufef4":  # lam and alef are told by readers
            letter = normalize("NFKC", letter)
        lines.append(f"<{code:02X}> <{letter.encode('utf-16-be').hex().upper()}>")
    mapped = [
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar"
        for part in (lines[at : at + 100] for at in range(0, len(lines), 100))
    ]
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Letters def",
            "/CMapType 2 def",
            "1 begincodespacerange\n<00> <FF>\nendcodespacerange",
            *mapped,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        )
    )
