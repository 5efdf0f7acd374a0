/** The icons of the shell and of the kit, by their names at lucide.dev. That of a workspace is named in its pack's views. */
export const ICONS = [
  ...[
    'activity',
    'badge-check',
    'chart-column',
    'check',
    'chevron-down',
    'chevron-left',
    'chevron-right',
    'circle-alert',
    'circle-check',
    'circle-help',
  ],
  ...['circle-x', 'clock', 'copy', 'download', 'external-link', 'file-check', 'filter', 'inbox', 'layers', 'list', 'log-out', 'menu', 'network'],
  ...['package', 'plus', 'receipt-text', 'refresh-cw', 'scale', 'scroll-text', 'search', 'settings', 'shield', 'sparkles', 'triangle-alert'],
  ...['user', 'users', 'wifi-off', 'x', 'arrow-up', 'arrow-down', 'keyboard'],
] as const;
