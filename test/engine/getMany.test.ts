import type { IDataObject } from 'n8n-workflow';

import type { HistoryOptions } from '../emulator/history';
import { errorOf, valuesOf } from './results';
import { CONTINUE, generate, itemsOf, queued, withParameters } from './runs';
import { emulator, engine, useEngine } from './setup';

useEngine({ history: {} });

const DAY = 24 * 60 * 60_000;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

const getMany = (parameters: IDataObject = {}, rest = {}) =>
	withParameters({ operation: 'getMany', returnAll: true, ...parameters }, rest);

/** Makes images of two models, of which one request fails. */
async function fill(): Promise<void> {
	emulator.inject({ prompt: 'c', fails: { error: 'the worker died' } });
	await engine.run(
		queued({ concurrency: 1, maxRetries: 0 }, { items: itemsOf('a', 'b', 'c'), node: CONTINUE }),
	);
	const parameters = { model: 'flux-1.1-pro-ultra', aspectRatio: '1:1', outputFormat: 'jpg' };
	await engine.run(generate({}, { items: itemsOf('d'), parameters }));
	emulator.requests.length = 0;
}

test('returns each request with what it cost, asked for and made', async () => {
	await fill();
	const { items } = await engine.run(getMany());
	expect(valuesOf(items, 'prompt')).toEqual(['d', 'c', 'b', 'a']);
	expect(valuesOf(items, 'cost')).toEqual([0.075, 0, 0.05, 0.05]);
	expect(valuesOf(items, 'failure')).toEqual([null, 'the worker died', null, null]);
	const [first] = items;
	expect(Object.keys(first?.json ?? {}).join(' ')).toBe(
		'requestId model status cost prompt seed createdAt generationTime imageUrl failure input',
	);
	expect(first?.json).toMatchObject({
		model: 'flux-1.1-pro-ultra',
		status: 'COMPLETED',
		seed: expect.any(Number) as number,
		createdAt: expect.stringMatching(/^2\d{3}-.*Z$/) as string,
		imageUrl: expect.stringMatching(/^http.*\/files\/.*\.jpg$/) as string,
		input: { prompt: 'd', output_format: 'jpg', aspect_ratio: '1:1' },
	});
	expect(first?.pairedItem).toEqual({ item: 0 });
	expect(emulator.requests.map(({ path }) => path)).toEqual(['/inference-request/request-history']);
});

test.each<[HistoryOptions]>([
	[{ wrapper: '' }],
	[{ bodyAsText: true, copies: 3 }],
	[{ wrapper: 'data.rows' }],
])('reads a history in the shape %j', async (history) => {
	emulator.history.options = history;
	await engine.run(generate({}, { items: itemsOf('a', 'b') }));
	const { items } = await engine.run(getMany());
	expect(valuesOf(items, 'prompt').toSorted()).toEqual(['a', 'b']);
});

test('limits, filters and sorts', async () => {
	await fill();
	const promptsFor = async (parameters: IDataObject) =>
		valuesOf((await engine.run(getMany(parameters))).items, 'prompt').join('');
	expect(await promptsFor({ returnAll: false, limit: 2 })).toBe('dc');
	expect(await promptsFor({ filters: { model: 'ultra' } })).toBe('d');
	expect(await promptsFor({ filters: { status: 'FAILED' } })).toBe('c');
	expect(await promptsFor({ options: { sort: 'oldest' } })).toBe('abcd');
	expect(await promptsFor({ options: { sort: 'cost' }, returnAll: false, limit: 1 })).toBe('d');
	expect(
		await promptsFor({ filters: { from: dayOf(Date.now() - 90 * DAY) }, options: { sort: 'cost' } }),
	).toMatch(/^d/);
	expect(await promptsFor({ filters: { to: dayOf(Date.now() - 3 * DAY) } })).toBe('');
});

test('splits a long time into windows that the API takes, and reads all their pages', async () => {
	emulator.history.addTeammates(250, 'flux-1.1-pro');
	for (const [index, row] of emulator.history.rows.entries()) {
		Object.assign(row, { startedAt: Date.now() - (index % 80) * DAY });
	}
	const filters = { from: dayOf(Date.now() - 85 * DAY), to: dayOf(Date.now()) };
	const { items, error } = await engine.run(getMany({ filters }));
	expect(error).toBeUndefined();
	expect(new Set(valuesOf(items, 'requestId')).size).toBe(250);
});

test('downloads the files that are still there', async () => {
	await engine.run(generate({}, { items: itemsOf('a', 'b') }));
	emulator.inject({ on: 'file', prompt: 'b', status: 403, body: {} });
	const { items } = await engine.run(getMany({ options: { downloadFiles: true, sort: 'oldest' } }));
	expect(items.map(({ binary }) => binary?.data?.mimeType)).toEqual(['image/webp', undefined]);
	expect((await engine.read(items[0])).length).toBeGreaterThan(100);
});

test.each<[IDataObject, string]>([
	[{ returnAll: false, limit: 0 }, "'Limit' is out of range: 0"],
	[{ filters: { from: 'yesterday' } }, '\'From\' is not a date: "yesterday"'],
	[{ filters: { to: {} } }, "'To' is not a date"],
	[{ filters: { from: '2026-02-02', to: '2026-02-01' } }, "'From' is after To"],
	[{ filters: { from: '1999-01-01' } }, "'From' is more than 1098 days before To"],
	[{ filters: { model: 'flux?x=1' } }, "'Model' has characters"],
	[{ filters: { status: 'OK' } }, `'Status' can't be "OK"`],
	[{ options: { sort: 'random' } }, `'Sort' can't be "random"`],
])('refuses %j before anything is asked', async (parameters, message) => {
	const { error } = await engine.run(getMany(parameters));
	expect(error?.message).toContain(message);
	expect(emulator.requests).toEqual([]);
});

test.each(['absent', 'unauthorized', 'page', 'broken'] as const)(
	'says when the history is %s, and bills nothing',
	async (state) => {
		emulator.history.options = { state };
		const { items } = await engine.run(getMany({}, { node: CONTINUE }));
		expect(errorOf(items[0])).toMatchObject({ billed: 'no' });
		expect(String(items[0]?.json.error)).not.toContain('another request');
	},
);
