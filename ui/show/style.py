"""The style sheet of all HTML that is made here, on the page and in reports."""

STYLE = """<style>
.q-card{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-top:.35rem
 var(--line,solid) var(--model);border-radius:.7rem;padding:.5rem 1rem .6rem;min-height:10.6rem;
 box-sizing:border-box}
.q-card.q-brief{min-height:0}
.q-card.q-line{min-height:0;display:grid;grid-template-columns:6.5rem 1fr;align-items:center;
 gap:0 .6rem;padding:.25rem .8rem;border-top-width:1px;border-left:.35rem var(--line,solid)
 var(--model)}
.q-card.q-line .q-label{font-size:1.05rem;margin:0}
.q-card.q-line p{grid-column:2;margin:0;font-size:.85rem;font-variant-numeric:tabular-nums}
.q-card h2{font-size:1.05rem;margin:0;padding:0;font-weight:650}
.q-card .q-label{font-size:1.55rem;font-weight:700;line-height:1.25;margin:.1rem 0;
 display:flex;justify-content:space-between;gap:.5rem;flex-wrap:wrap}
.q-sign{display:inline-block;width:1.35em;height:1.35em;line-height:1.3em;text-align:center;
 border-radius:50%;background:var(--label);color:#fff;margin-right:.4rem;font-size:.8em}
.q-sign.q-dot{width:.7em;height:.7em}
.q-card .q-label span,.q-card dl .q-next{overflow-wrap:anywhere}
.q-card .q-bar{height:.7rem;border-radius:.35rem;overflow:hidden;display:flex;margin:.2rem 0;
 background:color-mix(in srgb,currentColor 12%,transparent)}
.q-card .q-bar span{display:block;background:var(--label)}
.q-card .q-bar.q-right{justify-content:flex-end}
.q-card .q-scale{display:flex;justify-content:space-between;font-size:.8rem;opacity:.85}
.q-card dl{display:grid;grid-template-columns:auto 1fr auto 1fr;gap:.05rem .5rem;margin:.3rem 0 0;
 padding:0;font-size:.82rem;line-height:1.35}
.q-card dl .q-whole{grid-column:1/4}
.q-card dl dt{opacity:.85;margin:0;padding:0;text-align:left}
.q-card dl dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.q-spark{display:flex;align-items:flex-end;justify-content:flex-end;gap:1px;height:1.1rem}
.q-spark span{width:3px;background:var(--model);min-height:1px}
.st-key-toolbar,.st-key-words{min-height:3.75rem} /* before the browser has what draws pills */
[data-testid="stForm"]{min-height:4.25rem}
.st-key-toolbar kbd{display:none} /* the line below says it once */
[class*="st-key-gauges-"]{min-height:128px}
[class*="st-key-map-"]{min-height:190px}
[class*="st-key-by-"] .stPlotlyChart{min-height:340px}
.q-fold{font-size:.875rem;margin-top:-.8rem}
.q-fold summary{cursor:pointer;display:inline-block;text-decoration:underline;opacity:.85}
.q-fold[open] summary{display:none}
[data-testid="stElementContainer"]:has(+* .q-fold:not(.q-narrow,[open])) p{display:-webkit-box;
 -webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
@media (min-width:801px){.q-fold.q-narrow{display:none}}
@media (max-width:800px){[data-testid="stElementContainer"]:has(+* .q-fold:not([open])) p{
 display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}}
.q-reserve{min-height:var(--high)}
.q-unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.st-key-measurements{min-height:180px} /* its elements come one by one */
.st-key-measured{min-height:6.5rem} /* the progress is a line, what is said after it four */
.q-card .q-moved{font-weight:650;margin:.3rem 0 0}
.q-card .q-wait{opacity:.85;margin-top:1.2rem}
.q-skeleton{height:.8rem;border-radius:.4rem;margin:.8rem 0;animation:q-pulse 1.4s infinite;
 background:color-mix(in srgb,currentColor 15%,transparent)}
@keyframes q-pulse{50%{opacity:.35}}
@media (prefers-reduced-motion:reduce){.q-skeleton{animation:none}}
.q-dissent{outline:.16rem dashed var(--label);outline-offset:.16rem}
.q-verdict{font-size:1.2rem;font-weight:600;margin:.2rem 0 .1rem}
.q-verdict.q-split{border-left:.5rem solid #d99a00;padding:.3rem .9rem;border-radius:.4rem;
 background:color-mix(in srgb,#d99a00 16%,transparent)}
.q-changes{width:100%;border-collapse:collapse;table-layout:fixed;font-variant-numeric:tabular-nums}
.q-changes th,.q-changes td{padding:.3rem .5rem;text-align:left;font-weight:400;border:0;
 border-top:1px solid color-mix(in srgb,currentColor 18%,transparent)}
.q-changes thead th{font-weight:650;border-top:.25rem var(--line,solid) var(--model)}
.q-changes .q-text{overflow-wrap:anywhere;padding-top:.7rem}
.q-changes .q-text+td{border:0}
.q-changes ins{text-decoration:underline;text-decoration-thickness:.15em;font-weight:650}
.q-changes del{opacity:.8}
.q-changes .q-sum td,.q-changes .q-sum th{font-weight:650}
.q-words{border-left:.35rem var(--line,solid) var(--model);padding:.1rem 0 .1rem .8rem;
 margin:.3rem 0}
.q-words h3{font-size:1rem;font-weight:650;margin:0;padding:0}
.q-words div{line-height:1.3}
.q-words span{display:inline-block;padding:.1rem .3rem;margin:.1rem 0;border-radius:.3rem;
 text-align:center;overflow-wrap:anywhere}
.q-words small{display:block;font-size:.75rem;font-variant-numeric:tabular-nums}
.q-seen{margin:.2rem 0 .5rem;font-size:.9rem;line-height:1.5;overflow-wrap:anywhere}
.q-seen s{text-decoration:none;opacity:.65;background:repeating-linear-gradient(135deg,transparent
 0 3px,color-mix(in srgb,currentColor 22%,transparent) 3px 4px)}
.q-seen mark{color:inherit;border-radius:.25rem;padding:0 .4rem;font-weight:650;border-bottom:.15rem
 solid var(--model);background:color-mix(in srgb,var(--model) 25%,transparent)}
.q-card .q-guesses{list-style:none;margin:0;padding:0;font-size:.95rem}
.q-card .q-guesses li{display:grid;grid-template-columns:1fr auto;margin:0 0 .3rem;padding:0;
 font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.q-guesses i{grid-column:1/3;height:.22rem;border-radius:.11rem;background:var(--model);opacity:.8}
.q-guesses .q-right{font-weight:650}
.q-remark{font-size:.85rem;opacity:.85;margin:.5rem 0 0}
.q-facts{font-size:.85rem;line-height:1.5;min-height:7.5em;margin:0}
.q-facts h3{font-size:1rem;font-weight:650;margin:0;padding:0}
.q-meter{font-size:.875rem;min-width:16rem}
.q-meter div{height:.5rem;border-radius:.25rem;margin:.3rem 0;overflow:hidden;
 background:color-mix(in srgb,currentColor 14%,transparent)}
.q-meter span{display:block;height:100%;background:currentColor;opacity:.75}
:is([class*="st-key-confusion"],.st-key-agreement) .textpoint text{fill:currentColor!important}
[data-selected="true"] p{color:light-dark(#101722,#e8ecf3)} /* the theme's blue is too dark */
.st-key-words button[aria-pressed="true"] p{text-decoration:line-through}
[data-testid="stElementContainer"]:has(>.q-download){position:relative}
.q-download{position:absolute;right:0;bottom:0;z-index:5;font-size:.85rem;display:flex;
 flex-direction:row-reverse}
.q-download summary{list-style:none;cursor:pointer;padding:0 .45rem;border-radius:.4rem}
.q-download summary::-webkit-details-marker{display:none}
.q-download[open],.q-download summary:hover{background:light-dark(#fff,#1a202b);
 border-radius:.4rem}
.q-download button{font:inherit;color:inherit;background:none;cursor:pointer;margin:.15rem;
 border:1px solid color-mix(in srgb,currentColor 40%,transparent);border-radius:.4rem}
[data-testid="stElementContainer"]:has(i[hidden]+style){display:none} /* this sheet takes no room */
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]){display:none} /* what it
 writes, spreadsheets run; files to download are offered beside tables */
[data-testid="InputInstructions"]{display:none} /* lies over the end of a long text */
[data-testid="stFileUploaderDropzoneInstructions"]{display:none} /* the label says it, uncut */
@media (max-width:640px){[data-testid="stTabs"] [role="tablist"]{flex-wrap:wrap;row-gap:0}
 .q-changes th,.q-changes td{padding:.3rem .2rem;font-size:.85rem}}
</style>"""
