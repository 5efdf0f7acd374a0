/** Of pages that are to be printed and filed, those of packs too: `/print.css`. */
export const printStyle = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
pre { font: .85em/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; }
header, tfoot { font-weight: 600; }
@media print { :root { color-scheme: light; font-size: 10pt; } main { max-width: none; padding: 0; } section { break-inside: avoid; } .scroll { overflow: visible; } td { overflow-wrap: anywhere; } a { color: inherit; } }`;
