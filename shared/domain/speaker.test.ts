import { describe, expect, it } from 'vitest';
import type { IntentAction } from './intents';
import {
  asSpoken,
  asTyped,
  isMine,
  knownAs,
  misnamed,
  ownsAs,
  spokenBy,
  standsAs,
  type SpeakingAccount,
  type SpokenBy,
} from './speaker';

const ada = { id: '7', name: 'Sample Ada', email: 'ada@desk.invalid' };
const byLine: SpokenBy = { ...ada, by: 'line' };
const byAuthor: SpokenBy = { ...ada, by: 'author' };
const reply = (text: string) => ({ kind: 'reply', text, files: [], statusAfter: null }) as const;

describe('whose name a message leaves under', () => {
  it('is told to the helpdesk where it takes an author, and stands under the reply where not', () => {
    expect(spokenBy(ada, true).by).toBe('author');
    expect(spokenBy(ada, false).by).toBe('line');
  });

  it('stands under the reply where only a name was typed, for no helpdesk knows an author by it', () => {
    expect(spokenBy({ ...ada, id: null }, true).by).toBe('line');
  });

  it('is that of whoever signed in where only a line can name the agent', () => {
    const agent = { ...ada, accountId: 'desk' };
    const signedIn = { ...agent, id: '1', name: 'Sample Team' };
    const shared = (author: boolean) => standsAs({ agent, signedIn, speaker: ada, supports: { author } });
    expect(shared(true)?.name).toBe('Sample Ada');
    expect(shared(false)?.name).toBe('Sample Team');
    expect(standsAs({ agent: signedIn, signedIn, supports: {} })?.name).toBe('Sample Team');
    expect(standsAs({ agent, signedIn: null, speaker: ada, supports: {} })).toBeNull();
  });

  it('puts the line under a reply, and never under a note or where the helpdesk is told', () => {
    expect(asSpoken(reply('Hello'), byLine)).toMatchObject({ text: 'Hello\n\n— Sample Ada' });
    const note: IntentAction = { kind: 'note', text: 'Hello', files: [] };
    expect(asSpoken(note, byLine)).toBe(note);
    expect(asSpoken(reply('Hello'), byAuthor)).toMatchObject({ text: 'Hello' });
    expect(asSpoken(reply('Hello'), null)).toMatchObject({ text: 'Hello' });
  });

  it('names nobody twice who signed by hand', () => {
    expect(asSpoken(reply('Hello\n— Sample Ada\n'), byLine)).toMatchObject({ text: 'Hello\n— Sample Ada' });
    expect(asSpoken(asSpoken(reply('Hello'), byLine), byLine)).toMatchObject({
      text: 'Hello\n\n— Sample Ada',
    });
  });

  it('names the agent under files alone', () => {
    expect(asSpoken(reply(''), byLine)).toMatchObject({ text: '— Sample Ada' });
  });

  it('gives back what was typed, with no line that a note could inherit', () => {
    for (const text of ['Hello', 'Hello\n\nagain', '']) {
      const spoken = asSpoken(reply(text), byLine);
      expect(asTyped(spoken as ReturnType<typeof reply>, byLine).text).toBe(text);
    }
    expect(asTyped(reply('Hello\n\n— Somebody else'), byLine).text).toBe('Hello\n\n— Somebody else');
    expect(asTyped(reply('Hello\n\n— Sample Ada'), undefined).text).toBe('Hello\n\n— Sample Ada');
  });

  it('trusts no author where several people write under one', () => {
    expect(knownAs({ agentId: '7' })).toBe('7');
    expect(knownAs({ agentId: '7', speaker: byLine })).toBeNull();
    expect(ownsAs({ agentId: '7' })).toBe('7');
    expect(ownsAs({ agentId: '7', speaker: byLine })).toBe('7');
    expect(ownsAs({ agentId: '1', speaker: { ...byLine, id: null } })).toBeNull();
  });

  it('says whose name the helpdesk shows instead of the one that was asked for', () => {
    expect(misnamed(byAuthor, { id: '1', name: 'Sample Robot' })).toBe('Sample Robot');
    expect(misnamed(byAuthor, { id: '1', name: ' ' })).toBe('1');
    expect(misnamed(byAuthor, { id: '7', name: 'Sample Ada' })).toBeNull();
    expect(misnamed(byAuthor, { id: null, name: 'Sample Robot' })).toBeNull();
    expect(misnamed(byAuthor, null)).toBeNull();
    expect(misnamed(byLine, { id: '1', name: 'Sample Robot' })).toBeNull();
    expect(misnamed(undefined, { id: '1', name: 'Sample Robot' })).toBeNull();
  });

  it('is mine by its author, and by its reference where several people write under one name', () => {
    const agent = { accountId: 'a1', id: '7', name: 'Sample Ada', email: null };
    const wrote = (id: string, clientRef: string | null) =>
      ({ author: { type: 'agent', id, name: 'Sample' }, clientRef }) as const;
    const own = { agent, supports: { author: true } };
    const told = { ...own, speaker: ada };
    const line = { ...told, supports: {} };
    const mine = (account: SpeakingAccount, id: string, ref: string | null): boolean =>
      isMine(wrote(id, ref), account, '0a0a0a0a');
    expect([mine(own, '7', null), mine(own, '1', '0a0a0a0a-1')]).toEqual([true, false]);
    expect([mine(told, '7', null), mine(told, '1', '0a0a0a0a-1')]).toEqual([true, false]);
    // The robot's id is everybody's, also where only a name was typed.
    expect([mine(line, '1', '0a0a0a0a-1'), mine(line, '1', '0b0b0b0b-1')]).toEqual([true, false]);
    const typed = { ...line, agent: { ...agent, id: '1' }, speaker: { ...ada, id: null } };
    expect([mine(typed, '1', null), mine(typed, '1', '0a0a0a0a-1')]).toEqual([false, true]);
    const customer = { author: { type: 'contact', id: '7', name: 'Sample' }, clientRef: null } as const;
    expect(isMine(customer, own, '0a0a0a0a')).toBe(false);
  });
});
