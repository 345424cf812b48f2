"""What the example shop around the widget shows in demo mode. A real site has its own pages."""

from typing import Any, NamedTuple

from flask_babel import gettext as _


class Order(NamedTuple):
    number: int
    title: str
    detail: str
    state: str
    state_text: str


class Address(NamedTuple):
    title: str
    lines: tuple[str, ...]


def example(name: str) -> dict[str, Any]:
    """Orders and addresses of a customer of this name."""
    return {"orders": orders(), "addresses": addresses(name)}


def orders() -> list[Order]:
    return [
        Order(48213, _("2 chairs, oak"), _("Ordered on Saturday"), "open", _("Leaves on Thursday")),
        Order(47960, _("Side table, walnut"), _("Two parcels"), "waiting", _("On its way")),
        Order(47102, _("Reading lamp"), _("Refunded in full"), "closed", _("Returned")),
    ]


def addresses(name: str) -> list[Address]:
    return [
        Address(_("Delivery"), (name, "14 Harbour Lane", "Bristol BS1 4QD")),
        Address(_("Invoice"), (name, "14 Harbour Lane", "Bristol BS1 4QD")),
    ]
