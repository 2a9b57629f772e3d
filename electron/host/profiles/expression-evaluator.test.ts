import { afterEach, describe, expect, it } from 'vitest';
import type { ExpressionInput, Outcome } from '@shared/backends/custom/evaluator';
import { createExpressionEvaluator, type ClosableEvaluator } from './expression-evaluator';
import { processRunner, threadRunner } from './expression-runner';

const LANE = { accountId: 'a1', urgency: 'pull' } as const;

describe.each([
  ['process', processRunner],
  ['thread', threadRunner],
] as const)('in a %s', (_where, start) => {
  let evaluator: ClosableEvaluator | null = null;
  afterEach(async () => {
    await evaluator?.close();
    evaluator = null;
  });

  const made = (options: Parameters<typeof createExpressionEvaluator>[0] = {}): ClosableEvaluator =>
    (evaluator = createExpressionEvaluator({ start, ...options }));

  /** What one expression gives of one value. */
  async function outcome(expression: string, value: unknown, vars = {}): Promise<Outcome> {
    const tasks = [{ each: null, expressions: [expression] }];
    const results = await (evaluator ?? made()).evaluate(tasks, [{ value, vars }], LANE);
    return (results[0]?.[0] as Outcome[][])[0]?.[0] as Outcome;
  }

  it.each([
    ['pads', '$pad("x", 500000000)'],
    ['splits and joins', '$join($split(text, ""), "-----------")'],
    ['joins', '$join($map([1..200], function($i) { $$.text }))'],
    [
      'doubles text',
      '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $uppercase($f("xx", 28)))',
    ],
    [
      'names one thing twice, again and again',
      '($f := function($s, $n) { $n = 0 ? $s : $f({ "a": $s, "b": $s }, $n - 1) }; $string($f("xx", 27)))',
    ],
  ])(
    'one that %s until no memory is left on its way is refused, and the host goes on',
    async (_what, text) => {
      made({ limitMs: 20_000 });
      expect(await outcome(text, { text: 'x'.repeat(3_000_000) })).toMatchObject({
        problem: expect.stringMatching(/^It makes more than 8388608 characters on its way/) as string,
      });
    },
  );

  it('lists and texts of the size of an input are worked with', async () => {
    made({ limitMs: 20_000 });
    const value = { text: 'wide '.repeat(200_000) };
    expect(await outcome('$length($join($split(text, " "), ", "))', value)).toEqual({ value: 1_200_000 });
    expect(await outcome('$length($pad(text & "!", 1500000, "-"))', value)).toEqual({ value: 1_500_000 });
  });

  describe('expressions', () => {
    it('are asked of every input, with names and variables', async () => {
      const tasks = [{ each: null, expressions: ['id', '$prefix & name', 'nothing'] }];
      const inputs = [1, 2].map((id) => ({ value: { id, name: `n${id}` }, vars: { prefix: '#' } }));
      await expect(made().evaluate(tasks, inputs, LANE)).resolves.toEqual([
        [[[{ value: 1 }, { value: '#n1' }, {}]], [[{ value: 2 }, { value: '#n2' }, {}]]],
      ]);
    });

    it('are asked of each thing inside an input, which knows the input as $row', async () => {
      const tasks = [{ each: 'items', expressions: ['id', '$row.id'] }];
      const inputs = [
        { value: { id: 'a', items: [{ id: 1 }, { id: 2 }] }, vars: {} },
        { value: { id: 'b', items: { id: 3 } }, vars: {} },
        { value: { id: 'c' }, vars: {} },
      ];
      const [found] = await made().evaluate(tasks, inputs, LANE);
      expect(found).toEqual([
        [
          [{ value: 1 }, { value: 'a' }],
          [{ value: 2 }, { value: 'a' }],
        ],
        [[{ value: 3 }, { value: 'b' }]],
        [],
      ]);
    });

    it('tell what is wrong with them and where, and do not stop the others', async () => {
      const tasks = [{ each: null, expressions: ['1 +', '$uppercase(5)', '"fine"'] }];
      const [[[reading]]] = (await made().evaluate(tasks, [{ value: {}, vars: {} }], LANE)) as [
        [[Outcome[]]],
      ];
      expect(reading).toEqual([
        { problem: expect.stringContaining('end of expression') as string, position: 3 },
        { problem: expect.stringContaining('uppercase') as string, position: expect.any(Number) as number },
        { value: 'fine' },
      ]);
    });
  });

  describe('a runaway expression', () => {
    it.each([
      ['calls itself for ever', '($f := function($n) { $f($n + 1) }; $f(0))'],
      ['backtracks for ever', '$match(text, /^(a+)+$/)'],
    ])('is stopped when it %s, and the others give what they have', async (_title, expression) => {
      const tasks = [{ each: null, expressions: ['1', expression] }];
      const inputs = [{ value: { text: `${'a'.repeat(60)}!` }, vars: {} }];
      const [[[reading]]] = (await made({ limitMs: 400 }).evaluate(tasks, inputs, LANE)) as [[[Outcome[]]]];
      expect(reading?.[0]).toEqual({ value: 1 });
      expect(reading?.[1]).toMatchObject({ problem: expect.stringMatching(/took longer|stack/i) as string });
    });

    it('is stopped when it eats the memory', async () => {
      const greedy = '($f := function($l) { $f($append($l, $l)) }; $f([1..1000000]))';
      made({ limitMs: 20_000, memoryMb: 24 });
      await expect(outcome(greedy, {})).resolves.toMatchObject({
        problem: expect.stringContaining('24 MB') as string,
      });
      await expect(outcome('1 + 1', {})).resolves.toEqual({ value: 2 });
    });

    it('is set aside for its own input only', async () => {
      const tasks = [{ each: null, expressions: ['$match(text, /^(a+)+$/) ? "yes" : "no"'] }];
      const inputs = ['aa', `${'a'.repeat(60)}!`, 'b'].map((text) => ({ value: { text }, vars: {} }));
      const [found] = await made({ limitMs: 400 }).evaluate(tasks, inputs, LANE);
      expect(found?.map((readings) => (readings as Outcome[][])[0]?.[0])).toEqual([
        { value: 'yes' },
        { problem: expect.stringContaining('took longer') as string, position: null },
        { value: 'no' },
      ]);
    });
  });

  describe('an expression that runs away for every row', () => {
    it('fails the whole batch by its name, so that no row is lost', async () => {
      const tasks = [{ each: null, expressions: ['$match(text, /^(a+)+$/)'] }];
      const inputs = Array.from({ length: 10 }, (_, id) => ({
        value: { id, text: `${'a'.repeat(60)}!` },
        vars: {},
      }));
      await expect(made({ limitMs: 100 }).evaluate(tasks, inputs, LANE)).rejects.toMatchObject({
        kind: 'nonsense',
        message: expect.stringContaining('$match(text') as string,
      });
    });
  });

  describe('an expression that reaches out', () => {
    it.each([
      'process.env',
      'globalThis',
      '$process',
      '$fetch("http://127.0.0.1:9/")',
      '$require("fs")',
      '$lookup({}, "constructor")',
      '$lookup($lookup({}, "constructor"), "constructor")',
      '{}.constructor.constructor("return process")()',
      '$string.constructor("return 1")()',
      '$eval("process")',
      '$clone.constructor',
    ])('%s gives nothing', async (expression) => {
      const found = await outcome(expression, { a: 1 });
      expect('problem' in found || found.value === undefined).toBe(true);
    });

    it('gives no functions away', async () => {
      await expect(outcome('$sum', {})).resolves.toMatchObject({
        problem: expect.stringContaining('function') as string,
      });
      await expect(outcome('function($x) { $x }', {})).resolves.toHaveProperty('problem');
    });

    it('leaves nothing behind for the next one', async () => {
      await outcome('$a := 5', {});
      await expect(outcome('$a', {})).resolves.toEqual({});
      await outcome('$ ~> |$|{"__proto__": {"polluted": true}}|', { a: 1 });
      await expect(outcome('{}.polluted', {})).resolves.toEqual({});
    });
  });

  it('is closed with what runs in it', async () => {
    const closing = made({ limitMs: 60_000 });
    const endless = closing.evaluate(
      [{ each: null, expressions: ['$match(text, /^(a+)+$/)'] }],
      [{ value: { text: `${'a'.repeat(60)}!` }, vars: {} }],
      LANE,
    );
    const refused = expect(endless).rejects.toThrow('closed');
    await new Promise((resolve) => setImmediate(resolve));
    await closing.close();
    await refused;
  });

  it('refuses an input that is too large, and what is made too large of a small one', async () => {
    made({ mostCharacters: 10_000 });
    await expect(outcome('id', { id: 1, text: 'x'.repeat(10_000) })).resolves.toBeUndefined();
    await expect(outcome('$pad("", 20000)', {})).resolves.toMatchObject({
      problem: expect.stringContaining('10000 characters') as string,
    });
    await expect(outcome('id', { id: 1 })).resolves.toEqual({ value: 1 });
  });
});

const SLOW = '$match(text, /^(a+)+$/) ? 1 : 0';
const slow = (id: number): ExpressionInput => ({
  value: { id, text: `${'a'.repeat(60)}!` },
  vars: {},
});
const swift = (id: number): ExpressionInput => ({ value: { id, text: 'b' }, vars: {} });
const tasks = [{ each: null, expressions: [SLOW] }];

describe('an evaluator', () => {
  let evaluator: ClosableEvaluator;
  let started: number;
  const opened = (limitMs: number): ClosableEvaluator => {
    started = 0;
    const start: typeof processRunner = (limits) => {
      started += 1;
      return processRunner(limits);
    };
    return (evaluator = createExpressionEvaluator({ limitMs, start }));
  };
  afterEach(() => evaluator.close());

  it('outlives what its expressions run in, whatever ends that', async () => {
    const { evaluate } = opened(20_000);
    const fatal = [{ each: null, expressions: ['[1..9999999].[$, $, $]', '1'] }];
    const [found] = await evaluate(fatal, [swift(1)], LANE);
    expect((found?.[0] as Outcome[][])[0]).toEqual([
      { problem: expect.stringContaining('stopped') as string, position: null },
      { value: 1 },
    ]);
  });

  it('ends a runaway once for a row, and never again for the same row', async () => {
    const { evaluate } = opened(200);
    const rows = [swift(1), slow(2), slow(3), swift(4)];
    const first = await evaluate(tasks, rows, LANE);
    expect(started).toBe(3);
    await expect(evaluate(tasks, rows, LANE)).resolves.toEqual(first);
    expect(started).toBe(3);
  });

  it('lets a few runaways among many rows not stop the others', async () => {
    const { evaluate } = opened(100);
    const rows = [
      ...Array.from({ length: 20 }, (_, id) => swift(id)),
      ...Array.from({ length: 10 }, (_, id) => slow(id)),
    ];
    const [found] = await evaluate(tasks, rows, LANE);
    const problems = found?.filter((readings) => 'problem' in ((readings as Outcome[][])[0]?.[0] ?? {}));
    expect(problems).toHaveLength(10);
  });

  it('keeps no account waiting for another one', async () => {
    const { evaluate } = opened(60_000);
    const endless = evaluate(tasks, [slow(1)], LANE).catch(() => 'closed');
    await expect(evaluate(tasks, [swift(1)], { accountId: 'a2', urgency: 'pull' })).resolves.toEqual([
      [[[{ value: 0 }]]],
    ]);
    await evaluator.close();
    await expect(endless).resolves.toBe('closed');
  });

  it('lets what an agent waits for go before the rest of a pull', async () => {
    const { evaluate } = opened(400);
    const order: string[] = [];
    const rows = [slow(1), slow(2), slow(3), ...Array.from({ length: 60 }, (_, id) => swift(id))];
    const pulled = evaluate(tasks, rows, LANE).then(() => order.push('pull'));
    const asked = evaluate(tasks, [swift(1)], { accountId: 'a1', urgency: 'agent' }).then(() =>
      order.push('agent'),
    );
    await Promise.all([pulled, asked]);
    expect(order).toEqual(['agent', 'pull']);
    // It waited for the one that ran, and for no other.
    expect(started).toBe(4);
  });
});
