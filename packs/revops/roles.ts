/** Who sells. */
export const sellers = ['ae', 'manager'] as const;

/**
 * Everybody but the auditor, who changes nothing. Where the policy or the approvals service judges who may, and says
 * why not, the role check leaves it to them.
 */
export const everybody = ['engineer', 'team_lead', 'security_officer', 'ae', 'manager', 'finance', 'operator'] as const;
