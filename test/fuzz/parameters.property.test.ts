import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { flux11Pro } from '../../nodes/Segmind/model/flux11Pro';
import { Refusal } from '../../nodes/Segmind/segmind/refusal';
import { toImageRequest } from '../../nodes/Segmind/request/request';
import { toRunSettings, toSettings } from '../../nodes/Segmind/request/settings';
import { Emulator } from '../emulator/emulator';
import { Engine } from '../engine/engine';
import { outcomeOf } from '../unit/refused';
import { campaign } from './campaign';
import { anything, ATTRIBUTES, fieldsOf, inItems, LABELS, OPTIONS } from './entered';
import { refusedByPage } from './page';
import { smallPicture } from './samples';

const always = campaign(3);

let engine: Engine;
let emulator: Emulator;

beforeAll(async () => {
	engine = await Engine.start();
	emulator = await Emulator.start({ credits: 1_000_000, picture: await smallPicture('webp') });
});
afterAll(async () => {
	await engine.stop();
	await emulator.close();
});

const named = new RegExp(`^'(${LABELS.join('|')})' `);

always(
	'whatever is entered for an attribute becomes a body that the page accepts, or a refusal that names the field',
	fc.record({ entered: fieldsOf(ATTRIBUTES, anything, 8), drawn: fc.integer({ min: 0, max: 2147483647 }) }),
	({ entered, drawn }) => {
		const outcome = outcomeOf(() => toImageRequest(flux11Pro, entered, () => drawn));
		if (outcome instanceof Refusal) {
			expect(outcome).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
			expect(outcome.message).toMatch(named);
			expect(outcome.advice).toMatch(/Nothing was sent and nothing was billed\.$/);
			return;
		}
		const sent: Record<string, unknown> = JSON.parse(JSON.stringify(outcome.body));
		expect(refusedByPage(sent)).toStrictEqual([]);
		expect(sent.prompt).toBe(entered.prompt);
	},
);

always(
	'whatever is entered for an option is within its bounds, or a refusal that names the option',
	fieldsOf(OPTIONS, anything, 8),
	(entered) => {
		const outcome = outcomeOf(() => ({ ...toSettings(entered), ...toRunSettings(entered) }));
		if (outcome instanceof Refusal) {
			expect(outcome).toMatchObject({ cause: 'request', billed: 'no', attempts: 0 });
			expect(outcome.message).toMatch(named);
			return;
		}
		for (const [value, min, max] of [
			[outcome.concurrency, 1, 20],
			[outcome.maxRetries, 0, 10],
			[outcome.numberOfImages, 1, 10],
			[outcome.requestsPerMinute, 0, 6000],
			[outcome.timeout, 5, 600],
		] as const) {
			expect(Number.isInteger(value) && value >= min && value <= max).toBe(true);
		}
		const floor = outcome.minimumRemainingCredits;
		expect(Number.isFinite(floor) && floor >= 0).toBe(true);
		expect(['none', '1 hour', '1 day', '7 days']).toContain(outcome.linkExpiry);
		expect([typeof outcome.includeInputFields, typeof outcome.retryUncertain]).toEqual([
			'boolean',
			'boolean',
		]);
		expect(outcome.binaryPropertyOutput.trim()).not.toBe('');
	},
);

const fromItem = (names: object): IDataObject =>
	Object.fromEntries(Object.keys(names).map((name) => [name, `={{ $json[${JSON.stringify(name)}] }}`]));

const { prompt, aspectRatio, width, height, outputFormat, ...additional } = ATTRIBUTES;

const PARAMETERS: IDataObject = {
	...fromItem({ prompt, aspectRatio, width, height, outputFormat }),
	additionalFields: fromItem(additional),
	options: fromItem(OPTIONS),
};

/** A pace of a few requests a minute is as good as any, and takes too long to wait for. */
const tooSlow = (value: unknown): boolean =>
	['number', 'string'].includes(typeof value) && Number(value) >= 1 && Number(value) < 6000;

const itemOf = fieldsOf({ ...ATTRIBUTES, ...OPTIONS }, inItems, 30).filter(
	(entered) => !tooSlow(entered.requestsPerMinute),
);

always(
	'whatever items hold, nothing is sent that the page would not accept, and what is not sent says why',
	fc.array(itemOf, { minLength: 1, maxLength: 6 }),
	async (entered) => {
		emulator.reset();
		const { items, error } = await engine.run({
			credential: { apiKey: emulator.key, baseUrl: emulator.url },
			items: entered.map((json) => ({ json: json as IDataObject })),
			node: { onError: 'continueRegularOutput' },
			parameters: PARAMETERS,
		});
		expect(error).toBeUndefined();
		for (const { body, status } of emulator.imageRequests) {
			expect([refusedByPage(body), status]).toEqual([[], 200]);
			expect(entered.map((each) => each.prompt)).toContain(body.prompt);
		}
		const refused = items.filter(({ json }) => json.details !== undefined);
		for (const { json } of refused) {
			expect(json.error).toMatch(named);
			expect(json.details).toMatchObject({ cause: 'request', billed: 'no', attempts: 0, statusCode: null });
		}
		const delivered = items.length - refused.length;
		expect([emulator.imageRequests.length, emulator.paid]).toEqual([delivered, delivered]);
		expect(new Set(items.map(({ pairedItem }) => JSON.stringify(pairedItem))).size).toBe(entered.length);
	},
);
