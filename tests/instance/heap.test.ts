import { expect, it } from 'vitest';
import { HeapKeeper } from '../../gateway/instance/heap.ts';
import { ManualClock } from '../harness/clock.ts';

const MB = 1 << 20;

function keeper() {
  const clock = new ManualClock();
  const heap = { used: 40 * MB, live: 40 * MB, collected: 0 };
  const collect = () => {
    heap.collected++;
    heap.used = heap.live;
  };
  const made = new HeapKeeper(clock, collect, () => heap.used);
  return { clock, heap, made };
}

it('R50 collects a heap that has grown by as much as lives in it, and not before', async () => {
  const { clock, heap } = keeper();
  heap.used = 79 * MB;
  await clock.advance(1_000);
  expect(heap.collected).toBe(0);
  heap.used = 81 * MB;
  await clock.advance(1_000);
  expect(heap.collected).toBe(1);
});

it('R50 collects once when a gateway has become idle, and then leaves it in peace', async () => {
  const { clock, heap } = keeper();
  heap.used = 60 * MB;
  for (let second = 0; second < 60; second++) await clock.advance(1_000);
  expect(heap.collected).toBe(1);
});

it('does nothing any more once it is stopped', async () => {
  const { clock, heap, made } = keeper();
  made.stop();
  heap.used = 500 * MB;
  await clock.advance(5_000);
  expect(heap.collected).toBe(0);
});
