import { messagesOf } from '../../sdk/ui/index.ts';

/** The texts of the History tab. */
export const say = messagesOf({
  title: 'What has happened, newest first',
  later: 'Before that',
  empty: 'Nothing has happened to this yet.',
  more: 'Show earlier ones',
  'receipt.log': 'Log index',
  'receipt.waiting': 'waiting for the log',
  'receipt.open': 'Receipt',
  'decision.allowed': 'Why the policy allowed it',
  'decision.denied': 'Why the policy refused it',
  'decision.several': 'What the policies decided ({count})',
  'decision.none': 'No policy was asked.',
  'decision.verdict-allowed': 'Allowed',
  'decision.verdict-denied': 'Refused',
  'decision.verdict-error': 'The policy could not be evaluated, so it was refused',
  'decision.bundle': 'Policy bundle',
  'decision.policy': 'Policy',
  'decision.took': 'Decided in',
  'decision.reasons': 'Reasons',
  'decision.no-reasons': 'The policy gave no reasons.',
  'decision.input': 'What it was asked, as JSON',
  'decision.open': 'Open the decision',
});
