import { alternatives, expected, jsonSchema, type Node } from './describe.ts';
import { variableOf } from './environment.ts';

// Everything that is written about the configuration, made from its schema.

/** `sluice.schema.json`: completes and checks `sluice.yaml` in editors. */
export function schemaFile(): string {
  return `${JSON.stringify({ title: 'sluice.yaml', ...jsonSchema() }, null, 2)}\n`;
}

const EXAMPLE_HEAD = `# yaml-language-server: $schema=./sluice.schema.json
#
# Every key of Sluice's configuration, with its default. Made by \`sluice config example\`.
# Nothing here is needed: without a file, or without a key, the default holds.
# Copy what you want to change to one of: ./sluice.yaml, $XDG_CONFIG_HOME/sluice/sluice.yaml.
# Lines that begin with "#:" are keys without a default, and examples.
`;

/** `sluice.example.yaml`: every key; as it stands it equals the defaults. */
export function exampleFile(): string {
  return `${EXAMPLE_HEAD}${exampleLines(jsonSchema(), '', '', '').join('\n')}\n`;
}

/** `mark` is what lines begin with that are no defaults. */
function exampleLines(node: Node, path: string, indent: string, mark: string): string[] {
  const lines: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const dotted = path === '' ? key : `${path}.${key}`;
    if (path === '') lines.push('');
    lines.push(...about(child, dotted).map((line) => `${mark}${indent}# ${line}`));
    const start = `${mark}${indent}${key}:`;
    if (child.properties !== undefined) {
      lines.push(start, ...exampleLines(child, dotted, `${indent}  `, mark));
    } else if (child.default === undefined) {
      lines.push(`${mark === '' ? '#: ' : mark}${indent}${key}: ${sample(child)}`);
    } else {
      lines.push(`${start} ${JSON.stringify(child.default)}`);
      lines.push(...entries(child, dotted, indent));
    }
  }
  return lines;
}

/** For lists and maps: an example of an entry of each kind. */
function entries(node: Node, path: string, indent: string): string[] {
  const mark = '#: ';
  const entry = alternatives(node).find((n) => n.items !== undefined || isMap(n));
  const inner = entry?.items ?? entry?.additionalProperties;
  if (typeof inner !== 'object') return [];
  const kinds = alternatives(inner.items ?? inner).filter((n) => n.properties !== undefined);
  return kinds.flatMap((kind) => {
    const type = kind.properties?.type?.const;
    const key = path.split('.').at(-1);
    const shape = isMap(entry as Node)
      ? `${key}: with an entry such as`
      : `${key}: with items such as`;
    const head =
      type === undefined ? shape : `${key}: with an entry of type ${String(type)}, such as`;
    return [
      `${mark}${indent}# ${head}`,
      ...(isMap(entry as Node) ? [`${mark}${indent}  NAME:`] : []),
      ...exampleLines(kind, path, `${indent}    `, mark),
    ];
  });
}

function isMap(node: Node): boolean {
  return typeof node.additionalProperties === 'object';
}

function about(node: Node, path: string): string[] {
  if (node.const !== undefined) return [];
  const variable = variableOf(path);
  const facts = [
    node.properties === undefined && node.enum !== undefined ? `${capital(expected(node))}.` : '',
    node['x-unit'] === undefined ? '' : `In ${node['x-unit']}.`,
    variable === undefined ? '' : `Environment: ${variable}.`,
  ].filter((fact) => fact !== '');
  return [[node.description ?? '', ...facts].filter((part) => part !== '').join(' ')];
}

function sample(node: Node): string {
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return String(node.enum[0]);
  if (node['x-secret']) return node['x-expected'] === undefined ? 'PATH' : 'NAME';
  if (node.type === 'array') return '[…]';
  return node.format === 'uri' ? 'https://example.org' : '…';
}

const REFERENCE_HEAD = `# Configuration

<!-- Made by \`sluice config docs\` from the schema (gateway/config/schema.ts); do not edit. -->

Sluice runs without a configuration. It reads the first of these that is there:

1. the file that \`--config\` names,
2. the file that \`SLUICE_CONFIG\` names,
3. \`./sluice.yaml\`,
4. \`$XDG_CONFIG_HOME/sluice/sluice.yaml\` (\`~/.config/sluice/sluice.yaml\`).

For every key the environment wins over the file, and the file over the default; an empty variable
counts as unset. A value that cannot be is an error with its place, whichever of them it came from, and
so is an unknown key: \`sluice config check\` names them all and exits 78. [\`sluice.example.yaml\`](../sluice.example.yaml)
shows every key; [\`sluice.schema.json\`](../sluice.schema.json) completes them in an editor.

State lives in the home: \`--home\`, \`SLUICE_HOME\`, or \`$XDG_STATE_HOME/sluice\` (\`~/.local/state/sluice\`).

Secrets are never written into the file: a key that ends in \`_env\` names an environment variable, one
that ends in \`_file\` a file. Durations are in seconds, sizes in bytes.
`;

/** `docs/configuration.md`: the reference. */
export function referenceFile(): string {
  const sections = Object.entries(jsonSchema().properties ?? {}).map(([key, node]) => {
    const intro =
      node.properties === undefined && !isMap(node) && node.items === undefined
        ? ''
        : (node.description ?? '');
    return [`\n## ${key}\n`, `${intro}\n`, ...tables(node, key)].join('\n');
  });
  return `${[REFERENCE_HEAD, ...sections].join('').trimEnd()}\n`;
}

function tables(node: Node, path: string): string[] {
  const rows: string[] = [];
  const later: string[] = [];
  const visit = (at: Node, prefix: string) => {
    for (const kind of alternatives(at)) {
      for (const [key, child] of Object.entries(kind.properties ?? {})) {
        const dotted = `${prefix}.${key}`;
        if (child.properties !== undefined) visit(child, dotted);
        else if (inner(child) === undefined) rows.push(row(child, dotted));
        else {
          rows.push(row(child, dotted));
          later.push(...kindTables(inner(child) as Node, `${dotted}[]`));
        }
      }
    }
  };
  const content = inner(node);
  if (content !== undefined) return kindTables(content, isMap(node) ? `${path}.NAME` : `${path}[]`);
  visit(node, path);
  return [...header(rows), ...later];
}

/** What a list's items or a map's entries are, where these have keys of their own. */
function inner(node: Node): Node | undefined {
  for (const kind of alternatives(node)) {
    const content = kind.items ?? (isMap(kind) ? (kind.additionalProperties as Node) : undefined);
    if (content === undefined) continue;
    const unwrapped = content.items ?? content;
    if (alternatives(unwrapped).some((n) => n.properties !== undefined)) return unwrapped;
  }
  return undefined;
}

function kindTables(node: Node, path: string): string[] {
  return alternatives(node).flatMap((kind) => {
    const type = kind.properties?.type?.const;
    const title = type === undefined ? `\`${path}\`` : `\`${path}\` of type \`${String(type)}\``;
    const rows = Object.entries(kind.properties ?? {}).map(([key, child]) => row(child, key));
    return [
      `### ${title}\n`,
      ...(kind.description === undefined ? [] : [`${kind.description}\n`]),
      ...header(rows),
    ];
  });
}

function header(rows: readonly string[]): string[] {
  if (rows.length === 0) return [];
  return ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''];
}

function row(node: Node, key: string): string {
  const variable = variableOf(key);
  const fallback = node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``;
  const meaning = `${node.description ?? ''}${variable === undefined ? '' : ` Environment: \`${variable}\`.`}`;
  return `| \`${key}\` | ${expected(node)} | ${fallback} | ${meaning} |`.replaceAll(
    /(?<=\| .*)\n/g,
    ' ',
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
