import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** One file of the page, with its compressed forms. */
export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer<ArrayBuffer>;
  readonly br: Buffer<ArrayBuffer>;
  readonly gzip: Buffer<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Libraries the page imports as modules of its own site, by the path they are served under. */
const VENDOR: Readonly<Record<string, string>> = {
  '/vendor/preact.js': 'preact/dist/preact.mjs',
  '/vendor/preact-hooks.js': 'preact/hooks/dist/hooks.mjs',
  '/vendor/htm.js': 'htm/dist/htm.module.js',
  '/vendor/marked.js': 'marked/lib/marked.esm.js',
  '/vendor/purify.js': 'dompurify/dist/purify.es.mjs',
};

const CONSOLE = fileURLToPath(new URL('../../../console/', import.meta.url));

let known: ReadonlyMap<string, Asset> | undefined;

/** The page's files by their paths, read once. Only what is listed can be asked for; a path never becomes a file name. */
export function pageAssets(): ReadonlyMap<string, Asset> {
  known ??= readAssets();
  return known;
}

/** Its own files, and the libraries as they lie in node_modules. */
function readAssets(): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(CONSOLE)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = name === 'index.html' ? '/' : `/console/${name}`;
    assets.set(path, assetOf(type, readFileSync(join(CONSOLE, name), 'utf8')));
  }
  for (const [path, file] of Object.entries(VENDOR)) {
    assets.set(path, assetOf(TYPES['.js'] as string, vendored(file)));
  }
  const modules = [...assets.keys()].filter((path) => path.endsWith('.js'));
  const page = assets.get('/') as Asset;
  assets.set('/', assetOf(page.type, preloading(page.body.toString(), modules)));
  return assets;
}

/** The page names its modules, so that a browser asks for all at once instead of level by level. */
function preloading(html: string, modules: readonly string[]): string {
  const links = modules.map((path) => `<link rel="modulepreload" href="${path}">`);
  return html.replace('</head>', `${links.join('\n')}\n</head>`);
}

/** A library's file, with the one bare import there is (`preact`) turned into our path for it. */
function vendored(file: string): string {
  const require = createRequire(import.meta.url);
  const [name, ...rest] = file.split('/');
  // Not every package exports its package.json, but each lies in one of these folders.
  const roots = require.resolve.paths(name as string) ?? [];
  for (const root of roots) {
    try {
      const text = readFileSync(join(root, name as string, ...rest), 'utf8');
      return text
        .replaceAll(/from\s*(["'])preact\1/g, 'from "/vendor/preact.js"')
        .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${file} is not installed (looked from ${dirname(CONSOLE)}). Run npm ci.`);
}

/** Compressed when it is first asked for so: a start does not wait for a page that nobody opens. */
function assetOf(type: string, text: string): Asset {
  const body = Buffer.from(text);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  let br: Buffer<ArrayBuffer> | undefined;
  let gzip: Buffer<ArrayBuffer> | undefined;
  return {
    type,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    body,
    get br() {
      br ??= brotliCompressSync(body, quality);
      return br;
    },
    get gzip() {
      gzip ??= gzipSync(body);
      return gzip;
    },
  };
}

/** The form of an asset that a client takes, by its Accept-Encoding. */
export function encoded(
  asset: Asset,
  accepts: string,
): { readonly body: Buffer<ArrayBuffer>; readonly encoding?: 'br' | 'gzip' } {
  if (/\bbr\b/.test(accepts)) return { body: asset.br, encoding: 'br' };
  if (/\bgzip\b/.test(accepts)) return { body: asset.gzip, encoding: 'gzip' };
  return { body: asset.body };
}
