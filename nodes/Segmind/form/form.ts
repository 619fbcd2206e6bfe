import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Model } from '../model/attribute';
import { collectionOf } from './collection';
import { FLOW_FIELDS } from './flowFields';
import { additionalFields, modelField, topFields } from './modelFields';
import { GENERATE, GET_RESULT, OPERATIONS, RESOURCE, RUN, TOOL_DESCRIPTIONS } from './operations';
import { COLLECT_OPTIONS, FLOW_OPTIONS, optionFields } from './options';
import { OTHER_FIELDS, REQUEST_ID } from './otherFields';

const only = (names: readonly string[]): INodeProperties[] =>
	optionFields.filter(({ name }) => names.includes(name));

/** An agent gets no file, so as its tool the node makes a link from the start. */
function withLinkForAgents(
	show: NonNullable<IDisplayOptions['show']>,
	fields: readonly INodeProperties[],
): INodeProperties[] {
	const options = collectionOf('Options', 'options', show, fields);
	return [
		{ ...options, displayOptions: { show, hide: { '@tool': [true] } } },
		{ ...options, default: { linkExpiry: '1 day' }, displayOptions: { show: { ...show, '@tool': [true] } } },
	];
}

/** The node's whole form: each model's attributes from its table, and around them what the node itself offers. */
export function formOf(models: readonly Model[]): INodeProperties[] {
	return [
		RESOURCE,
		...OPERATIONS,
		...TOOL_DESCRIPTIONS,
		modelField(models),
		...topFields(models),
		...OTHER_FIELDS,
		...models.map(additionalFields),
		REQUEST_ID,
		...FLOW_FIELDS,
		...withLinkForAgents(GENERATE, optionFields),
		...withLinkForAgents(GET_RESULT, only(COLLECT_OPTIONS)),
		collectionOf('Options', 'options', RUN, only(FLOW_OPTIONS)),
	];
}
