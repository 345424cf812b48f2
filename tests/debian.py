"""Programs that tests need: found where they are, or installed where we are root on Debian."""

import os
import shutil
import subprocess
import sys

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


def find(program: str) -> str | None:
    """Its path, which most people's own does not hold."""
    return shutil.which(program, path=PLACES)


def has_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(*packages: str) -> None:
    """As far as there are such; one that there is not holds up no other."""
    subprocess.run(["apt-get", "update", "-q"], check=False)
    for package in packages:
        command = ["apt-get", "install", "-qy", "--no-install-recommends", package]
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, check=False, env=quiet)


def require(program: str, package: str, what_for: str) -> None:
    """Finds the program or installs it, and says where it is; ends if there is none."""
    if find(program) is None and has_apt():
        print(f"No {program} found; installing one.", flush=True)
        install(package)
    found = find(program)
    if found is None:
        sys.exit(f"The tests of {what_for} need {program}: install `{package}`.")
    print(f"{program}: {found}")
