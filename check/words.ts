/** English words for an administrator at a terminal. The account screen has its own, in four languages. */
import type { SeenCertificate } from '@shared/domain/certificates';
import type { SignInProblem, SignInStep } from '@shared/backends/check/sign-in-check';

const PROBLEMS: Readonly<Record<SignInProblem, string>> = {
  'unknown-name': 'The name of the server is not known.',
  'nobody-there': 'Nothing answers at the address.',
  'no-https': 'What answers at the address speaks no https.',
  silent: 'It was reached and gave no answer in time.',
  certificate: 'Its certificate is not trusted.',
  proxy: 'A proxy on the way wants credentials of its own.',
  'proxy-unreachable': 'Nothing answers where the proxy should be.',
  'proxy-refuses': 'The proxy does not let us through.',
  moved: 'It sends us to another address.',
  'web-page': 'A web page came back where the API should answer.',
  'other-server': 'It answers, but not as a helpdesk of this kind.',
  'bad-credentials': 'The credentials are not taken.',
  'nobody-signed-in': 'It refuses nothing, and does not say whose credentials these are.',
  'missing-right': 'These credentials may not do that.',
  'rate-limited': 'It asks us to come back later.',
  'server-error': 'The server failed by itself.',
  'unreadable-rows': 'None of its rows could be understood.',
  'clock-skew': "The server's clock and this computer's differ.",
};

const ADVICE: Readonly<Record<SignInProblem, string>> = {
  'unknown-name': 'Check the spelling of --url, and that this network can look the name up.',
  'no-https':
    'Check the port of --url; where the server speaks plain http, write http://, and on no network but your own.',
  'nobody-there': 'Check host and port of --url, that the helpdesk runs, and firewalls between.',
  silent: 'Try again; if it stays silent, look at its load and at firewalls that swallow connections.',
  certificate:
    'If the fingerprint is the right one: --trust. Better a certificate of a known authority, or your own authority made known: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.',
  proxy: 'Name the credentials in --proxy http://name:password@proxy:3128, or have the helpdesk let through.',
  'proxy-unreachable': 'Check host and port of --proxy, and that this network reaches it.',
  'proxy-refuses': 'Its administrator has to let the helpdesk through, by CONNECT and on that port.',
  moved: 'Use the address that it names (often https:// in place of http://).',
  'web-page': 'Check that --url is the address of the API and that no sign-in portal lies between.',
  'other-server': 'Check --url, and that the backend named is the one that runs there.',
  'bad-credentials': 'Make a new key at the helpdesk; check --login and --workspace where it wants them.',
  'nobody-signed-in': 'Check the key letter by letter: this server answers 200 to keys it does not know.',
  'missing-right': 'Give the agent of this key the right at the helpdesk, or use the key of one who has it.',
  'rate-limited': 'Wait as long as it asks, or have its limit raised.',
  'server-error': "Look into the helpdesk's own log at this time.",
  'unreadable-rows': 'Its version may be one that the adapter does not know: compare the field named.',
  'clock-skew': 'Set both clocks by the network (NTP).',
};

/** What can be done about a problem. */
export function adviceOn(problem: SignInProblem): string {
  return ADVICE[problem];
}

const seconds = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`;

/** One step of signing in, as a sentence. */
export function wordsOfStep(step: SignInStep): string {
  if (!step.ok) {
    if (step.problem === 'clock-skew') return aheadWords(Number(step.detail));
    return [PROBLEMS[step.problem], step.detail, step.certificate && wordsOfCertificate(step.certificate)]
      .filter(Boolean)
      .join(' ');
  }
  switch (step.step) {
    case 'address':
      return step.origin;
    case 'helpdesk':
      return step.name;
    case 'signIn':
      return `Signed in as ${step.agent.name}.`;
    case 'read': {
      const open = `${step.all ? '' : 'At least '}${step.open} open`;
      const total = step.total === null ? '' : ` of ${step.total}`;
      const aside = step.setAside === 0 ? '' : ` ${step.setAside} rows set aside: ${step.problem ?? ''}`;
      return `${open}${total} conversations.${aside}`;
    }
    case 'tier':
      return step.tier;
    case 'clock':
      return step.aheadMs === null ? 'It does not tell its time.' : aheadWords(step.aheadMs);
  }
}

function wordsOfCertificate(certificate: SeenCertificate): string {
  const { host, subject, issuer, validFrom, validTo, fingerprint, faults } = certificate;
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return `${host} shows: ${subject}; issued by ${issuer}; valid ${day(validFrom)} to ${day(validTo)}; ${faults.join(', ')}; SHA-256 ${fingerprint}.`;
}

function aheadWords(ms: number): string {
  if (Math.abs(ms) < 1_500) return "The server's clock agrees with this computer's.";
  return `The server's clock is ${seconds(ms)} ${ms > 0 ? 'ahead of' : 'behind'} this computer's.`;
}
