import { randomBytes } from 'node:crypto';

import type { Engine, Ran } from '../engine/engine';
import { outputsOf, wrongItems, wrongSecrecy, wrongStop } from './check';
import type { Outlook } from './expectation';
import { arrangementOf, ITEMS, MAX_RETRIES, MAX_TRIES, outlookOf } from './expectation';
import type { Pictures } from './pictures';
import type { Result } from './result';
import type { Stand } from './stand';
import { STORM } from './stand';
import type { Row } from './trial';
import { leftOpen, openResources, watchProcess } from './watch';

/** Seconds for an answer, where the fault is not about time: more than a busy machine needs for 65 MiB. */
const PATIENCE = 30;

/** Milliseconds between the tries of Retry On Fail. */
const BETWEEN_TRIES = 100;

/** What the rows of one process share. */
export interface Bench {
	readonly engine: Engine;
	readonly pictures: Pictures;
	/** The key must never arrive here. */
	readonly elsewhere: { readonly url: string; readonly requests: readonly unknown[] };
}

async function run(engine: Engine, { trial, setting }: Row, stand: Stand, key: string): Promise<Ran> {
	const { stormIndex, concurrency } = arrangementOf(setting);
	const prompts = Array.from({ length: ITEMS }, (_, index) =>
		index === stormIndex ? `a ${STORM}` : `a calm sea ${index}`,
	);
	return await engine.run({
		credential: { apiKey: key, baseUrl: stand.baseUrl },
		items: prompts.map((prompt) => ({ json: { prompt } })),
		node: { ...setting, maxTries: MAX_TRIES, waitBetweenTries: BETWEEN_TRIES },
		parameters: {
			prompt: '={{ $json.prompt }}',
			options: { concurrency, maxRetries: MAX_RETRIES, timeout: PATIENCE, ...trial.options },
		},
	});
}

function* wrongCounts(stand: Stand, outlook: Outlook): Generator<string> {
	if (stand.asked.length !== outlook.requests)
		yield `${stand.asked.length} requests, not ${outlook.requests}: ${stand.asked.join(', ')}`;
	if (stand.paid.length !== outlook.paid)
		yield `${stand.paid.length} paid, not ${outlook.paid}: ${stand.paid.join(', ')}`;
}

async function* wrongFiles(engine: Engine, { items }: Ran, { trial }: Row): AsyncGenerator<string> {
	for (const item of items.filter(({ binary }) => binary?.data !== undefined)) {
		const { length } = await engine.read(item);
		if (length !== item.json.fileSize) yield `a file of ${length} bytes, not ${String(item.json.fileSize)}`;
		const isStorm = String(item.json.prompt).includes(STORM);
		for (const [name, value] of Object.entries(isStorm ? (trial.expected.tells ?? {}) : {})) {
			if (item.json[name] !== value) yield `${name} is ${String(item.json[name])}, not ${String(value)}`;
		}
	}
}

/** Runs one fault under one setting, and looks at both ends: what the server saw, and what came out. */
export async function examine({ engine, pictures, elsewhere }: Bench, row: Row): Promise<Result> {
	const key = `${row.trial.bareKey === true ? '' : 'SG_'}${randomBytes(16).toString('hex')}`;
	const outlook = outlookOf(row.trial.expected, row.setting);
	const stand = await row.trial.stand({ pictures, elsewhere: elsewhere.url, key });
	const before = openResources();
	const carried = elsewhere.requests.length;
	const watched = watchProcess();
	try {
		const ran = await run(engine, row, stand, key);
		const left = await leftOpen(before);
		const wrong = [...wrongCounts(stand, outlook), ...wrongSecrecy(ran, watched.printed(), key)];
		if (outlook.stops) wrong.push(...wrongStop(ran, outlook, row.trial.expected));
		else wrong.push(...wrongItems(ran, outlook, row.trial.expected, row.setting));
		for await (const each of wrongFiles(engine, ran, row)) wrong.push(each);
		wrong.push(...watched.uncaught.map((each) => `nobody caught ${each}`));
		if (left.length > 0) wrong.push(`left open: ${left.join(', ')}`);
		if (elsewhere.requests.length > carried) wrong.push('the key was carried elsewhere');
		return { ...countsOf(ran, stand), spoiled: left.length > 0, wrong };
	} finally {
		watched.stop();
		await stand.close();
	}
}

function countsOf(ran: Ran, { asked, paid }: Stand): Omit<Result, 'spoiled' | 'wrong'> {
	const { items, routed } = outputsOf(ran);
	const { error } = ran;
	const refused = [...items, ...routed].map(({ json }) => json.details as { billed?: unknown } | undefined);
	const kept = /(\d) of 3 images are paid and kept/.exec(String(error?.description))?.[1] ?? '0';
	const stopped = /may have been made and billed/.test(String(error?.description)) ? 1 : 0;
	return {
		requests: asked.length,
		paid: paid.length,
		delivered: items.filter(({ json }) => json.error === undefined).length,
		kept: Number(kept),
		inDoubt: refused.filter((details) => details?.billed === 'unknown').length + stopped,
	};
}
