"""Routes of an application, read once: the tests make thousands of applications, all of the same.

Of what an application costs to make, most is that werkzeug takes each of its routes apart, and
writes functions that build its addresses. Both follow from the route alone, and are taken over
from the last.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from werkzeug.routing.rules import RulePart

from app.routes import Builder, Route


class KnownRoute(Route):
    builders: ClassVar[dict[Any, Builder]] = {}
    readings: ClassVar[dict[Any, tuple[Any, ...]]] = {}

    def builder(self, append_unknown: bool) -> Builder:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self.builders:
            self.builders[key] = super().builder(append_unknown)
        return self.builders[key]

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        key = (rule, *self.map.converters.values())
        if key not in self.readings:
            mine = self._trace, self._converters, self.arguments
            self._trace, self._converters, self.arguments = [], {}, set()
            parts = list(super()._parse_rule(rule))
            self.readings[key] = parts, self._trace, self._converters, self.arguments
            self._trace, self._converters, self.arguments = mine
        parts, trace, converters, arguments = self.readings[key]
        self._trace.extend(trace)
        self._converters.update(converters)
        self.arguments.update(arguments)
        return parts
