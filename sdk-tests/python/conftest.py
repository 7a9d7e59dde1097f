import pytest

from dwell import URL, Account


def pytest_sessionstart():
    if not URL:
        pytest.exit("no server: run `sdk-tests/with-server pytest sdk-tests/python`", returncode=2)


@pytest.fixture
def account():
    """A test account of its own for every test."""
    return Account.create()


@pytest.fixture
def v1(account):
    return account.v1


@pytest.fixture
def clock(account):
    """The account's clock, standing still: time passes only when the test says so."""
    account.clock.freeze()
    return account.clock
