// Writes *.br and *.gz beside every asset, so that the server compresses nothing while it answers.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const compressible = /\.(js|css|html|svg|json)$/;

const names = (await readdir(dist, { recursive: true })).filter((name) => compressible.test(name));
await Promise.all(
  names.map(async (name) => {
    const path = join(dist, name);
    const body = await readFile(path);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
    await Promise.all([
      promisify(brotliCompress)(body, { params }).then((packed) => writeFile(`${path}.br`, packed)),
      promisify(gzip)(body, { level: 9 }).then((packed) => writeFile(`${path}.gz`, packed)),
    ]);
  }),
);
