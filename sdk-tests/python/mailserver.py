"""A mail server of a test's own: Dovecot keeps the mailboxes (IMAP, and LMTP for what arrives), aiosmtpd takes
mail by SMTP from those who sign in and asks Dovecot about each recipient, as mail servers do."""

import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import time
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

PASSWORD = "secret"
READY_SECONDS_MAX = 20

# Of Dovecot 2.3 (Debian 12).
CONFIG_2_3 = """
mail_location = maildir:~/Maildir
disable_plaintext_auth = no
ssl = no
passdb {
  driver = passwd-file
  args = username_format=%u {home}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u {home}/users
}
"""

# Of Dovecot 2.4 (Debian 13), whose settings have other names.
CONFIG_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
mail_driver = maildir
mail_path = ~/Maildir
auth_allow_cleartext = yes
ssl = no
passdb passwd-file {
  passwd_file_path = {home}/users
}
userdb passwd-file {
  passwd_file_path = {home}/users
}
"""

CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
first_valid_gid = {gid}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = {lmtp}
  }
}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class MailServer:
    """Mailboxes for some addresses; all have one password."""

    def __init__(self, addresses):
        # Not below pytest's own directories, which are closed to others; and paths of sockets are short.
        self._folder = TemporaryDirectory(prefix="dwell-mail-")
        self.home, self.addresses = Path(self._folder.name), addresses
        self.imap_port, self.lmtp_port, self.smtp_port = free_port(), free_port(), free_port()

    def __enter__(self):
        config = self._write()
        self._dovecot = subprocess.Popen([dovecot(), "-F", "-c", str(config)])
        self._smtp = Controller(
            Relay(self.lmtp_port),
            hostname="127.0.0.1",
            port=self.smtp_port,
            authenticator=authenticate,
            auth_required=True,
            auth_require_tls=False,
        )
        self._smtp.start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._smtp.stop()
        self._dovecot.terminate()
        self._dovecot.wait(10)
        self._folder.cleanup()

    def _write(self):
        # Dovecot gives mail to nobody who is root.
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        names = {
            "home": self.home,
            "user": user.pw_name,
            "group": group_name(user.pw_gid),
            "uid": user.pw_uid,
            "gid": user.pw_gid,
            "imap": self.imap_port,
            "lmtp": self.lmtp_port,
        }
        users = [f"{a}:{{PLAIN}}{PASSWORD}:{user.pw_uid}:{user.pw_gid}::{self.home}/mail/{a}::" for a in self.addresses]
        (self.home / "users").write_text("\n".join(users) + "\n")
        (self.home / "mail").mkdir()
        config = self.home / "dovecot.conf"
        # The version has to come first.
        text = (CONFIG_2_4 if version() >= (2, 4) else CONFIG_2_3) + CONFIG
        for name, value in names.items():
            text = text.replace("{" + name + "}", str(value))
        config.write_text(text)
        if os.getuid() == 0:
            self.home.chmod(0o755)
            for path in [self.home, *self.home.iterdir()]:
                os.chown(path, user.pw_uid, user.pw_gid)
        return config

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while True:
            try:
                for address in self.addresses:
                    self._imap(address).logout()
                return
            except (OSError, imaplib.IMAP4.error) as error:
                log = self.home / "dovecot.log"
                said = log.read_text() if log.exists() else ""
                if self._dovecot.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"Dovecot does not answer: {error}\n{said}") from error
                time.sleep(0.05)

    def _imap(self, address):
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10)
        imap.login(address, PASSWORD)
        return imap

    def send(self, mail):
        """Sends a mail as a customer's program does."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as smtp:
            smtp.login(mail["From"].addresses[0].addr_spec, PASSWORD)
            smtp.send_message(mail)

    def deliver(self, sender, recipient, raw):
        """Puts a mail into a mailbox, byte by byte as it is."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [recipient], raw)

    def mails(self, address):
        """All mails of a mailbox, oldest first, with their flags."""
        imap = self._imap(address)
        try:
            imap.select("INBOX", readonly=True)
            _, found = imap.search(None, "ALL")
            mails = []
            for number in found[0].split():
                _, answer = imap.fetch(number, "(FLAGS BODY.PEEK[])")
                mail = message_from_bytes(answer[0][1], policy=policy.default)
                mail.flags = {flag.decode() for part in answer for flag in flags(part)}
                mails.append(mail)
            return mails
        finally:
            imap.logout()


def flags(part):
    return imaplib.ParseFlags(part if isinstance(part, bytes) else part[0])


def dovecot():
    return shutil.which("dovecot") or "/usr/sbin/dovecot"


def version():
    said = subprocess.run([dovecot(), "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return tuple(int(part) for part in said.split()[0].split("-")[0].split(".")[:2])


def group_name(gid):
    return grp.getgrgid(gid).gr_name


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == PASSWORD.encode())


class Relay:
    """Takes mail for addresses that Dovecot has, and hands it over."""

    def __init__(self, lmtp_port):
        self._lmtp_port = lmtp_port

    async def handle_RCPT(self, server, session, envelope, address, options):
        with smtplib.LMTP("127.0.0.1", self._lmtp_port) as lmtp:
            lmtp.ehlo_or_helo_if_needed()
            lmtp.mail(envelope.mail_from)
            code, said = lmtp.rcpt(address)
        if code >= 400:
            return f"{code} {said.decode()}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with smtplib.LMTP("127.0.0.1", self._lmtp_port) as lmtp:
            lmtp.sendmail(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        return "250 queued"
