import type { PackRegistry } from './registry.ts';

/** Those that some pack names, and the kernel's own: of everybody who may do or see what not everybody may. */
export function everyRoleOf({ all }: Pick<PackRegistry, 'all'>): readonly string[] {
  const named = all.flatMap(({ actions, queries }) => [...actions, ...queries].flatMap(({ roles = [] }) => roles));
  return [...new Set([...named, 'auditor', 'finance', 'operator', 'security_officer'])].toSorted();
}
