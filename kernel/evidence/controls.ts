/** A control that auditors test, what it asks, and what a population has to say to it. */
export interface Control {
  readonly id: string;
  readonly asks: string;
  readonly shows: string;
}

/**
 * Of the Trust Services Criteria for SOC 2 (AICPA, 2017, points of focus of 2022) and of ISO/IEC 27001:2022, Annex A: those that
 * are tested by taking a sample of all that happened.
 */
export const CONTROLS: readonly Control[] = Object.freeze([
  {
    id: 'SOC 2 CC6.1',
    asks: 'Logical access security protects information assets from security events.',
    shows:
      'All that came into being in the range is here, none left out: for each of the sample, its evidence shows the policy decision that let it through.',
  },
  {
    id: 'SOC 2 CC6.2',
    asks: 'Users are registered and authorized before they are given access, and lose it when they are no longer authorized.',
    shows:
      'The receipts of each say who asked and who authorized before anything was granted, and when it ended; the population of the type user is everybody who was registered.',
  },
  {
    id: 'SOC 2 CC6.3',
    asks: 'Access is authorized, modified and removed by role and responsibility, with least privilege and segregation of duties.',
    shows:
      'The evidence of each has its approvals by role, each by another person and none by the requester, and the receipt with which access was taken away.',
  },
  {
    id: 'SOC 2 CC8.1',
    asks: 'Changes to infrastructure, data, software and procedures are authorized, documented, tested, approved and implemented.',
    shows:
      'Each change of state has a receipt with the state before and after; a state that no receipt made is refused by the database, and a missing receipt shows as a gap.',
  },
  {
    id: 'ISO/IEC 27001:2022 A.5.15 Access control',
    asks: 'Rules that control access to information and other assets are established and implemented.',
    shows: 'The rules are the policy bundle that decided, named by its digest in the evidence of each, where every decision can be made again.',
  },
  {
    id: 'ISO/IEC 27001:2022 A.5.16 Identity management',
    asks: 'The full life cycle of identities is managed.',
    shows: 'Whoever acted is one identity with a receipt of its own that made it; ask for the type user for their whole life cycle.',
  },
  {
    id: 'ISO/IEC 27001:2022 A.5.17 Authentication information',
    asks: 'Allocation and management of authentication information are controlled by a process.',
    shows: 'Secrets are no part of it. It shows all that was done under each identity, so that use after a withdrawal would be seen.',
  },
  {
    id: 'ISO/IEC 27001:2022 A.5.18 Access rights',
    asks: 'Access rights are provisioned, reviewed, modified and removed by the rules for access control.',
    shows: 'States and versions show which rights were granted, changed and removed, and the count by status shows what is still open.',
  },
]);
