// Reads an AsyncAPI document with the official parser, and prints one line per fault.
//   node check.mjs FILE      exits 1 when there is an error or a warning
import { readFile } from "node:fs/promises";

import { Parser } from "@asyncapi/parser";

const LEVELS = ["error", "warning", "info", "hint"];
const WARNING = 1;

const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
for (const { severity, path, message } of diagnostics) {
  console.log(`${LEVELS[severity]} at ${path.join(".")}: ${message}`);
}
const channels = document?.channels().all().length ?? 0;
const messages = document?.components().messages().all().length ?? 0;
console.log(`asyncapi ${document?.version()}: ${channels} channels, ${messages} messages`);
process.exit(document && diagnostics.every(({ severity }) => severity > WARNING) ? 0 : 1);
