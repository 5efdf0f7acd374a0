/** Who may approve at all. Which of them must is for the policy to say. */
export const approvers = ['team_lead', 'finance'];
