"""The receivers in `examples/webhooks`, as they are, told and asked by a real server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from queue import Empty, Queue

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from receivers import PATIENCE, deliveries
from steps import FOLDER

EXAMPLES = FOLDER.parent / "examples" / "webhooks"
TOLD = {"x_twilio_webhook_enabled": "true"}
PROGRAMS = {
    "python": [sys.executable, str(EXAMPLES / "python" / "receiver.py")],
    "node": [shutil.which("node") or "node", str(EXAMPLES / "node" / "receiver.js")],
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Example:
    """A receiver as a process of its own, and what it prints."""

    def __init__(self, language, token):
        # The official package of the Node tests serves the example as well.
        packages = {"NODE_PATH": str(FOLDER / "node" / "node_modules")}
        environment = os.environ | packages | {"TWILIO_AUTH_TOKEN": token, "PORT": str(free_port())}
        command = PROGRAMS[language]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self._lines = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.next()["listening"]

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))

    def next(self):
        return self._lines.get(timeout=PATIENCE)

    def has_more(self):
        try:
            self._lines.get(timeout=0.5)
        except Empty:
            return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_receiver(account, language, method):
    with Example(language, account.token) as example:
        account.v1.configuration.webhooks().update(
            post_webhook_url=f"{example.url}/events?from=dwell",
            pre_webhook_url=f"{example.url}/before",
            method=method,
            filters=["onConversationAdded", "onMessageAdd", "onMessageAdded"],
        )
        room = account.v1.conversations.create(friendly_name="Zürich & Bern", **TOLD)
        added = example.next()
        assert (added["EventType"], added["FriendlyName"]) == ("onConversationAdded", "Zürich & Bern")
        assert added["ConversationSid"] == room.sid

        said = room.messages.create(author="ann", body="hush: a secret – 漢字", **TOLD)
        assert said.body == "***: a secret – 漢字"
        told = example.next()
        assert (told["EventType"], told["Body"], told["RetryCount"]) == ("onMessageAdded", said.body, "0")
        with pytest.raises(TwilioRestException) as refused:
            room.messages.create(author="ann", body="forbidden", **TOLD)
        assert (refused.value.status, refused.value.code) == (403, 50056)
        assert [message.sid for message in room.messages.list()] == [said.sid]

        # Sent again by hand it has its old token, and is known.
        credentials = (account.sid, account.token)
        [delivered] = deliveries(credentials, EventType="onMessageAdded", Status="delivered")
        assert requests.post(delivered["links"]["resend"], auth=credentials, timeout=30).status_code == 200
        assert not example.has_more()

        forged = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "I-Twilio-Idempotency-Token": "x"}
        for headers in ({}, forged):
            answer = requests.post(f"{example.url}/events", {"EventType": "x"}, headers=headers, timeout=30)
            assert answer.status_code == 403
        assert not example.has_more()
