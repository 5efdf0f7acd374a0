const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * Why nothing is to be asked of or sent to an address; null where nothing stands against it. Says nothing of the URL itself: there
 * may be a password in it.
 * @param production where nothing goes out in clear, to no host whatever
 */
export function distrustOf(text: string, production: boolean): string | null {
  const url = URL.parse(text);
  if (!url) return 'is no URL';
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password';
  if (url.protocol === 'https:') return null;
  if (production) return 'must be https in production';
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? null : 'must be https, or http to a loopback host';
}
