"""Send, list, edit, delete."""

import json


def test_a_message(account, v1):
    room = v1.conversations.create()
    said = room.messages.create(body="Grüße, 世界 🌍", attributes='{"draft":false}')

    assert said.sid.startswith("IM")
    assert (said.account_sid, said.conversation_sid) == (account.sid, room.sid)
    assert (said.index, said.author, said.body) == (0, "system", "Grüße, 世界 🌍")
    assert (said.participant_sid, said.media, said.delivery) == (None, None, None)
    assert json.loads(said.attributes) == {"draft": False}
    assert said.date_created == said.date_updated
    assert room.messages(said.sid).fetch().body == said.body


def test_the_author_is_recognised(v1):
    room = v1.conversations.create()
    alice = room.participants.create(identity="alice")

    assert room.messages.create(author="alice", body="hello").participant_sid == alice.sid
    assert room.messages.create(author="someone else", body="hello").participant_sid is None


def test_edit_and_delete_keep_the_index(v1):
    room = v1.conversations.create()
    first, second, third = (room.messages.create(body=f"message {number}") for number in range(3))

    edited = second.update(body="edited", author="editor")
    assert (edited.sid, edited.index, edited.body, edited.author) == (second.sid, 1, "edited", "editor")

    assert third.delete() is True
    assert [one.sid for one in room.messages.list()] == [first.sid, second.sid]
    assert room.messages.create(body="after the hole").index == 3
    assert [one.index for one in room.messages.list(order="desc")] == [3, 1, 0]


def test_a_conversation_is_addressed_by_its_unique_name(v1):
    made = v1.conversations.create(unique_name="help desk")
    said = v1.conversations("help desk").messages.create(body="hello")

    assert said.conversation_sid == made.sid
    assert [one.sid for one in v1.conversations(made.sid).messages.list()] == [said.sid]
