/**
 * Copper Tracker, an invented issue tracker, as a server that behaves over time: what the profile
 * `resources/backends/copper-tracker.yaml` connects. Times have whole seconds; deleted and merged issues
 * stay in its lists with that state; a comment moves with its issue.
 */
import type { SampleFile } from '../../../backends/check/check-kit';
import type { Clock } from '../../../backends/clock';
import type { VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';

const STATES = ['fresh', 'working', 'reopened', 'waiting', 'solved', 'archived'];
const STAFF = [
  { id: 1, name: 'Sample Agent', email: 'agent@tracker.invalid' },
  { id: 2, name: 'Other Agent', email: 'other@tracker.invalid' },
];
export const COPPER_TOKEN = 'copper-sample-token';

interface Issue {
  id: number;
  title: string;
  state: string;
  urgency: number;
  source: string;
  owner: number | null;
  reporter: { id: number; name: string; emails: string[] };
  labels: string[];
  created: string;
  changed: string;
  revision: number;
  merged_into?: number;
}

interface CopperFile {
  id: number;
  name: string;
  type: string;
  bytes: Uint8Array;
}

interface Comment {
  id: number;
  issue: number;
  body: string;
  visibility: 'public' | 'team';
  author: { id: number; name: string; role: 'customer' | 'staff' };
  created: string;
  files: CopperFile[];
}

export class CopperTracker implements VendorServer {
  /** Changes of state are answered with success and not made. */
  ignoresState = false;
  readonly #clock: Clock;
  readonly #issues = new Map<number, Issue>();
  #comments: Comment[] = [];
  readonly #snippets: { id: number; title: string; text: string }[] = [];
  #ids = 100;
  #revision = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  customerWrites(text: string, file?: SampleFile): number {
    const id = this.#nextId();
    const reporter = { id: this.#nextId(), name: 'Sample Customer', emails: ['customer@customer.invalid'] };
    const now = this.#now();
    this.#issues.set(id, {
      id,
      title: text.slice(0, 60),
      state: 'fresh',
      urgency: 2,
      source: 'mail',
      owner: null,
      reporter,
      labels: [],
      created: now,
      changed: now,
      revision: 0,
    });
    const files = file === undefined ? [] : [{ name: file.name, type: file.mediaType, bytes: file.bytes }];
    this.#comment(id, text, 'public', { id: reporter.id, name: reporter.name, role: 'customer' }, files);
    return id;
  }

  customerAnswers(id: number, text: string): void {
    const issue = this.#known(id);
    const { id: author, name } = issue.reporter;
    if (issue.state === 'waiting' || issue.state === 'solved') issue.state = 'reopened';
    this.#comment(id, text, 'public', { id: author, name, role: 'customer' }, []);
  }

  remove(id: number): void {
    this.#known(id).state = 'deleted';
    this.#touch(id);
  }

  merge(id: number, into: number): void {
    const issue = this.#known(id);
    issue.state = 'merged';
    issue.merged_into = into;
    this.#comments = this.#comments.map((comment) =>
      comment.issue === id ? { ...comment, issue: into } : comment,
    );
    this.#touch(id);
    this.#touch(into);
  }

  keepsSnippet(title: string, text: string): void {
    this.#snippets.push({ id: this.#nextId(), title, text });
  }

  handle({ method, path, query, headers, body }: VendorRequest): VendorReaction {
    if (headers['authorization'] !== `Bearer ${COPPER_TOKEN}`) {
      return { status: 401, json: { error: 'The token is not known.' } };
    }
    const [, issueId, rest] = /^\/api\/v2\/issues\/(\w[\w-]*)(\/comments)?$/.exec(path) ?? [];
    if (method === 'GET') {
      const page = <T>(rows: readonly T[]): T[] => {
        const offset = Number(query.get('offset') ?? 0);
        return rows.slice(offset, offset + Number(query.get('limit') ?? 50));
      };
      switch (path) {
        case '/api/v2/me':
          return { status: 200, json: STAFF[0] };
        case '/api/v2/staff':
          return { status: 200, json: { staff: page(STAFF) } };
        case '/api/v2/snippets':
          return { status: 200, json: { snippets: page(this.#snippets) } };
        case '/api/v2/issues':
          return { status: 200, json: { issues: page(this.#listed(query)).map((one) => this.#shown(one)) } };
        case '/api/v2/issues/index':
          return {
            status: 200,
            json: { issues: page(this.#live()).map(({ id, revision }) => ({ id, revision })) },
          };
      }
      const file = /^\/api\/v2\/files\/(\w[\w-]*)$/.exec(path)?.[1];
      if (file !== undefined) return this.#file(file);
      const issue = this.#issues.get(Number(issueId));
      if (issue === undefined) return { status: 404, json: { error: 'No such issue.' } };
      if (rest === undefined) return { status: 200, json: { issue: this.#shown(issue) } };
      const comments = this.#comments
        .filter((comment) => comment.issue === issue.id)
        .sort((a, b) => a.id - b.id);
      if (query.get('order') === '-created') comments.reverse();
      return { status: 200, json: { comments: page(comments).map(shownComment) } };
    }
    const issue = this.#issues.get(Number(issueId));
    if (issue === undefined || issue.state === 'deleted' || issue.state === 'merged') {
      return { status: 404, json: { error: 'No such issue.' } };
    }
    const wanted = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    if (method === 'PATCH') return this.#change(issue, wanted);
    return this.#staffComments(issue, wanted);
  }

  #change(issue: Issue, wanted: Record<string, unknown>): VendorReaction {
    const { state, owner, urgency, add_labels: add = [], drop_labels: drop = [] } = wanted;
    if (state !== undefined && !STATES.includes(String(state))) {
      return { status: 422, json: { error: `There is no state "${String(state)}".` } };
    }
    if (state !== undefined && !this.ignoresState) issue.state = String(state);
    if (owner !== undefined) issue.owner = owner === null ? null : Number(owner);
    if (urgency !== undefined) issue.urgency = Number(urgency);
    const dropped = new Set(drop as string[]);
    issue.labels = [...new Set([...issue.labels, ...(add as string[])])].filter(
      (label) => !dropped.has(label),
    );
    this.#touch(issue.id);
    return { status: 200, json: { issue: this.#shown(issue) } };
  }

  #staffComments(issue: Issue, wanted: Record<string, unknown>): VendorReaction {
    const {
      body,
      visibility,
      state,
      files = [],
    } = wanted as {
      body?: string;
      visibility?: 'public' | 'team';
      state?: string;
      files?: { name: string; type: string; content: string }[];
    };
    if (!body) return { status: 422, json: { error: 'A comment needs a body.' } };
    const [me] = STAFF;
    const author = { id: me?.id ?? 0, name: me?.name ?? '', role: 'staff' as const };
    const comment = this.#comment(
      issue.id,
      body,
      visibility ?? 'team',
      author,
      files.map(({ name, type, content }) => ({ name, type, bytes: bytesOfBase64(content) })),
    );
    if (issue.state === 'fresh' && visibility === 'public') issue.state = 'working';
    if (state !== undefined) issue.state = state;
    return { status: 201, json: { comment: shownComment(comment) } };
  }

  #listed(query: URLSearchParams): Issue[] {
    const from = query.get('changed_from');
    const issues = [...this.#issues.values()].filter(
      ({ changed }) => from === null || Date.parse(changed) >= Date.parse(from),
    );
    issues.sort((a, b) => (a.changed < b.changed ? -1 : a.changed > b.changed ? 1 : a.id - b.id));
    return query.get('order') === '-changed' ? issues.reverse() : issues;
  }

  #live(): Issue[] {
    return [...this.#issues.values()].filter(({ state }) => state !== 'deleted' && state !== 'merged');
  }

  #shown({ owner, ...issue }: Issue): unknown {
    return { ...issue, owner: STAFF.find(({ id }) => id === owner) ?? null };
  }

  #file(id: string): VendorReaction {
    const file = this.#comments.flatMap(({ files }) => files).find((one) => String(one.id) === id);
    if (file === undefined) return { status: 404, json: { error: 'No such file.' } };
    return {
      status: 200,
      headers: { 'content-type': file.type, 'content-disposition': 'attachment' },
      body: file.bytes,
    };
  }

  #comment(
    issue: number,
    body: string,
    visibility: Comment['visibility'],
    author: Comment['author'],
    files: readonly Omit<CopperFile, 'id'>[],
  ): Comment {
    const named = files.map((file) => ({ id: this.#nextId(), ...file }));
    const comment = {
      id: this.#nextId(),
      issue,
      body,
      visibility,
      author,
      created: this.#now(),
      files: named,
    };
    this.#comments.push(comment);
    this.#touch(issue);
    return comment;
  }

  #touch(id: number): void {
    const issue = this.#known(id);
    this.#revision += 1;
    issue.revision = this.#revision;
    issue.changed = this.#now();
  }

  #known(id: number): Issue {
    const issue = this.#issues.get(id);
    if (issue === undefined) throw new Error(`There is no issue ${id}.`);
    return issue;
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #now(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
  }
}

function shownComment({ files, ...comment }: Comment): unknown {
  return { ...comment, files: files.map(({ bytes, ...file }) => ({ ...file, bytes: bytes.length })) };
}

function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
