// The inspector's command line lists and calls every tool, over both transports.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { BIN, STORY, URL_OF_MCP, World, basic, environment } from "./world.mjs";

const INSPECTOR = new URL("node_modules/.bin/mcp-inspector", import.meta.url).pathname;
const home = await mkdtemp(join(tmpdir(), "dwell-inspector-"));
const catalog = join(home, "mcp.json");
after(() => rm(home, { recursive: true, force: true }));

/** What the inspector prints, and how it ends. */
async function inspect(transport, credentials, ...what) {
  const to =
    transport === "http"
      ? ["--transport", "http", "--server-url", URL_OF_MCP, ...(credentials ? ["--header", `Authorization: ${basic(credentials)}`] : [])]
      : [BIN, "mcp", "--url", new URL(URL_OF_MCP).origin];
  const given = Object.entries(environment(credentials)).filter(([name]) => name.startsWith("TWILIO_"));
  const flags = transport === "http" ? [] : given.flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const options = { env: { ...environment(), MCP_CATALOG_PATH: catalog }, timeout: 120_000 };
  const ended = await promisify(execFile)(INSPECTOR, ["--cli", ...to, ...flags, ...what], options).catch((error) => error);
  return { code: ended.code ?? 0, out: ended.stdout, complaints: ended.stderr };
}

for (const transport of ["http", "stdio"]) {
  test(`the inspector finds and calls every tool over ${transport}`, async () => {
    const world = await World.create();
    const credentials = world.credentials["full key"];
    const listed = await inspect(transport, credentials, "--method", "tools/list", "--strict");
    assert.equal(listed.code, 0, `no schema may be a problem for any client: ${listed.complaints}`);
    const names = JSON.parse(listed.out).tools.map(({ name }) => name);
    assert.deepEqual(names.sort(), STORY.calls.map(({ tool }) => tool).sort());
    for (const { tool, arguments: given, answer } of STORY.calls) {
      const pairs = Object.entries(world.filled(given)).map(([name, value]) => `${name}=${value}`);
      const named = pairs.length > 0 ? ["--tool-arg", ...pairs] : [];
      const called = await inspect(transport, credentials, "--method", "tools/call", "--tool-name", tool, ...named);
      assert.equal(called.code, 0, `${tool}: ${called.out} ${called.complaints}`);
      const { structuredContent, isError } = JSON.parse(called.out);
      assert.ok(!isError, `${tool}: ${called.out}`);
      for (const [name, value] of Object.entries(world.filled(answer))) {
        assert.deepEqual(structuredContent[name], value, `${tool}: ${name}`);
      }
    }
  });

  test(`the inspector finds the documentation over ${transport} without credentials`, async () => {
    const listed = await inspect(transport, undefined, "--method", "tools/list");
    const open = STORY.calls.filter(({ needs }) => needs === "nothing").map(({ tool }) => tool);
    assert.deepEqual(JSON.parse(listed.out).tools.map(({ name }) => name).sort(), open.sort(), listed.complaints);
    const prompts = await inspect(transport, undefined, "--method", "prompts/list");
    assert.equal(JSON.parse(prompts.out).prompts.length, 2, prompts.complaints);
    const resources = await inspect(transport, undefined, "--method", "resources/list");
    assert.ok(JSON.parse(resources.out).resources.length > 50, resources.complaints);
  });
}
