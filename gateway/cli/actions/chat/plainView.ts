import { printable } from '../../text/format.ts';
import type { View } from './view.ts';

/** A conversation in a pipe: replies to standard output, everything about them to standard error. */
export function plainView(out: NodeJS.WritableStream, err: NodeJS.WritableStream): View {
  let open = false;
  const endReply = () => {
    if (open) out.write('\n');
    open = false;
  };
  return {
    line(text, tone) {
      if (tone === 'you') return;
      endReply();
      (tone === 'reply' ? out : err).write(`${printable(text)}\n`);
    },
    more(text) {
      open = true;
      out.write(printable(text));
    },
    endReply,
    status() {},
  };
}
