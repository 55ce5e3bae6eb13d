// Shows the state that the server sends whole whenever it changes. Text is only ever set as text: tag values come from anywhere.

const token = document.querySelector('meta[name="tapkeeper-token"]').content;
const at = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'onclick') element.addEventListener('click', value);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that carries out an action; `about` makes it one of a kind for people who hear it and for keeping the focus. */
function actionButton(label, about, action, look = 'small') {
  const press = async (event) => {
    event.currentTarget.disabled = true;
    const button = event.currentTarget;
    await send(action);
    button.disabled = false;
  };
  return el(
    'button',
    {
      type: 'button',
      class: look,
      'aria-label': `${label}: ${about}`,
      'data-focus': `${label} ${about}`,
      onclick: press,
    },
    label,
  );
}

/* What people ask for */

async function send(action) {
  try {
    const response = await fetch('/actions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tapkeeper-token': token },
      body: JSON.stringify(action),
    });
    if (!response.ok) return toast('refused', await response.text());
    const answer = await response.json();
    if (answer.html !== null) showPlan(answer.html);
    else toast(answer.kind, answer.text);
  } catch {
    toast('refused', 'tapkeeper does not answer; is it still running?');
  }
}

let toastTimer = 0;

function toast(kind, text) {
  at('toast').className = `toast ${kind}`;
  at('toast').textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (at('toast').textContent = ''), kind === 'refused' ? 9000 : 3000);
}

/** The fragment is made and escaped by the server's own view of the plan. */
function showPlan(html) {
  at('plan-body').innerHTML = html;
  at('plan-dialog').showModal();
}

let tagging = null;

function askForTag(cloud, machine) {
  tagging = { cloud, machine: machine.id };
  at('tag-on').textContent = machine.title;
  at('tag-name').value = state.rules.tag?.name ?? '';
  at('tag-value').value = state.rules.tag?.value ?? '';
  at('tag-dialog').returnValue = '';
  at('tag-dialog').showModal();
}

at('tag-cancel').addEventListener('click', () => at('tag-dialog').close('cancel'));
at('tag-dialog').addEventListener('close', () => {
  if (at('tag-dialog').returnValue !== 'tag') return;
  void send({ kind: 'tag', ...tagging, name: at('tag-name').value.trim(), value: at('tag-value').value });
});
at('sweep').addEventListener('click', () => send({ kind: 'sweep' }));
at('plan').addEventListener('click', () => send({ kind: 'plan' }));

/* What is shown */

let state = null;

function show(next) {
  state = next;
  const sources = next.clouds.flatMap(({ machines }) => machines.flatMap(({ interfaces }) => interfaces));
  const ours = sources.filter(({ attachments }) => attachments.some(({ isOurs }) => isOurs));
  at('last').textContent = duration(next.latency.lastMs);
  at('median').textContent = duration(next.latency.medianMs);
  at('mirrored').textContent = `${ours.length} of ${sources.length}`;
  at('mode').textContent = next.mode;
  showRules(next.rules);
  list(at('clouds'), next.clouds, ({ cloud }) => cloud, cloudPanel, fillCloud);
  list(at('feed'), next.feed, ({ id }) => String(id), feedItem);
}

const duration = (ms) => (ms === null ? '–' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

function showRules({ path, version, rules, destinations, state: how, problems }) {
  const kept = how === 'kept';
  at('rules').className = kept ? 'rules kept' : 'rules';
  const inForce =
    version === null
      ? 'none'
      : `${plural(rules, 'rule')}, ${plural(destinations, 'destination')}, version ${version.slice(0, 12)}`;
  at('rules').replaceChildren(
    el('strong', {}, kept ? 'The rules file is not valid; the last good rules stay in force: ' : 'Rules in force: '),
    inForce,
    kept ? '' : '. Edit ',
    kept ? '' : el('code', {}, path),
    kept ? '' : ' and save: the change takes effect at once.',
    ...(problems === '' ? [] : [el('pre', {}, problems)]),
  );
}

/**
 * Makes the children of `parent` show `items`, leaving alone what did not change, so that nothing flickers and the keyboard's
 * focus stays where it is.
 */
function list(parent, items, keyOf, build, fill = null) {
  const isFirst = parent.children.length === 0;
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const focused = document.activeElement?.dataset?.focus;
  items.forEach((item, index) => {
    const key = keyOf(item);
    const json = fill === null ? JSON.stringify(item) : key;
    let node = old.get(key);
    old.delete(key);
    if (node === undefined || node.shown !== json) {
      const fresh = build(item);
      fresh.dataset.key = key;
      fresh.shown = json;
      if (!isFirst && fill === null) fresh.classList.add('fresh');
      node?.replaceWith(fresh);
      node = fresh;
    }
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
    fill?.(node, item);
  });
  for (const node of old.values()) node.remove();
  if (focused !== undefined && document.activeElement === document.body) {
    parent.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

function cloudPanel({ cloud, title, endpoint }) {
  return el(
    'section',
    { class: 'cloud', 'aria-label': title },
    el(
      'header',
      {},
      el('h2', {}, ...titleParts(title)),
      el('p', { class: 'mono' }, endpoint),
      el('p', { class: 'summary' }),
      el('div', { class: 'launch', 'data-cloud': cloud }),
    ),
    el('div', { class: 'alerts' }),
    el('ul', { class: 'machines' }),
  );
}

/** The cloud's name, then which account of it. */
function titleParts(title) {
  const [name, ...account] = title.split(' ');
  return [name, ' ', el('span', { class: 'account' }, account.join(' '))];
}

function fillCloud(panel, cloud) {
  const { tag } = state.rules;
  const launches = [...(tag === null ? [] : [tag]), null];
  list(
    panel.querySelector('.launch'),
    launches,
    (one) => (one === null ? 'untagged' : `${one.name}=${one.value}`),
    (one) =>
      actionButton(
        one === null ? 'Launch untagged' : `Launch with ${one.name}=${one.value}`,
        cloud.title,
        { kind: 'launch', cloud: cloud.cloud, tag: one },
        one === null ? 'button' : 'button primary',
      ),
  );
  panel.querySelector('.summary').textContent = `A plan now: ${cloud.summary}.`;
  const alerts = [
    ...(cloud.error === null ? [] : [cloud.error]),
    ...cloud.guard.map((trip) => `The guard withholds detaches: ${trip}`),
    ...cloud.incomplete.map((why) => `Not read wholly: ${why}`),
  ];
  list(
    panel.querySelector('.alerts'),
    alerts,
    (alert) => alert,
    (alert) => el('p', { class: 'alert' }, alert),
  );
  const machines = panel.querySelector('.machines');
  const rest = cloud.omitted === 0 ? [] : [{ id: 'omitted', text: `and ${plural(cloud.omitted, 'more machine')}` }];
  const none = cloud.machines.length === 0 ? [{ id: 'none', text: 'No machine yet. Launch one.' }] : [];
  list(
    machines,
    [...cloud.machines, ...rest, ...none],
    ({ id }) => id ?? 'loose',
    (item) => ('text' in item ? el('li', { class: 'none' }, item.text) : machineItem(cloud.cloud, item)),
  );
}

function machineItem(cloud, machine) {
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'machine-head' },
      el('h3', {}, machine.title),
      el('span', { class: 'sub' }, machine.subtitle),
      machine.state === 'none' ? null : el('span', { class: `state ${machine.state}` }, machine.state),
    ),
    machine.id === null
      ? null
      : el('div', { class: 'row' }, machineTags(cloud, machine), machineActions(cloud, machine)),
    ...machine.interfaces.map((one) => interfaceItem(cloud, one)),
    machine.interfaces.length === 0 ? el('div', { class: 'reason quiet' }, 'no interface') : null,
  );
}

function machineTags(cloud, machine) {
  return el(
    'div',
    { class: 'tags' },
    ...machine.tags.map(({ name, value }) => {
      const remove = actionButton(
        '×',
        `remove the tag ${name} of ${machine.title}`,
        { kind: 'untag', cloud, machine: machine.id, name },
        '',
      );
      return el('span', { class: 'tag' }, el('span', {}, value === '' ? name : `${name}=${value}`), remove);
    }),
    el(
      'button',
      {
        type: 'button',
        class: 'small',
        'aria-label': `Set a tag of ${machine.title}`,
        'data-focus': `tag ${machine.id}`,
        onclick: () => askForTag(cloud, machine),
      },
      '+ tag',
    ),
  );
}

function machineActions(cloud, { id, title, state: how, tags }) {
  const { tag } = state.rules;
  const isTagged = tag !== null && tags.some(({ name }) => name === tag.name);
  const about = { cloud, machine: id };
  return el(
    'div',
    { class: 'actions' },
    tag === null || isTagged
      ? null
      : actionButton(`Tag ${tag.name}=${tag.value}`, title, { kind: 'tag', ...about, ...tag }),
    isTagged ? actionButton(`Untag ${tag.name}`, title, { kind: 'untag', ...about, name: tag.name }) : null,
    how === 'running' ? actionButton('Stop', title, { kind: 'stop', ...about }) : null,
    how === 'stopped' ? actionButton('Start', title, { kind: 'start', ...about }) : null,
    how === 'gone' ? null : actionButton('Terminate', title, { kind: 'terminate', ...about }, 'small danger'),
  );
}

function interfaceItem(cloud, { id, title, state: how, attachments, reasons, tags }) {
  const words = [title, how === 'attached' ? null : how, ...tags.map(({ name, value }) => `${name}=${value}`)];
  return el(
    'div',
    { class: 'interface' },
    el(
      'div',
      { class: 'interface-head' },
      el('span', {}, words.filter((word) => word !== null).join(' · ')),
      actionButton('Attach by hand', `something that is not tapkeeper's, to ${title}`, {
        kind: 'intrude',
        cloud,
        source: id,
      }),
    ),
    ...attachments.map((one) => attachmentItem(cloud, one)),
    ...reasons.map(({ tone, code, text, remedy }) =>
      el(
        'div',
        { class: `reason ${tone}` },
        tone === 'quiet' ? null : el('code', {}, code),
        tone === 'quiet' ? text : ` ${text}`,
        remedy === '' ? null : el('span', { class: 'remedy' }, `To do: ${remedy}`),
      ),
    ),
  );
}

function attachmentItem(cloud, { id, title, isOurs, number, destination, state: how }) {
  return el(
    'div',
    { class: `attachment ${isOurs ? 'ours' : 'theirs'}` },
    el(
      'span',
      { class: 'grow' },
      el('strong', {}, isOurs ? 'ours' : "others'"),
      ` ${number === null ? '' : `no. ${number} `}→ ${destination} `,
      el('span', { class: 'sub' }, how === 'ready' ? title : `${title}, ${how}`),
    ),
    actionButton(isOurs ? 'Break' : 'Remove', title, { kind: 'break', cloud, attachment: id }),
  );
}

function feedItem({ at: time, tone, text, afterMs }) {
  return el(
    'li',
    { class: tone },
    el('time', { datetime: time }, new Date(time).toLocaleTimeString('en-GB')),
    el('span', {}, text),
    afterMs === null ? null : el('span', { class: 'after' }, `${duration(afterMs)} after the event`),
  );
}

/* Live */

const events = new EventSource('/events');
events.addEventListener('message', ({ data }) => {
  at('offline').hidden = true;
  show(JSON.parse(data));
});
events.addEventListener('error', () => (at('offline').hidden = false));
