import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from '../../../gateway/platforms/webhook/signature.ts';
import { type Fault, Faults } from '../shared/faults.ts';
import type { Delivered, Ledger } from '../shared/judge.ts';

export interface Receiver {
  readonly url: string;
  readonly ledger: Ledger;
  arm(fault: Fault): void;
  close(): void;
}

/**
 * Whoever is posted a webhook's replies, and judges them. `heeds`: it takes each Idempotency-Key once,
 * as the documentation asks of a careful one.
 */
export async function receiver(secret: string, { heeds }: { heeds: boolean }): Promise<Receiver> {
  const delivered: Delivered[] = [];
  const strange: string[] = [];
  const faults = new Faults();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const at = Number(request.headers['sluice-timestamp']);
      if (request.headers['sluice-signature'] !== sign(secret, at, body)) strange.push('signature');
      const id = String(request.headers['idempotency-key']);
      const { chat, text } = JSON.parse(body) as { chat: string; text: string };
      const fault = faults.strike('POST', body);
      if (fault?.kind === 'before') return void request.socket.destroy();
      if (fault?.kind === 'status') return void response.writeHead(fault.status ?? 500).end();
      if (!heeds || !delivered.some((d) => d.id === id)) delivered.push({ id, chat, text });
      if (fault?.kind === 'hold') return;
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ledger: { delivered, strange },
    arm: (fault) => faults.arm(fault),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
