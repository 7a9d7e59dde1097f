"""The life of every resource as `scenarios.json` tells it: create, fetch, list, update, delete.

Number 26 of the contract's black-box checks, together with `test_paging.py`.
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from dwell import URL
from steps import expect, filled, perform, resource, shown, told

SCENARIOS = told("scenarios.json")
TREES = ("account", "service")
RUNS = [(name, tree) for name, scenario in SCENARIOS.items() for tree in scenario.get("trees", TREES)]


@pytest.mark.parametrize(("name", "tree"), RUNS, ids=[f"{name} in the {tree} tree" for name, tree in RUNS])
def test_check_26_scenario(name, tree, account):
    scenario, (root, names) = SCENARIOS[name], account.tree(tree)
    for step in scenario.get("given", []):
        perform(root, step, names)

    made = None
    if "create" in scenario:
        step = {"call": f"{scenario['list']}.create", "with": scenario["create"], "as": "sid"}
        made = perform(root, step, names)
        assert made.date_created == made.date_updated
    instance = resource(root, path_of(scenario), names)
    fetched = instance.fetch()
    assert made is None or shown(made) == shown(fetched)
    expect_common(fetched, scenario, tree, names)
    expect(fetched, scenario.get("made", {}), names)
    for path in scenario.get("same_as", []):
        assert shown(resource(root, path, names).fetch()) == shown(fetched), path
    if "list" in scenario:
        expect_listed(root, scenario, fetched, names)
    for step in scenario.get("also", []):
        perform(root, step, names)

    if scenario.get("empty_update", "update" in scenario):
        assert shown(instance.update()) == shown(fetched)
    if "update" in scenario:
        updated = perform(root, {"call": f"{path_of(scenario)}.update", "with": scenario["update"]}, names)
        expect(updated, scenario["changed"], names)
        expect_unchanged(fetched, updated, {"date_updated", *scenario["changed"]})
        assert shown(instance.fetch()) == shown(updated)

    if "list" in scenario:
        assert instance.delete() is True
        with pytest.raises(TwilioRestException) as gone:
            instance.fetch()
        assert (gone.value.status, gone.value.code) == (404, 20404)
        assert len(resource(root, scenario["list"], names).list()) == scenario.get("beside", 0)


def path_of(scenario):
    """Where the one resource is that the scenario is about."""
    return scenario.get("instance") or f"{scenario['list']}(<sid>)"


def expect_common(fetched, scenario, tree, names):
    """What holds for all resources of an account, a service and a tree."""
    below = filled(scenario["url"], names)
    assert fetched.url == (f"{URL}/v1{below}" if tree == "account" else f"{URL}/v1/Services/{names['service']}{below}")
    for name, sid in {"account_sid": names["account"], "chat_service_sid": names["service"]}.items():
        assert getattr(fetched, name, sid) == sid


def expect_listed(root, scenario, fetched, names):
    everyone = [shown(one) for one in resource(root, scenario["list"], names).list()]
    assert len(everyone) == 1 + scenario.get("beside", 0)
    assert shown(fetched) in everyone


def expect_unchanged(before, after, excepted):
    before, after = shown(before), shown(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= excepted, {name: (before[name], after[name]) for name in changed - excepted}
