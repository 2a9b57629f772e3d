/** Conversations beyond those written by hand: phrases put together, no two of the same making. */
import type { Channel, Status } from '@shared/domain/entities';
import { PHRASES, SAMPLE_TITLE, type ComposedTopic, type Language } from './phrases';
import type { Random } from './random';
import { turn, type SampleThread, type SampleTurn } from './sample-thread';

const LANGUAGES: Readonly<Record<Language, number>> = { en: 40, ru: 28, vi: 20, be: 12 };
const CHANNELS: Readonly<Record<Channel, number>> = {
  email: 44,
  chat: 26,
  social: 12,
  form: 8,
  phone: 6,
  bot: 4,
};
const TOPICS: Readonly<Record<ComposedTopic, number>> = {
  payments: 22,
  withdrawals: 18,
  logins: 18,
  rules: 10,
  bonuses: 14,
  faults: 12,
  complaints: 6,
};
const NETWORKS = ['threads', 'telegram', 'facebook', 'bluesky', 'vk', 'zalo'] as const;
const DAY_MINUTES = 1440;
const OLDEST_MINUTES = 60 * DAY_MINUTES;

/** One conversation. The same random numbers give the same one. */
export function composeThread(random: Random): SampleThread {
  const language = random.weighted(LANGUAGES);
  const channel = random.weighted(CHANNELS);
  const topic = random.weighted(TOPICS);
  // Evenly over the orders of magnitude: much that is fresh, a long tail of what is old.
  const ago = Math.round(Math.exp(random.next() * Math.log(OLDEST_MINUTES)));
  const say = (section: string): string => random.pick(PHRASES[language].get(section)!);
  const [subject, complaint] = say(topic).split('|') as [string, string];
  const turns = talk(random, say, channel, topic, complaint);
  const status = statusFor(random, turns, ago);
  const network = random.pick(NETWORKS);
  const number = random.whole(100, 9999);
  const first = random.pick(say('first').split('|'));
  return {
    channel,
    topic,
    who: `${SAMPLE_TITLE[language]} ${first} ${number}`,
    phone: channel === 'phone' ? `+1 555 01${String(number % 100).padStart(2, '0')}` : null,
    handle: channel === 'social' ? `${network}:sample_${number}` : null,
    social: channel === 'social' ? { network, visibility: random.next() < 0.6 ? 'public' : 'direct' } : null,
    subject: channel === 'chat' || channel === 'social' || channel === 'bot' ? null : subject,
    status,
    priority: random.weighted({ low: 8, normal: 70, high: 18, urgent: 4 }),
    agent: status === 'new' ? null : random.whole(1, 4),
    tags: random.next() < 0.7 ? [topic] : [topic, random.pick(['vip', 'callback', 'documents', 'night'])],
    ago,
    turns,
  };
}

function talk(
  random: Random,
  say: (section: string) => string,
  channel: Channel,
  topic: ComposedTopic,
  complaint: string,
): SampleTurn[] {
  const isQuick = channel === 'chat' || channel === 'bot' || channel === 'social';
  const pause = (): number => (isQuick ? random.whole(1, 12) : random.whole(15, 900));
  const reference = random.next() < 0.5 ? ` (#${random.whole(10_000, 99_999)})` : '';
  const opening = isQuick
    ? [random.next() < 0.5 ? say('hello') : '', `${complaint}${reference}`].filter(Boolean).join(' ')
    : [say('hello'), `${complaint}${reference} ${say('ask')}`, say('bye')].join('\n\n');
  const turns = [turn('customer', 0, opening)];
  const exchanges = random.weighted({ '0': 40, '1': 34, '2': 18, '3': 8 });
  for (let exchange = 0; exchange < Number(exchanges); exchange += 1) {
    if (random.next() < 0.25) turns.push(turn('note', random.whole(1, 5), say('note')));
    const answer = isQuick
      ? say(`${topic}.answer`)
      : [say('open'), say(`${topic}.answer`), say('close')].join('\n\n');
    turns.push(turn('agent', pause(), answer));
    if (random.next() < 0.7)
      turns.push(turn('customer', pause(), say(random.next() < 0.5 ? 'thanks' : 'nudge')));
  }
  return turns;
}

function statusFor(random: Random, turns: readonly SampleTurn[], ago: number): Status {
  const isAnswered = turns.some(({ voice }) => voice === 'agent');
  const isOld = ago > 5 * DAY_MINUTES;
  if (isOld && random.next() < 0.93) return random.next() < 0.4 ? 'closed' : 'resolved';
  if (!isAnswered) return random.weighted({ new: 70, open: 25, resolved: 5 });
  if (turns.at(-1)?.voice === 'customer') return random.weighted({ open: 75, resolved: 25 });
  return random.weighted({ open: 20, pending: 40, resolved: 40 });
}
