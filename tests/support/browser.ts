import type { Answer, TestSummit } from './summit.ts';

export interface SignedIn {
  /** As a browser sends it: `__Host-summit=…`. */
  readonly cookie: string;
  readonly csrf: string;
}

/** Sends the form of the sign-in page, and does not follow where it leads. */
export function sendSignIn(s: TestSummit, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return s.send('POST', '/sign-in', {
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

/** The cookie that an answer sets, as it is sent back. */
export function cookieOf({ headers }: Answer): string {
  const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
  return cookie;
}

export async function signedIn(
  s: TestSummit,
  handle: string,
  tenant = 'demo-external',
  headers: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  const cookie = cookieOf(await sendSignIn(s, { tenant, handle }, headers));
  const { body } = await s.send('GET', '/session', { headers: { cookie } });
  return { cookie, csrf: body.csrf_token };
}
