/** Puts the chosen theme on the page; `system` follows the machine's setting for as long as it is chosen. */
export function applyTheme(theme: 'system' | 'light' | 'dark'): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    document.documentElement.dataset['theme'] =
      theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  apply();
  if (theme !== 'system') return () => undefined;
  dark.addEventListener('change', apply);
  return () => dark.removeEventListener('change', apply);
}
