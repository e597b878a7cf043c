import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

type Schema = Record<string, unknown>;
interface Description {
  readonly paths: Record<string, Record<string, { responses: Record<string, Schema> }>>;
}

/** Checks answers against an OpenAPI description. */
export class OpenApi {
  readonly #description: Description;

  constructor(file: string) {
    this.#description = JSON.parse(readFileSync(file, 'utf8')) as Description;
  }

  /**
   * What is wrong with an answer, or undefined. `part`: it may leave things out, but must hold
   * nothing that the description does not have.
   */
  problems(
    method: string,
    path: string,
    status: number,
    answer: unknown,
    mode: 'whole' | 'part',
  ): string | undefined {
    const operation = this.#description.paths[path]?.[method.toLowerCase()];
    const response = operation?.responses[status];
    if (response === undefined) return `${method} ${path} has no answer ${status}`;
    const content = (this.#resolve(response) as { content?: Record<string, { schema: Schema }> })
      .content;
    const schema = content?.['application/json']?.schema;
    if (schema === undefined) return undefined;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(this.#plain(schema, mode, 6) as object);
    return validate(answer) ? undefined : ajv.errorsText(validate.errors);
  }

  #resolve(schema: Schema): Schema {
    const ref = schema.$ref;
    if (typeof ref !== 'string') return schema;
    let at: unknown = this.#description;
    for (const step of ref.slice(2).split('/')) at = (at as Schema)[step];
    return this.#resolve(at as Schema);
  }

  /** OpenAPI 3.0 as JSON Schema: references put in, `nullable` written out. Deep parts are free. */
  #plain(written: Schema, mode: 'whole' | 'part', depth: number): unknown {
    if (depth === 0) return true;
    const schema = this.#resolve(written);
    const out: Schema = {};
    for (const key of ['type', 'enum', 'pattern', 'minimum', 'maximum'] as const)
      if (schema[key] !== undefined) out[key] = schema[key];
    for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
      if (!Array.isArray(schema[key])) continue;
      // A part can fit several of them.
      const to = key === 'oneOf' && mode === 'part' ? 'anyOf' : key;
      out[to] = (schema[key] as Schema[]).map((each) => this.#plain(each, mode, depth - 1));
    }
    if (schema.items !== undefined)
      out.items = this.#plain(schema.items as Schema, mode, depth - 1);
    if (schema.properties !== undefined) {
      const properties = Object.entries(schema.properties as Record<string, Schema>);
      out.properties = Object.fromEntries(
        properties.map(([name, each]) => [name, this.#plain(each, mode, depth - 1)]),
      );
      if (mode === 'part') out.additionalProperties = false;
      else if (schema.required !== undefined) out.required = schema.required;
    }
    return schema.nullable === true ? { anyOf: [out, { type: 'null' }] } : out;
  }
}
