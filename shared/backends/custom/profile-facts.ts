/** What a profile says of its helpdesk before anything is asked: for the form, the credentials, the limits. */
import type { Status } from '../../domain/entities';
import { basic, bearer, headerKey, oauth2, type AuthDefinition } from '../auth';
import type { BackendDescriptor, SignInField } from '../port';
import type { BackendSettings } from '../registry';
import { bytesOf, msOf } from './durations';
import { profileWords } from './field-values';
import type { Profile } from './profile-schema';

/** The id under which accounts name a profile's backend. */
export function customBackendId(profileId: string): string {
  return `custom:${profileId}`;
}

const BY_LINE = 'Its profile does not say "speaksFor: author": the agent is named under the reply.';

const NO_REMOVE = 'Its profile has neither "gone", which marks what was deleted, nor a "sweep".';
const NO_MERGE = 'Its profile has no "movedTo": where a merged conversation lives now.';

/** What a profile has no part for, and is whole without. */
function unsaid({ feeds, sweep, speaksFor }: Profile): BackendDescriptor['lacks'] {
  const entries = Object.values(feeds).flatMap((feed) => feed.gives);
  const told = sweep !== undefined || entries.some(({ gone }) => gone !== undefined);
  return {
    // The line needs nothing of the helpdesk.
    ...(speaksFor === 'author' ? {} : { author: BY_LINE }),
    ...(told ? {} : { remove: NO_REMOVE }),
    ...(entries.some(({ movedTo }) => movedTo !== undefined) ? {} : { merge: NO_MERGE }),
  };
}

export function descriptorOf(profile: Profile): BackendDescriptor {
  const { server, actions, files, delivery, feeds, sweep, lacks, push, speaksFor } = profile;
  const { status } = profileWords(profile);
  const overlaps = Object.values(feeds).flatMap(({ delta }) =>
    delta.kind === 'updatedSince' && delta.overlap !== undefined ? [msOf(delta.overlap)] : [],
  );
  const word = (ours: Status): string => String(status.sent(ours));
  const gives = (kind: string): boolean =>
    Object.values(feeds).some((feed) => feed.gives.some((entry) => entry.kind === kind));
  const perMinute = server.requestsPerMinute ?? Infinity;
  return {
    id: customBackendId(profile.id),
    name: profile.name,
    signIn: signInOf(profile),
    addressExample: server.example,
    tier: delivery.tier,
    settleMs: msOf(server.settle),
    supports: {
      note: actions.note !== undefined,
      priority: actions.priority !== undefined,
      tags: actions.tags !== undefined,
      attachments: files !== undefined,
      push: push !== undefined,
      idSweep: sweep !== undefined,
      savedReplies: gives('savedReply'),
      // A request that looks at `via` knows what to do with it.
      chatByMail: /\bvia\b/.test(JSON.stringify(actions.reply)),
      author: speaksFor === 'author',
      maxAttachmentBytes: files === undefined ? 0 : bytesOf(files.maxBytes),
    },
    lacks: { ...unsaid(profile), ...lacks },
    ...(overlaps.length > 0 && { overlapMs: Math.max(...overlaps) }),
    ...(push !== undefined && { hintSilenceMs: msOf(push.silence) }),
    pollMs: msOf(server.poll),
    limit: { perMinute, atOnce: server.requestsAtOnce },
    statusWords: {
      new: word('new'),
      open: word('open'),
      pending: word('pending'),
      resolved: word('resolved'),
      closed: word('closed'),
    },
    feeds: Object.keys(feeds),
  };
}

function signInOf({ signIn }: Profile): readonly SignInField[] {
  const field = (name: SignInField['name'], secret: boolean): SignInField => ({ name, secret });
  const workspace = signIn.workspace ? [field('workspace', false)] : [];
  switch (signIn.kind) {
    case 'bearer':
    case 'header':
      return [...workspace, field('token', true)];
    case 'basic': {
      const login = `${signIn.user}${signIn.password}`.includes('{login}') ? [field('login', false)] : [];
      return [...workspace, ...login, field('token', true)];
    }
    case 'oauth2': {
      const client = [field('clientId', false), field('clientSecret', true)];
      const refresh = signIn.grant === 'refreshToken' ? [field('refreshToken', true)] : [];
      return [...workspace, ...client, ...refresh];
    }
  }
}

export function authOf({ signIn }: Profile): AuthDefinition {
  switch (signIn.kind) {
    case 'bearer':
      return bearer;
    case 'header':
      return headerKey(signIn.header, signIn.prefix);
    case 'basic': {
      const filled = (text: string, { token, values }: BackendSettings): string =>
        text.replace(/\{(login|token|workspace)\}/g, (_, name: string) =>
          name === 'token' ? token : (values?.[name as 'login' | 'workspace'] ?? ''),
        );
      return basic((settings) => ({
        user: filled(signIn.user, settings),
        password: filled(signIn.password, settings),
      }));
    }
    case 'oauth2':
      return oauth2(({ url }) =>
        /^https?:/.test(signIn.tokenUrl) ? signIn.tokenUrl : `${url.replace(/\/+$/, '')}${signIn.tokenUrl}`,
      );
  }
}
