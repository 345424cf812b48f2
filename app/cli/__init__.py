"""The shell's door: `flask seed …`, `flask users …`, `flask sites …`, upkeep."""

from flask import Flask

from app.cli import (
    audits,
    backup,
    chats,
    checkups,
    counts,
    customers,
    insight,
    jobs,
    links,
    mail,
    search,
    seed,
    setup,
    sites,
    users,
)


def init_app(app: Flask) -> None:
    app.cli.add_command(seed.group)
    app.cli.add_command(users.group)
    app.cli.add_command(sites.group)
    app.cli.add_command(counts.group)
    app.cli.add_command(insight.group)
    app.cli.add_command(search.group)
    app.cli.add_command(chats.group)
    app.cli.add_command(customers.group)
    app.cli.add_command(jobs.group)
    app.cli.add_command(jobs.worker)
    app.cli.add_command(links.group)
    app.cli.add_command(mail.group)
    app.cli.add_command(backup.backup)
    app.cli.add_command(backup.restore)
    app.cli.add_command(audits.audit)
    app.cli.add_command(setup.command)
    app.cli.add_command(checkups.doctor)
