"""The official Python client lists and calls every tool, over both transports and both lifecycles of the protocol."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import httpx2
import jsonschema
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

STORY = json.loads(Path(__file__).with_name("calls.json").read_text())
URL, BIN, HOME = (os.environ[name] for name in ("DWELL_URL", "DWELL_BIN", "DWELL_HOME"))
SECONDS_MAX = 60


def dwell(*command):
    """What a command of the server's machine prints, as JSON."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
    made = subprocess.run(
        [BIN, *command, "--json"], cwd=HOME, env=environment, capture_output=True, timeout=SECONDS_MAX, check=True
    )
    return json.loads(made.stdout)


class World:
    """A test account with a conversation, and those who visit it."""

    def __init__(self):
        account = dwell("account", "create", "--test")
        self.account = (account["account_sid"], account["auth_token"])
        self.read = self.key("--read-only")
        self.full = self.key()
        made = httpx2.post(
            f"{URL}/v1/Conversations", auth=self.account, data={"UniqueName": "parcel-4711"}, timeout=SECONDS_MAX
        )
        assert made.status_code == 201, made.text
        self.names = {"$SID": made.json()["sid"], "$NAME": "parcel-4711"}

    def key(self, *options):
        made = dwell("key", "create", "--account", self.account[0], *options)
        return made["key_sid"], made["key_secret"]

    def credentials(self, who):
        return {"nobody": None, "read key": self.read, "account": self.account, "full key": self.full}[who]

    def filled(self, value):
        text = json.dumps(value)
        for name, what in self.names.items():
            text = text.replace(name, what)
        return json.loads(text)


def client(transport, credentials, mode):
    if transport == "stdio":
        environment = {}
        if credentials:
            kind = ("TWILIO_API_KEY", "TWILIO_API_SECRET")
            if credentials[0].startswith("AC"):
                kind = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
            environment = dict(zip(kind, credentials))
        return Client(StdioServerParameters(command=BIN, args=["mcp", "--url", URL], env=environment), mode=mode)
    headers = {"Authorization": f"Bearer {':'.join(credentials)}"} if credentials else {}
    http = httpx2.AsyncClient(headers=headers, timeout=SECONDS_MAX)
    return Client(streamable_http_client(f"{URL}/mcp", http_client=http), mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize("transport", ["http", "stdio"])
@pytest.mark.parametrize("visitor", STORY["visitors"], ids=lambda visitor: visitor["who"].replace(" ", "-"))
def test_every_tool(visitor, transport, mode):
    asyncio.run(every_tool(visitor, transport, mode))


async def every_tool(visitor, transport, mode):
    world = World()
    async with client(transport, world.credentials(visitor["who"]), mode) as session:
        assert session.protocol_version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
        assert session.server_info.name == "dwell"
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {call["tool"] for call in STORY["calls"] if call["needs"] in visitor["may"]}
        for call in STORY["calls"]:
            answer = await session.call_tool(call["tool"], world.filled(call["arguments"]))
            text = answer.content[0].text
            if call["needs"] not in visitor["may"]:
                assert answer.is_error and "What to do: " in text, (call, text)
                continue
            # Writes are left out for those who may not, so what follows from them is not there for them.
            assert not answer.is_error, (call, text)
            structured = answer.structured_content
            assert json.loads(text) == structured
            jsonschema.Draft202012Validator(tools[call["tool"]].output_schema).validate(structured)
            expected = world.filled(call["answer"])
            assert {name: structured[name] for name in expected} == expected, call


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_resources_and_prompts(transport, mode):
    asyncio.run(resources_and_prompts(transport, mode))


async def resources_and_prompts(transport, mode):
    async with client(transport, None, mode) as session:
        cursor, uris = None, []
        while True:
            page = await session.list_resources(cursor=cursor)
            uris += [str(resource.uri) for resource in page.resources]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert "dwell://docs/guides/mcp" in uris and len(uris) > 150
        read = await session.read_resource("dwell://docs/errors/50416")
        assert read.contents[0].text.startswith("# Error 50416")
        assert len((await session.list_resource_templates()).resource_templates) == 3
        prompts = {prompt.name: prompt.arguments[0].name for prompt in (await session.list_prompts()).prompts}
        assert prompts == STORY["prompts"]
        for name, argument in prompts.items():
            prompt = await session.get_prompt(name, {argument: "parcels"})
            assert "parcels" in prompt.messages[0].content.text
        with pytest.raises(MCPError):
            await session.call_tool("delete_everything", {})


def test_wrong_credentials_are_refused():
    async def connect(transport):
        async with client(transport, ("SK" + "0" * 32, "wrong"), "legacy") as session:
            await session.list_tools()

    for transport in ("http", "stdio"):
        with pytest.raises(Exception) as refusal:
            asyncio.run(connect(transport))
        assert "401" in repr(refusal.getrepr()) or "credentials" in repr(refusal.getrepr()), transport
