// The page at /: the datasets the key may see, one SQL box, its rows. Everything it shows comes from the API that
// /openapi.json describes, and everything the server says is put in as text, never as markup.
'use strict';

const ROWS_AT_ONCE = 200; // Drawn as they are scrolled to: a browser measures a whole table for each row it gets.
const LONGEST_TEXT = 500; // Of a cell; the CSV has all of it.
const KEY_NAME = 'lakehouse-api-key'; // In sessionStorage: it ends with the tab.
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/i;

const at = (id) => document.getElementById(id);
let running = null; // {abort, queryId} of the request that runs.
let shown = ''; // The statement whose rows are shown.
let undrawn = []; // Rows of the result that are not in the table yet.
let isNumber = []; // By column of the result.

// ---- The server

class Problem extends Error {
  constructor(document, status) {
    super(document.detail || `the server answered with status ${status}`);
    this.status = status;
    this.details = document.errors || [];
  }
}

/** Fetches below this page's own path. Throws a Problem when the answer is one. */
async function ask(path, options = {}) {
  const key = sessionStorage.getItem(KEY_NAME);
  const headers = { ...options.headers, ...(key ? { 'X-API-Key': key } : {}) };
  const response = await fetch(path, { ...options, headers, cache: 'no-store' });
  if (!response.ok) throw new Problem(await response.json().catch(() => ({})), response.status);
  return response;
}

function postSql(sql, accept) {
  return ask('query/sql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept },
    body: JSON.stringify({ sql }),
    signal: running.abort.signal,
  });
}

// ---- Small parts of the page

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const count = (n, what) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const quoted = (name) => (PLAIN_NAME.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

// ---- Datasets

async function loadDatasets(token) {
  const list = at('datasets');
  if (!token) list.replaceChildren();
  at('datasets-note').textContent = 'Loading…';
  try {
    const page = await (await ask(`catalog/datasets?limit=100${token ? `&page_token=${encodeURIComponent(token)}` : ''}`)).json();
    list.append(...page.items.map(datasetEntry));
    at('more').hidden = !page.next_page_token;
    at('more').onclick = () => loadDatasets(page.next_page_token);
    at('datasets-note').textContent = list.children.length ? '' : 'None yet: lake ingest FILE.csv';
  } catch (problem) {
    at('more').hidden = true;
    at('datasets-note').textContent = sentence(problem);
  }
}

function datasetEntry(dataset) {
  const entry = element('details');
  const title = element('summary', '', dataset.name);
  title.append(' ', element('span', 'type', count(dataset.row_count, 'row')));
  entry.append(title);
  entry.addEventListener('toggle', () => {
    if (entry.open && entry.children.length === 1) openDataset(entry, dataset.name);
  });
  return entry;
}

async function openDataset(entry, name) {
  const columns = element('ul', 'columns');
  entry.append(columns);
  try {
    const dataset = await (await ask(`catalog/datasets/by-name/${encodeURIComponent(name)}`)).json();
    for (const column of dataset.columns) {
      const line = element('li', '', column.name);
      line.append(' ', element('span', 'type', column.type));
      columns.append(line);
    }
    const show = element('button', '', 'Show rows');
    show.type = 'button';
    show.onclick = () => {
      at('sql').value = `SELECT * FROM ${quoted(name)} LIMIT 100`;
      runQuery();
    };
    columns.append(show);
  } catch (problem) {
    columns.append(element('li', '', sentence(problem)));
  }
}

// ---- Queries

/** One at a time; `work` gets the statement. Shows what went wrong. */
async function whileRunning(sql, work) {
  if (running) return;
  running = { abort: new AbortController(), queryId: null };
  const started = performance.now();
  const busy = (is) => {
    at('run').disabled = is;
    at('csv').disabled = is || !shown;
    at('cancel').disabled = !is;
  };
  busy(true);
  at('error').hidden = true;
  at('status').textContent = 'Running…';
  try {
    await work(sql);
  } catch (problem) {
    at('status').textContent = '';
    if (problem.name === 'AbortError') at('status').textContent = `Cancelled after ${seconds(performance.now() - started)}.`;
    else showError(problem, sql);
  } finally {
    running = null;
    busy(false);
  }
}

function runQuery() {
  const sql = at('sql').value;
  if (!sql.trim()) return at('sql').focus();
  return whileRunning(sql, async () => {
    clearResult();
    const response = await postSql(sql, 'application/json'); // As many rows as the server thinks are to be looked at.
    running.queryId = response.headers.get('X-Lakehouse-Query-Id');
    const answer = await response.json();
    shown = sql;
    showResult(answer);
    if (answer.error) showError(new Problem(answer.error, 200), sql);
  });
}

/** The whole result, from a run of its own. */
function downloadCsv() {
  return whileRunning(shown, async (sql) => {
    const response = await postSql(sql, 'text/csv');
    running.queryId = response.headers.get('X-Lakehouse-Query-Id');
    const file = await response.blob();
    const link = element('a');
    link.href = URL.createObjectURL(file);
    link.download = 'result.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    at('status').textContent = `Saved as result.csv: ${count(file.size, 'byte')}.`;
  });
}

function cancelQuery() {
  if (!running) return;
  // Closing the connection is enough; the request is for proxies that keep it open.
  if (running.queryId) ask(`query/${encodeURIComponent(running.queryId)}`, { method: 'DELETE' }).catch(() => {});
  running.abort.abort();
}

// ---- Results

function clearResult() {
  shown = '';
  undrawn = [];
  at('columns').replaceChildren();
  at('rows').replaceChildren();
  at('result').hidden = true;
}

function showResult(answer) {
  for (const column of answer.columns) {
    const head = element('th', '', column.name);
    head.scope = 'col';
    head.append(element('span', 'type', column.type));
    at('columns').append(head);
  }
  at('table').setAttribute('aria-rowcount', answer.rows.length + 1);
  at('result').hidden = false;
  const version = `version ${answer.version}`;
  const more = answer.truncated ? '; there are more, Download CSV has them all' : '';
  at('status').textContent = `${count(answer.row_count, 'row')} in ${seconds(answer.elapsed_ms)} (${version})${more}.`;
  undrawn = answer.rows;
  isNumber = answer.columns.map((column) => NUMBER.test(column.type));
  at('result').scrollTo(0, 0);
  drawRows();
}

/** Keeps two screens of rows below what is seen. */
function drawRows() {
  const box = at('result');
  while (undrawn.length && box.scrollHeight - box.scrollTop < 3 * box.clientHeight) {
    const piece = document.createDocumentFragment();
    for (const row of undrawn.slice(0, ROWS_AT_ONCE)) {
      const line = element('tr');
      row.forEach((value, i) => line.append(cell(value, isNumber[i])));
      piece.append(line);
    }
    at('rows').append(piece);
    undrawn = undrawn.slice(ROWS_AT_ONCE);
  }
}

/** Numbers that JavaScript cannot hold come as strings and stay what they are. */
function cell(value, number) {
  if (value === null) return element('td', 'null', 'NULL');
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const made = element('td', number ? 'number' : '');
  const lines = text.includes('\n') ? made.appendChild(element('div', 'lines')) : made; // A cell alone cannot scroll.
  lines.append(text.slice(0, LONGEST_TEXT));
  if (text.length > LONGEST_TEXT) lines.append(element('span', 'type', ` … ${count(text.length, 'character')}`));
  return made;
}

// ---- Errors

function sentence(problem) {
  if (problem instanceof Problem && problem.status === 401) return `${problem.message}. Give an API key above.`;
  if (problem instanceof Problem) return problem.message;
  if (problem instanceof SyntaxError) return 'The answer broke off.';
  return `The server cannot be reached (${problem.message}).`;
}

function showError(problem, sql) {
  at('error-text').textContent = sentence(problem);
  at('error-place').hidden = true;
  const place = (problem.details || []).find((detail) => detail.pointer === '/sql' && /^at byte \d+$/.test(detail.detail));
  if (place) markPlace(sql, Number(place.detail.slice(8)));
  at('error').hidden = false;
  if (problem.status === 401) at('key').focus();
}

/** The server counts bytes of UTF-8, the page UTF-16 units. */
function markPlace(sql, byte) {
  const start = new TextDecoder().decode(new TextEncoder().encode(sql).slice(0, byte)).length;
  const word = /^([\p{L}\p{N}_]+|"[^"]*"|'[^']*'|[^])/u.exec(sql.slice(start));
  const end = start + (word ? word[0].length : 0);
  const mark = element('mark', '', sql.slice(start, end) || ' ');
  at('error-place').replaceChildren(sql.slice(0, start), mark, sql.slice(end));
  at('error-place').hidden = false;
  mark.scrollIntoView({ block: 'nearest' });
}

// ---- Start

at('query-form').addEventListener('submit', (event) => {
  event.preventDefault();
  runQuery();
});
at('sql').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  runQuery();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') cancelQuery();
});
at('cancel').onclick = cancelQuery;
at('csv').onclick = downloadCsv;
at('reload').onclick = () => loadDatasets();
at('result').addEventListener('scroll', drawRows, { passive: true });
window.addEventListener('resize', drawRows);
at('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = at('key').value.trim();
  if (key) sessionStorage.setItem(KEY_NAME, key);
  else sessionStorage.removeItem(KEY_NAME);
  loadDatasets();
});
at('key').value = sessionStorage.getItem(KEY_NAME) || '';
ask('version').then((response) => response.json()).then((build) => { at('version').textContent = build.version; }, () => {});
loadDatasets();
