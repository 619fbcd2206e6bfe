import type { ListedModel } from './catalog';
import { LISTED } from './catalog';
import type { PublishedModel } from './published';
import { MODELS } from './published';

export const ACCOUNT_PATH = '/v1/get-user-credits';

/** Stands for all models without a published table here: takes a prompt and responds with JSON, as some models do. */
export const OTHER_MODEL: PublishedModel = {
	price: 0.02,
	attributes: { prompt: { type: 'str', required: true } },
};

/** An endpoint that bills. */
export interface Endpoint {
	readonly id: string;
	readonly model: KnownModel;
	readonly isQueued: boolean;
	readonly isFlow: boolean;
	/** The older form of PixelFlow, with a poll URL only. */
	readonly isOldFlow: boolean;
}

/** A model, and for one of the list how it behaves. */
export type KnownModel = PublishedModel & Partial<ListedModel>;

export const KNOWN: Readonly<Record<string, KnownModel>> = { ...LISTED, ...MODELS };

/** Returns the endpoint of a path, undefined when nothing there bills. */
export function parseEndpoint(
	path: string,
	models: Readonly<Record<string, KnownModel>>,
): Endpoint | undefined {
	const [, base, id = ''] = /^\/(v1|v2|workflows\/v2|workflows)\/([^/]+)$/.exec(path) ?? [];
	if (base === undefined || path === ACCOUNT_PATH) return undefined;
	const isFlow = base.startsWith('workflows');
	const isOldFlow = base === 'workflows';
	if (isOldFlow && !/-v\d+$/.test(id)) return undefined;
	const model = isFlow || id === 'other-model' ? OTHER_MODEL : models[id];
	return model && { id, model, isQueued: base !== 'v1', isFlow, isOldFlow };
}
