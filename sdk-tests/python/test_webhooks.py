"""Webhooks, called by a real server, and checked as the official package checks them."""

import json

import pytest
import requests
from twilio.request_validator import RequestValidator

from receivers import Receiver, deliveries

TOLD = {"x_twilio_webhook_enabled": "true"}
EVENTS = [
    "onConversationAdded", "onConversationUpdated", "onConversationStateUpdated", "onConversationRemoved",
    "onMessageAdded", "onMessageUpdated", "onMessageRemoved",
    "onParticipantAdded", "onParticipantUpdated", "onParticipantRemoved",
    "onUserAdded", "onUserUpdated",
]
SCOPED = [event for event in EVENTS if event not in ("onConversationAdded", "onUserAdded", "onUserUpdated")]
BODIES = ["plain", "ÄÖÜ – 漢字 🕰 & = + % \"'\\ <a>", "  blank  ", "two\nlines\r\n\ttab", "x" * 1_600, "a=b&c=d;e"]


def flipped(text):
    """The text with one byte of it changed, at a few places."""
    for place in {0, len(text) // 2, len(text) - 1}:
        yield text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


def check(account, call):
    """The package takes the call as it came, and nothing that differs in a byte."""
    validator = RequestValidator(account.token)
    form = dict(call.form)
    assert len(form) == len(call.form), "no name twice"
    assert validator.validate(call.url, form, call.signature), f"{call.method} {call.url} {form}"
    assert not RequestValidator(account.token[:-1] + "~").validate(call.url, form, call.signature)
    # The last letter of base64 without its filling holds bits that count for nothing.
    for wrong in flipped(call.signature.rstrip("=")[:-1]):
        assert not validator.validate(call.url, form, wrong + call.signature[len(wrong) :])
    # The scheme is left alone: a URL without one is none.
    start = len("http://")
    for wrong in flipped(call.url[start:]):
        if wrong.split("/")[0].rpartition(":")[2].isdigit():
            assert not validator.validate(call.url[:start] + wrong, form, call.signature), wrong
    for name, value in call.form:
        for wrong in flipped(value) if value else ["x"]:
            assert not validator.validate(call.url, form | {name: wrong}, call.signature), f"{name}: {wrong}"
        without = {other: kept for other, kept in form.items() if other != name}
        assert not validator.validate(call.url, without, call.signature), name
    if call.form:
        assert not validator.validate(call.url, form | {"Also": "1"}, call.signature)


def remove(account, resource):
    """Deletes with the header, which `delete` of version 9.13 of the package takes and does not send."""
    headers = {"X-Twilio-Webhook-Enabled": "true"}
    answer = requests.delete(resource.url, headers=headers, auth=(account.sid, account.token), timeout=30)
    assert answer.status_code == 204, answer.text


def live(account, root):
    """Brings about every event; the conversation is there, and nothing else, when it is handed out."""
    room = root.conversations.create(friendly_name="Zürich – „Saal“", attributes='{"a": "& = +"}', **TOLD)
    yield room
    room = root.conversations(room.sid)
    ann = room.participants.create(identity="ann@example.com", **TOLD)
    phone = room.participants.create(
        messaging_binding_address="+15551230001", messaging_binding_proxy_address="+15559990001", **TOLD
    )
    messages = [room.messages.create(author="ann@example.com", body=body, **TOLD) for body in BODIES]
    room.messages(messages[0].sid).update(body="edited", attributes='{"é": [1, 2]}', **TOLD)
    remove(account, messages[1])
    room.participants(phone.sid).update(attributes='{"n": 1}', **TOLD)
    remove(account, ann)
    root.users("ann@example.com").update(friendly_name="Änn", **TOLD)
    remove(account, room.update(state="inactive", **TOLD))


QUERIES = ["", "/", "/hook", "/hook?a=1&b=two%20words&c=%C3%BC&empty=", "/hook?token=a%2Bb%3D&a=1&a=2"]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("level", ["account", "service", "conversation"])
def test_the_official_validator_takes_every_call(account, level, method):
    root, _ = account.tree("account" if level == "account" else "service")
    with Receiver() as receiver:
        targets = [receiver.url + query for query in QUERIES]
        if level != "conversation":
            targets = targets[3:4]
            settings = account.v1.configuration.webhooks() if level == "account" else root.configuration.webhooks()
            settings.update(post_webhook_url=targets[0], method=method, filters=EVENTS)
        story = live(account, root)
        room = next(story)
        if level == "conversation":
            for url in targets:
                root.conversations(room.sid).webhooks.create(
                    target="webhook",
                    configuration_url=url,
                    configuration_method=method.lower(),
                    configuration_filters=SCOPED,
                )
        assert not list(story)
        # Two participants were added and all the messages; everything else happened once.
        kinds = SCOPED if level == "conversation" else EVENTS
        each = len(BODIES) + 2 + len(kinds) - 2
        calls = receiver.wait_for(each * len(targets))
        assert len(calls) == each * len(targets)

    told = {call.event for call in calls}
    assert told == set(kinds)
    bodies = {call.parameters["Body"] for call in calls if call.event == "onMessageAdded"}
    assert bodies == set(BODIES)
    assert {call.parameters["AccountSid"] for call in calls} == {account.sid}
    assert {call.method for call in calls} == {method}
    assert all(bool(call.form) == (method == "POST") for call in calls)
    assert len({call.headers["i-twilio-idempotency-token"] for call in calls}) == len(calls)
    for call in calls:
        check(account, call)


def test_timers_are_told_without_being_asked(account, clock):
    with Receiver() as receiver:
        filters = ["onConversationStateUpdated", "onConversationUpdated", "onMessageAdded"]
        account.v1.configuration.webhooks().update(post_webhook_url=receiver.url, filters=filters)
        room = account.v1.conversations.create(timers_inactive="PT1M", timers_closed="PT10M")
        clock.advance("P1D")
        first, second = receiver.wait_for(2)
    changes = [[call.parameters[name] for name in ("StateFrom", "StateTo", "Reason")] for call in (first, second)]
    assert changes == [["active", "inactive", "TIMER"], ["inactive", "closed", "TIMER"]]
    assert {call.parameters["ConversationSid"] for call in (first, second)} == {room.sid}
    for call in (first, second):
        check(account, call)


def test_what_was_not_taken_comes_again_and_can_be_looked_at(account):
    credentials = (account.sid, account.token)
    with Receiver(statuses=[503, 429, 404]) as receiver:
        url = receiver.url.replace("//", "//jo:hush@") + "/hook?key=k"
        account.v1.configuration.webhooks().update(post_webhook_url=url, filters=["onConversationAdded"])
        room = account.v1.conversations.create(unique_name="room", **TOLD)
        calls = receiver.wait_for(3)
        assert [call.parameters["RetryCount"] for call in calls] == ["0", "1", "2"]
        assert len({call.headers["i-twilio-idempotency-token"] for call in calls}) == 1
        for call in calls:
            assert "hush" not in call.url and call.headers["authorization"].startswith("Basic ")
            check(account, call)

        [failed] = deliveries(credentials, Status="failed", ConversationSid=room.sid)
        assert failed["idempotency_token"] == calls[0].headers["i-twilio-idempotency-token"]
        assert (failed["hook_sid"], failed["hook_level"], failed["last_status"]) == (account.sid, "account", 404)
        assert "hush" not in json.dumps(failed)
        shown = requests.get(failed["url"], auth=credentials, timeout=30).json()
        assert [one["status"] for one in shown["attempts"]] == [503, 429, 404]

        again = requests.post(failed["links"]["resend"], auth=credentials, timeout=30)
        assert again.status_code == 200, again.text
        last = receiver.wait_for(4)[-1]
        assert last.headers["i-twilio-idempotency-token"] == failed["idempotency_token"]
        assert last.parameters["RetryCount"] == "3"
        check(account, last)


def test_studio_is_not_executed(v1):
    room = v1.conversations.create()
    flow = "FW" + "0" * 32
    hook = room.webhooks.create(target="studio", configuration_flow_sid=flow)
    assert (hook.target, hook.configuration) == ("studio", {"flow_sid": flow})
