"""Where somebody says that they are: an attachment of a message that has no file."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

DIGITS = 6  # behind the point: some 10 cm, which no telephone knows better
FARTHEST = 20_040_000  # metres: half around the earth


class Place(NamedTuple):
    """In degrees of WGS 84, north and east; `accuracy` in metres, where it is known."""

    latitude: float
    longitude: float
    accuracy: float | None = None

    @property
    def said(self) -> str:
        """In words that everybody reads alike, and maps take."""
        return f"{self.latitude:.5f}, {self.longitude:.5f}"

    @property
    def attached(self) -> dict[str, float | None]:
        """As it stands in a message; two equal ones have one form."""
        latitude, longitude = round(self.latitude, DIGITS), round(self.longitude, DIGITS)
        accuracy = None if self.accuracy is None else round(self.accuracy)
        return {"latitude": latitude, "longitude": longitude, "accuracy": accuracy}


def place_in(said: Mapping[str, Any] | None) -> Place | None:
    """The place that an attachment is, or that clients of older protocols say beside a message."""
    names = "latitude", "longitude", "accuracy"
    latitude, longitude, accuracy = ((said or {}).get(name) for name in names)
    if not (is_within(latitude, -90, 90) and is_within(longitude, -180, 180)):
        return None
    return Place(latitude, longitude, accuracy if is_within(accuracy, 0, FARTHEST) else None)


def is_within(value: Any, least: float, most: float) -> TypeGuard[float]:
    return type(value) in (int, float) and least <= value <= most
