// The official Node client lists and calls every tool, over both transports.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import Ajv2020 from "ajv/dist/2020.js";
import { BIN, STORY, URL_OF_MCP, World, basic, environment } from "./world.mjs";

const ajv = new Ajv2020({ strict: false, validateFormats: false });

async function connected(transport, credentials) {
  const client = new Client({ name: "dwell-tests", version: "1" });
  const headers = credentials ? { Authorization: basic(credentials) } : {};
  await client.connect(
    transport === "http"
      ? new StreamableHTTPClientTransport(new URL(URL_OF_MCP), { requestInit: { headers } })
      : new StdioClientTransport({
          command: BIN,
          args: ["mcp", "--url", new URL(URL_OF_MCP).origin],
          env: environment(credentials),
        }),
  );
  return client;
}

for (const transport of ["http", "stdio"]) {
  for (const { who, may } of STORY.visitors) {
    test(`every tool over ${transport} for: ${who}`, async () => {
      const world = await World.create();
      const client = await connected(transport, world.credentials[who]);
      const { tools } = await client.listTools();
      const open = STORY.calls.filter(({ needs }) => may.includes(needs)).map(({ tool }) => tool);
      assert.deepEqual(tools.map(({ name }) => name).sort(), open.sort());
      for (const { tool, needs, arguments: given, answer } of STORY.calls) {
        const result = await client.callTool({ name: tool, arguments: world.filled(given) });
        const [{ text }] = result.content;
        if (!may.includes(needs)) {
          assert.ok(result.isError && text.includes("What to do: "), `${tool}: ${text}`);
          continue;
        }
        assert.ok(!result.isError, `${tool}: ${text}`);
        assert.deepEqual(JSON.parse(text), result.structuredContent);
        const validate = ajv.compile(tools.find(({ name }) => name === tool).outputSchema);
        assert.ok(validate(result.structuredContent), `${tool}: ${ajv.errorsText(validate.errors)}`);
        for (const [name, value] of Object.entries(world.filled(answer))) {
          assert.deepEqual(result.structuredContent[name], value, `${tool}: ${name}`);
        }
      }
      await client.close();
    });
  }

  test(`resources and prompts over ${transport}`, async () => {
    const client = await connected(transport);
    const uris = [];
    let cursor;
    do {
      const page = await client.listResources({ cursor });
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor);
    assert.ok(uris.includes("dwell://docs/guides/mcp") && uris.length > 150);
    const { contents } = await client.readResource({ uri: "dwell://docs/errors/50416" });
    assert.match(contents[0].text, /^# Error 50416/);
    assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 3);
    const { prompts } = await client.listPrompts();
    assert.deepEqual(Object.fromEntries(prompts.map(({ name, arguments: [argument] }) => [name, argument.name])), STORY.prompts);
    for (const [name, argument] of Object.entries(STORY.prompts)) {
      const { messages } = await client.getPrompt({ name, arguments: { [argument]: "parcels" } });
      assert.match(messages[0].content.text, /parcels/);
    }
    await assert.rejects(client.callTool({ name: "delete_everything", arguments: {} }), /no tool/);
    await client.close();
  });

  test(`wrong credentials over ${transport}`, async () => {
    await assert.rejects(connected(transport, [`SK${"0".repeat(32)}`, "wrong"]));
  });
}
