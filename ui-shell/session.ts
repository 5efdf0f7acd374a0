import { ApiError, type Catalog, catalog, csrfToken, forgetAll, get, send, signal, signedOut, signInPath } from '../sdk/ui/index.ts';

interface Session {
  readonly csrf_token: string;
  readonly sign_in: { readonly id: string } | null;
}

/** Where this session was begun, and may go on once it has ended here. */
let signedInAt: string | null = null;

/** Why nothing can be shown, where that is so. */
export const startFailure = signal<ApiError | null>(null);

/** Who is signed in, and what there is for them. Whoever is not is sent to sign in, and comes back here. */
export async function openSession(): Promise<void> {
  try {
    startFailure.value = null;
    const [session, found] = await Promise.all([get<Session>('/session'), get<Catalog>('/switchboard')]);
    csrfToken.value = session.csrf_token;
    signedInAt = session.sign_in?.id ?? null;
    catalog.value = found;
    signedOut.value = false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401 && catalog.value === null) location.replace(signInPath());
    else startFailure.value = error;
  }
}

/** What a role or a pack has changed is seen without signing in again. */
export async function refreshCatalog(): Promise<void> {
  const found = await get<Catalog>('/switchboard');
  // In another tab somebody else has signed in since: nothing of what is shown was theirs to see.
  if (found.user.id !== catalog.value?.user.id) location.reload();
  else catalog.value = found;
}

/** @throws ApiError where the session goes on, so that nobody believes that it has ended */
export async function signOut(): Promise<void> {
  try {
    await send('POST', '/sign-out');
  } catch (error) {
    // Of one that is over already there is nothing to end.
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
  forgetAll();
  sessionStorage.clear();
  location.assign(signedInAt === null ? '/sign-in' : `/sign-in?${new URLSearchParams({ signed_out: signedInAt })}`);
}
