"""The chat on other sites: the loader, what it is told, and who writes there.

`docs/embed.md` is the contract. No cookie counts here, and none is set.
"""

from flask import Flask

from app.embed import loader, sites, visitors, visits  # noqa: F401  (each registers its views)
from app.embed.blueprint import bp
from app.extensions import csrf


def init_app(app: Flask) -> None:
    csrf.exempt(bp)
    app.register_blueprint(bp)
    app.register_blueprint(loader.bp)
