"""What in a text looks like the number of a card."""

import re

# 13 to 19 digits, with a blank or a dash between some of them.
NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


def cards_in(text: str) -> list[str]:
    """As they stand there, in their order; each is one whose last digit proves the others."""
    return [found[0] for found in NUMBER.finditer(text) if proves(found[0])]


def proves(number: str) -> bool:
    """Luhn: every second digit from the right counts double, and all make up tens."""
    digits = [int(each) for each in reversed(number) if each.isdigit()]
    doubled = [divmod(2 * digit, 10) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(map(sum, doubled))) % 10 == 0
