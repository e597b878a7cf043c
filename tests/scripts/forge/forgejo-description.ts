import fields from './forgejo-fields.json' with { type: 'json' };

type Types = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What a request or its answer has that Forgejo's description (of the version in the file: its paths,
 * parameters and types as far as they are used here) has not. An error's fields are headers there.
 */
export function problemsOf(
  operation: string,
  query: readonly string[],
  status: number,
  body: unknown,
): string[] {
  const described = (
    fields.operations as Record<string, { query: string[]; answers: Record<string, string> }>
  )[operation];
  const type = described?.answers[status];
  if (type === undefined) return [`${operation} has no answer ${status}`];
  const unknown = query.filter((each) => !described!.query.includes(each));
  return [
    ...unknown.map((each) => `no parameter ${each}`),
    ...(type === 'error' ? [] : wrong(body, type)),
  ];
}

function wrong(value: unknown, type: string): string[] {
  if (value === null) return [];
  const element = /^\[(.*)\]$/.exec(type)?.[1];
  if (element !== undefined) return (value as unknown[]).flatMap((each) => wrong(each, element));
  const properties = (fields.types as Types)[type];
  if (properties !== undefined) {
    return Object.entries(value as object).flatMap(([key, each]) =>
      properties[key] === undefined ? [`${type} has no ${key}`] : wrong(each, properties[key]),
    );
  }
  const is = typeof value === 'number' ? 'integer' : typeof value;
  const simple = ['integer', 'string', 'boolean'].includes(type);
  return !simple || is === type ? [] : [`${JSON.stringify(value)} is no ${type}`];
}
