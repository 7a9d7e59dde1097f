"""Every refusal of `cases.json`: the SDK raises its own exception with the right code and status."""

import pytest
from twilio.base.exceptions import TwilioRestException

from steps import filled, perform, told

CASES = told("cases.json")


@pytest.mark.parametrize("name", CASES)
def test_refusal(name, account):
    case = CASES[name]
    root, names = account.tree("account")
    for step in case.get("given", []):
        perform(root, step, names)

    v1 = account.client(**case.get("credentials", {})).conversations.v1
    with pytest.raises(TwilioRestException) as refused:
        perform(v1, case["when"], names)

    then = case["then"]
    assert (refused.value.status, refused.value.code) == (then["status"], then["code"]), refused.value.msg
    assert filled(then.get("message", ""), names) in refused.value.msg
