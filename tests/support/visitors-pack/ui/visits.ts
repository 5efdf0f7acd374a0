import { defineRecordView } from '@summit/sdk/ui';
import { lengthOf } from './length.ts';

export default defineRecordView<{ readonly company: string; readonly hours: number }>({
  name: ({ company }) => company,
  cells: { hours: ({ hours }) => lengthOf(hours) },
});
