"""A real nginx with the configuration that the documents give, before servers of a test.

Run as a module it finds one or installs it.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from tests import debian
from tests.certificates import certify
from tests.nursery import ROOT
from tests.servers import free_port, wait_until

GIVEN = ROOT / "docs" / "deploy" / "nginx.conf"
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {given}
}}
"""


class Nginx:
    def __init__(self, folder: Path, ports: list[int], wrong: Mapping[str, str]) -> None:
        """Before the servers on these ports. `wrong` is what somebody has written instead."""
        self.folder = folder
        self.certificate = certify(folder, "DNS:localhost", "IP:127.0.0.1")
        self.port, self.plain_port = free_port(), free_port()
        place = "/etc/letsencrypt/live/desk.example.com"
        words = GIVEN.read_text()
        for given, here in {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            f"{place}/fullchain.pem": str(self.certificate),
            f"{place}/privkey.pem": str(folder / "key.pem"),
            "server 127.0.0.1:5000;": "\n".join(f"server 127.0.0.1:{port};" for port in ports),
        }.items():
            assert words.count(given) == 1, f"{given} in {GIVEN}"
            words = words.replace(given, here)
        for given, here in wrong.items():
            assert given in words, f"{given} in {GIVEN}"
            words = words.replace(given, here)
        (folder / "conf").write_text(AROUND.format(folder=folder, given=words))

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", verify=self.certificate, timeout=2).ok
        except requests.RequestException:
            return False

    def said(self) -> str:
        return (self.folder / "error.log").read_text()


@contextmanager
def running(folder: Path, *ports: int, wrong: Mapping[str, str] | None = None) -> Iterator[Nginx]:
    nginx = Nginx(folder, list(ports), wrong or {})
    program = debian.find("nginx")
    assert program is not None, "no nginx: `make proxy` finds or installs one, or says how"
    process = subprocess.Popen([program, "-e", "stderr", "-c", str(folder / "conf")])
    try:
        wait_until(nginx.answers, 15, nginx.said)
        yield nginx
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    debian.require("nginx", "nginx-light", "the proxy")
