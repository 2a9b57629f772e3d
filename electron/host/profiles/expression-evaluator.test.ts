import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '@shared/backends/custom/evaluator';
import { createExpressionEvaluator, type ClosableEvaluator } from './expression-evaluator';

let evaluator: ClosableEvaluator | null = null;
afterEach(async () => {
  await evaluator?.close();
  evaluator = null;
});

const made = (options: Parameters<typeof createExpressionEvaluator>[0] = {}): ClosableEvaluator =>
  (evaluator = createExpressionEvaluator(options));

/** What one expression gives of one value. */
async function outcome(expression: string, value: unknown, vars = {}): Promise<Outcome> {
  const tasks = [{ each: null, expressions: [expression] }];
  const results = await (evaluator ?? made()).evaluate(tasks, [{ value, vars }]);
  return (results[0]?.[0] as Outcome[][])[0]?.[0] as Outcome;
}

describe('expressions', () => {
  it('are asked of every input, with names and variables', async () => {
    const tasks = [{ each: null, expressions: ['id', '$prefix & name', 'nothing'] }];
    const inputs = [1, 2].map((id) => ({ value: { id, name: `n${id}` }, vars: { prefix: '#' } }));
    await expect(made().evaluate(tasks, inputs)).resolves.toEqual([
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
    const [found] = await made().evaluate(tasks, inputs);
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
    const [[[reading]]] = (await made().evaluate(tasks, [{ value: {}, vars: {} }])) as [[[Outcome[]]]];
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
    const [[[reading]]] = (await made({ limitMs: 400 }).evaluate(tasks, inputs)) as [[[Outcome[]]]];
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
    const [found] = await made({ limitMs: 400 }).evaluate(tasks, inputs);
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
    const inputs = Array.from({ length: 6 }, () => ({ value: { text: `${'a'.repeat(60)}!` }, vars: {} }));
    await expect(made({ limitMs: 100 }).evaluate(tasks, inputs)).rejects.toMatchObject({
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
  );
  const refused = expect(endless).rejects.toThrow('closed');
  await new Promise((resolve) => setImmediate(resolve));
  await closing.close();
  await refused;
});
