import { SegmindError } from '../api/errors';
import { asObject } from '../api/json';
import { isModelId } from '../jobs/modelId';
import type { Parameter } from './parameter';
import { readParameterList } from './parameter';
import { readFlag, readText, toKind, toLabel } from './values';

/** A model in Segmind's published list. */
export interface CatalogModel {
	/** Its name in the path of a request. */
	readonly id: string;
	readonly name: string;
	/** What it turns into what, e.g. `Text to Image`; '' if not published. */
	readonly kind: string;
	/** Whether the editor lists it: deprecated and hidden models are left out. */
	readonly offered: boolean;
	/** Undefined when they are not published or can't be read. */
	readonly parameters: readonly Parameter[] | undefined;
}

/** Segmind's published models by id. */
export type Catalog = ReadonlyMap<string, CatalogModel>;

/** Some 500 models are published. A longer list is rejected. */
const MAX_MODELS = 5000;

/** What to do without the list. */
export const WITHOUT_LIST = "Set 'Model' to By ID, and 'Inputs' to Using JSON: both work without the list";

/** The list is unavailable. */
export const catalogError = (message: string, cause?: unknown): SegmindError =>
	new SegmindError('server', message, `${WITHOUT_LIST}.`, { cause });

/** Finds the list of models in a response. */
function listIn(answer: unknown): readonly unknown[] | undefined {
	const values: readonly unknown[] = Array.isArray(answer) ? [answer] : Object.values(asObject(answer));
	return values.find(
		(each): each is unknown[] => Array.isArray(each) && each.some((entry) => isModelId(asObject(entry).slug)),
	);
}

function toModel(raw: unknown): CatalogModel | undefined {
	const { slug, title, type, is_visible: visible, is_depreciated: deprecated, parameters } = asObject(raw);
	if (!isModelId(slug)) return undefined;
	return {
		id: slug,
		name: readText(title, 80) || toLabel(slug),
		kind: toKind(type),
		offered: readFlag(visible) !== false && readFlag(deprecated) !== true,
		parameters: readParameterList(parameters),
	};
}

/**
 * Reads Segmind's list. Skips entries without an ID, and tolerates missing and unknown fields in the others.
 *
 * @throws {SegmindError} if it is not a list of models, or has more than 5000
 */
export function readCatalog(answer: unknown): Catalog {
	const list = listIn(answer);
	if (list === undefined) throw catalogError("Segmind's answer is not a list of models");
	if (list.length > MAX_MODELS) {
		throw catalogError(`Segmind's list has ${list.length} models, and no more than ${MAX_MODELS} are read`);
	}
	return new Map(
		list.map(toModel).flatMap((model) => (model === undefined ? [] : [[model.id, model] as const])),
	);
}
