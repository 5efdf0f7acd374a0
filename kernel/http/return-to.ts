const MAX_LENGTH = 2_000;

/**
 * Where a sign-in leads: a path of this server, else its root. Browsers read `//host`, and `/\host` too, as another host, and drop
 * control characters before they look.
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > MAX_LENGTH) return '/';
  return /^\/(?!\/)[^\\\p{Cc}]*$/u.test(wanted) ? wanted : '/';
}
