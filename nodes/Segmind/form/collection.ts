import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

const byDisplayName = (one: INodeProperties, other: INodeProperties): number =>
	one.displayName.localeCompare(other.displayName);

/** Fields that the user adds one by one, in the order of their names. */
export const collectionOf = (
	displayName: string,
	name: string,
	show: IDisplayOptions['show'],
	fields: readonly INodeProperties[],
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder: `Add ${name === 'options' ? 'Option' : 'Field'}`,
	default: {},
	displayOptions: { show: { ...show } },
	options: [...fields].sort(byDisplayName),
});
