"""How the charts of the page look; the rest of it looks like every page."""

STYLE = """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; padding: 0; }
.tiles li { list-style: none; border: 1px solid #767676; padding: 8px 12px; }
.tiles strong { display: block; font-size: 1.6rem; line-height: 1.2; }
.figures { columns: 350px; column-gap: 36px; }
figure { padding: 0 0 20px; max-width: 470px; break-inside: avoid; }
figure.matrix { max-width: none; }
figcaption { font-weight: bold; margin-bottom: 6px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.matrix svg { width: auto; max-width: none; }
.wide { overflow-x: auto; padding-bottom: 6px; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 8px; padding: 0; font-size: .875rem; }
.keys li { list-style: none; }
.key { display: inline-block; width: 14px; height: 11px; margin-right: 6px; border: 1px solid #1a1a1a; }
.full { background: #0b4f7d; } .light { background: #b9dcf2; } .grey { background: #dcdcdc; }
details .figures { margin: 8px 0 16px; }
@media print { .figures { columns: 300px; column-gap: 24px; } }
"""
