/** What the kernel itself does as `system:<job>`, on a schedule or when it is asked to. */
export const OWN_JOBS = ['outbox', 'log', 'receipts', 'sign-ins', 'take-over', 'partitions', 'forget', 'config', 'cli'];
