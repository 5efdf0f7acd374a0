import type { Message } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { Outbox } from '../database/tables.ts';
import type { Happening } from '../record.ts';
import type { TableWrite } from '../write.ts';

type Identified = Message & { readonly id: string };

/** The rows that wait to be delivered: messages to the pack's effects, and notices to the kernel's. */
export function outboxWrite({ pack, now }: Happening, messages: readonly Identified[], notices: readonly Identified[]): TableWrite {
  const waiting = { attempts: 0, available_at: now, done_at: null, last_error: null, created_at: now };
  const rowTo = (owner: string) => {
    return ({ id, effect, subject, payload }: Identified) => ({ id, pack: owner, effect, subject_id: subject, payload, ...waiting });
  };
  return { kind: 'insert', entity: Outbox, rows: [...messages.map(rowTo(pack)), ...notices.map(rowTo(KERNEL_PACK))] };
}
