"""Certificates that nobody has signed, to be thrown away."""

import subprocess
from pathlib import Path


def certify(folder: Path, *names: str) -> Path:
    """Of these names of this machine: `certificate.pem` and `key.pem` in the folder."""
    certificate = folder / "certificate.pem"
    alternatives = f"subjectAltName={','.join(names)}"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", alternatives]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate
