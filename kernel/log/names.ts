/** What logs and their keys are called. A log's name, its origin, is the first line of its checkpoints and the name of its key. */

/** The name that receipts carry: `<log.origin of config>/<tenant>`. */
export function tenantOrigin(host: string, tenant: string): string {
  return `${host}/${tenant}`;
}

/** The first epoch has the tenant's own name; each later one adds its number. */
export function logOrigin(base: string, epoch: number): string {
  return epoch === 1 ? base : `${base}/${epoch}`;
}

export function promiseKeyName(origin: string): string {
  return `${origin}/promise`;
}

export function bundleKeyName(origin: string): string {
  return `${origin}/bundle`;
}
