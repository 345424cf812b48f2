"""Addresses of an application, compiled once: the tests make thousands, all of the same routes.

Of what an application costs to make, nearly all is that werkzeug writes two functions for each of
its rules, which build addresses. They follow from the rule alone, and are taken over from the last.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from werkzeug.routing import Rule


class KnownRule(Rule):
    builders: ClassVar[dict[Any, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]
