// No library here: the parent process imports this file.

/** Where the web platform listens unless told otherwise. Equal to the schema's defaults (tested). */
export const LISTEN_DEFAULT = { host: '127.0.0.1', port: 7290 } as const;
