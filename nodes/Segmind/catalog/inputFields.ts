import type { ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import { SegmindError } from '../api/errors';
import { asObject } from '../api/json';
import { toModelId } from '../jobs/modelId';
import type { Catalog } from './catalog';
import { WITHOUT_LIST } from './catalog';
import { fetchForEditor } from './fetchCatalog';
import type { Parameter } from './parameter';

const TYPES = {
	boolean: 'boolean',
	choice: 'options',
	decimal: 'number',
	image: 'string',
	images: 'string',
	integer: 'number',
	link: 'string',
	list: 'array',
	object: 'object',
	text: 'string',
} as const satisfies Readonly<Record<Parameter['kind'], ResourceMapperField['type']>>;

/** A published text is an example, and so is a published seed: what a user did not enter must not be paid for. */
const isExample = ({ kind, wire }: Parameter): boolean =>
	!['boolean', 'choice', 'decimal', 'integer'].includes(kind) || wire === 'seed';

/** What a label says about the value, since these fields have no descriptions. */
function hintOf(parameter: Parameter): string {
	if (parameter.kind === 'link') return ' (URL)';
	if (parameter.kind === 'image') return ' (Input Field or URL)';
	if (parameter.kind === 'images') return ' (Input Fields or URLs)';
	if (parameter.kind !== 'integer' && parameter.kind !== 'decimal') return '';
	const { min, max } = parameter;
	if (min !== undefined && max !== undefined) return ` (${min} to ${max})`;
	if (min !== undefined) return ` (${min} or more)`;
	return max === undefined ? '' : ` (up to ${max})`;
}

function defaultOf(parameter: Parameter): Pick<ResourceMapperField, 'defaultValue'> {
	const value = parameter.default;
	if (value === undefined || isExample(parameter)) return {};
	if (parameter.kind === 'choice' && !parameter.choices.some((choice) => choice.value === value)) return {};
	return { defaultValue: value };
}

/** Returns the field of a parameter. Only a required one is shown from the start. */
function toField(parameter: Parameter): ResourceMapperField {
	return {
		id: parameter.wire,
		displayName: `${parameter.label}${hintOf(parameter)}`,
		required: parameter.required,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		removed: !parameter.required,
		type: TYPES[parameter.kind],
		...(parameter.kind === 'choice'
			? { options: parameter.choices.map(({ label: name, value }) => ({ name, value })) }
			: {}),
		...defaultOf(parameter),
	};
}

/** n8n shows a notice as HTML. */
const notice = (text: string): ResourceMapperFields => ({
	fields: [],
	emptyFieldsNotice: text.replace(/[<>&]/g, ' '),
});

const NO_MODEL =
	"The inputs appear here once 'Model' is chosen. Where an expression chooses it, run the nodes before this one, or set 'Inputs' to Using JSON";

/** Returns the fields for the inputs of a model; what to do instead where there are none. */
export function toInputFields(catalog: Catalog, id: string): ResourceMapperFields {
	const model = catalog.get(id);
	if (model === undefined) {
		return notice(`Segmind's list has no model ${id}. Check 'Model', or set 'Inputs' to Using JSON`);
	}
	if (model.parameters === undefined) {
		return notice(
			`Segmind publishes no inputs of ${model.name} that can be read. Set 'Inputs' to Using JSON`,
		);
	}
	return { fields: model.parameters.filter(({ hidden }) => !hidden).map(toField) };
}

function modelIdOf(value: unknown): string | undefined {
	const { value: inner = value } = asObject(value);
	try {
		return toModelId(inner);
	} catch {
		return undefined;
	}
}

/** Fills the fields for the chosen model in the editor. */
export async function getModelInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const id = modelIdOf(this.getCurrentNodeParameter('modelId'));
	if (id === undefined) return notice(NO_MODEL);
	const catalog = await fetchForEditor(this);
	if (!(catalog instanceof SegmindError)) return toInputFields(catalog, id);
	return notice(`${catalog.message}. ${WITHOUT_LIST}`);
}
