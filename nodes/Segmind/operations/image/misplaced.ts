import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { OptionUser } from '../../jobs/optionKinds';
import { optionFields } from '../../jobs/options';
import type { Model } from '../../models/attribute';

/** Where a value belongs that somebody put at the top of the node's parameters. */
interface Place {
	readonly label: string;
	/** The name is that of a field at the top, which is shown only for a custom size. */
	readonly isForCustomSize: boolean;
}

function placesOf(models: readonly Model[], user: OptionUser): Map<string, Place> {
	const places = new Map<string, Place>();
	for (const { parameter, wire, label, place, onlyFor } of models.flatMap(({ attributes }) => attributes)) {
		const isTop = place === 'top';
		for (const name of [parameter, wire]) {
			if (isTop && name === parameter && onlyFor === undefined) continue;
			const isForCustomSize = isTop && name === parameter;
			places.set(name, { label: isTop ? label : `Additional Fields > ${label}`, isForCustomSize });
		}
	}
	for (const { name, displayName } of optionFields(user)) {
		places.set(name, { label: `Options > ${displayName}`, isForCustomSize: false });
	}
	for (const { attributes } of models) {
		for (const { parameter, place, onlyFor } of attributes) {
			if (place === 'top' && onlyFor === undefined) places.delete(parameter);
		}
	}
	return places;
}

/** What an operation knows about values in a place where nothing reads them. */
interface Misplaced {
	/**
	 * Fields that nobody sees. Workflows that are written by hand or by a language model often have an attribute at the
	 * top, by its name in the API. n8n drops a parameter that the node does not declare, and then nobody could say so.
	 */
	readonly fields: readonly INodeProperties[];
	/** Returns the values that are where nothing reads them, each with the place that it belongs to. */
	find(context: IExecuteFunctions): string[];
}

/** Returns what can be in a wrong place of an operation with these models. */
export function misplacedIn(models: readonly Model[], user: OptionUser): Misplaced {
	const places = placesOf(models, user);
	return {
		fields: [...places].map(([name, { label, isForCustomSize }]) => ({
			displayName: label,
			name,
			type: 'hidden',
			default: '',
			...(isForCustomSize ? { displayOptions: { hide: { aspectRatio: ['custom'] } } } : {}),
		})),
		find(context) {
			const { parameters } = context.getNode();
			return [...places]
				.filter(([name, { isForCustomSize }]) => {
					const isRead = isForCustomSize && String(parameters.aspectRatio).trim().toLowerCase() === 'custom';
					return !isRead && (parameters[name] ?? '') !== '';
				})
				.map(([name, { label }]) => `${name} (${label})`);
		},
	};
}
