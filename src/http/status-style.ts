/** How the status page looks: light and dark as the reader prefers; narrow, each row becomes a card. */

export const STATUS_STYLE = `:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --line: #dfe3e8; --text: #1c2430; --soft: #5a6675; --mark: #eef1f5;
  --good: #116b3a; --good-back: #dcf3e5; --held: #7a4b00; --held-back: #fdeccb; --bad: #a11221; --bad-back: #fbdfe2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b212a; --line: #2e3743; --text: #e6eaf0; --soft: #9aa7b8; --mark: #27303b;
    --good: #7fdca4; --good-back: #143824; --held: #f3c873; --held-back: #40300d; --bad: #ff9aa4; --bad-back: #471920;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; padding: 1rem 1.5rem; background: var(--card); border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.2rem; letter-spacing: -.01em; }
header p { margin: 0; }
#clock { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.state { display: inline-block; padding: .15rem .7rem; border-radius: 1rem; font-weight: 600; font-size: .9rem; }
.state.good { color: var(--good); background: var(--good-back); }
.state.held { color: var(--held); background: var(--held-back); }
.state.bad { color: var(--bad); background: var(--bad-back); }
.stale main { opacity: .45; }
.stale #state { color: var(--bad); font-weight: 600; }
main { max-width: 86rem; margin: 0 auto; padding: 1.25rem 1.5rem 3rem; display: grid; gap: 1.25rem; }
section { min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }
h2 { margin: 0; padding: .8rem 1.1rem .6rem; font-size: 1rem; }
#figures { background: none; border: 0; border-radius: 0; }
dl { margin: 0; }
#figures dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; }
#figures div { display: flex; flex-direction: column; justify-content: space-between; padding: .7rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
#figures dd { font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .6rem 1.5rem; padding: 0 1.1rem 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .45rem .7rem; text-align: left; vertical-align: baseline; border-top: 1px solid var(--line); font-weight: inherit; }
th:first-child, td:first-child { padding-left: 1.1rem; }
th:last-child, td:last-child { padding-right: 1.1rem; }
tbody tr:last-child .cell { padding-bottom: .7rem; }
thead th { color: var(--soft); font-size: .85rem; border-top: 0; white-space: nowrap; }
tbody th.name { font-weight: 600; }
.when, .number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.number { text-align: right; }
td > div, th > div { overflow-wrap: anywhere; }
code, td.code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
ul { list-style: none; margin: .3rem 0 0; padding: 0; }
td > div > ul:first-child { margin-top: 0; }
.class { display: inline-block; padding: 0 .45rem; margin: .1rem 0; border-radius: .3rem; background: var(--mark); font-size: .86em; }
.none { margin: 0; padding: 0 1.1rem 1rem; color: var(--soft); }
em { color: var(--soft); }
@media (max-width: 46rem) {
  header { padding: .8rem 1rem; }
  main { padding: .9rem .75rem 2rem; gap: .9rem; }
  #figures dl { grid-template-columns: repeat(3, 1fr); gap: .5rem; }
  #figures div { padding: .45rem .7rem; }
  #figures dt { font-size: .75rem; }
  #figures dd { font-size: 1.1rem; }
  .pairs { grid-template-columns: 1fr 1fr; }
  table, tbody { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: grid; grid-template-columns: 1fr 1fr; gap: .35rem 1rem; padding: .6rem 1.1rem .7rem; border-top: 1px solid var(--line); }
  tbody .cell, tbody tr:last-child .cell { display: block; padding: 0; border: 0; text-align: left; }
  tbody .cell::before { content: attr(data-title); display: block; color: var(--soft); font: .75rem/1.3 system-ui, "DejaVu Sans", sans-serif; }
  tbody .cell.empty { display: none; }
  tbody .name, tbody .wide { grid-column: 1 / -1; }
  tbody .name { order: -1; }
  tbody .name::before { display: none; }
}
`;
