import { type Asked, answerTo } from '../sdk/verify/index.ts';

// A thread of its own, which may compile the policies of a bundle; the page ends it where they do not end.
addEventListener('message', async ({ data }: MessageEvent<Asked>) => postMessage(await answerTo(data)));
