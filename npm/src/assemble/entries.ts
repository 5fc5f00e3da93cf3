// The ways into a package: the bundled runtime, and before it the generated modules that it knows by name.
import type { Files } from "./engines.js";

/** What the names stand for. */
const MODULES = { $addresses: "addresses.js", $bundled: "bundled.js", $engines: "engines.js" } as const;

/** The way in whose every further script costs a page another round trip, before its module is even asked for. */
const FOR_PAGES = "browser.js";

/** The entries with their names declared; that of pages has its modules in itself. `generated` are the package's files. */
export function entryFiles(runtime: Readonly<Record<string, string>>, generated: Files): Record<string, string> {
  const entries = Object.entries(runtime).map(([file, script]) => {
    const names = (Object.keys(MODULES) as (keyof typeof MODULES)[]).filter((name) => script.includes(name));
    const declare = file === FOR_PAGES ? inPlace : imported;
    return [file, names.map((name) => declare(name, generated)).join("") + script] as const;
  });
  return Object.fromEntries(entries);
}

function imported(name: keyof typeof MODULES): string {
  return `import*as ${name} from"./${MODULES[name]}";\n`;
}

function inPlace(name: keyof typeof MODULES, generated: Files): string {
  const value = expression(MODULES[name], generated);
  return value === undefined ? imported(name) : `const ${name}=${value};\n`;
}

/** A module as an expression whose value has its exports; none where it is not written as those of a published package are. */
function expression(file: string, generated: Files): string | undefined {
  const text = generated[file];
  if (typeof text !== "string") return undefined;
  const imports = [...text.matchAll(/^import \{ (\w+) as (\w+) \} from "\.\/([^"]+)";$/gm)];
  const places = [...new Set(imports.map(([, , , place = ""]) => place))];
  const values = places.map((place) => expression(place, generated));
  if (values.includes(undefined)) return undefined;
  const glues = values.map((value, at) => `const $${at}=${value};\n`);
  const locals = imports.map(([, name, local, place = ""]) => `const ${local}=$${places.indexOf(place)}.${name};\n`);
  const list = /export\s*\{([^{}]*)\};?\s*$/.exec(text);
  if (!list?.[1]) return undefined;
  const exported = list[1].split(",").filter((entry) => entry.trim() !== "").map((entry) => {
    const [local = "", name = local] = entry.trim().split(" as ");
    return `${name}:${local}`;
  });
  const body = text.slice(0, list.index).replace(/^import .*;\n/gm, "");
  return `(()=>{${glues.join("")}${locals.join("")}${body}return{${exported.join()}}})()`;
}
