"""Every refusal of `cases.json`: the SDK raises its own exception with the right code and status."""

import json
import re
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException

CASES = json.loads(Path(__file__).parent.parent.joinpath("cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_refusal(case, account):
    names = {}
    for step in case.get("given", []):
        perform(account.v1, step, names)

    v1 = account.client(**case.get("credentials", {})).conversations.v1
    with pytest.raises(TwilioRestException) as refused:
        perform(v1, case["when"], names)

    then = case["then"]
    assert (refused.value.status, refused.value.code) == (then["status"], then["code"]), refused.value.msg
    assert then.get("message", "").format(**names) in refused.value.msg


def perform(v1, step, names):
    """One call of a case, on the SDK: `conversations.update` of whatever an earlier step named."""

    def sid(role):
        return names.get(step[role], step[role])

    collection, action = step["call"].split(".")
    parent = v1.conversations(sid("in")) if "in" in step else v1
    resource = getattr(parent, collection)
    if action != "create":
        resource = resource(sid("on")) if "on" in step else resource()
    parameters = {python_name(wire): value for wire, value in step.get("with", {}).items()}
    result = getattr(resource, action)(**parameters)
    if "as" in step:
        names[step["as"]] = result.sid


def python_name(wire):
    """`MessagingBinding.ProxyAddress` -> `messaging_binding_proxy_address`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", wire).replace(".", "_").lower()
