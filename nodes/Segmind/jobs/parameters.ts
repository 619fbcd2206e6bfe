import type { IExecuteFunctions } from 'n8n-workflow';

import type { Model } from '../models/attribute';
import { fieldDefault } from '../models/attribute';
import type { RawParameters } from './checks';
import { BATCH_OPTIONS } from './options';

/**
 * Reads a model's attributes for one item. A field that the panel hides has its default, unless it depends on another
 * one: n8n drops a Width whose Aspect Ratio was saved as `Custom`, and an image of another size must not be paid for.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export function readAttributes(context: IExecuteFunctions, model: Model, itemIndex: number): RawParameters {
	const top = model.attributes
		.filter(({ place }) => place === 'top')
		.map((attribute): [string, unknown] => [
			attribute.parameter,
			context.getNodeParameter(
				attribute.parameter,
				itemIndex,
				attribute.onlyFor === undefined ? fieldDefault(attribute) : '',
			),
		]);
	return { ...readCollection(context, 'additionalFields', itemIndex), ...Object.fromEntries(top) };
}

/**
 * Reads what was set under Options for one item.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export const readOptions = (context: IExecuteFunctions, itemIndex: number): RawParameters =>
	readCollection(context, 'options', itemIndex);

/**
 * Reads single parameters for one item.
 *
 * @throws n8n's ExpressionError when an expression can't be resolved for this item
 */
export const readParameters = (
	context: IExecuteFunctions,
	names: readonly string[],
	itemIndex: number,
): RawParameters =>
	Object.fromEntries(names.map((name) => [name, context.getNodeParameter(name, itemIndex, '')]));

/**
 * Reads the options that hold for a whole batch from the first item, and no other option of it. One that is left out is
 * empty, and one whose expression finds nothing is undefined.
 */
export const readBatchOptions = (context: IExecuteFunctions): RawParameters =>
	Object.fromEntries(BATCH_OPTIONS.map((name) => [name, context.getNodeParameter(`options.${name}`, 0, '')]));

function readCollection(context: IExecuteFunctions, name: string, itemIndex: number): RawParameters {
	return context.getNodeParameter(name, itemIndex, {}) as RawParameters;
}
