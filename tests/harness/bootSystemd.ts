/**
 * `unshare … node bootSystemd.ts FOLDER REPOSITORY`: becomes a real systemd, process 1 of its own
 * namespaces, on a copy of this machine's root that is thrown away with them.
 *
 * systemd empties temporary folders and writes into /etc and /var, so it never sees the live root: an
 * overlay's upper layer, `run`, `tmp` and `var/tmp` are in memory. What would reach the kernel that is
 * shared (settings, devices, the clock) is masked. FOLDER appears as /srv/sluice on the inside, writable
 * from both sides, and REPOSITORY as /opt/sluice.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, repository] = process.argv.slice(2) as [string, string];
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'inherit' });

mount('--make-rprivate', '/');
const memory = join(folder, '.machine');
mkdirSync(memory, { recursive: true });
mount('-t', 'tmpfs', 'tmpfs', memory);
const [upper, work, root] = ['upper', 'work', 'root'].map((name) => {
  const path = join(memory, name);
  mkdirSync(path);
  return path;
}) as [string, string, string];
mount('-t', 'overlay', 'overlay', '-o', `lowerdir=/,upperdir=${upper},workdir=${work}`, root);
const inside = (path: string) => join(root, path);

mount('-t', 'proc', 'proc', inside('proc'));
mount('-t', 'sysfs', 'sysfs', inside('sys'));
mount('-t', 'cgroup2', 'cgroup2', inside('sys/fs/cgroup'));
for (const path of ['run', 'tmp', 'var/tmp']) mount('-t', 'tmpfs', 'tmpfs', inside(path));
for (const [from, to] of [
  [folder, 'srv/sluice'],
  [repository, 'opt/sluice'],
] as const) {
  mkdirSync(inside(to), { recursive: true });
  mount('--bind', from, inside(to));
}

writeFileSync(inside('etc/fstab'), '');
appendFileSync(inside('etc/passwd'), 'ada:x:1500:1500::/srv/sluice:/bin/sh\n');
appendFileSync(inside('etc/group'), 'ada:x:1500:\n');
appendFileSync(inside('etc/shadow'), 'ada:*:20000:0:99999:7:::\n');
const units = inside('etc/systemd/system');
mkdirSync(units, { recursive: true });
for (const unit of [
  'systemd-sysctl.service',
  'systemd-modules-load.service',
  'systemd-udevd.service',
  'systemd-udevd-kernel.socket',
  'systemd-udevd-control.socket',
  'systemd-udev-trigger.service',
  'systemd-random-seed.service',
  'systemd-timesyncd.service',
  'systemd-binfmt.service',
  'timers.target',
]) {
  try {
    symlinkSync('/dev/null', join(units, unit));
  } catch {
    // This machine has one of its own there; in memory it may be what it is.
  }
}

process.chdir(root);
process.execve?.(
  '/usr/sbin/chroot',
  [
    'chroot',
    root,
    '/lib/systemd/systemd',
    '--unit=basic.target',
    '--log-target=journal-or-kmsg',
    '--log-level=notice',
  ],
  { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', container: '' },
);
