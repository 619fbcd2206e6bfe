/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command for the terminal, not part of the node */
import { join } from 'node:path';
import process from 'node:process';
import type { INodeType } from 'n8n-workflow';

import { Emulator } from '../test/emulator/emulator';
import type { RateLimitOptions, Windows } from '../test/emulator/rateLimit';
import { Engine } from '../test/engine/engine';

/** How the node fares under a rate limit, with its default settings. */
export interface LimitRow {
	readonly windows: Windows;
	readonly tells: NonNullable<RateLimitOptions['tells']>;
	/** Requests in a window. */
	readonly requests: number;
	/** Executions at once, in one n8n and with one key. */
	readonly executions: number;
	/** Time over the best possible. */
	readonly ratio: number;
	/** Refused requests in the first window, and in each later one on average. */
	readonly refusedFirst: number;
	readonly refusedLater: number;
	/** Images that were not delivered. */
	readonly lost: number;
}

/** Milliseconds. */
const WINDOW = 2000;

/** Windows that the images fill. */
const WINDOWS = 6;

/** Milliseconds that an image takes. */
const DELAY = 40;

/** Rows that are measured at once; most of their time is waiting. */
const AT_ONCE = 4;

type Case = Pick<LimitRow, 'windows' | 'tells' | 'requests' | 'executions'>;

const casesOf = (requests: readonly number[], executions: readonly number[]): Case[] =>
	(['fixed', 'sliding', 'clock'] as const).flatMap((windows) =>
		(['header', 'body', 'nothing'] as const).flatMap((tells) =>
			requests.flatMap((limit) =>
				executions.map((count) => ({ windows, tells, requests: limit, executions: count })),
			),
		),
	);

const ALL = casesOf([1, 5, 20, 60], [1, 3]);

const QUICK = casesOf([5], [1]);

async function measureLimit(
	engine: Engine,
	{ windows, tells, requests, executions }: Case,
): Promise<LimitRow> {
	const emulator = await Emulator.start({
		rateLimit: { requests, window: WINDOW, windows, tells },
		delay: DELAY,
		credits: 1000,
		picture: Buffer.from('GIF89a\x01\0\x01\0'),
	});
	const total = WINDOWS * requests;
	const credential = { apiKey: emulator.key, baseUrl: emulator.url };
	const started = Date.now();
	const runs = Array.from({ length: executions }, async (_, index) => {
		const count = Math.floor((total * (index + 1)) / executions) - Math.floor((total * index) / executions);
		const items = Array.from({ length: count }, (__, number) => ({
			json: { prompt: `fox ${index}-${number}` },
		}));
		return await engine.run({ credential, items, parameters: { prompt: '={{ $json.prompt }}' } });
	});
	const results = await Promise.all(runs);
	const milliseconds = Date.now() - started;
	const refusals = emulator.requests.filter(({ status }) => status === 429).map(({ at }) => at);
	await emulator.close();
	const firstWindow = windows === 'clock' ? WINDOW - (started % WINDOW) : WINDOW;
	const best = firstWindow + (WINDOWS - 2) * WINDOW + DELAY;
	const later = refusals.filter((at) => at >= started + firstWindow).length;
	const delivered = results
		.flatMap(({ items }) => items)
		.filter(({ json }) => json.error === undefined).length;
	return {
		...{ windows, tells, requests, executions },
		ratio: milliseconds / best,
		refusedFirst: refusals.length - later,
		refusedLater: later / (WINDOWS - 1),
		lost: total - delivered,
	};
}

/** Measures the node under rate limits of 2 s. */
export async function measureLimits(isQuick: boolean): Promise<LimitRow[]> {
	const { Segmind }: { Segmind: new () => INodeType } = await import(join(process.cwd(), 'index.js'));
	const engine = await Engine.start(new Segmind());
	const rows: LimitRow[] = [];
	const cases = [...(isQuick ? QUICK : ALL)];
	while (cases.length > 0) {
		rows.push(
			...(await Promise.all(cases.splice(0, AT_ONCE).map(async (each) => await measureLimit(engine, each)))),
		);
	}
	await engine.stop();
	return rows;
}
