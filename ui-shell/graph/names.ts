import { listAt, pageOfItem, pageOfSubject, words } from '../../sdk/ui/index.ts';
import type { GraphNode } from './neighborhood.ts';

/** The page of a node, where there is one. */
export function pageOfNode(node: GraphNode): string | null {
  const list = listAt(KERNEL_LISTS[node.type] ?? '');
  return pageOfSubject(node) ?? (list ? pageOfItem(list, { id: node.id }) : null);
}

/** What the kernel writes by itself, and nobody by an action. */
const KERNEL_LISTS: Readonly<Record<string, string>> = { 'policy-decision': '/policy-decisions' };

/** `high-risk-ops.request` as `Request` */
export function typeWords(type: string): string {
  return words(type.split('.').at(-1) ?? type);
}

/** `requested_by` as `requested by` */
export function readable(relationship: string): string {
  return relationship.replaceAll('_', ' ');
}
