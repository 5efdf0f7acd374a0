import type { Action, Route } from '../../action.ts';
import type { Answer } from '../hands.ts';
import type { RiggedPack } from '../kit.ts';
import { handleOf } from '../people.ts';
import { rowOf } from './history.ts';
import { filled, idsOf, type Made, parametersOf, referencesOf } from './inputs.ts';
import type { Input } from './options.ts';

export type Routed = Action & { readonly route: Route };

export function routedOf({ pack }: RiggedPack): readonly Routed[] {
  return pack.actions.filter((action): action is Routed => action.route !== undefined);
}

/** An action that makes its subject, whatever else it may do. */
export function isCreating({ from, upserts }: Action): boolean {
  return from.length === 0 || upserts === true;
}

/** Whoever may take an action by their role: one for each role, and then the second of each. */
export function peopleFor({ roles }: Pick<Action, 'roles'>): readonly string[] {
  return ['', '-2'].flatMap((which) => roles.map((role) => `${handleOf(role)}${which}`));
}

/** One call of an action, ready to be sent, by whoever may. */
export interface ActionCall {
  readonly action: Routed;
  readonly handle: string;
  readonly path: string;
  readonly input: Input;
  /** null where it creates its subject. */
  readonly subject: string | null;
}

/** Where an action is to be sent. @returns null where what its path names is not there yet */
export async function pathOf(kit: RiggedPack, action: Routed, made: Made, given: Readonly<Record<string, string>> = {}): Promise<string | null> {
  const names = parametersOf(action.route.path);
  const params: Record<string, string> = { ...idsOf(referencesOf(kit.pack, names), made), ...given };
  const subject = isCreating(action) ? undefined : made.get(action.entity.type);
  if (subject !== undefined) {
    const row = await rowOf(kit, action, subject);
    const columns = Object.entries(row).flatMap(([name, value]) => (names.includes(name) && typeof value === 'string' ? [[name, value]] : []));
    Object.assign(params, Object.fromEntries(columns), action.params?.(row) ?? { id: subject });
  }
  return names.every((name) => params[name] !== undefined) ? filled(action.route.path, params) : null;
}

interface Otherwise {
  /** null: nobody, without a token. */
  readonly handle?: string | null;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly path?: string;
}

/** Sends a call as it is, or with something of it otherwise. */
export async function sent(
  kit: RiggedPack,
  call: ActionCall,
  { handle = call.handle, tenant, headers = {}, ...other }: Otherwise = {},
): Promise<Answer> {
  const token = handle === null ? {} : { authorization: `Bearer ${await kit.token(handle, tenant)}` };
  const { route, media } = call.action;
  const type = Object.keys(media ?? { 'application/json': 'object' })[0] ?? 'application/json';
  const body = JSON.stringify(other.body ?? call.input);
  return kit.send(route.method, other.path ?? call.path, { headers: { 'content-type': type, ...token, ...headers }, body });
}

export function isAccepted({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** What was answered, in a line. */
export function said({ status, body }: Answer): string {
  const { code, detail } = typeof body === 'object' && body !== null ? body : { code: undefined, detail: undefined };
  return code === undefined ? String(status) : `${status} ${code} (${detail})`;
}
