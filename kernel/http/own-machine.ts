import type { Context } from 'koa';
import type { Config } from '../config/config.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost)$/i;

/** What a proxy adds. One on this machine makes others' requests look like its own, whatever address they come from. */
const OF_A_PROXY = /^(forwarded|x-forwarded-.*|x-real-ip|via)$/;

/** Whether the server is for its own machine alone, and in development: no address that the network reaches, and none made public. */
export function isForItsOwnMachine({ environment: { NODE_ENV, HOST }, publicUrl }: Pick<Config, 'environment' | 'publicUrl'>): boolean {
  return NODE_ENV !== 'production' && LOOPBACK.test(HOST) && publicUrl === null;
}

/** Whether a request was sent on this machine, to it by a name of its own: another site's name may be made to lead here (DNS rebinding). */
export function isFromItsOwnMachine(ctx: Context): boolean {
  return LOOPBACK.test(ctx.hostname) && !Object.keys(ctx.headers).some((name) => OF_A_PROXY.test(name));
}
