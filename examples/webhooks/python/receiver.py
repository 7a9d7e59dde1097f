"""A receiver of webhooks: Python's own library, and the official package for the signature.

    pip install twilio
    TWILIO_AUTH_TOKEN=… python receiver.py        # listens on http://127.0.0.1:4000

Set up with that URL and a path:

    /events   told after something happened: each event is handled once, however often it comes
    /before   asked before something happens: refuses messages that say "forbidden", takes "hush" out of others

What is handled is printed, one JSON object a line.
"""

import json
import os
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

PORT = int(os.environ.get("PORT", "4000"))
# What the outside calls: another one when a proxy or a tunnel stands between.
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
VALIDATOR = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
BODY_BYTES_MAX = 1_000_000


class Seen:
    """The tokens of what was handled. A real program keeps them in its database, in the transaction of its work."""

    def __init__(self, most=100_000):
        self._tokens, self._most, self._lock = OrderedDict(), most, Lock()

    def is_new(self, token):
        with self._lock:
            if token in self._tokens:
                return False
            self._tokens[token] = True
            if len(self._tokens) > self._most:
                self._tokens.popitem(last=False)
            return True


SEEN = Seen()


def handle(event):
    """Whatever is to be done about an event. It has five seconds; what takes longer belongs into a queue."""
    print(json.dumps(event), flush=True)


def before(event):
    """The status and the JSON to answer with: 200 and {} lets it happen, 200 and new values change it, 4xx refuses it."""
    body = event.get("Body", "")
    if "forbidden" in body:
        return 403, None
    return (200, {"body": body.replace("hush", "***")}) if "hush" in body else (200, {})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.receive({})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_BYTES_MAX:
            self.close_connection = True
            return self.answer(413)
        form = self.rfile.read(length).decode()
        self.receive(dict(parse_qsl(form, keep_blank_values=True)))

    def receive(self, form):
        # First of all: did this come from the server that knows the token?
        signature = self.headers.get("X-Twilio-Signature", "")
        if not VALIDATOR.validate(PUBLIC_URL + self.path, form, signature):
            return self.answer(403)
        url = urlsplit(self.path)
        event = form or dict(parse_qsl(url.query, keep_blank_values=True))
        if url.path == "/before":
            return self.answer(*before(event))
        if url.path != "/events":
            return self.answer(404)
        if SEEN.is_new(self.headers["I-Twilio-Idempotency-Token"]):
            handle(event)
        self.answer(200)

    def answer(self, status, body=None):
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    print(json.dumps({"listening": PUBLIC_URL}), flush=True)
    server.serve_forever()
