"""Cells of a CSV file that spreadsheets open, which compute what looks like a formula to them."""

# A colleague's name may be one, and so may what a customer is called; some take wide signs, too.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def plain_cell(text: str, sign: str = "'") -> str:
    """`sign` stands before what would be computed: a blank where the cell is read in again."""
    return f"{sign}{text}" if text.startswith(FORMULAS) else text
