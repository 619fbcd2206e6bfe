import { stringify } from 'flatted';
import type { INodeExecutionData } from 'n8n-workflow';

import type { Ran } from '../engine/engine';
import type { Fate, Outlook } from './expectation';
import { MEANINGS } from './meanings';
import { holdsKey } from './secrecy';
import type { Expected, Setting } from './trial';

/** A sentence that tells the user what to do starts with one of these. */
const NEXT_STEP =
	/(^|[.:] )(add|ask|change|check|enter|look|paste|raise|reword|run|something between|use|wait)\b/i;

/** What the user reads about money. */
const MONEY = { no: /nothing was (billed|sent)/i, unknown: /may have been made and billed/i } as const;

/** What is wrong with the two texts of a refusal. */
export function* wrongWords(happened: unknown, advice: unknown, fate: Fate, says = ''): Generator<string> {
	const line = String(happened);
	const told = String(advice);
	if (/[\r\n]|<\/?[a-z]|undefined|\[object/.test(line) || line === '') yield `says "${line}"`;
	if (!fate.unsent && !line.includes(says)) yield `does not say "${says}" but "${line}"`;
	if (!NEXT_STEP.test(told)) yield `names no next step: "${told}"`;
	const { billed } = MEANINGS[fate.cause!];
	if (!MONEY[billed].test(told)) yield `does not say that billing is '${billed}': "${told}"`;
}

/** What the node put out: at its first output, and at its error output. */
export function outputsOf({ run, items }: Ran): {
	items: INodeExecutionData[];
	routed: INodeExecutionData[];
} {
	const last = run.data.resultData.runData.Segmind?.at(-1);
	return { items, routed: last?.data?.main?.[1] ?? [] };
}

function indexOf({ pairedItem }: INodeExecutionData): number | undefined {
	return typeof pairedItem === 'object' && 'item' in pairedItem ? pairedItem.item : undefined;
}

function* wrongRefusal({ json }: INodeExecutionData, fate: Fate, expected: Expected): Generator<string> {
	const { cause } = fate;
	if (cause === undefined) {
		yield `an image was expected, not ${JSON.stringify(json)}`;
		return;
	}
	const { billed, retryable } = MEANINGS[cause];
	const statusCode = fate.unsent ? undefined : expected.statusCode;
	const details = json.details as Readonly<Record<string, unknown>>;
	const due = { cause, billed, retryable, ...(statusCode === undefined ? {} : { statusCode }) };
	for (const [name, value] of Object.entries(due)) {
		if (details[name] !== value) yield `${name} is ${String(details[name])}, not ${String(value)}`;
	}
	if (fate.unsent && details.attempts !== 0)
		yield `${String(details.attempts)} attempts for what was held back`;
	yield* wrongWords(json.error, json.message, fate, expected.says);
}

function* wrongImage({ json, binary }: INodeExecutionData, fate: Fate): Generator<string> {
	if (fate.cause !== undefined) yield `${fate.cause} was expected, not an image`;
	if (binary?.data?.id === undefined) yield `an item without a file: ${JSON.stringify(json)}`;
}

/** What is wrong with the items that came out: each input once, in its order, with the fate that it had to have. */
export function* wrongItems(ran: Ran, { fates }: Outlook, expected: Expected, setting: Setting) {
	const { items, routed } = outputsOf(ran);
	const all = [...items, ...routed];
	const order = all.map(indexOf).toSorted();
	if (order.join() !== fates.map((_, index) => index).join()) yield `items of ${order.join()} came out`;
	for (const item of all) {
		const fate = fates[indexOf(item) ?? -1];
		if (fate === undefined) continue;
		if (item.json.error === undefined) yield* wrongImage(item, fate);
		else yield* wrongRefusal(item, fate, expected);
	}
	const failed = items.filter(({ json }) => json.error !== undefined).length;
	if (setting.onError === 'continueErrorOutput' && failed > 0) yield `${failed} refusals at the first output`;
	if (ran.routed.length !== routed.length) yield `${ran.routed.length} of ${routed.length} refusals went on`;
	const files = items.flatMap(({ binary }) => binary?.data?.id ?? []);
	if (new Set(files).size !== files.length) yield 'one file was delivered twice';
}

/** What is wrong with the error that stopped a run. */
export function* wrongStop({ error, items, routed }: Ran, { fates }: Outlook, expected: Expected) {
	if (error === undefined) {
		yield 'the run did not stop';
		return;
	}
	if (items.length + routed.length > 0) yield `${items.length} items came out of a run that stopped`;
	const fate =
		fates.find(({ cause, unsent }) => cause !== undefined && !unsent) ?? fates.find(({ cause }) => cause)!;
	const { message, description = '' } = error;
	yield* wrongWords(message, description, fate, expected.says);
	const status = 'httpCode' in error ? error.httpCode : null;
	if (!fate.unsent && expected.statusCode !== undefined && status !== String(expected.statusCode)) {
		yield `the status is ${status}, not ${expected.statusCode}`;
	}
	const kept = fates.filter(({ cause }) => cause === undefined).length;
	const says = /(\d) of 3 images are paid and kept/.exec(String(description))?.[1] ?? '0';
	if (says !== String(kept)) yield `${kept} images are kept, but it says ${says}`;
}

/** Whether n8n would store, show or log the key. */
export function* wrongSecrecy({ run, error, hints }: Ran, printed: string, key: string): Generator<string> {
	if (holdsKey(run, key)) yield 'the run data hold the key';
	if (stringify(run).includes(key)) yield 'the stored execution holds the key';
	if (holdsKey([error, error?.stack, error?.toString()], key)) yield 'what was thrown holds the key';
	if (holdsKey([hints, printed], key)) yield 'a hint or a log holds the key';
}
