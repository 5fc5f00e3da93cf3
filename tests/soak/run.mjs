// The long soak: `cargo xtask soak` calls it.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { between } from "../../bench/page.mjs";
import { markdown, size, text } from "../../bench/table.mjs";
import { ROOT, TARGET } from "../setup/paths.mjs";
import { GROWTH, soak } from "./soak.mjs";
import { faults } from "./faults.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, seed: { type: "string", default: "1" }, publish: { type: "boolean", default: false } },
});
const account = await soak({ seconds: Number(values.seconds), seed: Number(values.seed), tell: (line) => console.log(line) });
const out = join(TARGET, "bench");
await mkdir(out, { recursive: true });
await writeFile(join(out, "soak.json"), `${JSON.stringify(account, null, 2)}\n`);
console.log(`\n${text(rows(account), 1)}\n\n${join(out, "soak.json")}`);
const found = faults(account);
if (found.length > 0) {
  console.error(found.join("\n"));
  process.exitCode = 1;
} else if (values.publish) {
  const path = join(ROOT, "bench/LOAD.md");
  const [head = [], ...lines] = rows(account);
  await writeFile(path, between(await readFile(path, "utf8"), "soak", markdown([head, ["---", "--:"], ...lines])));
  console.log(path);
}

/** @param {import("./soak.mjs").Account} account */
function rows({ seconds, sent, wrongs, unheard, metrics, resident, ended }) {
  return [
    ["", ""],
    ["seconds", `${seconds}`],
    ...Object.entries(sent).map(([kind, count]) => [`${kind} requests`, `${count}`]),
    ["answers that were wrong, or another than at first", `${wrongs}`],
    ["senders that did not hear that they were refused, for they went on sending", `${unheard}`],
    ["requests by /metrics", `${metrics.requests}`],
    ["predictions by /metrics", `${metrics.predictions}`],
    ["crashes, by /metrics", `${metrics.crashes}`],
    ["fallbacks to the full module", `${metrics.fallbacks}`],
    ["workerd ended by itself", ended === null ? "no" : `yes: ${ended}`],
    ["memory of the process, the first fifth of the time (median)", size(resident.warm)],
    ["the last fifth", size(resident.end)],
    ["the most at any time", size(resident.peak)],
    ["how much more is allowed", size(GROWTH)],
  ];
}
