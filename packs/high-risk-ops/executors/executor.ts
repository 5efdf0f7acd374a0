import type { EffectContext } from '@summit/sdk';
import type { Target } from '../settings.ts';
import { stub } from './stub.ts';

export interface Grant {
  /** The request's id: the same grant however often it is asked for. */
  readonly id: string;
  readonly target: string;
  readonly durationMinutes: number;
}

/** What opens access to a target. It may be called again for the same grant after a crash, and must then change nothing. */
export interface TargetExecutor {
  /** @throws Error whose message says why access could not be granted */
  grant(grant: Grant, target: Target, log: EffectContext['log']): Promise<void>;
}

export const executors: Readonly<Record<Target['executor'], TargetExecutor>> = { stub };
