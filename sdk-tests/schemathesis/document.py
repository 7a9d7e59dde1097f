"""The contract as an OpenAPI document, from the project's own restatement of it.

Whatever the contract does not say is made strict here: every field that it names is there in every
answer, and no other; a refusal has the one body that refusals have, and one of the statuses below.
"""

import json
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "crates" / "http" / "tests" / "fixtures"

# Every refusal that clients may meet. A failure of the server is not among them.
REFUSALS = ("400", "401", "403", "404", "405", "409", "413", "429")
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "integer", "minimum": 10000},
        "message": {"type": "string", "minLength": 1},
        "more_info": {"type": "string", "pattern": "^https://www\\.twilio\\.com/docs/errors/[0-9]+$"},
        "status": {"type": "integer", "enum": [int(status) for status in REFUSALS]},
    },
    "required": ["code", "message", "more_info", "status"],
    "additionalProperties": False,
}
ERROR_REFERENCE = {"$ref": "#/components/schemas/error"}
FORM = "application/x-www-form-urlencoded"
# Null though the contract's schema does not say so: a receipt that is still on its way (§5.5), and
# the method of a service's webhooks before it is set.
NULL_AFTER_ALL = (("message_receipt", "status"), ("service_webhook_configuration", "method"))


def read(name):
    return json.loads((FIXTURES / name).read_text())


def schema(field):
    """The JSON schema of a parameter or field."""
    known = {name: field[name] for name in ("type", "format", "enum") if name in field}
    if "sid" in field:
        prefix = "[a-zA-Z]{2}" if field["sid"] == "*" else field["sid"]
        known["pattern"] = f"^{prefix}[0-9a-fA-F]{{32}}$"
    if "min" in field:
        known["minimum"] = field["min"]
    if "max" in field:
        known["maximum"] = field["max"]
    if "items" in field:
        known["items"] = schema(field["items"])
    elif field.get("type") == "array":
        known["items"] = {}
    if "values" in field:
        known["additionalProperties"] = {"type": "string", "format": field["values"]}
    if field.get("nullable") and "type" in known:
        known["type"] = [known["type"], "null"]
    return known


def resource(name, fields):
    """The schema of a resource, or of what lists say of themselves."""
    properties = {field: schema(facts) for field, facts in fields.items()}
    for end, field in NULL_AFTER_ALL:
        if name.endswith(end):
            properties[field] = {"anyOf": [properties[field], {"type": "null"}]}
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def answer(what):
    """What a success answers with: nothing, a resource, or a page of them."""
    if what is None:
        return {"description": "Done"}
    if isinstance(what, str):
        body = {"$ref": f"#/components/schemas/{what}"}
    else:
        items = {"type": "array", "items": {"$ref": f"#/components/schemas/{what['of']}"}}
        properties = {"meta": {"$ref": "#/components/schemas/meta"}, what["list"]: items}
        body = {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }
    return {"description": "Success", "content": {"application/json": {"schema": body}}}


def parameter(name, place, facts, example=None):
    required = place == "path" or facts.get("required", False)
    made = {"name": name, "in": place, "required": required, "schema": schema(facts)}
    if example is None:
        return made
    if place == "path":
        # What is there half of the time: random texts name nothing, and get no further than that.
        made["schema"] = {"anyOf": [{"type": "string", "enum": [example]}, made["schema"]]}
    return made | {"example": example}


def operation(facts, variables, sample):
    """An operation. `variables` holds what paths say, `sample` parameters that succeed."""
    places = (
        ("variables", "path", variables),
        ("query", "query", sample.get("query", {})),
        ("headers", "header", sample.get("headers", {})),
    )
    parameters = [
        parameter(name, place, field, examples.get(name))
        for kind, place, examples in places
        for name, field in facts.get(kind, {}).items()
    ]
    error = {"description": "Refused", "content": {"application/json": {"schema": ERROR_REFERENCE}}}
    made = {
        "operationId": facts["operation"],
        "parameters": parameters,
        "responses": {status: answer(what) for status, what in facts["answers"].items()}
        | {status: error for status in REFUSALS},
    }
    if "form" in facts:
        form = facts["form"]
        body = {"type": "object", "properties": {name: schema(field) for name, field in form.items()}}
        required = [name for name, field in form.items() if field.get("required")]
        if required:
            body["required"] = required
        made["requestBody"] = {"content": {FORM: {"schema": body, "example": sample.get("form", {})}}}
    return made


def document(variables):
    """The whole document. `variables` holds the values of each operation's path, by its name."""
    contract = read("contract.json")
    samples = {sample["operation"]: sample for sample in read("sample_requests.json")}
    paths = {}
    for facts in contract["operations"]:
        name = facts["operation"]
        made = operation(facts, variables.get(name, {}), samples[name])
        paths.setdefault(facts["path"], {})[facts["method"].lower()] = made
    schemas = {name: resource(name, fields) for name, fields in contract["resources"].items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "The contract", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas | {"error": ERROR, "meta": resource("meta", contract["meta"])},
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
        "security": [{"basic": []}],
    }
