const KEY = 'sluice.theme';
const ORDER = ['system', 'light', 'dark'];

export function theme() {
  const kept = localStorage.getItem(KEY);
  return ORDER.includes(kept) ? kept : 'system';
}

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

/** The next of: as the system says, light, dark. */
export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
  localStorage.setItem(KEY, next);
  applyTheme();
  return next;
}
