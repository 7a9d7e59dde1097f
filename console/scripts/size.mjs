// What /console/desk loads first, compressed: the page, the entry and everything that the entry and the desk's
// page import. Fails above the limit.
import { readFile, stat } from "node:fs/promises";

const LIMIT_BYTES = 300_000;
const DESK = "src/pages/desk/DeskPage.tsx";
const dist = new URL("../dist/", import.meta.url);

const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));
const files = new Set(["index.html"]);
const seen = new Set();

function follow(key) {
  const chunk = manifest[key];
  if (seen.has(key) || !chunk) return;
  seen.add(key);
  for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) follow(imported);
}

if (!manifest[DESK]) throw new Error(`${DESK} is not a chunk of its own: is it loaded lazily?`);
follow("index.html");
follow(DESK);

let total = 0;
for (const file of files) {
  const { size } = await stat(new URL(`${file}.br`, dist));
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  of ${LIMIT_BYTES} bytes (brotli)\n`);
process.exit(total > LIMIT_BYTES ? 1 : 0);
