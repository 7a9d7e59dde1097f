"""What the tests share: accounts of a running server, their clients and their clocks."""

import json
import os
import subprocess
from datetime import datetime, timezone

import requests
from twilio.rest import Client

URL = os.environ.get("DWELL_URL", "")


class Account:
    """A test account: everything in it, its clock included, is its own."""

    def __init__(self, sid, token):
        self.sid, self.token = sid, token
        self.clock = Clock(sid, token)

    @classmethod
    def create(cls):
        command = [os.environ["DWELL_BIN"], "account", "create", "--test", "--json"]
        made = subprocess.run(command, cwd=os.environ["DWELL_HOME"], check=True, stdout=subprocess.PIPE, timeout=60)
        answer = json.loads(made.stdout)
        return cls(answer["account_sid"], answer["auth_token"])

    def client(self, account_sid=None, auth_token=None):
        client = Client(account_sid or self.sid, auth_token or self.token)
        client.conversations.base_url = URL
        return client

    @property
    def v1(self):
        return self.client().conversations.v1

    def tree(self, tree):
        """The root of the short tree (`account`) or of a new service's own, and the names known in it."""
        if tree == "account":
            service = self.v1.configuration().fetch().default_chat_service_sid
        else:
            service = self.v1.services.create(friendly_name="A service of its own").sid
        names = {"base": URL, "account": self.sid, "service": service}
        return self.root(tree, names), names

    def root(self, tree, names):
        """The root of a tree, on a client of its own."""
        return self.v1 if tree == "account" else self.v1.services(names["service"])


class Clock:
    """The clock of a test account, moved by plain HTTP with the account's own credentials."""

    def __init__(self, sid, token):
        self._credentials = (sid, token)

    def freeze(self):
        self._post("Freeze")

    def resume(self):
        self._post("Resume")

    def advance(self, by):
        """Moves by an ISO 8601 duration; returns when every transition due by then is carried out."""
        self._post("Advance", By=by)

    def advance_to(self, to):
        """Moves to an instant in RFC 3339, or to `next`: the account's next transition."""
        self._post("Advance", To=to)

    def _post(self, action, **form):
        url = f"{URL}/dwell/v1/TestClock/{action}"
        answer = requests.post(url, data=form, auth=self._credentials, timeout=30)
        assert answer.status_code == 200, f"{action} {form}: {answer.status_code} {answer.text}"


def timers(conversation):
    """The dates a conversation shows, as instants, without the prefix `date_`."""
    return {name.removeprefix("date_"): instant(text) for name, text in conversation.timers.items()}


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
