"""The modules of a page as one script.

A browser that asks for sixty files one by one is slow however small they are, on a phone most of
all. Here they are put one after another, in the order in which a browser would run them, each in a
function of its own that returns what it exports:

    const module_ids = (() => { …; return { messageId }; })();

That is all that our modules need, as they hold to few forms, each on one line: imports of ours by
name and at the top, exports of functions, classes and constants where they stand, no cycles. What
is not ours is imported by the script itself, whose own exports are the modules by their names.

What a page needs later, if at all, is a script of its own: it has what the page's first script
lacks, takes the rest from it, so that each module runs once, and exports what its module exports.
"""

import re
from collections.abc import Callable, Iterable

IMPORT = re.compile(r'^import (?:(\{[^}]*\}|\* as \w+) from )?"([^"]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.M)
MODULE_WORD = re.compile(r"^(?:import|export)\b.*", re.M)
COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/)[\s\S])*\*/|// .*)\n", re.M)
SPACE = re.compile(r"\n\s+")  # that nobody reads: indents, empty lines
OURS = re.compile(r"deskbell/(\w+)\.js")


def joined(entries: Iterable[str], read: Callable[[str], str]) -> str:
    """The script that runs the entries in turn, with all that they import.

    `read` gives a module's text by its name. `SyntaxError` names what has another form.
    """
    foreign, parts = run_in_turn(entries, read)
    exports = ", ".join(f"module_{name} as {name}" for name in parts)
    return "\n".join([*foreign, *parts.values(), f"export {{ {exports} }};", ""])


def joined_later(entry: str, first: Iterable[str], read: Callable[[str], str]) -> str:
    """The script that runs `entry` on a page whose first script runs the entries `first`."""
    there = run_in_turn(first, read)[1]
    foreign, parts = run_in_turn([entry], read)
    taken = ", ".join(f"{name} as module_{name}" for name in parts if name in there)
    parts = {name: text for name, text in parts.items() if name not in there}
    exports = ", ".join(EXPORT.findall(read(entry)))
    given = f"export const {{ {exports} }} = module_{entry};"
    return "\n".join(
        [f'import {{ {taken} }} from "deskbell";', *foreign, *parts.values(), given, ""]
    )


def run_in_turn(
    entries: Iterable[str], read: Callable[[str], str]
) -> tuple[dict[str, None], dict[str, str]]:
    """The imports of what is not ours, and each module's part by its name, in their order."""
    parts: dict[str, str] = {}
    foreign: dict[str, None] = {}
    on_the_way: list[str] = []

    def add(name: str) -> None:
        if name in parts:
            return
        if name in on_the_way:
            raise SyntaxError(f"modules in a circle: {' > '.join([*on_the_way, name])}")
        on_the_way.append(name)
        text, given = read(name), []
        for what, source in IMPORT.findall(text):
            if ours := OURS.fullmatch(source):
                add(ours[1])
                given += [received(what, ours[1])] if what else []
            else:
                foreign[f'import {what} from "{source}";'] = None
        on_the_way.pop()
        parts[name] = wrapped(name, text, given)

    for entry in entries:
        add(entry)
    return foreign, parts


def received(what: str, name: str) -> str:
    """`{ a, b as c }` and `* as d` of an import, as a constant."""
    what = what.removeprefix("* as ") if what.startswith("*") else what.replace(" as ", ": ")
    return f"const {what} = module_{name};"


def wrapped(name: str, text: str, given: list[str]) -> str:
    exports = ", ".join(EXPORT.findall(text))
    body = SPACE.sub("\n", COMMENT.sub("", EXPORT.sub("", IMPORT.sub("", text)))).strip("\n")
    if half := next((line for line in body.split("\n") if line.count("`") % 2), None):
        raise SyntaxError(f"{name}.js: a text of several lines, whose spaces would go: {half}")
    if unknown := MODULE_WORD.search(body):
        raise SyntaxError(f"{name}.js: {unknown[0]}")
    return "\n".join(
        [f"const module_{name} = (() => {{", *given, body, f"return {{ {exports} }};", "})();"]
    )
