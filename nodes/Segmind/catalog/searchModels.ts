import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { SegmindError } from '../api/errors';
import { priceOf } from '../models/models';
import type { Catalog, CatalogModel } from './catalog';
import { WITHOUT_LIST } from './catalog';
import { fetchForEditor } from './fetchCatalog';

/** Models that n8n's list shows before it asks for more. */
const PAGE_SIZE = 100;

/** What is shown about a model beside its name, e.g. `Text to Image, about $0.05`. */
function aboutOf({ id, kind }: CatalogModel): string {
	const price = priceOf(id);
	return [kind, ...(price === undefined ? [] : [`about $${price}`])].filter((part) => part !== '').join(', ');
}

/** The editor's list shows names only, so the kind is part of the name. */
function toItem(model: CatalogModel): INodeListSearchItems {
	const about = aboutOf(model);
	return {
		name: about === '' ? model.name : `${model.name} (${about})`,
		value: model.id,
		description: about,
		url: `https://www.segmind.com/models/${model.id}`,
	};
}

/**
 * Returns the models whose name, id and kind have all the words of a filter, a page at a time. Deprecated and hidden
 * models are left out.
 *
 * @param start the first model of the page, as the page before names it
 */
export function toModelPage(catalog: Catalog, filter = '', start = '0'): INodeListSearchResult {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
	const found = [...catalog.values()]
		.filter((model) => {
			const text = `${model.name} ${model.id} ${model.kind}`.toLowerCase();
			return model.offered && words.every((word) => text.includes(word));
		})
		.sort((one, other) => one.name.localeCompare(other.name));
	const from = Math.max(0, Number.parseInt(start, 10) || 0);
	const next = from + PAGE_SIZE;
	return {
		results: found.slice(from, next).map(toItem),
		...(next < found.length ? { paginationToken: String(next) } : {}),
	};
}

/**
 * Fills the list of models in the editor.
 *
 * @throws {NodeOperationError} that says what works without the list
 */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const catalog = await fetchForEditor(this);
	if (!(catalog instanceof SegmindError)) return toModelPage(catalog, filter, paginationToken);
	// The editor shows nothing but the message.
	const message = `${catalog.message}. ${WITHOUT_LIST}`;
	throw new NodeOperationError(this.getNode(), message, { message });
}
