"""What a password must be, and its hash: Argon2id, made and verified off the loop."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from app.concurrency import off_loop
from app.errors import Invalid

SHORTEST, LONGEST = 8, 256
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's Argon2id


def hashed(password: str) -> str:
    """The hash to keep. Raises `Invalid` as `check` does."""
    check(password)
    return off_loop(hasher.hash, password)


def check(password: str) -> None:
    """Raises `Invalid` for one too short or too long, in characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        said = _l("A password has %(low)s to %(high)s characters.", low=SHORTEST, high=LONGEST)
        raise Invalid(said, fields={"password": said})


def matches(kept: str, password: str) -> bool:
    return off_loop(verified, kept, password[: LONGEST + 1])


def verified(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
