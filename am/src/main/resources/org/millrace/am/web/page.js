'use strict';
// Shows what api/v1/status says, once a second. Text from outside reaches the document as text nodes only.
(() => {
  const POLL_MS = 1000;
  const RETRY_MS = 5000;
  const ROWS = 12;
  const ACTIVE_ROWS = 10;
  const DATASETS = 50;
  const SVG = 'http://www.w3.org/2000/svg';

  const byId = (id) => document.getElementById(id);
  const path = location.pathname;
  const base = path.endsWith('/') ? '' : path.slice(path.lastIndexOf('/') + 1) + '/';

  let shown = null;
  let shownAtMs = 0;
  let waitingBefore = 0;
  let allRows = false;
  const open = new Set();

  // ---- making elements ----

  const add = (element, children) => {
    for (const child of children) {
      if (child !== null && child !== undefined && child !== '') element.append(child);
    }
    return element;
  };

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== '') element.setAttribute(name, value);
    }
    return add(element, children);
  };

  const draw = (tag, attributes, text) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const setText = (id, text) => {
    const element = byId(id);
    if (element.textContent !== text) element.textContent = text;
  };

  /** Puts rows into a body; a row whose content is as before stays the same element, with its selection. */
  const setRows = (body, rows) => {
    const before = body.millraceRows || new Map();
    const after = new Map();
    const elements = rows.map(({ key, content, render }) => {
      const signature = JSON.stringify(content);
      const old = before.get(key);
      const element = old && old.signature === signature ? old.element : render();
      after.set(key, { signature, element });
      return element;
    });
    body.millraceRows = after;
    const kept = new Set(elements);
    for (const element of [...body.children]) if (!kept.has(element)) element.remove();
    elements.forEach((element, i) => {
      if (body.children[i] !== element) body.insertBefore(element, body.children[i] || null);
    });
  };

  const emptyRow = (columns, text) => ({
    key: 'none',
    content: text,
    render: () => make('tr', null, make('td', { class: 'none', colspan: columns }, text)),
  });

  // ---- numbers and times as text ----

  const count = (n) => n.toLocaleString('en-US', { maximumFractionDigits: n < 10 ? 1 : 0 });

  const compact = (n) =>
    n < 10000 ? count(n) : n.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 });

  const duration = (ms) => {
    if (ms === null) return '–';
    if (ms < 1000) return (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)) + '\u00a0ms';
    const s = ms / 1000;
    if (s < 60) return (s < 10 ? s.toFixed(2).replace(/\.?0+$/, '') : s.toFixed(1).replace(/\.0$/, '')) + '\u00a0s';
    const whole = Math.floor(s);
    if (s < 3600) return Math.floor(whole / 60) + '\u00a0min\u00a0' + (whole % 60) + '\u00a0s';
    if (s < 86400) return Math.floor(whole / 3600) + '\u00a0h\u00a0' + Math.floor((whole % 3600) / 60) + '\u00a0min';
    return Math.floor(whole / 86400) + '\u00a0d\u00a0' + Math.floor((whole % 86400) / 3600) + '\u00a0h';
  };

  const wholeSeconds = (ms) => (ms < 1000 ? '0\u00a0s' : duration(Math.floor(ms / 1000) * 1000));

  const bytes = (n) => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (n >= 1024 && unit < units.length - 1) {
      n /= 1024;
      unit++;
    }
    return (n >= 100 || unit === 0 ? Math.round(n) : Math.round(n * 10) / 10) + '\u00a0' + units[unit];
  };

  const two = (n) => String(n).padStart(2, '0');

  const clock = (ms) => {
    const at = new Date(ms);
    const text = two(at.getHours()) + ':' + two(at.getMinutes()) + ':' + two(at.getSeconds());
    return at.getMilliseconds() === 0 ? text : text + '.' + String(at.getMilliseconds()).padStart(3, '0');
  };

  const date = (ms) => {
    const at = new Date(ms);
    return at.getFullYear() + '-' + two(at.getMonth() + 1) + '-' + two(at.getDate());
  };

  const seconds = (ms) => clock(Math.floor(ms / 1000) * 1000);

  const moment = (ms, nowMs) =>
    date(ms) === date(nowMs) ? seconds(ms) : date(ms) + ' ' + seconds(ms);

  const plural = (n, one, many) => count(n) + ' ' + (n === 1 ? one : many || one + 's');

  const firstLine = (text) => {
    const line = text.split('\n', 1)[0];
    return line.length > 160 ? line.slice(0, 160) + '…' : line;
  };

  // ---- charts ----

  const niceMost = (value) => {
    if (!(value > 2)) return 2;
    const power = 10 ** Math.floor(Math.log10(value));
    for (const step of [1, 2, 4, 5, 6, 8]) if (value <= step * power) return step * power;
    return 10 * power;
  };

  const charts = [
    { title: 'Input rate, records per second', format: compact },
    { title: 'Scheduling delay', format: duration },
    { title: 'Processing time', format: duration, hasLimit: true },
    { title: 'Total delay', format: duration },
  ];

  const HEIGHT = 136;
  const TOP = 12;
  const BOTTOM = HEIGHT - 20;
  const LEFT = 56;

  for (const chart of charts) {
    chart.readout = make('span');
    chart.svg = draw('svg', { role: 'img', tabindex: '0' });
    chart.points = [];
    const figure = make('figure', null, make('figcaption', null, make('b', null, chart.title), chart.readout));
    figure.append(chart.svg);
    byId('charts').append(figure);
    const pointAt = (event) => {
      const x = event.clientX - chart.svg.getBoundingClientRect().left;
      let best = null;
      for (const point of chart.points) {
        if (best === null || Math.abs(point.x - x) < Math.abs(best.x - x)) best = point;
      }
      showCursor(best === null ? null : best.timeMs);
    };
    chart.svg.addEventListener('pointermove', pointAt);
    chart.svg.addEventListener('pointerdown', pointAt);
    chart.svg.addEventListener('pointerleave', () => showCursor(null));
    chart.svg.addEventListener('blur', () => showCursor(null));
    chart.svg.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step || chart.points.length === 0) return;
      event.preventDefault();
      const now = chart.points.findIndex((point) => point.timeMs === cursorMs);
      const next = now < 0 ? chart.points.length - 1 : Math.min(chart.points.length - 1, Math.max(0, now + step));
      showCursor(chart.points[next].timeMs);
    });
  }

  let cursorMs = null;

  function showCursor(timeMs) {
    cursorMs = timeMs;
    for (const chart of charts) placeCursor(chart);
  }

  function placeCursor(chart) {
    const point = cursorMs === null ? undefined : chart.points.find((p) => p.timeMs === cursorMs);
    if (chart.cursor) chart.cursor.replaceChildren();
    if (!point) {
      chart.readout.textContent = chart.summary || '';
      return;
    }
    chart.cursor.append(
      draw('line', { class: 'cursor', x1: point.x, x2: point.x, y1: TOP, y2: BOTTOM }),
      draw('circle', { class: 'dot', cx: point.x, cy: point.y, r: 3.5 }));
    chart.readout.textContent =
      clock(point.timeMs) + '  ' + chart.format(point.value) + (point.fault ? ', ' + point.fault : '');
  }

  function drawChart(chart, points, intervalMs, fromMs, untilMs) {
    const width = chart.svg.clientWidth || 560;
    const right = width - 6;
    const highest = points.reduce((most, point) => Math.max(most, point.value), 0);
    const limit = chart.hasLimit && intervalMs > 0 ? intervalMs : 0;
    const limitShown = limit > 0 && highest > limit / 5;
    const most = niceMost(limitShown ? Math.max(highest, limit * 1.15) : highest);
    const yOf = (value) => BOTTOM - ((BOTTOM - TOP) * value) / most;
    chart.points = points.map((point) => ({
      ...point,
      x: untilMs > fromMs ? LEFT + ((right - LEFT) * (point.timeMs - fromMs)) / (untilMs - fromMs) : (LEFT + right) / 2,
      y: yOf(point.value),
    }));
    const parts = [];
    for (const value of [0, most / 2, most]) {
      const y = Math.round(yOf(value)) + 0.5;
      parts.push(draw('line', { class: 'grid', x1: LEFT, x2: right, y1: y, y2: y }));
      parts.push(draw('text', { x: LEFT - 6, y: y + 4, 'text-anchor': 'end' }, chart.format(value)));
    }
    if (points.length > 0) {
      parts.push(...series(chart.points, intervalMs));
      parts.push(draw('text', { x: LEFT, y: HEIGHT - 5 }, seconds(fromMs)));
      if (untilMs > fromMs) {
        parts.push(draw('text', { x: right, y: HEIGHT - 5, 'text-anchor': 'end' }, seconds(untilMs)));
      }
    } else {
      parts.push(draw('text', { x: (LEFT + right) / 2, y: (TOP + BOTTOM) / 2 - 8, 'text-anchor': 'middle' }, 'no batch yet'));
    }
    if (limitShown) {
      const y = yOf(limit);
      parts.push(draw('line', { class: 'limit', x1: LEFT, x2: right, y1: y, y2: y }));
      parts.push(draw('text', { class: 'limit-label', x: LEFT + 6, y: y - 4 }, 'batch interval ' + duration(limit)));
    } else if (limit > 0 && points.length > 0) {
      parts.push(draw('text', { class: 'limit-label', x: (LEFT + right) / 2, y: HEIGHT - 5, 'text-anchor': 'middle' },
        'batch interval ' + duration(limit) + ', above this scale'));
    }
    chart.cursor = draw('g', {});
    chart.svg.setAttribute('viewBox', '0 0 ' + width + ' ' + HEIGHT);
    chart.svg.replaceChildren(...parts, chart.cursor);
    chart.summary = summary(chart, points);
    chart.svg.setAttribute('aria-label', chart.title + ': ' + (chart.summary || 'no batch yet'));
    placeCursor(chart);
  }

  /** A line with the area below it, broken where batches are missing; crosses at those with an error. */
  function series(points, intervalMs) {
    const pieces = [];
    points.forEach((point, i) => {
      const gap = i > 0 && intervalMs > 0 && point.timeMs - points[i - 1].timeMs > 2.5 * intervalMs;
      if (i === 0 || gap) pieces.push([]);
      pieces[pieces.length - 1].push(point);
    });
    const parts = [];
    for (const piece of pieces) {
      if (piece.length === 1) {
        parts.push(draw('circle', { class: 'dot', cx: piece[0].x, cy: piece[0].y, r: 2 }));
        continue;
      }
      const line = piece.map((p) => p.x.toFixed(1) + ' ' + p.y.toFixed(1)).join('L');
      const ends = 'L' + piece[piece.length - 1].x.toFixed(1) + ' ' + BOTTOM + 'L' + piece[0].x.toFixed(1) + ' ' + BOTTOM;
      parts.push(draw('path', { class: 'area', d: 'M' + line + ends + 'Z' }));
      parts.push(draw('path', { class: 'line', d: 'M' + line }));
    }
    for (const { x, y, fault } of points) {
      if (fault) {
        parts.push(draw('path', { class: 'fault', d: `M${x - 4} ${y - 4}l8 8M${x - 4} ${y + 4}l8 -8` }));
      }
    }
    return parts;
  }

  function summary(chart, points) {
    if (points.length === 0) return '';
    const average = points.reduce((sum, point) => sum + point.value, 0) / points.length;
    const highest = points.reduce((most, point) => Math.max(most, point.value), 0);
    return 'last ' + chart.format(points[points.length - 1].value)
      + ' · average ' + chart.format(average) + ' · highest ' + chart.format(highest);
  }

  function showCharts(status) {
    const oldestFirst = [...status.batches].reverse().slice(-range());
    const fault = (batch) => (batch.state === 'FAILED' || batch.state === 'SKIPPED' ? batch.state.toLowerCase() : '');
    const points = (value) =>
      oldestFirst
        .map((batch) => ({ timeMs: batch.batchTimeMs, value: value(batch), fault: fault(batch) }))
        .filter((point) => point.value !== null);
    const interval = status.batchIntervalMs;
    const fromMs = oldestFirst.length ? oldestFirst[0].batchTimeMs : 0;
    const untilMs = oldestFirst.length ? oldestFirst[oldestFirst.length - 1].batchTimeMs : 0;
    const values = [
      (batch) => (interval > 0 ? (batch.records * 1000) / interval : null),
      (batch) => batch.schedulingDelayMs,
      (batch) => batch.processingMs,
      (batch) => batch.totalDelayMs,
    ];
    charts.forEach((chart, i) => drawChart(chart, points(values[i]), interval, fromMs, untilMs));
  }

  const range = () => Number(byId('range').value);

  // ---- sections ----

  function showHeader(status) {
    document.title = status.name + ' – Millrace';
    setText('name', status.name);
    const state = byId('state');
    state.hidden = false;
    state.className = 'state ' + (status.failure ? 'bad' : status.state === 'running' ? 'good' : 'warn');
    setText('state', status.failure ? status.state + ', failed' : status.state);
    const parts = [
      status.applicationId,
      'user ' + status.user,
      'master ' + status.master,
      (status.state === 'stopped' ? 'lived ' : 'running for ') + wholeSeconds(status.nowMs - status.startedAtMs),
      'since ' + date(status.startedAtMs) + ' ' + seconds(status.startedAtMs),
    ];
    if (status.batchIntervalMs > 0) parts.push('batches of ' + duration(status.batchIntervalMs));
    if (status.epoch > 1) parts.push('epoch ' + status.epoch);
    setText('meta', parts.join(' · '));
    setText('version', 'Millrace ' + status.version);
  }

  function warningsOf(status) {
    const warnings = [...status.warnings];
    const ended = status.batches.filter((batch) => batch.processingMs !== null).slice(0, 10);
    const average = ended.reduce((sum, batch) => sum + batch.processingMs, 0) / Math.max(1, ended.length);
    if (ended.length >= 5 && status.batchIntervalMs > 0 && average > status.batchIntervalMs) {
      warnings.push(
        'The last ' + ended.length + ' batches took ' + duration(average) + ' each on average, longer than the batch interval of '
          + duration(status.batchIntervalMs) + ': delays grow. More executors or cores, or a longer interval, help.');
    }
    return warnings;
  }

  let noticesBefore = '';

  function showNotices(status, problem) {
    const warnings = status ? warningsOf(status) : [];
    const failure = status ? status.failure : '';
    const now = JSON.stringify([problem, failure, warnings]);
    if (now === noticesBefore) return;
    noticesBefore = now;
    const notices = [];
    if (problem) {
      notices.push(make('div', { class: 'notice bad', role: 'alert' }, make('strong', null, problem.title), problem.text));
    }
    if (failure) {
      notices.push(make('div', { class: 'notice bad', role: 'alert' },
        make('strong', null, 'The application failed'), make('pre', null, failure)));
    }
    if (warnings.length) {
      const list = make('ul', null, ...warnings.map((warning) => make('li', null, warning)));
      notices.push(make('div', { class: 'notice warn' }, make('strong', null, plural(warnings.length, 'warning')), list));
    }
    byId('notices').replaceChildren(...notices);
  }

  const TOTALS = [
    ['completedBatches', 'Completed batches', '', 'Batches whose outputs all succeeded'],
    ['records', 'Records', '', 'Records of completed batches'],
    ['waitingBatches', 'Waiting batches', 'wait', 'Batches that wait for the one before them'],
    ['skippedBatches', 'Skipped batches', 'bad', 'Batches that failed and were given up'],
    ['failedTasks', 'Failed tasks', 'warn', 'Attempts of tasks that failed; most are tried again'],
    ['lostExecutors', 'Lost executors', 'warn', 'Executors that ended or were not heard any more'],
    ['lostRecords', 'Lost records', 'bad', 'Received records that no executor holds any more and no batch took'],
    ['refusedConnections', 'Refused connections', 'warn', 'Peers that could not prove that they belong to this application'],
    ['genericBytes', 'Generic bytes', '', 'Bytes of records that tasks wrote by generic serialization, because the record encoding has no layout for a class'],
  ];

  function showTotals(status) {
    setRows(byId('totals'), TOTALS.map(([name, title, kind, meaning]) => {
      const value = status.totals[name];
      const level = value === 0 ? 'zero' : kind === 'wait' ? (value > 2 ? 'warn' : '') : kind;
      return {
        key: name,
        content: [value, level],
        render: () => make('div', { class: level, title: meaning },
          make('dt', null, title), make('dd', { title: value.toLocaleString('en-US') }, value < 1e8 ? count(value) : compact(value))),
      };
    }));
  }

  const STATE_CLASS = { RUNNING: 'good', WAITING: 'warn', FAILED: 'bad', SKIPPED: 'bad' };

  function batchRow(batch, interval) {
    const isOpen = open.has(batch.batchTimeMs);
    return {
      key: batch.batchTimeMs,
      content: [batch, isOpen, interval],
      render: () => {
        const time = make('button', { type: 'button', class: 'link', 'aria-expanded': isOpen, title: date(batch.batchTimeMs) + ', ' + batch.batchTimeMs + ' ms' }, clock(batch.batchTimeMs));
        time.addEventListener('click', () => {
          if (!open.delete(batch.batchTimeMs)) open.add(batch.batchTimeMs);
          show(shown);
          const button = byId('batches').millraceRows.get(batch.batchTimeMs).element.querySelector('button');
          button.focus();
        });
        return make('tr', null,
          make('td', null, time),
          make('td', null, make('span', { class: STATE_CLASS[batch.state] ? 'tag ' + STATE_CLASS[batch.state] : 'soft' }, batch.state.toLowerCase())),
          make('td', { class: 'n' }, count(batch.records)),
          make('td', { class: 'n' }, duration(batch.schedulingDelayMs)),
          make('td', { class: 'n' + (interval > 0 && batch.processingMs > interval ? ' over' : '') }, duration(batch.processingMs)),
          make('td', { class: 'n' }, duration(batch.totalDelayMs)),
          make('td', { class: 'n' }, batch.outputsDone + ' / ' + batch.outputsTotal),
          make('td', { class: batch.error ? 'wide error' : '' }, firstLine(batch.error)));
      },
    };
  }

  function batchDetail(batch, sources) {
    return {
      key: batch.batchTimeMs + ' detail',
      content: [batch, sources.length],
      render: () => {
        const inputs = batch.inputs.map((input) => {
          const source = sources.find((one) => one.inputId === input.inputId);
          const name = source ? source.name : 'input ' + input.inputId;
          const records = input.records === null ? 'records not counted' : plural(input.records, 'record');
          return make('li', null, name + ': ' + records + (input.description ? ', ' + input.description : ''));
        });
        const times = [date(batch.batchTimeMs) + ', submitted ' + clock(batch.submittedAtMs)];
        if (batch.startedAtMs !== null) times.push('started ' + clock(batch.startedAtMs));
        if (batch.endedAtMs !== null) times.push('ended ' + clock(batch.endedAtMs));
        return make('tr', null, make('td', { class: 'detail', colspan: 8 },
          times.join(', '),
          inputs.length ? make('ul', null, ...inputs) : make('div', { class: 'soft' }, 'No input in this batch.'),
          batch.error ? make('pre', { class: 'error' }, batch.error) : null));
      },
    };
  }

  function showBatches(status) {
    const isActive = (batch) => batch.state === 'WAITING' || batch.state === 'RUNNING';
    const active = status.batches.filter(isActive).reverse();
    const ended = status.batches.filter((batch) => !isActive(batch));
    const rows = [];
    const push = (batch) => {
      rows.push(batchRow(batch, status.batchIntervalMs));
      if (open.has(batch.batchTimeMs)) rows.push(batchDetail(batch, status.receivers.concat(status.files)));
    };
    active.slice(0, ACTIVE_ROWS).forEach(push);
    if (active.length > ACTIVE_ROWS) {
      const text = 'and ' + plural(active.length - ACTIVE_ROWS, 'more batch waits', 'more batches wait');
      rows.push({ ...emptyRow(8, text), key: 'more' });
    }
    const listed = allRows ? ended : ended.slice(0, ROWS);
    listed.forEach(push);
    if (rows.length === 0) {
      rows.push(emptyRow(8, status.batchIntervalMs > 0
        ? 'No batch yet: the first one comes ' + duration(status.batchIntervalMs) + ' after the start.'
        : 'Streaming has not started: the program has not called start() yet.'));
    }
    setRows(byId('batches'), rows);
    const total = status.totals.completedBatches + status.totals.skippedBatches;
    setText('batches-note', ended.length ? 'last ' + count(listed.length) + ' of ' + count(Math.max(total, ended.length)) + '; waiting and running ones first' : '');
    const more = byId('more');
    more.hidden = ended.length <= ROWS;
    more.textContent = allRows ? 'Show fewer' : 'Show ' + count(ended.length);
  }

  const RECEIVER_CLASS = { active: 'good', starting: 'warn', restarting: 'warn', failed: 'bad' };

  function receiverRow(receiver, nowMs) {
    return {
      key: receiver.inputId,
      content: receiver,
      render: () => make('tr', null,
        make('td', { class: 'wide' }, receiver.name, make('small', null, ' input ' + receiver.inputId)),
        make('td', null, receiver.executorId === null ? 'nowhere' : 'executor ' + receiver.executorName,
          receiver.host ? make('small', null, ' on ' + receiver.host) : null),
        make('td', null, make('span', { class: 'tag ' + (RECEIVER_CLASS[receiver.state] || '') }, receiver.state), ' ',
          receiver.throttled ? make('span', { class: 'tag warn', title: 'It waits for memory: its source is slowed down' }, 'throttled') : null),
        make('td', { class: 'n', title: bytes(receiver.bytes) }, count(receiver.records)),
        make('td', { class: 'n' }, count(receiver.recordsPerSecond) +
          (receiver.mostRecordsPerSecond ? ' of ' + count(receiver.mostRecordsPerSecond) : '')),
        make('td', { class: 'n' + (receiver.replicas < receiver.replicasWanted ? ' over' : '') }, receiver.replicas + ' of ' + receiver.replicasWanted),
        make('td', { class: 'n' }, count(receiver.restarts)),
        make('td', { class: 'n' + (receiver.lostRecords > 0 ? ' lost' : '') }, count(receiver.lostRecords)),
        receiver.lastError
          ? make('td', { class: 'wide', title: receiver.lastError },
            make('small', null, moment(receiver.lastErrorTimeMs, nowMs) + ' '), firstLine(receiver.lastError))
          : make('td', null, make('span', { class: 'soft' }, 'none'))),
    };
  }

  function showReceivers(status) {
    const rows = status.receivers.map((receiver) => receiverRow(receiver, status.nowMs));
    if (rows.length === 0) {
      rows.push(emptyRow(9, status.batchIntervalMs > 0
        ? 'No receivers: this program reads files or queues.'
        : 'No receivers: streaming has not started.'));
    }
    setRows(byId('receivers'), rows);
    const active = status.receivers.filter((receiver) => receiver.state === 'active').length;
    setText('receivers-note', status.receivers.length ? active + ' of ' + status.receivers.length + ' active' : '');
  }

  function fileRow(files) {
    return {
      key: files.inputId,
      content: files,
      render: () => make('tr', null,
        make('td', { class: 'wide' }, files.name, make('small', null, ' input ' + files.inputId)),
        make('td', { class: 'wide' }, files.directory),
        make('td', { class: 'n', title: bytes(files.bytes) }, count(files.files)),
        make('td', { class: 'n' }, count(files.waitingFiles)),
        make('td', { class: 'n' }, count(files.recordsPerSecond)),
        make('td', { class: 'n' }, bytes(files.bytesPerSecond) +
          (files.mostBytesPerSecond ? ' of ' + bytes(files.mostBytesPerSecond) : '')),
        files.problem
          ? make('td', { class: 'wide' }, files.problem)
          : make('td', null, make('span', { class: 'soft' }, 'none'))),
    };
  }

  function showFiles(status) {
    byId('files-section').hidden = status.files.length === 0;
    setRows(byId('files'), status.files.map(fileRow));
  }

  function datasetRow(dataset) {
    return {
      key: dataset.id,
      content: dataset,
      render: () => make('tr', null,
        make('td', { class: 'wide' }, dataset.name || dataset.description,
          make('small', null, (dataset.name ? ' ' + dataset.description : '') + ' dataset ' + dataset.id)),
        make('td', null, dataset.storageLevel),
        make('td', { class: 'n' }, count(dataset.keptPartitions) + ' of ' + count(dataset.partitions)),
        make('td', { class: 'n' }, count(dataset.copies)),
        make('td', { class: 'n' }, count(dataset.records)),
        make('td', { class: 'n' }, bytes(dataset.memoryBytes)),
        make('td', { class: 'n' }, bytes(dataset.diskBytes))),
    };
  }

  /** Named ones first, then the newest: a window keeps a dataset for each batch that it shows. */
  function showDatasets(status) {
    const all = [...status.datasets].sort((a, b) => (a.name === '') - (b.name === '') || b.id - a.id);
    const rows = all.slice(0, DATASETS).map(datasetRow);
    if (all.length > DATASETS) rows.push(emptyRow(7, plural(all.length - DATASETS, 'older dataset') + ' not shown'));
    byId('datasets-section').hidden = all.length === 0;
    setText('datasets-note', all.length ? plural(all.length, 'dataset') + ', ' +
      bytes(all.reduce((sum, dataset) => sum + dataset.memoryBytes, 0)) + ' of memory' : '');
    setRows(byId('datasets'), rows);
  }

  function checkpointRow(checkpoint) {
    const none = make('span', { class: 'soft' }, checkpoint.snapshot ? 'none yet' : 'no keyed state');
    const snapshot = checkpoint.snapshot && checkpoint.snapshot.batchTimeMs !== null ? checkpoint.snapshot : null;
    const ageMs = snapshot ? Math.floor(snapshot.ageMs / 1000) * 1000 : 0;
    return {
      key: 'checkpoint',
      content: [{ ...checkpoint, snapshot: snapshot ? { ...snapshot, ageMs: 0 } : null }, ageMs],
      render: () => make('tr', null,
        make('td', null, snapshot ? 'batch ' + seconds(snapshot.batchTimeMs) : none),
        make('td', { class: 'n' }, snapshot ? wholeSeconds(ageMs) : '–'),
        make('td', { class: 'n' }, snapshot ? duration(snapshot.durationMs) : '–'),
        make('td', { class: 'n' }, snapshot ? count(snapshot.writtenKeys) : '–'),
        make('td', { class: 'n' }, snapshot ? bytes(snapshot.writtenBytes) : '–'),
        make('td', { class: 'n' }, snapshot ? bytes(snapshot.storedBytes) : '–'),
        make('td', { class: 'n' }, bytes(checkpoint.eventLogBytes)),
        make('td', { class: 'n' }, duration(checkpoint.longestFlushMs)),
        make('td', { class: 'n' }, bytes(checkpoint.blockLogBytes))),
    };
  }

  function showCheckpoint(status) {
    byId('checkpoint-section').hidden = !status.checkpoint;
    setText('checkpoint-note', status.checkpoint ? status.checkpoint.directory : '');
    setRows(byId('checkpoint'), status.checkpoint ? [checkpointRow(status.checkpoint)] : []);
  }

  const isWebAddress = (url) => /^https?:\/\//i.test(url);

  function executorRow(executor, nowMs) {
    const silentMs = Math.floor(executor.heardBeforeMs / 100) * 100;
    const share = executor.memoryLimitBytes > 0 ? executor.memoryUsedBytes / executor.memoryLimitBytes : 0;
    const aliveMs = Math.floor((nowMs - executor.registeredAtMs) / 1000) * 1000;
    return {
      key: executor.id,
      content: [executor, silentMs, aliveMs].map((part) => (part === executor ? { ...executor, heardBeforeMs: 0 } : part)),
      render: () => {
        const used = make('b');
        used.style.width = Math.min(100, Math.round(share * 100)) + '%';
        return make('tr', null,
          make('td', { class: 'n' }, executor.name),
          make('td', null, executor.host),
          make('td', { class: 'mono' }, executor.container || '–'),
          make('td', { class: 'n' }, executor.runningTasks + ' / ' + executor.cores),
          make('td', null, make('div', { class: 'memory' + (share > 0.85 ? ' full' : '') },
            make('i', { 'aria-hidden': 'true' }, used),
            make('span', null, bytes(executor.memoryUsedBytes) + ' of ' + bytes(executor.memoryLimitBytes)))),
          make('td', { class: 'n' }, bytes(executor.spilledBytes)),
          make('td', { class: 'n', title: date(executor.registeredAtMs) + ' ' + seconds(executor.registeredAtMs) }, wholeSeconds(aliveMs)),
          make('td', { class: 'n' + (silentMs >= 1000 ? ' over' : '') }, silentMs < 1000 ? 'now' : duration(silentMs) + ' ago'),
          make('td', null, isWebAddress(executor.logUrl)
            ? make('a', { href: executor.logUrl, rel: 'noopener noreferrer', target: '_blank' }, 'log')
            : executor.logUrl || '–'));
      },
    };
  }

  function showExecutors(status) {
    const rows = status.executors.map((executor) => executorRow(executor, status.nowMs));
    if (rows.length === 0) {
      rows.push(emptyRow(9, 'No executor is registered' + (status.master.startsWith('yarn') ? ': the driver waits for containers from YARN.' : ' yet.')));
    }
    setRows(byId('executors'), rows);
    const cores = status.executors.reduce((sum, executor) => sum + executor.cores, 0);
    const tasks = status.executors.reduce((sum, executor) => sum + executor.runningTasks, 0);
    setText('executors-note', status.executors.length
      ? plural(status.executors.length, 'executor') + ', ' + plural(cores, 'core') + ', ' + plural(tasks, 'running task') : '');
  }

  function showConfiguration(status) {
    const changed = new Set(status.changedConfiguration);
    const row = (name) => ({
      key: name,
      content: status.configuration[name],
      render: () => make('tr', null, make('td', null, name), make('td', null, status.configuration[name])),
    });
    const names = Object.keys(status.configuration);
    const given = names.filter((name) => changed.has(name)).map(row);
    if (given.length === 0) given.push(emptyRow(2, 'Every value is the default.'));
    setRows(byId('changed'), given);
    const defaults = names.filter((name) => !changed.has(name)).map(row);
    setRows(byId('defaults'), defaults);
    setText('configuration-note', changed.size ? plural(changed.size, 'value') + ' set for this application' : '');
    setText('defaults-summary', plural(defaults.length, 'value') + ' at the default');
  }

  function show(status) {
    byId('content').hidden = false;
    showHeader(status);
    showTotals(status);
    showCharts(status);
    showBatches(status);
    showReceivers(status);
    showFiles(status);
    showDatasets(status);
    showCheckpoint(status);
    showExecutors(status);
    showConfiguration(status);
  }

  // ---- asking ----

  async function ask() {
    const batches = range() + waitingBefore;
    const response = await fetch(base + 'api/v1/status?batches=' + batches, {
      cache: 'no-store',
      signal: AbortSignal.timeout(8000),
    });
    const body = await response.json();
    if (!response.ok) throw Object.assign(new Error(body.error), { isAnswer: true });
    return body;
  }

  function problemOf(failure) {
    const last = shown ? ' What is shown here is of ' + seconds(shownAtMs) + '.' : '';
    return failure.isAnswer
      ? { title: 'The driver does not answer', text: failure.message + '.' + last }
      : {
        title: 'The application has ended or the driver cannot be reached',
        text: 'It is tried again every ' + RETRY_MS / 1000 + ' seconds.' + last,
      };
  }

  async function refresh() {
    let status;
    try {
      status = await ask();
    } catch (failure) {
      showNotices(shown, problemOf(failure));
      byId('content').classList.add('stale');
      if (shown && !failure.isAnswer) {
        byId('state').className = 'state';
        setText('state', 'was ' + shown.state);
      }
      return RETRY_MS;
    }
    shown = status;
    shownAtMs = Date.now();
    waitingBefore = status.totals.waitingBatches;
    showNotices(status, null);
    show(status);
    byId('content').classList.remove('stale');
    setText('updated', 'as of ' + seconds(shownAtMs));
    return POLL_MS;
  }

  async function poll() {
    if (document.hidden) return;
    let pauseMs = RETRY_MS;
    try {
      pauseMs = await refresh();
    } finally {
      clearTimeout(timer);
      timer = setTimeout(poll, pauseMs);
    }
  }

  let timer = 0;
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) poll();
  });
  byId('range').addEventListener('change', poll);
  byId('more').addEventListener('click', () => {
    allRows = !allRows;
    showBatches(shown);
  });
  addEventListener('resize', () => {
    if (shown) showCharts(shown);
  });
  poll();
})();
