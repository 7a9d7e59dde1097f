// Runs examples one after another, each as a module of its own, with the official package that is installed in
// a folder: node blocks.mjs BLOCKS RESULTS FOLDER
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [given, results, folder] = process.argv.slice(2);
const RequestClient = createRequire(join(folder, "package.json"))("twilio/lib/base/RequestClient.js");
const { prototype } = RequestClient.default ?? RequestClient;

let status = null;
const original = prototype.request;
prototype.request = async function request(...options) {
  const answer = await original.apply(this, options);
  status = answer.statusCode;
  return answer;
};

const told = [];
console.log = () => {};
// Below the folder, so that the examples find the package.
const place = await mkdtemp(join(folder, "node_modules", ".examples-"));
try {
  for (const [number, { text, variables }] of JSON.parse(await readFile(given, "utf8")).entries()) {
    Object.assign(process.env, variables);
    status = null;
    const file = join(place, `${number}.mjs`);
    await writeFile(file, text);
    try {
      await import(pathToFileURL(file));
      told.push({ status, code: 0, told: "" });
    } catch (error) {
      told.push({ status: error.status ?? status, code: 1, told: String(error) });
    }
  }
} finally {
  await rm(place, { recursive: true });
}
await writeFile(results, JSON.stringify(told));
