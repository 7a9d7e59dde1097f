"""Channels of a real server, against a Messages API made of the official package and a program of one's own."""

import json

import pytest
import requests
from twilio.request_validator import RequestValidator

from dwell import URL
from messages_api import MessagesApi
from receivers import Receiver, eventually

CUSTOMER, NUMBER = "+15552223333", "+15550001111"


@pytest.fixture
def api():
    with MessagesApi() as api:
        yield api


def connect(account, api, address=NUMBER):
    """A channel for the number of the API's account, whose messages begin conversations."""
    settings = {"url": api.url, "account_sid": api.sid, "auth_token": api.token}
    form = {"Provider": "twilio", "Addresses": address, "Settings": json.dumps(settings)}
    answer = requests.post(f"{URL}/dwell/v1/Channels", form, auth=(account.sid, account.token), timeout=30)
    assert answer.status_code == 201, answer.text
    kind = "whatsapp" if address.startswith("whatsapp:") else "sms"
    account.v1.address_configurations.create(
        type=kind, address=address, auto_creation_enabled=True, auto_creation_type="default"
    )
    return answer.json()["sid"]


def conversation_of(account, address):
    [found] = account.v1.participant_conversations.list(address=address)
    return account.v1.conversations(found.conversation_sid)


def receipt(message):
    """The status of the only receipt, and its error."""
    [receipt] = message.delivery_receipts.list()
    return receipt.status, receipt.error_code


@pytest.mark.parametrize("prefix", ["", "whatsapp:"])
def test_a_text_comes_in_a_reply_goes_out_and_its_receipt_comes_back(account, api, prefix):
    customer, number = prefix + CUSTOMER, prefix + NUMBER
    connect(account, api, number)
    with Receiver() as receiver:
        account.v1.configuration.webhooks().update(
            post_webhook_url=receiver.url, method="POST", filters=["onDeliveryUpdated"]
        )
        answer = api.text(customer, number, "Where is my parcel? – Grüße", "SM" + "1" * 32)
        assert answer.status_code == 200, answer.text
        conversation = conversation_of(account, customer)
        [said] = conversation.messages.list()
        assert (said.author, said.body) == (customer, "Where is my parcel? – Grüße")
        assert api.asked == [], "nobody is sent what they wrote"

        reply = conversation.messages.create(author="ada", body="Around the corner: 50% + \"today\" & ü")
        [asked] = api.wait_for(1)
        made = api.check(asked)
        assert (made.from_, made.to, made.body) == (number, customer, reply.body)
        assert len(asked.headers["i-twilio-idempotency-token"]) == 36

        callback = asked.parameter("StatusCallback")
        reply = conversation.messages(reply.sid)
        wrong = api.tell(made, callback, "delivered", token="1f" * 16)
        assert (wrong.status_code, wrong.json()["code"]) == (401, 20003)
        assert api.tell(made, callback + "&x=1", "queued").status_code == 204
        assert receipt(reply)[0] is None
        for status in ("sent", "delivered", "sent", "read"):
            told = api.tell(made, callback, status)
            assert told.status_code == 204, told.text
        assert receipt(reply) == ("read", 0)
        heard = [call.parameters for call in receiver.wait_for(3)]
        assert [call["Status"] for call in heard] == ["sent", "delivered", "read"]
        assert {call["ChannelMessageSid"] for call in heard} == {made.sid}
        assert {call["MessageSid"] for call in heard} == {reply.fetch().sid}


def test_a_message_that_is_refused_has_a_receipt_that_says_so(account, api):
    connect(account, api)
    api.text(CUSTOMER, NUMBER, "STOP", "SM" + "2" * 32)
    conversation = conversation_of(account, CUSTOMER)
    api.refusals.append((21610, 400))
    stopped = conversation.messages.create(author="ada", body="But why?")
    stopped = conversation.messages(stopped.sid)
    eventually(lambda: stopped.delivery_receipts.list()[0].status, "the receipt waits")
    assert receipt(stopped) == ("failed", 21610)

    undelivered = conversation.messages.create(author="ada", body="Hello?")
    [asked] = api.wait_for(1)
    made = api.check(asked)
    told = api.tell(made, asked.parameter("StatusCallback"), "undelivered", 30003)
    assert told.status_code == 204, told.text
    assert receipt(conversation.messages(undelivered.sid)) == ("undelivered", 30003)




def test_a_program_of_ones_own_can_check_who_tells_it(account):
    credentials = (account.sid, account.token)
    with Receiver() as receiver:
        settings = json.dumps({"url": f"{receiver.url}/take?tenant=7"})
        form = {"Provider": "http", "Addresses": NUMBER, "Settings": settings}
        channel = requests.post(f"{URL}/dwell/v1/Channels", form, auth=credentials, timeout=30).json()
        room = account.v1.conversations.create()
        room.participants.create(messaging_binding_address=CUSTOMER, messaging_binding_proxy_address=NUMBER)
        said = room.messages.create(author="ada", body="Around the corner – Grüße")
        [call] = receiver.wait_for(1)
    validator = RequestValidator(account.token)
    assert validator.validate(call.url, call.body, call.signature)
    assert not validator.validate(call.url, call.body + " ", call.signature)
    assert not validator.validate(call.url.replace("=7", "=8"), call.body, call.signature)
    told = json.loads(call.body)
    assert (told["from"], told["to"], told["body"]) == (NUMBER, [CUSTOMER], said.body)

    said = account.v1.conversations(room.sid).messages(said.sid)
    eventually(lambda: receipt(said)[0] == "sent", "the receipt waits")
    status = {"conversation_sid": room.sid, "message_sid": said.fetch().sid, "receipt_sid": told["receipt_sids"][0]}
    url = f"{URL}/dwell/v1/Channels/{channel['sid']}/Status"
    answer = requests.post(url, json=status | {"status": "read"}, auth=credentials, timeout=30)
    assert (answer.status_code, receipt(said)) == (204, ("read", 0))
