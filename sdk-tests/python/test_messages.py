"""Send, list, edit, delete."""


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
