"""Active, inactive, closed: months pass in a second on the account's own clock."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from dwell import Account, timers

DAY = timedelta(days=1)
MONTH = 30 * DAY


def test_thirty_days_of_silence_twice(v1, clock):
    v1.configuration().update(default_inactive_timer="P30D", default_closed_timer="P30D")
    room = v1.conversations.create(friendly_name="Order 42", unique_name="order-42")
    born = room.date_created
    assert room.state == "active"
    assert timers(room) == {"inactive": born + MONTH, "closed": born + 2 * MONTH}

    clock.advance("P29D")
    assert room.fetch().state == "active"

    clock.advance("P1D")
    room = room.fetch()
    assert room.state == "inactive"
    assert timers(room) == {"inactive": born + MONTH, "closed": born + 2 * MONTH}
    assert [one.sid for one in v1.conversations.list(state="inactive")] == [room.sid]

    said = room.messages.create(body="Are you still there?")
    assert said.date_created == born + MONTH
    room = room.fetch()
    assert room.state == "active"
    assert timers(room) == {"inactive": born + 2 * MONTH, "closed": born + 3 * MONTH}

    clock.advance("P30D")
    assert room.fetch().state == "inactive"
    clock.advance("P30D")
    room = room.fetch()
    assert room.state == "closed"
    assert room.date_updated == born + 3 * MONTH
    assert timers(room) == {"inactive": born + 2 * MONTH, "closed": born + 3 * MONTH}

    with pytest.raises(TwilioRestException) as final:
        room.messages.create(body="Too late")
    assert (final.value.status, final.value.code) == (400, 50377)
    assert [one.body for one in room.messages.list()] == ["Are you still there?"]
    assert [one.sid for one in v1.conversations.list(state="closed")] == [room.sid]

    assert room.delete() is True
    assert v1.conversations.create(unique_name="order-42").state == "active"


def test_messages_keep_a_conversation_active(v1, clock):
    room = v1.conversations.create(timers_inactive="P30D", timers_closed="P30D")
    for _ in range(12):
        clock.advance("P29D")
        said = room.messages.create(body="still here")
        room = room.fetch()
        assert room.state == "active"
        assert timers(room)["inactive"] == said.date_created + MONTH


def test_a_lone_closed_timer_is_not_postponed(v1, clock):
    room = v1.conversations.create(timers_closed="P30D")
    due = {"closed": room.date_created + MONTH}
    assert timers(room) == due

    clock.advance("P29D")
    room.messages.create(body="one day left")
    assert timers(room.fetch()) == due
    clock.advance("PT23H59M59S")
    assert room.fetch().state == "active"
    clock.advance("PT1S")
    assert room.fetch().state == "closed"


def test_a_lone_inactive_timer_never_closes(v1, clock):
    room = v1.conversations.create(timers_inactive="PT1M")
    clock.advance("PT1M")
    room = room.fetch()
    assert (room.state, timers(room)) == ("inactive", {"inactive": room.date_created + timedelta(minutes=1)})
    clock.advance("P3650D")
    assert room.fetch().state == "inactive"


def test_one_leap_carries_out_everything_in_order(v1, clock):
    room = v1.conversations.create(timers_inactive="PT60S", timers_closed="PT600S")
    born = room.date_created
    clock.advance("P30D")
    room = room.fetch()
    assert room.state == "closed"
    assert timers(room) == {"inactive": born + timedelta(seconds=60), "closed": born + timedelta(seconds=660)}
    assert room.date_updated == born + timedelta(seconds=660)


def test_step_by_step_to_the_next_transition(v1, clock):
    room = v1.conversations.create(timers_inactive="P30D", timers_closed="P365D")
    clock.advance_to("next")
    assert room.fetch().state == "inactive"
    clock.advance_to("next")
    assert room.fetch().state == "closed"


def test_a_state_set_by_hand_starts_both_clocks_anew(v1, clock):
    room = v1.conversations.create(timers_inactive="P30D", timers_closed="P30D")
    clock.advance("P10D")
    room = room.update(state="inactive")
    assert room.state == "inactive"
    assert timers(room)["closed"] == room.date_created + 10 * DAY + MONTH

    clock.advance("P10D")
    room = room.update(state="active")
    begun = room.date_created + 20 * DAY
    assert timers(room) == {"inactive": begun + MONTH, "closed": begun + 2 * MONTH}


def test_changed_timers_run_from_the_change(v1, clock):
    room = v1.conversations.create(timers_inactive="P30D")
    clock.advance("P10D")
    room = room.update(timers_inactive="P5D")
    assert timers(room) == {"inactive": room.date_created + 15 * DAY}
    room = room.update(timers_inactive="PT0S")
    assert timers(room) == {}
    clock.advance("P3650D")
    assert room.fetch().state == "active"


def test_every_account_has_its_own_time(v1, clock):
    here = v1.conversations.create(timers_inactive="P30D")
    other = Account.create()
    there = other.v1.conversations.create(timers_inactive="P30D")

    clock.advance("P30D")
    assert here.fetch().state == "inactive"
    assert there.fetch().state == "active"


def test_a_resumed_clock_runs_on(v1, clock):
    clock.advance("P30D")
    frozen = v1.conversations.create().date_created
    clock.resume()
    later = v1.conversations.create().date_created
    assert timedelta() <= later - frozen < timedelta(minutes=5)
