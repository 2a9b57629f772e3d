/**
 * The chat page. What the customer wrote is kept in this browser until the helpdesk has it, is
 * sent in order, and may be sent again: the helpdesk takes each reference once.
 */
import { WORDS, languageOf } from './words.js';

const STORE = 'holdfast-chat';
const RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 5_000;
/** The helpdesk pings every 5 s; a link that is silent for longer is dead. */
const SILENCE_MS = 12_000;
const GROUP_MS = 5 * 60_000;

const language = languageOf(navigator.languages ?? [navigator.language]);
const words = WORDS[language];
const element = (id) => document.getElementById(id);
const chat = element('chat');
const log = element('log');
const text = element('text');

/** What survives a reload: session, name, unsent messages, the words in the field. */
let kept = read();
let messages = [];
let unread = 0;
let sending = false;
let generation = 0;

function read() {
  const empty = { session: null, name: '', outbox: [], draft: '' };
  try {
    return { ...empty, ...JSON.parse(localStorage.getItem(STORE) ?? '{}') };
  } catch {
    return empty;
  }
}

function keep(change) {
  kept = { ...kept, ...change };
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    // A full or forbidden store: the chat works until the page is closed.
  }
}

function translate() {
  document.documentElement.lang = language;
  document.title = words.title;
  for (const node of document.querySelectorAll('[data-words]')) node.textContent = words[node.dataset.words];
  for (const node of document.querySelectorAll('[data-label]')) {
    node.setAttribute('aria-label', words[node.dataset.label]);
  }
  text.placeholder = words.placeholder;
}

function showLink(state) {
  chat.dataset.link = state;
  element('link').textContent = words[state];
}

class Refused extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @returns the answer. Throws Refused for an answer that says no, TypeError when there is none. */
async function ask(path, options = {}) {
  const headers = { 'x-chat-session': kept.session ?? '', ...options.headers };
  const answer = await fetch(path, { cache: 'no-store', ...options, headers });
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => null);
  throw new Refused(
    answer.status,
    body?.error?.message ?? words.busy,
    Number(answer.headers.get('retry-after')) || 0,
  );
}

const postJson = (path, body) =>
  ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

// --- drawing -----------------------------------------------------------------------------------

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' });
const size = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

function make(tag, className, content) {
  const node = document.createElement(tag);
  node.className = className;
  if (content !== undefined) node.textContent = content;
  return node;
}

function dayName(at) {
  const days = (time) => Math.floor((time - new Date(time).getTimezoneOffset() * 60_000) / 86_400_000);
  const ago = days(Date.now()) - days(at);
  if (ago === 0) return words.today;
  return ago === 1 ? words.yesterday : calendar.format(at);
}

const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

function draw() {
  const known = new Set(messages.map((message) => message.client_ref));
  const waiting = kept.outbox
    .filter((message) => !known.has(message.client_ref))
    .map((message) => ({ ...message, id: message.client_ref, mine: true, name: kept.name, attachments: [] }));
  const shown = [...messages, ...waiting];
  const atEnd = isAtEnd();
  const drawn = new Set([...log.querySelectorAll('[data-ref]')].map((node) => node.dataset.ref));
  const nodes = [];
  let before = null;
  for (const message of shown) {
    const at = Date.parse(message.created_at);
    if (!before || dayName(before.at) !== dayName(at)) nodes.push(make('li', 'day', dayName(at)));
    const sameVoice = before && before.mine === message.mine && before.name === message.name;
    if (!message.mine && !(sameVoice && at - before.at < GROUP_MS)) {
      nodes.push(make('li', 'who', message.name));
    }
    nodes.push(messageNode(message, at, drawn));
    before = { at, mine: message.mine, name: message.name };
  }
  if (shown.length === 0) nodes.push(make('li', 'empty', words.empty));
  log.replaceChildren(...nodes);
  if (atEnd || drawn.size === 0) log.scrollTop = log.scrollHeight;
}

function messageNode(message, at, drawn) {
  const ref = message.client_ref ?? message.id;
  const node = make('li', `message${message.mine ? ' mine' : ''}${drawn.has(ref) ? '' : ' fresh'}`);
  node.dataset.ref = ref;
  if (message.text !== '') {
    const bubble = make('div', 'bubble');
    bubble.dir = 'auto';
    bubble.append(...withLinks(message.text));
    node.append(bubble);
  }
  for (const file of message.attachments) node.append(fileNode(file));
  const meta = make('div', 'meta');
  const time = make('time', '', clock.format(at));
  time.dateTime = message.created_at;
  meta.append(time);
  if (message.mine) meta.append(tickNode(message));
  node.append(meta);
  return node;
}

function tickNode(message) {
  const state = message.refused ? 'refused' : message.pending ? 'sending' : 'kept';
  const said = state === 'refused' ? words.refused.replace('{reason}', message.refused) : words[state];
  const tick = make('span', 'tick', state === 'kept' ? `✓ ${said}` : said);
  tick.dataset.tick = state;
  return tick;
}

function withLinks(content) {
  return content.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/u).map((part, index) => {
    if (index % 2 === 0) return document.createTextNode(part);
    const link = make('a', '', part);
    link.href = part;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return link;
  });
}

const pictures = new Map();

function fileNode(file) {
  const isPicture = /^image\/(?:png|jpeg|gif|webp)$/u.test(file.media_type);
  if (isPicture && pictures.has(file.id)) {
    const picture = make('img', 'picture');
    picture.src = pictures.get(file.id);
    picture.alt = file.name;
    const atEnd = isAtEnd();
    picture.addEventListener('load', () => {
      if (atEnd) log.scrollTop = log.scrollHeight;
    });
    return picture;
  }
  if (isPicture && file.size < 5_000_000) {
    void bytesOf(file).then((url) => {
      pictures.set(file.id, url);
      draw();
    }, showNothing);
  }
  const button = make('button', 'file', file.name);
  button.type = 'button';
  button.append(make('small', '', ` ${size.format(Math.max(0.1, file.size / 1024))} KB`));
  button.addEventListener('click', () => void download(file));
  return button;
}

/** A picture that cannot be fetched stays a button that downloads it. */
function showNothing() {}

async function bytesOf(file) {
  const answer = await ask(`/chat/attachments/${encodeURIComponent(file.id)}`);
  return URL.createObjectURL(await answer.blob());
}

async function download(file) {
  try {
    const link = make('a', '');
    link.href = await bytesOf(file);
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    element('write-problem').textContent = error instanceof Refused ? error.message : words.busy;
  }
}

// --- what comes in -----------------------------------------------------------------------------

function take(arrived) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const message of arrived) {
    if (!byId.has(message.id) && !message.mine && document.hidden) unread += 1;
    byId.set(message.id, message);
  }
  messages = [...byId.values()].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const refs = new Set(messages.map((message) => message.client_ref));
  if (kept.outbox.some((message) => refs.has(message.client_ref))) {
    keep({ outbox: kept.outbox.filter((message) => !refs.has(message.client_ref)) });
  }
  showUnread();
  draw();
}

function showUnread() {
  document.title = unread > 0 ? words.newMessages.replace('{count}', String(unread)) : words.title;
}

/** Follows the stream until it ends; reads everything once it stands, so nothing falls between. */
async function follow(mine) {
  const cut = new AbortController();
  let silence = setTimeout(() => cut.abort(), SILENCE_MS);
  try {
    const answer = await ask('/chat/stream', { signal: cut.signal });
    const history = await (await ask('/chat/messages', { signal: cut.signal })).json();
    take(history.items);
    showLink('live');
    void drain();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done || mine !== generation) return;
      clearTimeout(silence);
      silence = setTimeout(() => cut.abort(), SILENCE_MS);
      const frames = (rest + value).split('\n\n');
      rest = frames.pop();
      for (const frame of frames) if (frame.startsWith('data: ')) take([JSON.parse(frame.slice(6))]);
    }
  } finally {
    clearTimeout(silence);
    cut.abort();
  }
}

let wakeUp = () => undefined;

async function stayConnected() {
  generation += 1;
  const mine = generation;
  let delay = RECONNECT_MS;
  showLink('connecting');
  while (mine === generation) {
    const began = Date.now();
    try {
      await follow(mine);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return forget();
    }
    if (mine !== generation) return;
    showLink('lost');
    if (Date.now() - began > 10_000) delay = RECONNECT_MS;
    await pause(delay * (0.5 + Math.random()));
    delay = Math.min(delay * 2, MAX_RECONNECT_MS);
  }
}

/** Waits, or less when the browser says it is online again. */
function pause(time) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

// --- what goes out -----------------------------------------------------------------------------

/** Sends what waits, oldest first, until nothing waits or the link is gone. */
async function drain() {
  if (sending) return;
  sending = true;
  try {
    for (;;) {
      const next = kept.outbox.find((message) => message.pending && !message.refused);
      if (!next) return;
      try {
        const answer = await postJson('/chat/messages', { text: next.text, client_ref: next.client_ref });
        take([await answer.json()]);
      } catch (error) {
        if (!(error instanceof Refused)) return;
        if (error.status === 401) return forget();
        if (error.status === 429) await pause(Math.max(1, error.retryAfter) * 1000);
        else if (error.status >= 500) return;
        else refuse(next, error.message);
      }
    }
  } finally {
    sending = false;
  }
}

function refuse(message, reason) {
  keep({
    outbox: kept.outbox.map((one) =>
      one.client_ref === message.client_ref ? { ...one, refused: reason } : one,
    ),
  });
  draw();
}

/** The helpdesk does not know this session: unsent words go back into the field. */
function forget() {
  generation += 1;
  const unsent = [...kept.outbox.map((message) => message.text), kept.draft].filter((part) => part !== '');
  keep({ session: null, outbox: [], draft: unsent.join('\n') });
  messages = [];
  showStart(words.forgotten);
}

function newReference() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function submit() {
  const content = text.value.trim();
  if (content === '') return;
  const message = {
    text: content,
    client_ref: newReference(),
    created_at: new Date().toISOString(),
    pending: true,
  };
  keep({ outbox: [...kept.outbox, message], draft: '' });
  text.value = '';
  grow();
  draw();
  log.scrollTop = log.scrollHeight;
  void drain();
}

function grow() {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
  element('send').disabled = text.value.trim() === '';
}

// --- the two faces of the page -------------------------------------------------------------------

function showStart(problem = '') {
  chat.dataset.state = 'name';
  element('link').textContent = '';
  element('name').value = kept.name;
  element('start-problem').textContent = problem;
  element('name').focus();
}

function showTalk() {
  chat.dataset.state = 'talk';
  text.value = kept.draft;
  grow();
  draw();
  text.focus();
  void stayConnected();
}

element('start').addEventListener('submit', async (submitted) => {
  submitted.preventDefault();
  const name = element('name').value.trim();
  const problem = element('start-problem');
  problem.textContent = name === '' ? words.nameMissing : '';
  if (name === '') return element('name').focus();
  try {
    const session = await (await postJson('/chat/sessions', { name })).json();
    keep({ session: session.session, name: session.name });
    showTalk();
  } catch (error) {
    problem.textContent = error instanceof Refused ? error.message : words.busy;
  }
});

element('write').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  submit();
});

text.addEventListener('keydown', (pressed) => {
  if (pressed.key !== 'Enter' || pressed.shiftKey || pressed.isComposing) return;
  pressed.preventDefault();
  submit();
});

text.addEventListener('input', () => {
  keep({ draft: text.value });
  grow();
});

// Another window of the same chat wrote, or had its message kept.
window.addEventListener('storage', (changed) => {
  if (changed.key !== STORE) return;
  kept = { ...read(), draft: kept.draft };
  draw();
});

window.addEventListener('online', () => wakeUp());
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  unread = 0;
  showUnread();
  wakeUp();
});

translate();
if (kept.session === null) showStart();
else showTalk();
