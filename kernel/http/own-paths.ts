/** First segments of the paths that the kernel answers beside its pack: a pack's route there would never be reached, or would stand in for them. */
export const OWN_SEGMENTS: ReadonlySet<string> = new Set([
  ...['', 'w', 'assets', 'favicon.svg', 'favicon.ico', '-', '.well-known'],
  ...['livez', 'readyz', 'metrics', 'openapi.json', 'docs', 'docs.css', 'print.css'],
  ...['sign-in', 'sign-in.css', 'sign-out', 'session', 'auth', 'events', 'access', 'scim'],
]);
