import { Type } from '../../sdk/index.ts';

const PRINTABLE = '^[ -~]{1,128}$';

/** Of who asks, so that an old answer is not passed off as a new one. */
export const Nonce = Type.String({ pattern: PRINTABLE, description: '1 to 128 printable characters, which come back in the manifest' });

/** An auditor who names it can be sure that no sample was drawn and thrown away. */
export const Seed = Type.String({
  pattern: PRINTABLE,
  description: 'What the sample is drawn by, 1 to 128 printable characters; random unless said',
});
