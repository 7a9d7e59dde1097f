"""A mailbox as a channel: mail comes in, becomes a conversation, is answered, is answered again. The mail
server is real (see mailserver.py), and so is a Dwell of the test's own, which is stopped and killed."""

import json
import os
import subprocess
import time
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
import requests
from twilio.rest import Client

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
pytest.importorskip("aiosmtpd", reason="runs once, with the newest official package")

from mailserver import PASSWORD, MailServer, free_port  # noqa: E402

SHOP, ANN, BOB = "help@shop.test", "ann@customer.test", "bob@customer.test"
# Longest wait for anything, in seconds.
PATIENCE = 20


def wait_for(what, found):
    """Calls `found` until it returns something."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, f"still no {what} after {PATIENCE} s"
        time.sleep(0.05)
    return value


class Server:
    """A Dwell with a database of its own."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
        self.log = (home / "server.log").open("ab")

    def start(self):
        command = [os.environ["DWELL_BIN"], "serve", "--dev", "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            command, cwd=self.home, env=self.environment, stdout=self.log, stderr=self.log
        )
        wait_for("server", self.is_ready)

    def is_ready(self):
        try:
            return requests.get(f"{self.url}/readyz", timeout=2).ok
        except requests.ConnectionError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def account(self):
        command = [os.environ["DWELL_BIN"], "account", "create", "--test", "--json"]
        made = subprocess.run(command, cwd=self.home, env=self.environment, check=True, stdout=subprocess.PIPE)
        made = json.loads(made.stdout)
        return made["account_sid"], made["auth_token"]


class Desk:
    """An account whose mailbox is a channel."""

    def __init__(self, server, mail):
        self.server, self.mail = server, mail
        self.credentials = server.account()
        client = Client(*self.credentials)
        client.conversations.base_url = server.url
        self.v1 = client.conversations.v1
        settings = {
            "smtp_url": f"smtp://127.0.0.1:{mail.smtp_port}",
            "smtp_username": SHOP,
            "smtp_password": PASSWORD,
            "imap_url": f"imap://127.0.0.1:{mail.imap_port}",
            "imap_username": SHOP,
            "imap_password": PASSWORD,
            "from_name": "The Shop",
        }
        form = {"Provider": "email", "Addresses": SHOP, "Settings": json.dumps(settings)}
        made = requests.post(f"{server.url}/dwell/v1/Channels", data=form, auth=self.credentials, timeout=10)
        assert made.status_code == 201, made.text
        self.v1.address_configurations.create(type="email", address=SHOP, auto_creation_enabled=True)

    def conversations_with(self, address):
        return self.v1.participant_conversations.list(address=address)

    def bodies(self, conversation):
        return [message.body for message in self.v1.conversations(conversation).messages.list()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("dwell"))
    with MailServer([SHOP, ANN, BOB]) as mail:
        server.start()
        try:
            yield Desk(server, mail)
        finally:
            server.stop()


def written(sender, body, subject=None, answers=None, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = sender, f"Help <{SHOP}>", make_msgid(domain="customer.test")
    if subject:
        mail["Subject"] = subject
    if answers is not None:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


def test_mail_becomes_a_conversation_and_is_answered_in_its_thread(desk):
    first = written(f"Ann Müller <{ANN}>", "Where is my parcel? Grüße", subject="Päckchen")
    desk.mail.send(first)
    [found] = wait_for("conversation", lambda: desk.conversations_with(ANN))
    conversation = desk.v1.conversations(found.conversation_sid)
    [message] = conversation.messages.list()
    assert (message.author, message.body) == (ANN, "Where is my parcel? Grüße")
    [participant] = conversation.participants.list()
    binding = {"type": "email", "address": ANN, "proxy_address": SHOP, "name": "Ann Müller", "level": "to"}
    assert participant.messaging_binding == binding

    conversation.messages.create(author="agent", body="It is on its way — until tomorrow.")
    [answer] = wait_for("answer", lambda: desk.mail.mails(ANN))
    assert str(answer["From"]) == f"The Shop <{SHOP}>"
    assert answer["Subject"] == "Re: Päckchen"
    assert answer["In-Reply-To"] == answer["References"] == first["Message-ID"]
    assert answer.get_content().strip() == "It is on its way — until tomorrow."
    message = conversation.messages.list()[-1]
    [receipt] = wait_for("receipt", lambda: [r for r in message.delivery_receipts.list() if r.status])
    assert (receipt.status, f"<{receipt.channel_message_sid}>") == ("sent", answer["Message-ID"])

    second = written(ANN, "Thank you!", subject="Re: Päckchen", answers=answer)
    second.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="map.png")
    desk.mail.send(second)
    wait_for("reply", lambda: desk.bodies(found.conversation_sid)[2:] == ["Thank you!"])
    [file] = conversation.messages.list()[-1].media
    assert (file["filename"], file["content_type"], file["size"]) == ("map.png", "image/png", 6)
    conversation.messages.create(author="agent", body="Welcome.")
    welcome = wait_for("second answer", lambda: desk.mail.mails(ANN)[1:])[0]
    assert welcome["In-Reply-To"] == second["Message-ID"]
    assert welcome["References"].split() == [first["Message-ID"], answer["Message-ID"], second["Message-ID"]]
    assert len(desk.conversations_with(ANN)) == 1
    assert all("\\Seen" in mail.flags for mail in desk.mail.mails(SHOP))


def test_programs_are_not_answered_and_what_cannot_be_read_holds_up_nothing(desk):
    away = written(BOB, "I am away.", subject="Away", Auto_Submitted="auto-replied")
    desk.mail.deliver(BOB, SHOP, b"\xff no mail\r\n\r\n\x00")
    desk.mail.send(away)
    desk.mail.send(written(BOB, "I am back."))
    [found] = wait_for("conversation", lambda: desk.conversations_with(BOB))
    assert desk.bodies(found.conversation_sid) == ["I am back."]
    wait_for("marks", lambda: all("\\Seen" in mail.flags for mail in desk.mail.mails(SHOP)))
    assert len([mail for mail in desk.mail.mails(SHOP) if "\\Flagged" in mail.flags]) == 1


def test_what_does_not_arrive_is_undelivered(desk):
    def send(address):
        conversation = desk.v1.conversations.create()
        binding = {"messaging_binding_address": address, "messaging_binding_proxy_address": SHOP}
        conversation.participants.create(**binding)
        return conversation.messages.create(author="agent", body="Hello?")

    def receipt(message, status):
        [found] = wait_for(status, lambda: [r for r in message.delivery_receipts.list() if r.status == status])
        return found

    refused = send("ghost@customer.test")
    assert receipt(refused, "undelivered").error_code == 550

    [held] = desk.conversations_with(BOB)
    bounced = desk.v1.conversations(held.conversation_sid).messages.create(author="agent", body="Are you there?")
    name = receipt(bounced, "sent").channel_message_sid
    report = (
        "From: MAILER-DAEMON@mx.customer.test\r\nTo: help@shop.test\r\nSubject: Undelivered\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.test\r\n\r\n"
        "Final-Recipient: rfc822; bob@customer.test\r\nAction: failed\r\nStatus: 5.2.2\r\n"
        "Diagnostic-Code: smtp; 552 mailbox full\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{name}>\r\n\r\n--b--\r\n"
    )
    desk.mail.deliver("", SHOP, report.encode())
    assert receipt(bounced, "undelivered").error_code == 552


def test_nothing_is_lost_or_doubled_when_the_server_stops_or_is_killed(desk):
    [held] = desk.conversations_with(BOB)
    before = desk.bodies(held.conversation_sid)
    desk.server.stop()
    for n in range(5):
        desk.mail.send(written(BOB, f"while it was off {n}"))
    desk.server.start()
    desk.server.kill()
    for n in range(5):
        desk.mail.send(written(BOB, f"after it was killed {n}"))
    desk.server.start()
    wanted = [f"while it was off {n}" for n in range(5)] + [f"after it was killed {n}" for n in range(5)]
    wait_for("all of it", lambda: len(desk.bodies(held.conversation_sid)) >= len(before) + 10)
    wait_for("marks", lambda: all("\\Seen" in mail.flags for mail in desk.mail.mails(SHOP)))
    assert desk.bodies(held.conversation_sid) == before + wanted
