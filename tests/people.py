"""The people of the tests, made by the same factories as the demo data."""

from app.cli import factories
from app.cli.seed import KNOWN
from app.models.users import Actor

PASSWORD = factories.PASSWORD


class People:
    """Named people in the current application's database; addresses once a database alone."""

    def __init__(self, *, has_addresses: bool = True) -> None:
        made = factories.people(
            [(name, role, address if has_addresses else None) for name, role, address in KNOWN]
        )
        self.lena, self.marcus, self.ana, self.ben, self.maya, self.ada, self.petra = made

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(vars(self).values())

    def by_role(self) -> dict[str, Actor]:
        """One person of each role."""
        return {actor.role: actor for actor in reversed(list(self))}
