import { randomInt } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Model } from './model/attribute';
import type { Failure } from './outcome';
import { readParameters, readRunOptions } from './parameters';
import { Refusal } from './refusal';
import type { ImageRequest } from './request';
import { toImageRequest } from './request';
import type { RunSettings, Settings } from './settings';
import { toRunSettings, toSettings } from './settings';

/** One image to be made: checked, and not yet sent. */
export interface Order {
	readonly itemIndex: number;
	/** Which of its item's images, from 0. */
	readonly imageIndex: number;
	readonly request: ImageRequest;
	readonly settings: Settings;
}

/** All that a run was asked for, checked before anything is spent. */
export interface Plan {
	readonly settings: RunSettings;
	readonly orders: readonly Order[];
	/** Items that can't succeed. */
	readonly failures: readonly Failure[];
}

const draw = (max: number): number => randomInt(max + 1);

/** The request for the image of this number: its seed counts up from the first, and around at the end. */
function nextRequest(request: ImageRequest, imageIndex: number): ImageRequest {
	const seed = request.model.attributes.find(({ wire }) => wire === 'seed');
	if (imageIndex === 0 || seed?.type !== 'integer') return request;
	const count = seed.max - seed.min + 1;
	const next = ((Number(request.body.seed) - seed.min + imageIndex) % count) + seed.min;
	return { ...request, body: { ...request.body, seed: next } };
}

function ordersOf(context: IExecuteFunctions, model: Model, itemIndex: number): Order[] {
	const { attributes, options } = readParameters(context, model, itemIndex);
	const settings = toSettings(options);
	const request = toImageRequest(model, attributes, draw);
	return Array.from({ length: settings.numberOfImages }, (_, imageIndex) => ({
		itemIndex,
		imageIndex,
		request: nextRequest(request, imageIndex),
		settings,
	}));
}

/** What concerns the whole run, or why it can't be. */
function runSettingsOf(context: IExecuteFunctions): RunSettings | Refusal {
	try {
		return toRunSettings(readRunOptions(context));
	} catch (thrown) {
		return Refusal.from(thrown);
	}
}

/** Reads and checks every item before the first request is sent. */
export function toPlan(context: IExecuteFunctions, model: Model): Plan {
	const itemIndexes = [...context.getInputData().keys()];
	const settings = runSettingsOf(context);
	if (settings instanceof Refusal) {
		const failures = itemIndexes.map((itemIndex) => ({ itemIndex, refusal: settings }));
		return { settings: toRunSettings({}), orders: [], failures };
	}
	const orders: Order[] = [];
	const failures: Failure[] = [];
	for (const itemIndex of itemIndexes) {
		try {
			orders.push(...ordersOf(context, model, itemIndex));
		} catch (thrown) {
			failures.push({ itemIndex, refusal: Refusal.from(thrown) });
		}
	}
	return { settings, orders, failures };
}
