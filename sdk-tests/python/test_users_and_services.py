"""Users, and services beside the default one."""

import pytest
from twilio.base.exceptions import TwilioRestException

from dwell import URL


def test_a_chat_participant_brings_a_user(v1):
    v1.conversations.create().participants.create(identity="bob")
    assert v1.users("bob").fetch().identity == "bob"


def test_a_service_keeps_its_own_conversations(v1):
    shop = v1.services.create(friendly_name="Shop")
    conversations = v1.services(shop.sid).conversations
    room = conversations.create(unique_name="till")

    assert room.chat_service_sid == shop.sid
    assert room.url == f"{URL}/v1/Services/{shop.sid}/Conversations/{room.sid}"
    assert conversations("till").fetch().sid == room.sid
    assert [one.sid for one in conversations.list()] == [room.sid]
    assert v1.conversations.list() == []
    assert v1.conversations.create(unique_name="till").sid != room.sid

    alice = conversations("till").participants.create(identity="alice")
    said = conversations("till").messages.create(author="alice", body="hello")
    assert (alice.chat_service_sid, said.chat_service_sid) == (shop.sid, shop.sid)
    assert said.participant_sid == alice.sid
    assert [one.identity for one in v1.services(shop.sid).users.list()] == ["alice"]

    assert room.delete() is True
    with pytest.raises(TwilioRestException) as gone:
        conversations(room.sid).fetch()
    assert f"/Services/{shop.sid}/Conversations/{room.sid} was not found" in gone.value.msg
