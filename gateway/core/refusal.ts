/** Work that was not admitted, and why. A refusal is said to whoever asked; nothing is dropped silently. */
export interface Refusal {
  readonly refused: 'draining' | 'stopped' | 'full';
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}
