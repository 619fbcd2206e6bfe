import type { IExecuteFunctions } from 'n8n-workflow';

import type { Model } from './model/attribute';
import type { Entered } from './request';
import { RUN_OPTIONS } from './settings';

/** What the user entered for one item, expressions resolved and nothing checked. */
export interface Parameters {
	/** The model's attributes, wherever in the form they stand. */
	readonly attributes: Entered;
	readonly options: Entered;
}

/**
 * Reads the parameters of image: generate for one item. A field that the form hides has its default.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export function readParameters(context: IExecuteFunctions, model: Model, itemIndex: number): Parameters {
	const top = model.attributes
		.filter(({ place }) => place === 'top')
		.map((attribute): [string, unknown] => [
			attribute.parameter,
			context.getNodeParameter(
				attribute.parameter,
				itemIndex,
				attribute.type === 'text' ? '' : attribute.default,
			),
		]);
	return {
		attributes: {
			...readCollection(context, 'additionalFields', itemIndex),
			...Object.fromEntries(top),
		},
		options: readCollection(context, 'options', itemIndex),
	};
}

/** Reads what concerns the whole run, from the first item and nothing else of it. */
export function readRunOptions(context: IExecuteFunctions): Entered {
	return Object.fromEntries(
		RUN_OPTIONS.map((name) => [name, context.getNodeParameter(`options.${name}`, 0, '')]),
	);
}

function readCollection(context: IExecuteFunctions, name: string, itemIndex: number): Entered {
	return context.getNodeParameter(name, itemIndex, {}) as Entered;
}
