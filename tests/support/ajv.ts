// Validates what the built program prints against the schema that the built program prints, with a validator of its own.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { startProgram } from "./program.js";

const documents = new Map<string, Promise<object>>();
const validators = new Map<string, Promise<ValidateFunction>>();

/** What is wrong with a value, as `bestk schema <name>` sees it; empty where nothing is. */
export async function faultsOf(name: string, value: unknown, ...flags: readonly string[]): Promise<readonly string[]> {
  const key = [name, ...flags].join(" ");
  const known = validators.get(key) ?? validatorOf(name, flags);
  validators.set(key, known);
  const validate = await known;
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** What `bestk schema <name>` prints, which is asked once. */
export function schemaPrinted(name: string, ...flags: readonly string[]): Promise<object> {
  const key = [name, ...flags].join(" ");
  const known = documents.get(key) ?? printed(name, flags);
  documents.set(key, known);
  return known;
}

async function validatorOf(name: string, flags: readonly string[]): Promise<ValidateFunction> {
  return new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, formats: { "date-time": true } }).compile(
    await schemaPrinted(name, ...flags),
  );
}

async function printed(name: string, flags: readonly string[]): Promise<object> {
  const { code, stdout, stderr } = await startProgram(process.cwd(), ["schema", name, ...flags]).finished;
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
