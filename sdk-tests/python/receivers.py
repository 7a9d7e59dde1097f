"""Programs that webhooks call: they listen on a port of this machine and keep every call."""

import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import requests

from dwell import URL

# Longest wait for what happens by itself, in seconds.
PATIENCE = 30


@dataclass
class Call:
    """A call of a webhook, as it came in."""

    method: str
    url: str
    headers: dict
    body: str = ""
    form: list = field(default_factory=list)

    @property
    def signature(self):
        return self.headers["x-twilio-signature"]

    @property
    def parameters(self):
        """Everything that was told, in the body or in the query."""
        return dict(self.form or parse_qsl(self.url.partition("?")[2], keep_blank_values=True))

    @property
    def event(self):
        return self.parameters["EventType"]


class Receiver:
    """Answers with each of `statuses` in turn, then with 200."""

    def __init__(self, statuses=()):
        self.calls = []
        receiver, left = self, list(statuses)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                url = f"http://{headers['host']}{self.path}"
                is_json = headers.get("content-type") == "application/json"
                form = [] if is_json else parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body))
                receiver.calls.append(Call(self.command, url, headers, body, form))
                self.send_response(left.pop(0) if left else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count):
        """The calls, once there are so many."""
        calls = self.calls
        return eventually(lambda: len(calls) >= count and list(calls), f"fewer than {count} calls")


def eventually(look, problem):
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, problem
        time.sleep(0.02)
    return found


def deliveries(credentials, **filters):
    """The deliveries that the server lists for these filters, once there are any: what a receiver has, the
    server notes a moment later."""

    def look():
        answer = requests.get(f"{URL}/dwell/v1/WebhookDeliveries", filters, auth=credentials, timeout=30)
        return answer.json()["webhook_deliveries"]

    return eventually(look, f"no delivery is {filters}")
