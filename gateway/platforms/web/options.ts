import { z } from 'zod';

const seconds = (about: string, min = 0) =>
  z.number().min(min).meta({ description: about, 'x-unit': 'seconds' });

const count = (about: string, min = 0) => z.int().min(min).meta({ description: about });

/** The keys of `platforms.web` in the configuration. */
export const WebOptionsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the page and the HTTP API are served.' }),
  host: z.string().min(1).default('127.0.0.1').meta({
    description:
      'The address to listen on. Anything but loopback needs a token; without one configured, the first start makes and shows it.',
  }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(7290)
    .meta({ description: 'The port to listen on; 0 takes a free one.' }),
  token_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .optional()
    .meta({
      description: 'The name of the environment variable that holds the token requests must carry.',
      'x-secret': true,
    }),
  token_file: z.string().min(1).optional().meta({
    description: 'The path of a file that holds the token requests must carry.',
    'x-secret': true,
  }),
  allowed_hosts: z.array(z.string().min(1)).default([]).meta({
    description:
      'Host names, beside the one listened on, under which it may be reached; a name of your own behind a proxy, say.',
  }),
  allowed_origins: z.array(z.url()).default([]).meta({
    description:
      'Origins of other pages whose scripts may use the API (CORS), such as https://chat.example.org.',
  }),
  max_body: z.int().min(1024).default(4_194_304).meta({
    description: 'The largest request body; a larger one is refused with 413.',
    'x-unit': 'bytes',
  }),
  max_connections: count('Connections held at one time; one more is closed at once.', 1).default(
    1024,
  ),
  rate: count(
    'Requests a second that one client address may make, with twice as many at once; 0: no limit.',
  ).default(2000),
  header_timeout: seconds('A request whose head is not complete after this is ended.', 1).default(
    10,
  ),
  request_timeout: seconds('A request whose body is not complete after this is ended.', 1).default(
    30,
  ),
  keep_alive: seconds('A stream that has nothing to say sends a comment this often.', 0.1).default(
    15,
  ),
  stall_timeout: seconds('A reader that takes nothing for this long is let go.', 1).default(60),
});

export type WebConfig = z.output<typeof WebOptionsSchema>;

/** What the listener and the handlers may use, in bytes, milliseconds and counts. */
export interface WebLimits {
  readonly maxBody: number;
  readonly maxConnections: number;
  /** Requests a second from one client address; 0: no limit. */
  readonly rate: number;
  readonly headerTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly stallMs: number;
  /** How long after its end a request's retry may come: a stateless one that hung up goes on for so long. */
  readonly abandonMs: number;
}

/** The limits of a configuration; without one, the defaults. */
export function limitsOf(config: WebConfig = WebOptionsSchema.parse({})): WebLimits {
  return {
    maxBody: config.max_body,
    maxConnections: config.max_connections,
    rate: config.rate,
    headerTimeoutMs: config.header_timeout * 1000,
    requestTimeoutMs: config.request_timeout * 1000,
    keepAliveMs: config.keep_alive * 1000,
    stallMs: config.stall_timeout * 1000,
    // The openai package tries again after half a second, then a second.
    abandonMs: 3000,
  };
}
