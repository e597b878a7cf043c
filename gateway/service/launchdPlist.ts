import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { commandOf, remembering, type ServiceDefinition } from './definition.ts';
import type { Scope } from './installedUnit.ts';

/** launchd waits so long between two starts; its own default, said so that nobody need look it up. */
const THROTTLE = 10;
const OPEN_FILES = 65_536;

export function labelOf(name: string): string {
  return `local.${name}`;
}

/** Where launchd looks for a job's property list (launchd.plist(5), FILES). */
export function plistPath(label: string, scope: Scope, env: Environment): string {
  const folder =
    scope === 'system'
      ? '/Library/LaunchDaemons'
      : join(env.HOME ?? homedir(), 'Library/LaunchAgents');
  return join(folder, `${label}.plist`);
}

/** The log of a job: launchd keeps none by itself. */
export function launchdLog(home: string): string {
  return join(home, 'sluice.log');
}

/**
 * The property list of a job (launchd.plist(5)).
 *
 * `KeepAlive.SuccessfulExit` false starts it anew after every exit but 0. launchd cannot be told of
 * single codes, so what cannot work as configured is logged and exits 0 there (`gateway/cli/actions/endUnder.ts`).
 * Descriptors are raised, because macOS gives a job 256.
 */
export function launchdPlist(service: ServiceDefinition): string {
  const log = launchdLog(service.home);
  const job = {
    Label: labelOf(service.name),
    ProgramArguments: commandOf(service, 'run'),
    ...(service.runAs === undefined ? {} : { UserName: service.runAs }),
    EnvironmentVariables: { PATH: service.path, SLUICE_MANAGED: 'launchd' },
    WorkingDirectory: service.home,
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ExitTimeOut: service.limits.stop,
    ThrottleInterval: THROTTLE,
    SoftResourceLimits: { NumberOfFiles: OPEN_FILES },
    StandardOutPath: log,
    StandardErrorPath: log,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!-- Written by `sluice service install`, and written anew when that is run again. -->',
    `<!-- ${remembering(service)} -->`,
    '<plist version="1.0">',
    xml(job, ''),
    '</plist>',
    '',
  ].join('\n');
}

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

function xml(value: Value, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === 'number') return `${indent}<integer>${Math.round(value)}</integer>`;
  if (typeof value === 'boolean') return `${indent}<${value}/>`;
  const deeper = `${indent}  `;
  if (isList(value)) {
    return [`${indent}<array>`, ...value.map((v) => xml(v, deeper)), `${indent}</array>`].join(
      '\n',
    );
  }
  const entries = Object.entries(value).flatMap(([key, v]) => [
    `${deeper}<key>${escaped(key)}</key>`,
    xml(v, deeper),
  ]);
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The installed property list of a job, whichever scope it is in. */
export function installedPlist(
  label: string,
  env: Environment,
): { readonly path: string; readonly text: string } | undefined {
  for (const scope of ['user', 'system'] as const) {
    const path = plistPath(label, scope, env);
    try {
      return { path, text: readFileSync(path, 'utf8') };
    } catch {
      // Not there: the other one.
    }
  }
  return undefined;
}

/** ExitTimeOut of a property list in XML, in seconds; 0 is "for ever" (launchd.plist(5)). */
export function exitTimeOut(plist: string): number | undefined {
  const text = /<key>ExitTimeOut<\/key>\s*<integer>(\d+)<\/integer>/.exec(plist)?.[1];
  if (text === undefined) return undefined;
  return Number(text) === 0 ? Number.POSITIVE_INFINITY : Number(text);
}
