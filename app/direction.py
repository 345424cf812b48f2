"""The direction of text. A name within a sentence turns neither what stands before nor after it.

Unicode's marks can turn all that follows them (overrides, embeddings), and end what should have
kept a text apart (the end of an isolate, the end of a paragraph), so none of them is let through.
"""

# Embeddings, overrides, isolates and their ends. The marks of a direction (LRM, RLM, ALM) are
# letters without ink: they stay, since nothing of them leaves an isolate.
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# What ends a line or a paragraph, and with it every isolate that is open.
ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
STRAIGHT = str.maketrans(dict.fromkeys(TURNS, "") | dict.fromkeys(ENDS, " "))


def straight(text: str) -> str:
    """A name without what turns more than itself."""
    return text.translate(STRAIGHT)


def isolated(name: str) -> str:
    """A name within plain text, whose direction does not move what stands around it."""
    return f"\N{FIRST STRONG ISOLATE}{straight(name)}\N{POP DIRECTIONAL ISOLATE}"
