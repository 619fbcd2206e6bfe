import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { optionFields } from '../../jobs/options';
import { MODELS } from '../../models/models';

/** Where a value belongs that somebody put at the top of the node's parameters. */
interface Place {
	readonly label: string;
	/** The name is that of a field at the top, which is shown only for a custom size. */
	readonly isForCustomSize: boolean;
}

function placesOf(): Map<string, Place> {
	const places = new Map<string, Place>();
	for (const { parameter, wire, label, place, onlyFor } of MODELS.flatMap(({ attributes }) => attributes)) {
		const isTop = place === 'top';
		for (const name of [parameter, wire]) {
			if (isTop && name === parameter && onlyFor === undefined) continue;
			const isForCustomSize = isTop && name === parameter;
			places.set(name, { label: isTop ? label : `Additional Fields > ${label}`, isForCustomSize });
		}
	}
	for (const { name, displayName } of optionFields('image:generate')) {
		places.set(name, { label: `Options > ${displayName}`, isForCustomSize: false });
	}
	for (const { attributes } of MODELS) {
		for (const { parameter, place, onlyFor } of attributes) {
			if (place === 'top' && onlyFor === undefined) places.delete(parameter);
		}
	}
	return places;
}

const PLACES = placesOf();

/**
 * Fields that nobody sees. Workflows that are written by hand or by a language model often have an attribute at the top,
 * by its name in the API. n8n drops a parameter that the node does not declare, and then nobody could say so.
 */
export const misplacedFields: readonly INodeProperties[] = [...PLACES].map(
	([name, { label, isForCustomSize }]) => ({
		displayName: label,
		name,
		type: 'hidden',
		default: '',
		...(isForCustomSize ? { displayOptions: { hide: { aspectRatio: ['custom'] } } } : {}),
	}),
);

/** Returns the values that are where nothing reads them, each with the place that it belongs to. */
export function findMisplaced(context: IExecuteFunctions): string[] {
	const { parameters } = context.getNode();
	return [...PLACES]
		.filter(([name, { isForCustomSize }]) => {
			const isRead = isForCustomSize && String(parameters.aspectRatio).trim().toLowerCase() === 'custom';
			return !isRead && (parameters[name] ?? '') !== '';
		})
		.map(([name, { label }]) => `${name} (${label})`);
}
