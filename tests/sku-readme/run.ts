import { readFileSync, writeFileSync } from 'node:fs';
import { testSummit } from '../support/summit.ts';
import { withContents } from './contents.ts';

/** `npm run sku:readme`: what the Trust & Proof Pack contains, into its README. */
const readme = new URL('../../packs/trust-and-proof/README.md', import.meta.url);
const s = await testSummit();
try {
  const { body } = await s.get('auditor', '/skus/trust-and-proof');
  writeFileSync(readme, withContents(readFileSync(readme, 'utf8'), body));
} finally {
  await s.close();
}
