"""What looks like the number of a card, and what does not."""

import pytest

from app.cards import cards_in

CARDS = ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005",
         "4222222222222", "6011 0009 9013 9424", "4000000000000000006"]  # fmt: skip
OTHERS = ["4111 1111 1111 1112", "1234 5678 9012 3456", "411111111111", "12345678901234567890",
          "0176 12345678", "DE89 3704 0044 0532 0130 00", "4111  1111  1111  1111",
          "41111111x11111111", "4" * 40]  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_cards(number: str) -> None:
    assert cards_in(f"My card: {number}, and\n{number}.") == [number, number]


@pytest.mark.parametrize("number", OTHERS)
def test_others(number: str) -> None:
    assert cards_in(f"It is {number}.") == []
