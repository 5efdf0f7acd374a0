import {
  type Action,
  type ActionContext,
  type Calendar,
  change,
  defineAction,
  defineQuery,
  Empty,
  field,
  governed,
  insertOnly,
  type LockingReader,
  none,
  Problem,
  type Row,
  type TSchema,
  Type,
} from '@summit/sdk';
import { errorsIn } from '../../kernel/validation.ts';

/** What the examples of the SDK speak of where they do not declare it themselves. */
export const Vendor = governed({
  type: 'vendors.vendor',
  table: 'vendors',
  fields: { name: field.text(), country: field.text(), owner_id: field.uuid() },
  transitions: { draft: ['active', 'retired'], active: ['active', 'retired'], retired: [] },
  label: ({ name }) => name,
});

export const Review = insertOnly({
  type: 'vendors.review',
  table: 'vendor_reviews',
  fields: { vendor_id: field.uuid(), verdict: field.text(), comment: field.personal() },
});

export const vendor: Row<typeof Vendor> = {
  tenant_id: 'acme',
  id: '019aa000-0000-7000-8000-000000000001',
  status: 'draft',
  version: 1,
  created_at: '2026-11-23T09:00:00.000Z',
  updated_at: '2026-11-23T09:00:00.000Z',
  name: 'Globex',
  country: 'NL',
  owner_id: '019aa000-0000-7000-8000-000000000002',
};

/** What `apply` is given. */
export const at: ActionContext<{ readonly comment: string }> = {
  tenant: 'acme',
  actor: { id: vendor.owner_id, handle: 'ann', roles: ['analyst'], system: false },
  input: { comment: 'seen' },
  settings: {},
  now: '2026-11-23T10:00:00.000Z',
  subjectId: '019aa000-0000-7000-8000-000000000003',
  newId: () => '019aa000-0000-7000-8000-000000000004',
  decision: null,
  approval: null,
};

/** Whether the kernel takes such a value where this schema is asked for. */
export function accepts(schema: TSchema, value: unknown): boolean {
  return errorsIn(schema, structuredClone(value)).length === 0;
}

export const calendar: Calendar = { time_zone: 'Europe/Amsterdam', today: '2026-11-23' };

const notFound = async () => {
  throw new Problem('not-found', 'This tenant has nothing yet.');
};
const nothing = async () => [];
const unknown = async () => null;

/** Reads a tenant that has nothing yet. */
export const db: LockingReader = {
  one: notFound,
  lock: notFound,
  find: nothing,
  page: async () => ({ items: [], next_cursor: null, total: 0 }),
  count: async () => 0,
  distribution: async () => ({ count: 0, average: null, p50: null, p95: null, histogram: [] }),
  countByDay: nothing,
  approvals: nothing,
  standing: () => [],
  leftBehind: nothing,
  leftApprovals: nothing,
  decisions: async () => new Map(),
  receipts: nothing,
  handles: async () => new Map(),
  resolve: unknown,
  byKey: unknown,
  calendar: async () => calendar,
  usageSince: async () => ({ through: { epoch: 1, size: 0 }, more: false, changes: [] }),
  hasUsageSince: async () => false,
  oldestUsageSince: unknown,
  usageOf: nothing,
};

const LAPSE_MS = 30 * 86_400_000;

/** What a job calls for a draft that nobody has activated. */
export const lapseVendor: Action = defineAction({
  id: 'vendors.vendor.lapse',
  title: 'Retire a draft that nobody has activated',
  roles: [],
  input: Empty,
  entity: Vendor,
  from: ['draft'],
  policy: none('how long a draft lives is a rule of the pack'),
  load: (context) => context.db.lock(Vendor, context.params.id ?? ''),
  subject: (draft) => draft,
  apply(draft, context) {
    if (Date.parse(context.now) - Date.parse(draft.created_at) < LAPSE_MS) throw new Problem('invalid-state', 'It is younger than 30 days.');
    return {
      subjects: [change(Vendor, context, draft, { status: 'retired' })],
      edges: none('nobody did it but time'),
      usage: none('it starts no workflow'),
      answer: {},
    };
  },
});

export const listVendors = defineQuery({
  id: 'vendors.vendor.list',
  title: 'Vendors',
  route: { method: 'GET', path: '/vendors' },
  query: Empty,
  answer: Type.Object({ items: Type.Array(Type.Object({ name: Type.String() })) }),
  run: async (context) => ({ items: await context.db.find(Vendor, {}) }),
});
