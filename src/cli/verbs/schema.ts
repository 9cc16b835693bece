// `bestk schema`: the JSON Schema of every file and every `--json` result, from the schemas that bestk itself reads by.
import { z } from "zod";
import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import { FORMS } from "../forms.js";
import type { Form } from "../formsRead.js";
import { formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

export const schema: Verb = {
  name: "schema",
  examples: [
    ["bestk schema", "list the forms: files that bestk keeps or takes, and results on stdout"],
    ["bestk schema evidence > evidence.schema.json", "the JSON Schema of a line of evidence.jsonl"],
    ["bestk schema evidence --read", "the same, as loosely as bestk reads it: for evidence of your own making"],
  ],
  ignores: ["verbose", "seed", "jobs", "limit", "only", "dry-run", "skip-bad", "events"],
  define: (command) =>
    command
      .description("print the JSON Schema (draft 2020-12) of a file's form or of a verb's --json output")
      .argument("[name]", "which form; without a name they are listed")
      .option("--read", "what bestk takes (other fields allowed, those with a default optional), not what it writes"),
  act: async ([name], options) => {
    const terminal = openTerminal(options);
    if (typeof name !== "string") {
      const schemas = Object.entries<Form>(FORMS).map(([word, { title, description }]) => ({
        name: word,
        id: idOf(word),
        title,
        description,
      }));
      terminal.data({ schema: "bestk.schemas/1", schemas });
      terminal.result(
        formatTable(
          ["name", "what it is", "where"],
          schemas.map((each) => [each.name, each.title, each.description]),
        ),
      );
      return 0;
    }
    const document = jsonSchemaOf(name, options.read === true);
    terminal.data(document);
    terminal.result(JSON.stringify(document, null, 2));
    return 0;
  },
};

/**
 * JSON Schema, draft 2020-12, of a form. What bestk writes has no other fields than these; what it reads may. Throws
 * BestkError `usage` for an unknown name, with the nearest, and for `read` of a form that is only written.
 */
export function jsonSchemaOf(name: string, read: boolean): Readonly<Record<string, unknown>> {
  const form: Form | undefined = Object.hasOwn(FORMS, name) ? FORMS[name as keyof typeof FORMS] : undefined;
  if (form === undefined) {
    throw new BestkError("usage", `unknown schema "${name}"`, { hint: didYouMean(name, Object.keys(FORMS)) });
  }
  if (read && form.use === "written") {
    throw new BestkError("usage", `--read: bestk writes ${name} and reads it nowhere from others`, {
      hint: `\`bestk schema ${name}\` prints what it writes`,
    });
  }
  const isRead = read || form.use === "read";
  const { $schema, ...rest } = z.toJSONSchema(form.schema, {
    target: "draft-2020-12",
    io: isRead ? "input" : "output",
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  const { title, description } = form;
  return { $schema, $id: `${idOf(name)}${isRead ? ":read" : ""}`, title, description, ...rest };
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What any validator understands: bounds of JavaScript's numbers and formats of zod's own go, named keys are properties. */
function tidy(schema: JsonSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === "starts_with") delete schema.format;
  const { propertyNames, additionalProperties } = schema;
  const keys = typeof propertyNames === "object" ? propertyNames.enum : undefined;
  if (keys === undefined || additionalProperties === undefined) return;
  schema.properties = Object.fromEntries(keys.map((key) => [String(key), additionalProperties]));
  schema.additionalProperties = false;
  delete schema.propertyNames;
}

function idOf(name: string): string {
  return `urn:bestk:${name}:1`;
}
