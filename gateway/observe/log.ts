import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import pino, { type DestinationStream, type Logger } from 'pino';
import type PinoPretty from 'pino-pretty';
import type { MessageEvent } from '../core/message.ts';
import { Secrets } from './secrets.ts';

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** auto: readable on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'pretty' | 'json';
  /** Fields of every line: the instance's id, its generation. */
  readonly base?: Readonly<Record<string, unknown>>;
  readonly secrets?: Secrets;
  /** Where lines go; standard error by default. */
  readonly out?: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** Field names whose value is a secret by its name, at any of the first three depths. */
const SECRET_FIELDS = [
  'token',
  'api_key',
  'apiKey',
  'password',
  'secret',
  'authorization',
  'cookie',
];

/**
 * The log: synchronous, so that the last line before a crash is there. pino-pretty is loaded only
 * when lines are for people: it costs start-up time.
 */
export function createLog(options: LogOptions): Logger {
  const out = options.out ?? standardError();
  const tty = out.isTTY === true;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && tty);
  const secrets = options.secrets ?? new Secrets();
  const masked: DestinationStream = { write: (line) => void out.write(secrets.mask(line)) };
  return pino(
    {
      level: options.level,
      base: { ...options.base },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
      redact: {
        paths: SECRET_FIELDS.flatMap((f) => [f, `*.${f}`, `*.*.${f}`]),
        censor: '***',
      },
    },
    pretty ? prettyStream(masked, tty) : masked,
  );
}

/** One line per event of a message, found again by its id: `sluice trace ID` and `grep ID` agree. */
export function logMessageEvent(log: Logger, event: MessageEvent): void {
  const failed = event.name === 'dead' || event.name === 'send-failed';
  const { message, name, detail } = event;
  const fields = { message, event: name, ...(detail === undefined ? {} : { detail }) };
  if (failed) log.warn(fields, `message ${name}`);
  else log.info(fields, `message ${name}`);
}

function prettyStream(out: DestinationStream, color: boolean): DestinationStream {
  const require = createRequire(import.meta.url);
  const pretty = require('pino-pretty') as typeof PinoPretty;
  const format = pretty.prettyFactory({
    colorize: color,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    singleLine: true,
  });
  return { write: (line) => out.write(format(line) ?? line) };
}

function standardError(): NonNullable<LogOptions['out']> {
  return {
    isTTY: process.stderr.isTTY,
    write: (text) => {
      try {
        writeSync(2, text);
      } catch {
        // A closed pipe or a full one must not end the gateway; there is nowhere to say so.
      }
    },
  };
}
