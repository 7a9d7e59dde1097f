"""One call on the SDK as `cases.json`, `scenarios.json` and `collections.json` write it, and what it must answer.

A call is a path in the words of the API with an action at its end: `conversations(<room>).messages.create`.
`<room>` stands for what an earlier step named. Names of parameters are those of the wire.
"""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent


def told(file):
    """What a file beside the suites tells, by its names."""
    return {one["name"]: one for one in json.loads(FOLDER.joinpath(file).read_text(encoding="utf-8"))}


def perform(root, step, names):
    """Carries out a step and remembers the SID of what it answers, when the step gives it a name."""
    path, _, action = step["call"].rpartition(".")
    method = getattr(resource(root, path, names), action)
    result = method(**{python_name(wire): filled(value, names) for wire, value in step.get("with", {}).items()})
    if "as" in step:
        names[step["as"]] = result.sid
    if "then" in step:
        expect(result, step["then"], names)
    return result


def resource(root, path, names):
    """`conversations(<room>).messages`, below `v1` or a service."""
    for name, call, argument in re.findall(r"(\w+)(\(([^)]*)\))?(?:\.|$)", path):
        if not hasattr(root, name):
            pytest.skip(f"this version of the package has no {name}")
        root = getattr(root, name)
        if call:
            root = root(filled(argument, names)) if argument else root()
    return root


def python_name(wire):
    """`MessagingBinding.ProxyAddress` -> `messaging_binding_proxy_address`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", wire).replace(".", "_").lower()


def filled(value, names):
    """The value with the names of earlier steps filled in."""
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda found: names[found[1]], value)
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items()}
    return value


def shown(instance):
    """Everything an object of the SDK shows, by name."""
    return {name: value for name, value in vars(instance).items() if not name.startswith("_")}


def expect(result, then, names):
    """What a step promises: each member of an object, each item of a list, or `true`."""
    if isinstance(then, list):
        assert len(result) == len(then), [shown(one) for one in result]
        for one, expected in zip(result, then):
            expect(one, expected, names)
    elif isinstance(then, dict):
        for name, expected in then.items():
            actual = getattr(result, name)
            assert meets(actual, filled(expected, names)), f"{name} is {actual!r}, not {expected!r}"
    else:
        assert result is then


def meets(actual, expected):
    """Equal, or as `$sid` (of that kind), `$json` (text that says this) or `$set` (in any order) wants it."""
    match expected:
        case {"$sid": prefix}:
            return re.fullmatch(f"{prefix}[0-9a-f]{{32}}", str(actual)) is not None
        case {"$json": document}:
            return json.loads(actual) == document
        case {"$set": items}:
            return sorted(actual) == sorted(items)
    return actual == expected
