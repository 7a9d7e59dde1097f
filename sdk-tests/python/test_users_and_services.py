"""Users, and services beside the default one."""

import json

import pytest
from twilio.base.exceptions import TwilioRestException

from dwell import URL


def test_users(account, v1):
    made = v1.users.create(identity="alice", friendly_name="Alice", attributes='{"team":"blue"}')
    assert made.sid.startswith("US")
    assert (made.account_sid, made.identity, made.friendly_name) == (account.sid, "alice", "Alice")
    assert made.chat_service_sid == v1.configuration().fetch().default_chat_service_sid
    assert made.role_sid.startswith("RL")

    assert v1.users("alice").fetch().sid == made.sid
    changed = v1.users(made.sid).update(friendly_name="Alice A.", attributes='{"team":"red"}')
    assert (changed.friendly_name, json.loads(changed.attributes)) == ("Alice A.", {"team": "red"})

    assert [one.identity for one in v1.users.list()] == ["alice"]
    assert made.delete() is True
    assert v1.users.list() == []


def test_a_chat_participant_brings_a_user(v1):
    v1.conversations.create().participants.create(identity="bob")
    assert v1.users("bob").fetch().identity == "bob"


def test_services(account, v1):
    shop = v1.services.create(friendly_name="Shop")
    assert shop.sid.startswith("IS")
    assert (shop.account_sid, shop.friendly_name) == (account.sid, "Shop")
    assert v1.services(shop.sid).fetch().friendly_name == "Shop"

    default = v1.configuration().fetch().default_chat_service_sid
    assert {one.sid for one in v1.services.list()} == {default, shop.sid}

    assert shop.delete() is True
    assert {one.sid for one in v1.services.list()} == {default}


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
