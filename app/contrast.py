"""How well one colour is seen on another: the contrast ratio of WCAG 2."""

from math import floor

WHITE, DARK = "#ffffff", "#1c1b19"


def luminance(colour: str) -> float:
    """Of `#rrggbb`: 0 is black, 1 is white."""
    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """From 1 to 21, to one place, never more than it is."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return floor((lighter + 0.05) / (darker + 0.05) * 10) / 10


def ink_on(colour: str) -> str:
    """White or dark, whichever is seen better on it."""
    return max(WHITE, DARK, key=lambda ink: contrast(ink, colour))
