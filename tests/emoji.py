"""Makes `static/vendor/emoji/` of the packages that it comes from (see VENDORED.md there):

    python -m tests.emoji FOLDER

In FOLDER lie, unpacked, `emojibase-data` (what there is, its order, its codes, English and German)
and `cldr-annotations-modern` and `cldr-annotations-derived-modern` (Arabic) as npm packs them, each
by its name. A file holds nine lists, one a group, of `[emoji, name, other words, codes]`, the words
apart by spaces.
"""

import json
import sys
from pathlib import Path
from typing import Any

MADE = Path(__file__).parent.parent / "static/vendor/emoji"
GROUPS = (0, 1, 3, 4, 5, 6, 7, 8, 9)  # 2 are parts of others
NEWEST = 15  # what most devices can draw
LANGUAGES = ("en", "de", "ar")


def main(folder: Path) -> None:
    base = folder / "emojibase-data"
    known = [each for each in read(base / "en/data.json") if each.get("group") in GROUPS]
    known = sorted((e for e in known if e["version"] <= NEWEST), key=lambda each: each["order"])
    codes = codes_of(base)
    MADE.mkdir(exist_ok=True)
    for language in LANGUAGES:
        said = arabic(folder) if language == "ar" else words_of(base / language / "data.json")
        groups: dict[int, list[list[str]]] = {group: [] for group in GROUPS}
        for each in known:
            name, tags = said.get(bare(each["emoji"]), (each["label"], each.get("tags", [])))
            more = dict.fromkeys(word for tag in tags for word in tag.split())
            rest = " ".join(word for word in more if word not in name.split())
            named = " ".join(codes.get(each["hexcode"], ()))
            groups[each["group"]].append([shown(each), name, rest, named])
        text = json.dumps(list(groups.values()), ensure_ascii=False, separators=(",", ":"))
        (MADE / f"{language}.json").write_text(text + "\n", encoding="utf-8")


def shown(each: dict[str, Any]) -> str:
    """As a keyboard would write it: what is drawn as an emoji anyway needs no sign for that."""
    emoji = str(each["emoji"])
    return bare(emoji) if each["type"] == 1 and len(emoji) == 2 else emoji


def words_of(path: Path) -> dict[str, tuple[str, list[str]]]:
    return {bare(each["emoji"]): (each["label"], each.get("tags", [])) for each in read(path)}


def arabic(folder: Path) -> dict[str, tuple[str, list[str]]]:
    said: dict[str, tuple[str, list[str]]] = {}
    for part, kind in (("", "annotations"), ("-derived", "annotationsDerived")):
        path = folder / f"cldr-annotations{part}-modern/{kind}/ar/annotations.json"
        found = read(path)[kind]["annotations"].items()
        said |= {bare(emoji): (words["tts"][0], words["default"]) for emoji, words in found}
    return said


def codes_of(base: Path) -> dict[str, list[str]]:
    """As most chats know them first; of two emoji with one code the first keeps it."""
    codes: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name in ("github", "emojibase"):
        for hexcode, found in read(base / f"en/shortcodes/{name}.json").items():
            for code in [found] if isinstance(found, str) else found:
                if code not in taken:
                    taken.add(code)
                    codes.setdefault(hexcode, []).append(code)
    return codes


def bare(emoji: str) -> str:
    return emoji.replace("\ufe0f", "")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
