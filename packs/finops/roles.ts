/** Who reads what is billed. */
export const readers = ['finance', 'operator', 'auditor'] as const;

/** Who has usage counted and rated, and sends out invoices. */
export const billers = ['finance', 'operator'] as const;

/** Who takes back what was sent out. */
export const creditors = ['finance'] as const;
