/** brushfield doctor: what it says about this machine and about machines that lack something. */
import { expect, test } from 'vitest';
import {
  inspectMachine,
  itemsOf,
  memoryItem,
  nodeItem,
  type SetUpReport,
} from '../../src-main/core/doctor.js';

const complete: SetUpReport = {
  cache: { folder: '/cache', freeBytes: 50e9 },
  tensorflow: {
    wanted: '2.21.0',
    ready: true,
    kind: 'cpu',
    libraries: '/cache/tensorflow/2.21.0-cpu',
    damaged: [],
    trial: { version: '2.21.0', gpu: false },
  },
  nvidiaDriver: false,
  python: { executable: '/usr/bin/python3', version: '3.11.7', pip: true },
  compiler: 'c++',
};

const named = (report: SetUpReport, id: string) => itemsOf(report).find((item) => item.id === id);

test('this machine, on which the tests run, has all that is needed', async () => {
  const { ok, items } = await inspectMachine();
  expect(items.filter(({ state }) => state === 'missing')).toEqual([]);
  expect(ok).toBe(true);
  expect(items.find(({ id }) => id === 'tensorflow')?.value).toContain('2.21.0');
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
});

test('without TensorFlow it says how to get it', () => {
  const { trial: _, ...tensorflow } = complete.tensorflow;
  const found = named({ ...complete, tensorflow: { ...tensorflow, ready: false } }, 'tensorflow');
  expect(found).toMatchObject({ state: 'missing', value: '2.21.0 is not set up' });
  expect(found?.advice).toContain('npm run setup');
});

test('a damaged library is named', () => {
  const tensorflow = { ...complete.tensorflow, damaged: ['tensorflow/libtensorflow_cc.so.2'] };
  const found = named({ ...complete, tensorflow }, 'tensorflow');
  expect(found?.state).toBe('missing');
  expect(found?.value).toContain('libtensorflow_cc.so.2');
  expect(found?.advice).toContain('--verify');
});

test('a compiler is missed only while TensorFlow has to be made', () => {
  const { compiler: _, ...report } = complete;
  expect(named(report, 'compiler')?.state).toBe('warning');
  const unready = { ...report, tensorflow: { ...report.tensorflow, ready: false } };
  expect(named(unready, 'compiler')).toMatchObject({ state: 'missing', value: 'not found' });
});

test('a driver whose GPU is not used is pointed out with the reason', () => {
  expect(named({ ...complete, nvidiaDriver: true }, 'device')).toMatchObject({
    state: 'warning',
    advice: 'run "npm run setup -- --gpu"',
  });
  const tensorflow = { ...complete.tensorflow, insteadOfGpu: 'The disk is full.' };
  expect(named({ ...complete, tensorflow, nvidiaDriver: true }, 'device')?.advice).toContain(
    'The disk is full.',
  );
});

test('an old Node and little memory are pointed out', () => {
  expect(nodeItem('20.11.0').state).toBe('missing');
  expect(nodeItem('24.0.0').state).toBe('ok');
  expect(memoryItem(2e9, 1e9).state).toBe('warning');
  expect(memoryItem(8e9, 1e9)).toMatchObject({ state: 'ok', value: '8.0 GB, 1.0 GB free' });
});
