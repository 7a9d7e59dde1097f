"""Create, fetch, update, delete; account defaults; participants."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from twilio.base.exceptions import TwilioRestException

from dwell import URL, Account, timers

PHONE = {"messaging_binding_address": "+15551230001", "messaging_binding_proxy_address": "+15559990001"}


def test_a_bare_conversation(account, v1):
    made = v1.conversations.create()

    assert made.sid.startswith("CH") and len(made.sid) == 34
    assert made.account_sid == account.sid
    assert made.chat_service_sid == v1.configuration().fetch().default_chat_service_sid
    assert (made.state, made.timers, made.attributes) == ("active", {}, "{}")
    assert (made.friendly_name, made.unique_name) == (None, None)
    assert made.date_created == made.date_updated
    assert made.url == f"{URL}/v1/Conversations/{made.sid}"
    assert {"participants", "messages", "webhooks"} <= made.links.keys()
    assert all(link.startswith(made.url) for link in made.links.values())


def test_create_fetch_update_delete(v1):
    made = v1.conversations.create(
        friendly_name="Zoë’s ☎ order", unique_name="order/42 & more", attributes=json.dumps({"order": 42})
    )

    by_sid = v1.conversations(made.sid).fetch()
    assert by_sid.friendly_name == "Zoë’s ☎ order"
    assert json.loads(by_sid.attributes) == {"order": 42}

    changed = by_sid.update(friendly_name="Order 42", unique_name="order-42", attributes='{"paid":true}')
    assert (changed.sid, changed.friendly_name, changed.unique_name) == (made.sid, "Order 42", "order-42")
    assert json.loads(changed.attributes) == {"paid": True}
    assert v1.conversations("order-42").fetch().sid == made.sid

    unchanged = v1.conversations("order-42").update()
    assert (unchanged.friendly_name, unchanged.state) == ("Order 42", "active")

    assert changed.delete() is True
    with pytest.raises(TwilioRestException) as gone:
        v1.conversations(made.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert v1.conversations.create(unique_name="order-42").sid != made.sid


def test_dates_go_in_and_come_out_as_datetimes(v1):
    born, changed = (datetime(2020, 2, day, 12, 30, 45, tzinfo=timezone.utc) for day in (28, 29))
    room = v1.conversations.create(date_created=born, date_updated=changed)
    said = room.messages.create(body="imported", date_created=born, date_updated=changed)
    alice = room.participants.create(identity="alice", date_created=born, date_updated=changed)
    for one in (room, said, alice, room.fetch(), said.fetch(), alice.fetch()):
        assert (one.date_created, one.date_updated) == (born, changed)
    between = v1.conversations.list(start_date="2020-02-28T00:00:00Z", end_date="2020-02-28T23:59:59Z")
    assert [one.sid for one in between] == [room.sid]
    assert v1.conversations.list(start_date="2020-02-29T00:00:00Z") == []


def test_account_defaults_reach_new_conversations_only(v1, clock):
    before = v1.conversations.create()

    kept = v1.configuration().update(default_inactive_timer="P30D", default_closed_timer="PT60000S")
    assert (kept.default_inactive_timer, kept.default_closed_timer) == ("P30D", "PT60000S")
    assert v1.configuration().fetch().default_closed_timer == "PT60000S"

    after = v1.conversations.create()
    inactive = after.date_created + timedelta(days=30)
    assert timers(after) == {"inactive": inactive, "closed": inactive + timedelta(seconds=60_000)}
    assert v1.conversations(before.sid).fetch().timers == {}

    own = v1.conversations.create(timers_inactive="PT0S", timers_closed="PT10M")
    assert timers(own) == {"closed": own.date_created + timedelta(minutes=10)}

    v1.configuration().update(default_inactive_timer="PT0S", default_closed_timer="PT0S")
    assert v1.conversations.create().timers == {}


def test_a_refused_default_changes_nothing(v1):
    v1.configuration().update(default_inactive_timer="P30D")
    with pytest.raises(TwilioRestException):
        v1.configuration().update(default_inactive_timer="", default_closed_timer="P30D")
    kept = v1.configuration().fetch()
    assert (kept.default_inactive_timer, kept.default_closed_timer) == ("P30D", None)


@pytest.mark.parametrize("release", ["close", "delete", "remove the participant"])
def test_an_address_is_free_again(v1, release):
    holder = v1.conversations.create()
    bound = holder.participants.create(**PHONE)
    if release == "close":
        holder.update(state="closed")
    elif release == "delete":
        holder.delete()
    else:
        bound.delete()

    assert v1.conversations.create().participants.create(**PHONE).sid != bound.sid


def test_accounts_do_not_see_each_other(v1):
    made = v1.conversations.create(unique_name="shared-name")
    stranger = Account.create().v1

    with pytest.raises(TwilioRestException) as unseen:
        stranger.conversations(made.sid).fetch()
    assert unseen.value.code == 20404
    assert stranger.conversations.list() == []
    assert stranger.conversations.create(unique_name="shared-name").sid != made.sid
