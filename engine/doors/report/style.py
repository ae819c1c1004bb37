"""How the page looks, on a telephone, a desk and paper."""

STYLE = """
:root { color: #1a1a1a; background: #fff; font: 16px/1.5 Arial, Helvetica, "Liberation Sans", sans-serif; }
body { margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 12px 16px 48px; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 12px 0; }
h2 { font-size: 1.35rem; margin: 40px 0 8px; padding-top: 12px; border-top: 2px solid #1a1a1a; }
h3 { font-size: 1.1rem; margin: 24px 0 8px; }
p { max-width: 75ch; margin: 8px 0; }
aside { border: 2px solid #1a1a1a; border-left-width: 10px; padding: 4px 14px; margin: 12px 0; }
.alarm { border-left: 10px solid #9c1c00; padding-left: 12px; font-weight: bold; }
.muted { color: #4a4a4a; font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; padding: 0; }
.tiles li { list-style: none; border: 1px solid #767676; padding: 8px 12px; }
.tiles strong { display: block; font-size: 1.6rem; line-height: 1.2; }
.figures { columns: 350px; column-gap: 36px; }
figure { margin: 0; padding: 0 0 20px; max-width: 470px; break-inside: avoid; }
figure.matrix { max-width: none; }
figcaption { font-weight: bold; margin-bottom: 6px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.matrix svg { width: auto; max-width: none; }
.wide { overflow-x: auto; padding-bottom: 6px; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 8px; padding: 0; font-size: .875rem; }
.keys li { list-style: none; }
.key { display: inline-block; width: 14px; height: 11px; margin-right: 6px; border: 1px solid #1a1a1a; }
.full { background: #0b4f7d; } .light { background: #b9dcf2; } .grey { background: #dcdcdc; }
details { margin: 8px 0; } summary { cursor: pointer; padding: 6px 0; font-weight: bold; }
details ul { margin: 0; padding-left: 20px; font-size: .9rem; } details li { margin: 4px 0; max-width: 100ch; }
details .figures { margin: 8px 0 16px; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; } details::details-content { content-visibility: visible; }
}
"""
