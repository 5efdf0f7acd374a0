import { type Asked, answerTo } from '../index.ts';

// Verifies in a thread of its own: policies of an unknown file run here, and the page ends it where they do not end.
addEventListener('message', async ({ data }: MessageEvent<Asked>) => postMessage(await answerTo(data)));
