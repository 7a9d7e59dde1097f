"""Access tokens as the official package makes them: a server must take them as they are."""

import json
import os
import subprocess
import time

import pytest
import requests
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import ChatGrant, VideoGrant

from dwell import URL


@pytest.fixture
def key(account):
    """An API key of the account."""
    command = [os.environ["DWELL_BIN"], "key", "create", "--account", account.sid, "--json"]
    made = subprocess.run(command, cwd=os.environ["DWELL_HOME"], check=True, stdout=subprocess.PIPE, timeout=60)
    return json.loads(made.stdout)


@pytest.fixture
def verify(account):
    def post(token):
        form = {"Token": token.to_jwt() if isinstance(token, AccessToken) else token}
        answer = requests.post(
            f"{URL}/dwell/v1/AccessTokens/Verify", data=form, auth=(account.sid, account.token), timeout=30
        )
        return answer.status_code, answer.json()

    return post


def token(account, key, grants=None, secret=None, **options):
    options = {"identity": "ann"} | options
    grants = [ChatGrant()] if grants is None else grants
    return AccessToken(account.sid, key["key_sid"], secret or key["key_secret"], grants=grants, **options)


def test_a_token_is_taken(account, v1, key, verify):
    default = v1.configuration().fetch().default_chat_service_sid
    status, granted = verify(token(account, key))
    assert (status, granted["identity"], granted["chat_service_sid"]) == (200, "ann", default)
    assert (granted["account_sid"], granted["key_sid"]) == (account.sid, key["key_sid"])

    service = v1.services.create(friendly_name="Shop")
    grants = [ChatGrant(service_sid=service.sid, endpoint_id="phone"), VideoGrant(room="x")]
    status, granted = verify(token(account, key, grants, ttl=86_400, nbf=None, region="us1"))
    assert (status, granted["chat_service_sid"], granted["endpoint_id"]) == (200, service.sid, "phone")


def test_what_is_wrong_has_its_code(account, key, verify):
    now = int(time.time())
    unknown = key | {"key_sid": "SK" + "0" * 32}
    for code, wrong in [
        (20101, "not a token"),
        (20103, token(account, unknown)),
        (20104, token(account, key, valid_until=now - 1, nbf=None)),
        (20104, token(account, key, ttl=2 * 86_400)),
        (20105, token(account, key, nbf=now + 600)),
        (20106, token(account, key, identity=None)),
        (20106, token(account, key, grants=[])),
        (20106, token(account, key, grants=[ChatGrant(service_sid="IS" + "0" * 32)])),
        (20107, token(account, key, secret="0123456789abcdef" * 2)),
    ]:
        status, body = verify(wrong)
        assert (status, body["code"]) == (401, code), body


def test_a_token_of_the_server_is_one_of_the_package(account, key):
    credentials = (key["key_sid"], key["key_secret"])
    made = requests.post(f"{URL}/dwell/v1/AccessTokens", data={"Identity": "ann"}, auth=credentials, timeout=30).json()
    decoded = AccessToken.from_jwt(made["token"], key=key["key_secret"])
    assert (decoded.payload["iss"], decoded.payload["sub"]) == (key["key_sid"], account.sid)
    assert decoded.payload["grants"] == {"identity": "ann", "chat": {"service_sid": made["chat_service_sid"]}}
    assert decoded.headers == {"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"}
