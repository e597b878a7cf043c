import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Budget, budgetOf } from '../../../config/budget.ts';
import { load } from '../../../config/load.ts';
import { xdgConfigHome } from '../../../config/paths.ts';
import { type Config, ConfigSchema } from '../../../config/schema.ts';
import { ConfigError, RequestError } from '../../../core/exit.ts';
import { type Run, runProgram } from '../../../service/command.ts';
import {
  type Remembered,
  remembered,
  type ServiceDefinition,
} from '../../../service/definition.ts';
import type { Driver } from '../../../service/driver.ts';
import type { Scope } from '../../../service/installedUnit.ts';
import { launchd } from '../../../service/launchd.ts';
import { labelOf, plistPath } from '../../../service/launchdPlist.ts';
import { serviceLimits } from '../../../service/limits.ts';
import { systemd, systemdPath } from '../../../service/systemd.ts';
import { readIfThere } from '../../../service/unitFiles.ts';
import { type Context, contextOf } from '../../context.ts';

/** Options of every `sluice service` command. */
export interface ServiceOptions {
  readonly system?: boolean;
  readonly name: string;
}

export interface ServiceContext extends Context {
  readonly name: string;
  readonly scope: Scope;
  readonly driver: Driver;
  /** What the installed unit says of itself; undefined where none of ours is there. */
  readonly installed?: Remembered;
  readonly run: Run;
  /** The budget of the configuration, or of the defaults where it cannot be read. */
  readonly budget: Budget;
}

/**
 * Which service is meant, and who manages it. Home and configuration are those that are named, else those
 * it was installed with.
 */
export function serviceContext(command: Command, run: Run = runProgram): ServiceContext {
  const options = command.optsWithGlobals<ServiceOptions & { home?: string }>();
  const { name } = options;
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    throw new RequestError(
      `a service cannot be named ${JSON.stringify(name)}: letters, digits, - and _, beginning with a letter`,
    );
  }
  const scope: Scope = options.system ? 'system' : 'user';
  const given = contextOf(command);
  const { env } = given.places;
  const unit =
    process.platform === 'darwin'
      ? plistPath(labelOf(name), scope, env)
      : systemdPath(`${name}.service`, scope, xdgConfigHome(given.places));
  const installed = remembered(readIfThere(unit) ?? '');
  const explicit = options.home !== undefined || Boolean(env.SLUICE_HOME);
  const home = explicit ? given.home : (installed?.home ?? usualHome(given.home, name, scope));
  const config = given.config ?? (env.SLUICE_CONFIG ? undefined : installed?.config);
  const context: Context = { ...given, home, ...(config === undefined ? {} : { config }) };
  const budget = budgetOf(readable(context) ?? ConfigSchema.parse({}));
  const limits = serviceLimits(budget);
  const driver =
    process.platform === 'darwin'
      ? launchd({ name, scope, run, limits, home, env, uid: process.getuid?.() ?? 0 })
      : systemd({ name, scope, run, limits, configHome: xdgConfigHome(given.places) });
  return {
    ...context,
    name,
    scope,
    run,
    budget,
    driver,
    ...(installed === undefined ? {} : { installed }),
  };
}

/** @throws ConfigError where the service could not start as it is configured. */
export function assertConfigured(context: ServiceContext): void {
  load(loadOptions(context));
}

/** A service of the machine keeps its state with the machine's; one of another name, under its name. */
function usualHome(home: string, name: string, scope: Scope): string {
  if (scope === 'user') return join(dirname(home), name);
  return join(process.platform === 'darwin' ? '/usr/local/var' : '/var/lib', name);
}

function readable(context: Context): Config | undefined {
  try {
    return load(loadOptions(context)).config;
  } catch {
    // To stop a gateway, or to see how it is, its configuration need not be right.
    return undefined;
  }
}

function loadOptions({ places, config }: Context) {
  return { env: places.env, cwd: places.cwd, ...(config === undefined ? {} : { path: config }) };
}

export interface InstallOptions {
  readonly as?: string;
  readonly socket?: boolean;
}

/**
 * What is to be installed, by the configuration as it is now.
 * @throws ConfigError where that is wrong; RequestError where an option is missing.
 */
export function definitionOf(context: ServiceContext, options: InstallOptions): ServiceDefinition {
  const { name, scope, home, places, installed } = context;
  const socket = options.socket ?? installed?.socket ?? false;
  const { config, file } = load(loadOptions(context));
  const script = resolve(places.cwd, process.argv[1] as string);
  if (/[/\\]_npx[/\\]/.test(script)) {
    throw new RequestError(
      'npx keeps packages only for a while; install sluice (npm install --global sluice), then run this again',
    );
  }
  const runAs =
    scope === 'system'
      ? (options.as ?? installed?.runAs ?? nonEmpty(places.env.SUDO_USER))
      : undefined;
  if (runAs !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(runAs)) {
    throw new RequestError(`a user cannot be named ${JSON.stringify(runAs)}`);
  }
  if (scope === 'system' && runAs === undefined) {
    throw new RequestError('say which user it is to run as: --as USER');
  }
  if (scope === 'user' && options.as !== undefined) {
    throw new RequestError('--as goes with --system; a service of your own runs as you');
  }
  return {
    name,
    scope,
    home,
    program: [process.execPath, script],
    path: searchPath(process.execPath, places.env.PATH ?? ''),
    limits: serviceLimits(budgetOf(config)),
    ...(runAs === undefined ? {} : { runAs }),
    ...(file === undefined ? {} : { config: file }),
    ...(socket ? { listen: listenOf(config) } : {}),
  };
}

/** Where systemd is to listen; it takes addresses only. */
function listenOf({ platforms }: Config): { host: string; port: number } {
  const { host, port } = platforms.web;
  if (port === 0) {
    throw new ConfigError(
      '--socket needs a port, and platforms.web.port is 0 (any free one); set one first',
    );
  }
  if (host === 'localhost') return { host: '127.0.0.1', port };
  if (isIP(host) !== 0) return { host, port };
  throw new ConfigError(
    `--socket needs an address, and platforms.web.host is the name ${host}; systemd resolves none`,
  );
}

/** This shell's PATH, for agents: absolute folders, once each, without what npm adds for a script. */
function searchPath(node: string, path: string): string {
  const folders = path
    .split(':')
    .filter((folder) => folder.startsWith('/') && !/\/node_modules\/|\/node-gyp-bin$/.test(folder));
  return [...new Set([...folders, dirname(node), '/usr/local/bin', '/usr/bin', '/bin'])].join(':');
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
