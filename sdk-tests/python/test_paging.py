"""Lists follow `next_page_url` by themselves, far past one page: every collection of `collections.json`.

Number 26 of the contract's black-box checks, together with `test_scenarios.py`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from steps import filled, perform, python_name, resource, told

COLLECTIONS = told("collections.json")
NUMBERS = [str(number) for number in range(100, 360)]
WORKERS = 8


@pytest.mark.parametrize("name", COLLECTIONS)
def test_check_26_more_than_250(name, account):
    collection = COLLECTIONS[name]
    root, names = account.tree(collection["tree"])
    for step in collection.get("given", []):
        perform(root, step, names)
    fill(account, collection, names)
    for view in collection["lists"]:
        where = {python_name(wire): value for wire, value in view.get("with", {}).items()}
        [(key, shows)] = view["shows"].items()
        expected = {filled(shows, {"n": number}) for number in NUMBERS}
        listed = resource(root, view["list"], names)
        expect_all(listed, where, lambda one: getattr(one, key), expected, view)


def fill(account, collection, names):
    """Makes one item for each number, several at a time, each worker with a client of its own."""

    def work(numbers):
        root = account.root(collection["tree"], names)
        for number in numbers:
            known = names | {"n": number}
            for step in collection["each"]:
                perform(root, step, known)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(work, [NUMBERS[start::WORKERS] for start in range(WORKERS)]))


def expect_all(listed, where, key, expected, view):
    """All that the SDK promises of a list: whole, limited, one by one, page by page."""
    everyone = [key(one) for one in listed.list(**where)]
    assert len(everyone) == len(expected) + view.get("beside", 0)
    assert expected <= set(everyone) and len(set(everyone)) == len(everyone)

    assert [key(one) for one in listed.list(**where, page_size=33)] == everyone
    assert [key(one) for one in listed.list(**where, page_size=1000)] == everyone
    assert [key(one) for one in listed.list(**where, limit=123)] == everyone[:123]
    assert [key(one) for one in listed.list(**where, limit=123, page_size=10)] == everyone[:123]
    assert [key(one) for one in listed.stream(**where, page_size=30)] == everyone

    size = view["page_size_max"]
    pages = [everyone[start : start + size] for start in range(0, len(everyone), size)]
    first = page = listed.page(**where, page_size=1000)
    assert first.previous_page_url is None
    for number, expected_page in enumerate(pages):
        assert [key(one) for one in page] == expected_page, f"page {number}"
        before, page = page, page.next_page()
    assert page is None and before.next_page_url is None

    second = listed.get_page(first.next_page_url)
    assert [key(one) for one in second] == pages[1]
    assert [key(one) for one in second.previous_page()] == pages[0]


@pytest.fixture
def room(v1):
    room = v1.conversations.create()
    for number in range(len(NUMBERS)):
        room.messages.create(body=str(number))
    return room


def test_messages_in_order(room):
    indexes = list(range(len(NUMBERS)))
    assert [one.index for one in room.messages.list()] == indexes
    assert [one.index for one in room.messages.list(page_size=7, order="desc")] == indexes[::-1]


def test_messages_added_while_paging_are_not_met_twice(room):
    seen = []
    for one in room.messages.stream(page_size=50, limit=len(NUMBERS)):
        seen.append(one.index)
        if one.index % 50 == 0:
            room.messages.create(body="meanwhile")
    assert seen == list(range(len(NUMBERS)))
