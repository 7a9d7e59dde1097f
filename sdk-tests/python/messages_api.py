"""A Messages API as Twilio's, on this machine, made of the official package: what it is asked must be what the
package asks, what it answers the package must be able to read, and what it tells it signs as the package checks."""

import json
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from threading import Thread
from urllib.parse import parse_qsl

import requests
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from dwell import URL
from receivers import eventually

# Headers that say who asks, and that do not belong to the API.
OF_THE_CLIENT = {
    "host", "user-agent", "accept-encoding", "accept-charset", "connection", "content-length", "x-twilio-client",
    "i-twilio-idempotency-token", "accept",
}


@dataclass
class Asked:
    """A request for a message."""

    path: str
    headers: dict
    form: list
    answer: dict

    def values(self, name):
        return [value for given, value in self.form if given == name]

    def parameter(self, name):
        [value] = self.values(name) or [None]
        return value

    @property
    def essence(self):
        """What counts, whichever client asks."""
        headers = {name: value for name, value in self.headers.items() if name not in OF_THE_CLIENT}
        return self.path, headers, self.form


class MessagesApi:
    """Takes messages for an account of its own; `refusals` are answers that it gives first: code and status."""

    def __init__(self):
        self.sid, self.token = f"AC{token_hex(16)}", token_hex(16)
        self.asked, self.refusals = [], []
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer = api.take(self.path, headers, body)
                payload = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

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

    def take(self, path, headers, body):
        if self.refusals:
            code, status = self.refusals.pop(0)
            return status, {"code": code, "message": "no", "more_info": "", "status": status}
        form = sorted(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
        # Whoever asks the same is answered the same.
        answer = self.message(dict(form), "SM" + sha256(repr(form).encode()).hexdigest()[:32])
        self.asked.append(Asked(path, headers, form, answer))
        return 201, answer

    def message(self, given, sid):
        """The message as the API shows it just after it was made."""
        now = formatdate(usegmt=False)
        uri = f"/2010-04-01/Accounts/{self.sid}/Messages/{sid}"
        return {
            "account_sid": self.sid, "api_version": "2010-04-01", "body": given.get("Body"), "date_created": now,
            "date_sent": None, "date_updated": now, "direction": "outbound-api", "error_code": None,
            "error_message": None, "from": given["From"], "messaging_service_sid": None, "num_media": "0",
            "num_segments": "1", "price": None, "price_unit": "USD", "sid": sid, "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"}, "to": given["To"], "uri": f"{uri}.json",
        }

    def wait_for(self, count):
        """The requests, once there are so many."""
        return eventually(lambda: len(self.asked) >= count and list(self.asked), f"fewer than {count} requests")

    def check(self, asked):
        """The official client, told the same, asks the same; and it can read the answer."""
        client = Client(self.sid, self.token)
        client.api.base_url = self.url
        optional = {"body": asked.parameter("Body"), "status_callback": asked.parameter("StatusCallback")}
        optional = {name: value for name, value in optional.items() if value is not None}
        if media := asked.values("MediaUrl"):
            optional["media_url"] = media
        made = client.messages.create(to=asked.parameter("To"), from_=asked.parameter("From"), **optional)
        assert self.asked.pop().essence == asked.essence
        assert isinstance(made, MessageInstance)
        assert (made.status, made.sid) == ("queued", asked.answer["sid"])
        return made

    def post(self, url, form, token=None):
        """Posts a form as the API does: signed with the account's token, over the whole URL."""
        signature = RequestValidator(token or self.token).compute_signature(url, form)
        return requests.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=30)

    def text(self, sender, to, body, sid):
        """Somebody texts the number: its webhook is Dwell."""
        form = {
            "ToCountry": "US", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
            "Body": body, "To": to, "NumSegments": "1", "MessageSid": sid, "AccountSid": self.sid, "From": sender,
            "ApiVersion": "2010-04-01",
        }
        return self.post(f"{URL}/dwell/v1/Inbound", form)

    def tell(self, message, callback, status, error_code=None, token=None):
        """Tells what became of a message."""
        form = {
            "SmsSid": message.sid, "SmsStatus": status, "MessageStatus": status, "To": message.to,
            "MessageSid": message.sid, "AccountSid": self.sid, "From": message.from_, "ApiVersion": "2010-04-01",
        }
        return self.post(callback, form | ({"ErrorCode": str(error_code)} if error_code else {}), token)
