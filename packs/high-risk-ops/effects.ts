import { defineEffect, settingsOf } from '@summit/sdk';
import { recordOutcome } from './actions/record-outcome.ts';
import { executors } from './executors/executor.ts';
import { settings } from './settings.ts';

export const grantAccess = defineEffect({
  id: 'high-risk-ops.grant-access',
  outcome: recordOutcome,
  async run(context) {
    const { target, duration_minutes } = context.payload as { target: string; duration_minutes: number };
    const configured = settingsOf(settings, context).targets?.[target];
    // The target was configured when the request was made; it may have been taken away since.
    if (!configured) return { success: false, error: `${target} is no longer a configured target`, target_executor: 'none' };
    const target_executor = configured.executor;
    try {
      await executors[target_executor].grant({ id: context.subject, target, durationMinutes: duration_minutes }, configured, context.log);
      return { success: true, error: null, target_executor };
    } catch (error) {
      return { success: false, error: error instanceof Error ? error.message : String(error), target_executor };
    }
  },
});
