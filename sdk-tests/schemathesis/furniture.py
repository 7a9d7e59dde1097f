"""What the requests of an operation find: a set of resources for each, so that none destroys what
another needs. Sample requests say what an operation needs (`sample_requests.json`)."""

import base64
import itertools
import json
import os
import urllib.error
import urllib.parse
import urllib.request

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBCgKCAQEA\n-----END CERTIFICATE-----"
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMIIBCgKCAQEA\n-----END PRIVATE KEY-----"
# Only channels make receipts, only devices make bindings: requests find none, and say so.
MADE_BY_OTHERS = {"receipt": "DY" + "0" * 32, "binding": "BS" + "0" * 32}
VARIABLES = {"ChatServiceSid": "service", "ConversationSid": "conversation", "MessageSid": "message", "UserSid": "user"}

numbers = itertools.count(1)


class Refused(Exception):
    """The server did not make what was asked for."""


def post(path, form):
    """Posts a form as the test account, and returns the SID of what it made."""
    credentials = f"{os.environ['TWILIO_ACCOUNT_SID']}:{os.environ['TWILIO_AUTH_TOKEN']}"
    request = urllib.request.Request(
        os.environ["DWELL_URL"] + path,
        data=urllib.parse.urlencode(form).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["sid"]
    except urllib.error.HTTPError as error:
        raise Refused(f"POST {path}: {error.code} {error.read().decode()}") from error


def make(what, tree, sids):
    """Makes one thing in a tree that already has `sids`, and returns its SID."""
    number = next(numbers)
    inside = f"{tree}/Conversations/{sids.get('conversation')}"
    phone = {"MessagingBinding.Address": f"+1501{number:07}", "MessagingBinding.ProxyAddress": "+15027122662"}
    match what:
        case "service":
            return post("/v1/Services", {"FriendlyName": "Other"})
        case "conversation":
            timers = {"Timers.Inactive": "PT5M", "Timers.Closed": "PT1H"}
            return post(f"{tree}/Conversations", {"UniqueName": f"room {number}"} | timers)
        case "user":
            sids["identity"] = f"ann {number}"
            return post(f"{tree}/Users", {"Identity": sids["identity"]})
        case "membership":
            return post(f"{inside}/Participants", {"Identity": sids["identity"]})
        case "participant":
            post(f"{inside}/Participants", phone)
            return post(f"{inside}/Participants", {"Identity": f"bea {number}"})
        case "message":
            return post(f"{inside}/Messages", {"Body": "Hello", "Author": "ann"})
        case "webhook":
            hook = {"Configuration.Url": "https://hooks.example/x", "Configuration.Filters": "onMessageAdded"}
            return post(f"{inside}/Webhooks", {"Target": "webhook"} | hook)
        case "role":
            form = {"FriendlyName": f"role {number}", "Type": "conversation", "Permission": "sendMessage"}
            return post(f"{tree}/Roles", form)
        case "address":
            return post("/v1/Configuration/Addresses", {"Type": "sms", "Address": f"+1503{number:07}"})
        case "credential":
            return post("/v1/Credentials", {"Type": "apn", "Certificate": CERTIFICATE, "PrivateKey": PRIVATE_KEY})
        case "media":
            return post(f"{tree}/Media?Filename=parcel.json", {"parcel": 4711})
    return MADE_BY_OTHERS[what]


def variables(sample):
    """Makes what an operation needs, and returns what its path then says, by variable."""
    tree, sids, last = "/v1", {}, None
    for need in sample.get("needs", []):
        last = sids[need] = make(need, tree, sids)
        if need == "service":
            tree = f"/v1/Services/{last}"
    return {name: sids[what] for name, what in VARIABLES.items() if what in sids} | ({"Sid": last} if last else {})
