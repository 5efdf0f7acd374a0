import { signedIn } from '../sdk/ui/index.ts';

export interface Visited {
  readonly title: string;
  readonly href: string;
}

const MOST = 8;

/** The records that were looked at last in this tab, newest first. */
export function recent(): readonly Visited[] {
  return JSON.parse(sessionStorage.getItem(key()) ?? '[]') as readonly Visited[];
}

export function visited(record: Visited): void {
  const others = recent().filter(({ href }) => href !== record.href);
  sessionStorage.setItem(key(), JSON.stringify([record, ...others].slice(0, MOST)));
}

/** Of each person their own, in each tenant. */
function key(): string {
  const { tenant, user } = signedIn();
  return `recent:${tenant.id}:${user.id}`;
}
