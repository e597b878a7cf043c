/**
 * A line of somebody's text: its handles would ping, its HTML would vanish, its images would load,
 * and its first mark would begin a heading or a list. Code stays code.
 */
export function escapeLine(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (/^`[^`]*`$/.test(part) ? part : escapePart(part)))
    .join('')
    .replace(/^(\s*)([#>+-]|\[[ xX]\]|~~~)/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

function escapePart(text: string): string {
  return text
    .replace(/[<*`]/g, '\\$&')
    .replace(/\](?=\()/g, '\\]')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/(^|[^\w`])@(?=\w)/g, '$1@\u200b');
}

/** A name is text: nothing in it may become Markdown or a mention. */
export function escapeName(name: string): string {
  return name.replace(/[\\`*_[\]<>|#&~]/g, '\\$&').replace(/@/g, '@\u200b');
}
