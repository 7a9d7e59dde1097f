"""Lists follow `next_page_url` by themselves, far past one page."""

import pytest

MANY = 260


@pytest.fixture
def room(v1):
    room = v1.conversations.create()
    for number in range(MANY):
        room.messages.create(body=str(number))
    return room


def test_messages(room):
    indexes = list(range(MANY))
    assert [one.index for one in room.messages.list()] == indexes
    assert [one.index for one in room.messages.list(page_size=100)] == indexes
    assert [one.index for one in room.messages.list(page_size=7, order="desc")] == indexes[::-1]
    assert [one.index for one in room.messages.list(limit=123)] == indexes[:123]
    assert [one.body for one in room.messages.stream(page_size=30)] == [str(index) for index in indexes]


def test_messages_added_while_paging_are_not_met_twice(room):
    seen = []
    for one in room.messages.stream(page_size=50, limit=MANY):
        seen.append(one.index)
        if one.index % 50 == 0:
            room.messages.create(body="meanwhile")
    assert seen == list(range(MANY))


def test_pages_forward_and_back(room):
    first = room.messages.page(page_size=100)
    assert first.previous_page_url is None
    assert [one.index for one in first] == list(range(100))

    second = first.next_page()
    assert [one.index for one in second] == list(range(100, 200))
    assert [one.index for one in room.messages.get_page(second.next_page_url)] == list(range(200, MANY))
    assert second.next_page().next_page() is None
    assert [one.index for one in second.previous_page()] == list(range(100))


def test_conversations(v1):
    made = {v1.conversations.create(friendly_name=str(number)).sid for number in range(MANY)}
    for page_size in (None, 100, 33):
        listed = [one.sid for one in v1.conversations.list(page_size=page_size)]
        assert len(listed) == MANY
        assert set(listed) == made
