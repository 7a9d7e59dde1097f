// One call on the SDK as `cases.json`, `scenarios.json` and `collections.json` write it, and what it must answer.
//
// A call is a path in the words of the API with an action at its end: `conversations(<room>).messages.create`.
// `<room>` stands for what an earlier step named. Names of parameters are those of the wire.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** What a file beside the suites tells. */
export function told(file) {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
}

/** Carries out a step and remembers the SID of what it answers, when the step gives it a name. */
export async function perform(root, step, names) {
  const end = step.call.lastIndexOf(".");
  const action = step.call.slice(end + 1);
  const target = resource(root, step.call.slice(0, end), names);
  const parameters = Object.entries(step.with ?? {}).map(([wire, value]) => [nodeName(wire), filled(value, names)]);
  const method = action === "delete" ? "remove" : action;
  const result = parameters.length ? await target[method](Object.fromEntries(parameters)) : await target[method]();
  if ("as" in step) {
    names[step.as] = result.sid;
  }
  if ("then" in step) {
    expect(result, step.then, names);
  }
  return result;
}

/** `conversations(<room>).messages`, below `v1` or a service. */
export function resource(root, path, names) {
  let found = root;
  for (const [, name, call, argument] of path.matchAll(/(\w+)(\(([^)]*)\))?(?:\.|$)/g)) {
    found = found[camelCase(name)];
    if (call) {
      found = argument ? found(filled(argument, names)) : found();
    }
  }
  return found;
}

/** `MessagingBinding.ProxyAddress` -> `messagingBinding.proxyAddress`. */
export function nodeName(wire) {
  return wire.replace(/(^|\.)[A-Z]/g, (start) => start.toLowerCase());
}

export function camelCase(name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** The value with the names of earlier steps filled in. */
export function filled(value, names) {
  if (typeof value === "string") {
    return value.replace(/<(\w+)>/g, (_, name) => {
      assert.ok(name in names, `nothing is named ${name}`);
      return names[name];
    });
  }
  if (Array.isArray(value)) {
    return value.map((one) => filled(one, names));
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, names)]));
  }
  return value;
}

/** Everything an object of the SDK shows, by name. */
export function shown(instance) {
  return { ...instance.toJSON() };
}

/** What a step promises: each member of an object, each item of a list, or `true`. */
export function expect(result, then, names) {
  if (Array.isArray(then)) {
    assert.equal(result.length, then.length, JSON.stringify(result));
    then.forEach((one, place) => expect(result[place], one, names));
  } else if (then !== null && typeof then === "object") {
    for (const [name, expected] of Object.entries(then)) {
      meet(result[camelCase(name)], filled(expected, names), name);
    }
  } else {
    assert.equal(result, then);
  }
}

/** Equal, or as `$sid` (of that kind), `$json` (text that says this) or `$set` (in any order) wants it. */
function meet(actual, expected, name) {
  if (expected?.$sid) {
    assert.match(actual, new RegExp(`^${expected.$sid}[0-9a-f]{32}$`), name);
  } else if (expected?.$json) {
    assert.deepEqual(JSON.parse(actual), expected.$json, name);
  } else if (expected?.$set) {
    assert.deepEqual(actual.toSorted(), expected.$set.toSorted(), name);
  } else {
    assert.deepEqual(actual, expected, name);
  }
}
