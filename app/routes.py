"""Routes whose builders of addresses are written when one is first asked for.

werkzeug writes two functions for each route that build its addresses. For all routes that takes a
quarter of a second: in a command of the shell, which builds none, and in each process of a server,
which needs a few of them. Here each is written when it is first called, and then stands in its
own place, so that the next call costs nothing more.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """As werkzeug's own; `_build`, `_build_unknown` and `_compile_builder` are private to it."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        name = "_build_unknown" if append_unknown else "_build"

        def build(route: Route, **values: Any) -> tuple[str, str]:
            written: Builder = route.builder(append_unknown).__get__(route)
            setattr(route, name, written)
            return written(**values)

        return build

    def builder(self, append_unknown: bool) -> Builder:
        return super()._compile_builder(append_unknown)
