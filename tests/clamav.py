"""A real scanner, with a signature of the test's own: those that it fetches change every day.

Run as a module it finds one or installs it.
"""

import shlex
from pathlib import Path

from tests import debian

# The file that scanners are tried with; in two parts, or they would find this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def command(folder: Path) -> str:
    """`SCAN_COMMAND` for a scanner that knows `EICAR`."""
    program = debian.find("clamscan")
    assert program is not None, "make scanner"
    known = folder / "signatures"
    known.mkdir()
    (known / "ours.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    return f"{program} --no-summary --database={shlex.quote(str(known))}"


if __name__ == "__main__":
    debian.require("clamscan", "clamav", "scanned files")
