// Fails when the page's first JavaScript is larger than it may be: what index.html loads before anything is shown.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 200_000;
const built = new URL("../bot/web_dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", built), "utf8"));
const seen = new Set();

function bytes(name) {
  const chunk = manifest[name];
  if (!chunk || seen.has(name)) return 0;
  seen.add(name);
  const own = gzipSync(readFileSync(new URL(chunk.file, built)), { level: 9 }).length;
  return (chunk.imports ?? []).reduce((sum, next) => sum + bytes(next), own);
}

const total = bytes("index.html");
console.log(`initial JavaScript: ${(total / 1000).toFixed(1)} kB gzip of ${LIMIT / 1000}`);
process.exitCode = total > 0 && total <= LIMIT ? 0 : 1;
