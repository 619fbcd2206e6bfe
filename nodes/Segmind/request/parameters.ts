import type { IExecuteFunctions } from 'n8n-workflow';

import type { Model } from '../model/attribute';
import type { Entered } from './request';
import { RUN_OPTIONS } from './settings';

/**
 * Reads a model's attributes for one item. A field that the form hides has its default.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export function readAttributes(context: IExecuteFunctions, model: Model, itemIndex: number): Entered {
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
		...readCollection(context, 'additionalFields', itemIndex),
		...Object.fromEntries(top),
	};
}

/**
 * Reads what was set under Options for one item.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export function readOptions(context: IExecuteFunctions, itemIndex: number): Entered {
	return readCollection(context, 'options', itemIndex);
}

/**
 * Reads single parameters of another operation for one item.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export function readFields(context: IExecuteFunctions, names: readonly string[], itemIndex: number): Entered {
	return Object.fromEntries(names.map((name) => [name, context.getNodeParameter(name, itemIndex, '')]));
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
