"""Serves Deskbell: `python wsgi.py`. Also the application for `flask --app wsgi …`.

The async mode is chosen here and its patches put in force before anything else is imported;
nothing else in the project patches. With `WEB_CONCURRENCY` this process serves nobody, and looks
after others that do.
"""

import os
import sys

SERVING = __name__ == "__main__"
MODE = os.environ.get("ASYNC_MODE", "eventlet")
if (
    SERVING
    and "DESKBELL_WORKER" not in os.environ
    and os.environ.get("WEB_CONCURRENCY", "1") != "1"
):
    from app.supervisor import supervise

    sys.exit(supervise())
if SERVING and MODE == "eventlet":
    import warnings

    # That it is in maintenance is known: docs/decisions.md.
    warnings.filterwarnings("ignore", message="\nEventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
elif SERVING and MODE == "gevent":
    from gevent import monkey

    monkey.patch_all()

from app import create_app, logs  # noqa: E402
from app.errors import Unavailable  # noqa: E402
from config import SettingError  # noqa: E402

if SERVING:
    logs.survive_a_full_disk()
try:
    app = create_app(None if SERVING else os.environ | {"ASYNC_MODE": "threading"})
except SettingError as error:
    sys.exit(f"deskbell: {error}")


def main() -> None:
    from app import serving, supervisor
    from app.cli import setup
    from app.files import store
    from app.listening import listen
    from app.models import database
    from app.realtime import process
    from app.realtime.listeners import tell_restarting
    from app.sockets.server import sockets

    post = supervisor.post()
    logs.keep_loggers()
    database.keep_one_to_read(app)

    def tell_ready(port: int) -> None:
        if post is None or post.is_first:
            welcome(port)
        if post is not None:
            post.tell_ready()

    def drain() -> None:
        tell_restarting()
        process.leave(app)

    if "--setup" in sys.argv:
        with app.app_context():
            setup.prepare()
    with app.app_context():
        store.check()
    if app.config["IS_PRODUCTION"]:
        refuse_demo_accounts()
    process.start(app)
    if post is not None:
        process.join(post)
    serving.serve(
        app,
        sockets,
        post.port if post is not None else listen(app.config["HOST"], app.config["PORT"]),
        app.config["ASYNC_MODE"],
        is_shared=post is not None,
        on_ready=tell_ready,
        on_drain=drain,
        is_drained=lambda: process.has_left(app),
    )


def welcome(port: int) -> None:
    """Where it is, and in demo mode whom one can be."""
    base = f"http://{app.config['HOST']}:{port}"
    print(f"Deskbell serves on {base}", flush=True)
    if not app.config["DEMO"]:
        warn_of_demo_accounts()
    else:
        from app.cli import setup

        with app.app_context():
            setup.let_demo_shop_in(port)
        password = app.config["SEED_PASSWORD"]
        print(
            f"  customer  {base}/dashboard  customer@example.com\n"
            f"  agent     {base}/admin      agent@example.com\n"
            f"  both      {base}/demo\n"
            f"  any site  {base}/demo/shop\n"
            f"  password  {password}  (also: customer2, agent2, manager, admin, provider)",
            flush=True,
        )


def refuse_demo_accounts() -> None:
    """A database that was seeded for a demo lets everybody in who has read the README."""
    from app.cli.seed import open_to_everybody

    with app.app_context():
        there = open_to_everybody()
    if there:
        sys.exit(
            f"deskbell: refused in production, demo accounts with the demo password: "
            f"{', '.join(there)}. `flask --app wsgi users deactivate ADDRESS`, or set-password."
        )


def warn_of_demo_accounts() -> None:
    """They may have been seeded while the demo was on, with a password that everybody knows."""
    from app.cli.seed import demo_accounts

    with app.app_context():
        there = demo_accounts()
    if there:
        print(f"  Mind the demo accounts in this database: {', '.join(there)}", flush=True)


if SERVING:
    try:
        main()
    except SettingError as error:
        sys.exit(f"deskbell: {error}")
    except Unavailable:
        sys.exit("deskbell: the database is away (DATABASE_URL)")
