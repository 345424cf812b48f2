"""A real IMAP server, dovecot, for a test of its own: TLS, one user, one mailbox.

Run as a module it finds one or installs it.
"""

import grp
import os
import pwd
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

from tests import debian
from tests.certificates import certify
from tests.servers import free_port, wait_until

USER, PASSWORD = "reply@desk.example.com", "open sesame!"
CONF = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
ssl_dh =
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 0
first_valid_gid = 0
{whose}
auth_mechanisms = plain login
disable_plaintext_auth = yes
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """Where it is, and what is in its mailbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, scheme: str = "imaps", password: str = PASSWORD, host: str = "localhost") -> str:
        port = self.tls_port if scheme == "imaps" else self.port
        user, secret = USER.replace("@", "%40"), password.replace(" ", "%20")
        return f"{scheme}://{user}:{secret}@{host}:{port}/INBOX"

    @property
    def certificate(self) -> str:
        return str(self.folder / "certificate.pem")

    def start(self) -> None:
        with (self.folder / "stderr").open("wb") as stderr:
            command = [str(debian.find("dovecot")), "-F", "-c", str(self.folder / "conf")]
            self.process = subprocess.Popen(command, stdout=stderr, stderr=stderr)
        wait_until(self.answers, 10, self.said)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def answers(self) -> bool:
        try:
            with self.client():
                return True
        except OSError:
            return False

    def said(self) -> str:
        logs = [self.folder / name for name in ("stderr", "log")]
        return "\n".join(log.read_text(errors="replace") for log in logs if log.exists())

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        context = ssl.create_default_context(cafile=self.certificate)
        with IMAPClient("localhost", self.tls_port, ssl_context=context, timeout=10) as client:
            client.login(USER, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def put(self, *letters: bytes) -> None:
        with self.client() as client:
            for letter in letters:
                client.append("INBOX", letter)

    def flags(self) -> list[set[str]]:
        """Of each mail in the mailbox, in their order, but what is true of any new one."""
        with self.client() as client:
            found = client.get_flags(client.search())
        return [{flag.decode() for flag in found[uid]} - {"\\Recent"} for uid in sorted(found)]


@contextmanager
def running() -> Iterator[Dovecot]:
    # Short, for its sockets' names.
    with tempfile.TemporaryDirectory(prefix="dc", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Dovecot(folder)
        certify(folder, "DNS:localhost")
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (folder / "mail").mkdir()
        me = pwd.getpwuid(os.getuid())
        whose = ""
        if me.pw_uid == 0:  # it refuses to be root's
            me = pwd.getpwnam("mail")
            os.chown(folder / "mail", me.pw_uid, me.pw_gid)
        else:
            group = grp.getgrgid(me.pw_gid).gr_name
            kinds = {"internal_user": me.pw_name, "login_user": me.pw_name, "internal_group": group}
            whose = "\n".join(f"default_{kind} = {name}" for kind, name in kinds.items())
        values = {"folder": folder, "uid": me.pw_uid, "gid": me.pw_gid, "whose": whose}
        ports = {"port": server.port, "tls_port": server.tls_port}
        (folder / "conf").write_text(CONF.format(**values, **ports))
        server.start()
        try:
            yield server
        finally:
            server.stop()


if __name__ == "__main__":
    debian.require("dovecot", "dovecot-imapd", "replies by mail")
