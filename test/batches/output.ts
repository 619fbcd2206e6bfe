/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { inspect } from 'node:util';

import { draw } from '../emulator/draw';
import type { ReceivedRequest } from '../emulator/emulator';
import { isFlow } from './batch';
import { couldMake, indexOf, isError } from './group';
import type { Play } from './play';

const TYPES: Readonly<Record<string, string>> = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

const drawn = new Map<string, Promise<Buffer>>();

/** The image that the emulator makes of a request, in this format. */
async function imageOf({ path, body }: ReceivedRequest, format: string): Promise<Buffer> {
	const plain = { prompt: String(body.prompt), seed: 1, aspect_ratio: '1:1', width: 256, height: 256 };
	const asked = /flux/.test(path) ? body : {};
	const drawing = { ...plain, ...asked, output_format: format, output_quality: 80 };
	const key = JSON.stringify(drawing);
	if (!drawn.has(key)) drawn.set(key, draw(drawing));
	return await drawn.get(key)!;
}

/** A finished request may have no file: its answer is the output then. */
function expectOutputAlone(item: INodeExecutionData, { batch }: Play): void {
	const { prompt } = batch.items[indexOf(item)]!;
	expect(batch.items.filter((each) => each.prompt === prompt).flatMap(({ faults }) => faults)).toContain(
		'no output',
	);
	expect(item.json.output).toMatchObject({ request_id: item.json.requestId, prompt });
	expect(item.binary ?? {}).toEqual({});
}

/** Each file of an item is the image of a request that was paid for, under a name and a type that fit. */
async function expectImage(item: INodeExecutionData, play: Play): Promise<void> {
	const { json, binary = {} } = item;
	const { batch, tries } = play;
	const input = batch.items[indexOf(item)]!;
	const paid = tries.flatMap(({ requests }) => requests.filter((seen) => seen.paid));
	const request = paid.find((seen) => couldMake(seen, item, batch));
	expect(request).toBeDefined();
	if (json.output === undefined)
		expect(Object.keys(binary)).toEqual(isFlow(batch) ? batch.outputs : ['data']);
	else expectOutputAlone(item, play);
	for (const [field, { fileName = '', mimeType }] of Object.entries(binary)) {
		const format = fileName.split('.').at(-1) ?? '';
		const bytes = await play.read(item, field);
		expect(bytes.equals(await imageOf(request!, format))).toBe(true);
		expect(mimeType).toBe(TYPES[format]);
		if (!isFlow(batch)) expect(json).toMatchObject({ fileName, mimeType, format, fileSize: bytes.length });
	}
	if (!isFlow(batch)) expect(json.prompt).toBe(input.prompt);
	expect('lane' in json).toBe(input.includeInputFields);
}

const orNull = (value: unknown, type: 'number' | 'string'): boolean =>
	value === null || typeof value === type;

/** A failed item is what the contract says, and nothing else. */
function expectError({ json, pairedItem }: INodeExecutionData): void {
	expect(Object.keys(json).sort()).toEqual(['details', 'error', 'message']);
	const { statusCode, cause, billed, retryable, attempts, requestId, remainingCredits, ...others } =
		json.details as IDataObject;
	expect(others).toEqual({});
	expect([typeof json.error, typeof json.message, typeof cause]).toEqual(['string', 'string', 'string']);
	expect([typeof retryable, typeof attempts]).toEqual(['boolean', 'number']);
	expect(['no', 'unknown']).toContain(billed);
	expect(
		orNull(statusCode, 'number') && orNull(remainingCredits, 'number') && orNull(requestId, 'string'),
	).toBe(true);
	expect(pairedItem).toEqual({ item: expect.any(Number) });
}

const expectDistinct = (values: readonly unknown[]): void => expect(new Set(values).size).toBe(values.length);

/** The key is nowhere in what n8n stores, shows or throws, and was not sent to where the files are. */
function expectSecrecy({ executions, tries, emulator }: Play): void {
	const all = { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null };
	const seen = inspect([executions, tries.map(({ items, error }) => [items, error])], all);
	const secret = emulator.key.replace('SG_', '');
	expect([secret.slice(0, 12), secret.slice(-12)].filter((part) => seen.includes(part))).toEqual([]);
	const fetched = emulator.requests.filter(({ path }) => path.startsWith('/files/'));
	expect(fetched.filter(({ headers }) => JSON.stringify(headers).includes(secret))).toEqual([]);
}

/** Every image comes out once, at the right output, in order, with a file of its own. */
export async function expectWholeOutput(play: Play): Promise<void> {
	const { batch, tries, executions } = play;
	const ran = executions.at(-1)!;
	// Faults are limited in number, so in the end everything is there.
	expect(ran.error).toBeUndefined();
	const items = tries.at(-1)?.items ?? [];
	const wanted = batch.items.flatMap(({ images }, index) => Array.from({ length: images }, () => index));
	expect(items.map(indexOf)).toEqual(wanted);
	for (const each of tries) (each.items ?? []).filter(isError).forEach(expectError);

	const delivered = items.filter((item) => !isError(item));
	if (batch.onError === 'stopWorkflow') expect(delivered).toHaveLength(wanted.length);
	const errorOutput = batch.onError === 'continueErrorOutput' ? items.length - delivered.length : 0;
	expect([ran.items.length, ran.errorOutput.length]).toEqual([items.length - errorOutput, errorOutput]);
	for (const item of delivered) await expectImage(item, play);
	const files = delivered.flatMap(({ binary = {} }) => Object.values(binary));
	expectDistinct(files.map(({ id }) => id));
	expectDistinct(files.map(({ fileName = '' }) => fileName.toLowerCase()));
	expectDistinct(delivered.flatMap(({ json }) => json.requestId ?? []));

	// A run that n8n does not try again leaves nothing behind.
	const context = ran.run.data.executionData?.contextData['node:Segmind'] ?? {};
	const [first] = items;
	const mayTryAgain = batch.maxTries > 1 && first !== undefined && isError(first);
	if (!mayTryAgain) expect(context).toEqual({});
	expectSecrecy(play);
}
