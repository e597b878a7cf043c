import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FactCache } from '../../../scripts/forge/cache.ts';
import { github } from '../../../scripts/forge/github.ts';
import { githubReleases } from '../../../scripts/forge/github-releases.ts';
import { installed, publishedFile } from '../../agents/real/installed.ts';
import { tempDir } from '../../harness/temp.ts';
import { connectionTo } from '../forge/connection.ts';
import { fakeGitHub } from '../forge/github-server.ts';
import { OpenApi } from './openApi.ts';

// Our fake GitHub was written by who wrote the client. What GitHub publishes of its interfaces, and
// answers that others recorded of it, do not share a mistake of both.

const REPO = '/repos/{owner}/{repo}';
const openApi = async () =>
  new OpenApi(await publishedFile('@octokit/openapi', '23.0.2', 'generated/api.github.com.json'));

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly response: unknown;
}
async function recorded(scenario: string): Promise<Recorded[]> {
  const path = `scenarios/api.github.com/${scenario}/normalized-fixture.json`;
  const file = await publishedFile('@octokit/fixtures', '23.1.2', path);
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
}

describe("GitHub's OpenAPI description", () => {
  it('has every answer of our fake: each path, each status, each field', async () => {
    const description = await openApi();
    const fake = await fakeGitHub();
    fake.pulls.set(12, { login: 'ada', title: 'Keep order', body: 'Salvages #7.' });
    fake.pulls.set(13, { login: null, sha: '0'.repeat(40) });
    fake.issues.add(5);
    fake.accounts.set('ann@x.example', 'ann');
    fake.releases.set('v1', { id: 1, body: 'words' });
    const body = JSON.stringify({ tag_name: 'v2', name: 'v2', body: 'more' });
    const requests: [string, string, string, number, string?][] = [
      ['GET', '/pulls/12', '/pulls/{pull_number}', 200],
      ['GET', '/pulls/99', '/pulls/{pull_number}', 404],
      ['GET', '/pulls?state=closed&sort=updated&direction=desc&per_page=100', '/pulls', 200],
      ['GET', '/issues/5', '/issues/{issue_number}', 200],
      ['GET', '/issues/99', '/issues/{issue_number}', 404],
      ['GET', '/commits/0a', '/commits/{ref}', 200],
      ['GET', '/releases/tags/v1', '/releases/tags/{tag}', 200],
      ['GET', '/releases/tags/v9', '/releases/tags/{tag}', 404],
      ['POST', '/releases', '/releases', 201, body],
      ['PATCH', '/releases/1', '/releases/{release_id}', 200, body],
    ];
    for (const [method, path, template, status, sent] of requests) {
      const answer = await fetch(`${fake.url}/repos/acme/app${path}`, {
        method,
        ...(sent === undefined ? {} : { body: sent }),
      });
      const content = await answer.json();
      const said = { request: `${method} ${path}`, status: answer.status };
      const problems = description.problems(method, REPO + template, status, content, 'part');
      expect({ ...said, problems }).toEqual({ ...said, status, problems: undefined });
    }
    const wrong = description.problems(
      'GET',
      `${REPO}/pulls/{pull_number}`,
      200,
      { nr: 1 },
      'part',
    );
    expect(wrong).toContain('additional properties');
  });
  it('agrees with a recorded answer, which our client reads', async () => {
    const release = (await recorded('release-assets')).find((each) =>
      each.path.endsWith('/v1.0.0'),
    )!;
    const path = `${REPO}/releases/tags/{tag}`;
    const problems = (await openApi()).problems('GET', path, 200, release.response, 'whole');
    expect(problems).toBeUndefined();
    const releases = await answering(200, release.response);
    expect(await releases.find('v1.0.0')).toMatchObject({
      id: 1000,
      url: 'https://github.com/octokit-fixture-org/release-assets/releases/tag/v1.0.0',
    });
  });
  it('has the shape of the refusal that our client tells', async () => {
    const [refusal] = await recorded('errors');
    const releases = await answering(422, refusal!.response);
    await expect(releases.create({ tag: 'v1', body: '' })).rejects.toThrow('Validation Failed');
  });
});

describe("GitHub's GraphQL schema", () => {
  it('allows every query that our client sends', async () => {
    const bins = await installed({ name: '@octokit/graphql-schema', version: '15.26.1' });
    const require = createRequire(join(bins, '..', 'x.js'));
    const { buildSchema, parse, validate } = require('graphql') as {
      buildSchema: (text: string, options: { assumeValidSDL: boolean }) => object;
      parse: (text: string) => object;
      validate: (schema: object, query: object) => readonly { message: string }[];
    };
    const text = readFileSync(join(bins, '../@octokit/graphql-schema/schema.graphql'), 'utf8');
    // It is published with a field written twice.
    const schema = buildSchema(text, { assumeValidSDL: true });
    const fake = await fakeGitHub();
    fake.pulls.set(12, { login: 'ada' });
    const file = join(tempDir(), 'cache.json');
    const connection = connectionTo('github', fake.url, 'made-up');
    const forge = github(connection, await FactCache.open(file));
    await forge.pulls([12, 99]);
    await forge.commits(['0a', '0b']);
    const queries = fake.requests.map(({ body }) => (JSON.parse(body) as { query: string }).query);
    expect(queries).toHaveLength(2);
    for (const query of queries) expect(validate(schema, parse(query))).toEqual([]);
    const wrong = parse(
      '{ repository(owner: "a", name: "b") { pullRequst(number: 1) { title } } }',
    );
    expect(validate(schema, wrong)).toHaveLength(1);
  });
});

/** Our client of releases against a server that gives one answer. */
async function answering(status: number, content: unknown) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return githubReleases(connectionTo('github', `http://127.0.0.1:${port}`, 'x'));
}
