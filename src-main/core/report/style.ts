/** How a report looks, on a screen and on paper. */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 60rem; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; }
header p, .note { color: #555; }
h2 { margin: 2.2rem 0 .6rem; padding-bottom: .2rem; border-bottom: 2px solid #1a1a1a; font-size: 1.2rem; }
h3, h4 { margin: 1.4rem 0 .3rem; font-size: 1rem; }
p { margin: .4rem 0; }
.scroll { margin: 1rem 0; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
caption { padding-bottom: .3rem; text-align: left; font-weight: 600; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid #555; white-space: nowrap; }
tbody th { font-weight: 400; min-width: 8rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
td:not(:last-child) { overflow-wrap: break-word; }
td span { display: block; margin: -.25rem -.6rem; padding: .25rem .6rem; }
.right { font-weight: 600; }
.warning { padding: .5rem .8rem; border-left: 4px solid #b34700; background: #fdf1e7; }
blockquote { margin: .6rem 0; padding: .6rem 1rem; border-left: 4px solid #0072b2; background: #f2f7fb; }
.curves, .pictures { display: flex; flex-wrap: wrap; gap: 16px; }
.curves figure { flex: 1 1 300px; max-width: 460px; }
.pictures figure { flex: 1 1 0; min-width: 140px; max-width: 360px; }
figure { margin: 0; }
figcaption { color: #333; font-size: .85rem; }
img { width: 100%; height: auto; image-rendering: auto; border: 1px solid #ccc; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
code { font-size: .85em; }
@media print {
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; }
  thead { display: table-header-group; }
  tr, .tile, .curves figure, .warning, blockquote { break-inside: avoid; }
  .scroll:not(:has(tbody tr:nth-child(13))) { break-inside: avoid; }
  h2, h3, h4, caption, p:has(+ blockquote) { break-after: avoid; }
  .warning, blockquote, td span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
