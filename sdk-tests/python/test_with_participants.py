"""A conversation and its participants in one call, carried out in the background."""

import json
import time

import pytest
from twilio.base.exceptions import TwilioRestException

TREES = ["account", "service"]
PHONE = {"address": "+15551230001", "proxy_address": "+15559990001"}
SECONDS_MAX = 10
BETWEEN_LOOKS_SECONDS = 0.02


def collection_of(root):
    """The collection, which packages before 9 do not have."""
    if not hasattr(root, "conversation_with_participants"):
        pytest.skip("this version of the package has no conversation_with_participants")
    return root.conversation_with_participants


def settled(root, sid):
    """The conversation as soon as it is no longer being set up."""
    deadline = time.monotonic() + SECONDS_MAX
    while (conversation := root.conversations(sid).fetch()).state == "initializing":
        assert time.monotonic() < deadline, f"still initializing after {SECONDS_MAX} s"
        time.sleep(BETWEEN_LOOKS_SECONDS)
    return conversation


@pytest.mark.parametrize("tree", TREES)
def test_it_becomes_active_with_its_participants(account, tree):
    root, names = account.tree(tree)
    answer = collection_of(root).create_with_http_info(
        friendly_name="Order 42",
        unique_name="order-42",
        attributes='{"order":42}',
        participant=[
            json.dumps({"identity": "alice"}),
            json.dumps({"identity": "bob"}),
            json.dumps({"messaging_binding": PHONE}),
        ],
    )
    made = answer.data
    assert (answer.status_code, made.state) == (202, "initializing")
    assert (made.friendly_name, made.unique_name, made.attributes) == ("Order 42", "order-42", '{"order":42}')
    assert (made.account_sid, made.chat_service_sid) == (account.sid, names["service"])
    assert made.links.keys() == {"participants", "messages", "webhooks"}

    conversation = settled(root, made.sid)
    assert (conversation.state, conversation.url) == ("active", made.url)
    participants = root.conversations("order-42").participants.list()
    assert {one.identity for one in participants} == {"alice", "bob", None}
    [phone] = [one for one in participants if one.identity is None]
    assert phone.messaging_binding == {"type": "sms", **PHONE}
    assert conversation.update(friendly_name="Order 43").friendly_name == "Order 43"


@pytest.mark.parametrize("tree", TREES)
def test_without_participants_it_is_there_at_once(account, tree):
    root, _ = account.tree(tree)
    answer = collection_of(root).create_with_http_info(friendly_name="Empty", timers_closed="P1D")
    assert (answer.status_code, answer.data.state) == (201, "active")
    assert answer.data.timers.keys() == {"date_closed"}
    assert root.conversations(answer.data.sid).fetch().friendly_name == "Empty"


def test_it_is_closed_when_a_participant_cannot_be_added(v1):
    with_participants = collection_of(v1)
    v1.conversations.create().participants.create(
        messaging_binding_address=PHONE["address"], messaging_binding_proxy_address=PHONE["proxy_address"]
    )
    made = with_participants.create(participant=[json.dumps({"messaging_binding": PHONE})])
    assert settled(v1, made.sid).state == "closed"


def test_a_unique_name_that_is_taken_is_refused_at_once(v1):
    v1.conversations.create(unique_name="front-desk")
    with pytest.raises(TwilioRestException) as refused:
        collection_of(v1).create(unique_name="front-desk", participant=[json.dumps({"identity": "alice"})])
    assert (refused.value.status, refused.value.code) == (409, 50353)
    assert len(v1.conversations.list()) == 1
