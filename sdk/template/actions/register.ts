import { create, defineAction, edge, present, Strict, Type } from '@summit/sdk';
import { Item } from '../entities.ts';
import { ItemAnswer } from '../queries.ts';

export const registerItem = defineAction({
  id: 'sample-pack.item.register',
  title: 'Register an item',
  route: { method: 'POST', path: '/sample-pack/items' },
  roles: ['engineer'],
  input: Strict({ title: Type.String({ minLength: 1, maxLength: 200 }), amount: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }),
  entity: Item,
  from: [],
  success: 201,
  answer: ItemAnswer,
  load: async () => null,
  subject: () => null,
  policy: { entrypoint: 'sample_pack/items/decision', facts: (_, { input }) => ({ resource: { amount: input.amount }, context: {} }) },
  // Pure: all that it does to the world is what it returns, and the kernel writes that together with its receipt, or nothing.
  apply(_, at) {
    const item = create(Item, at, { id: at.subjectId, status: 'registered', ...at.input });
    return {
      subjects: [item],
      edges: [edge(at.subjectId, 'registered_by', at.actor.id)],
      usage: [{ type: 'workflow_run', subject: at.subjectId, metadata: { workflow: 'sample-pack.item' } }],
      answer: present(ItemAnswer, item.after),
    };
  },
});
