"""What is only looked up: conversations of a participant, receipts, bindings; and addresses by their own text."""

import json

import pytest
from twilio.base.exceptions import TwilioException

PHONE, PROXY = "+15551230001", "+15559990001"
TREES = ["account", "service"]


@pytest.mark.parametrize("tree", TREES)
def test_conversations_of_a_participant(account, tree):
    root, names = account.tree(tree)
    closed = root.conversations.create(friendly_name="First", attributes='{"n":1}')
    said = closed.participants.create(messaging_binding_address=PHONE, messaging_binding_proxy_address=PROXY)
    closed.participants.create(identity="alice")
    closed.update(state="closed")
    open_one = root.conversations.create(unique_name="second", timers_inactive="P1D")
    open_one.participants.create(messaging_binding_address=PHONE, messaging_binding_proxy_address=PROXY)
    alice = open_one.participants.create(identity="alice")
    root.conversations.create().participants.create(identity="bob")

    by_identity = root.participant_conversations.list(identity="alice")
    by_address = root.participant_conversations.list(address=PHONE)
    for found in (by_identity, by_address):
        assert [one.conversation_sid for one in found] == sorted([closed.sid, open_one.sid]), "closed ones too, by SID"
        assert {one.conversation_state for one in found} == {"active", "closed"}
        assert {one.account_sid for one in found} == {account.sid}
        assert {one.chat_service_sid for one in found} == {names["service"]}

    [found] = [one for one in by_identity if one.conversation_sid == open_one.sid]
    assert (found.participant_sid, found.participant_identity) == (alice.sid, "alice")
    assert found.participant_user_sid == root.users("alice").fetch().sid
    assert (found.conversation_unique_name, found.conversation_friendly_name) == ("second", None)
    assert (found.conversation_attributes, found.conversation_created_by) == ("{}", "system")
    assert found.conversation_timers == root.conversations("second").fetch().timers
    assert found.conversation_date_created == open_one.date_created
    assert found.links["conversation"] == open_one.url
    assert found.links["participant"] == f"{open_one.url}/Participants/{alice.sid}"

    [found] = [one for one in by_address if one.conversation_sid == closed.sid]
    assert (found.participant_sid, found.participant_identity) == (said.sid, None)
    assert found.participant_messaging_binding == {
        "type": "sms",
        "address": PHONE,
        "proxy_address": PROXY,
        "projected_address": None,
        "name": None,
        "level": None,
    }
    assert root.participant_conversations.list(identity="nobody") == []
    assert root.participant_conversations.list(address="+15550000000") == []


@pytest.mark.parametrize(("where", "code"), [({"identity": "alice", "address": PHONE}, 50451), ({}, 20001)])
def test_one_of_identity_and_address_must_be_given(v1, where, code):
    # The package makes a plain exception of a list that is refused, with the response in it.
    with pytest.raises(TwilioException) as refused:
        v1.participant_conversations.list(**where)
    response = refused.value.args[1]
    assert (response.status_code, json.loads(response.text)["code"]) == (400, code)


def test_an_address_is_found_by_its_text_however_it_is_written(v1):
    made = v1.address_configurations.create(type="sms", address="+15017122661")
    for text in ("+15017122661", "%2B15017122661"):
        assert v1.address_configurations(text).fetch().sid == made.sid
    assert v1.address_configurations("+15017122661").update(friendly_name="Help").friendly_name == "Help"
    assert v1.address_configurations("+15017122661").delete() is True
    assert v1.address_configurations.list() == []


@pytest.mark.parametrize("tree", TREES)
def test_receipts_can_be_read(account, tree):
    root, _ = account.tree(tree)
    room = root.conversations.create()
    room.participants.create(identity="alice")
    room.participants.create(messaging_binding_address=PHONE, messaging_binding_proxy_address=PROXY)
    said = room.messages.create(author="alice", body="hello")
    receipts = root.conversations(room.sid).messages(said.sid).delivery_receipts
    # There is none before a channel has carried the message.
    for receipt in receipts.list():
        fetched = receipts(receipt.sid).fetch()
        assert (fetched.sid, fetched.message_sid, fetched.conversation_sid) == (receipt.sid, said.sid, room.sid)
        assert fetched.url == f"{said.url}/Receipts/{receipt.sid}"


def test_bindings_can_be_listed(account):
    root, _ = account.tree("service")
    assert root.bindings.list() == []
    assert root.bindings.list(binding_type=["fcm", "apn"], identity=["alice", "bob"], page_size=100) == []
