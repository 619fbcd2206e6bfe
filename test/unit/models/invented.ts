import type { Attribute, Model } from '../../../nodes/Segmind/models/attribute';
import { MODELS } from '../../../nodes/Segmind/models/models';

type Kind = Attribute extends infer Each
	? Each extends Attribute
		? Omit<Each, 'source' | 'label'>
		: never
	: never;

const attribute = (kind: Kind): Attribute => ({
	...kind,
	label: kind.parameter
		.replace(/^./, (letter) => letter.toUpperCase())
		.replace(/(?=[A-Z])/g, ' ')
		.trim(),
	source: 'invented',
});

const CHOICES = ['calm', 'wild'].map((value) => ({ value, label: value, use: `A ${value} picture` }));

/** One attribute of each kind that the tables of the real models don't have, in an order of its own. */
const INVENTED: readonly Attribute[] = [
	attribute({
		wire: 'title',
		parameter: 'title',
		description: 'One line',
		place: 'top',
		type: 'text',
		rows: 1,
		placeholder: 'e.g. A title',
	}),
	...MODELS[0].attributes.filter(({ wire }) => wire === 'output_format'),
	...MODELS[0].attributes.filter(({ wire }) => wire === 'prompt'),
	attribute({
		wire: 'negative_prompt',
		parameter: 'negativePrompt',
		description: 'What to leave out',
		place: 'top',
		type: 'text',
		isOptional: true,
		placeholder: 'e.g. Text',
	}),
	attribute({
		wire: 'first_image',
		parameter: 'firstImage',
		description: 'A picture',
		place: 'top',
		type: 'image',
		placeholder: 'e.g. data',
	}),
	attribute({
		wire: 'image_urls',
		parameter: 'imageUrls',
		description: 'Pictures',
		place: 'top',
		type: 'images',
		max: 3,
		isOptional: true,
		placeholder: 'e.g. data, photo',
	}),
	attribute({
		wire: 'mood',
		parameter: 'mood',
		description: 'A choice',
		place: 'additional',
		type: 'choice',
		choices: CHOICES,
		default: 'calm',
	}),
	attribute({
		wire: 'mask_image',
		parameter: 'maskImage',
		description: 'Another picture',
		place: 'additional',
		type: 'image',
		placeholder: 'e.g. mask',
	}),
	attribute({
		wire: 'style_text',
		parameter: 'styleText',
		description: 'More text',
		place: 'additional',
		type: 'text',
		placeholder: 'e.g. Oil',
	}),
	attribute({
		wire: 'strength',
		parameter: 'strength',
		description: 'A number',
		place: 'additional',
		onlyFor: { wire: 'mood', values: ['wild'] },
		type: 'decimal',
		min: 0,
		max: 1,
		default: 0.5,
	}),
	attribute({
		wire: 'tiles',
		parameter: 'tiles',
		description: 'A whole number',
		place: 'additional',
		type: 'integer',
		min: 1,
		max: 4,
		default: 1,
	}),
	attribute({
		wire: 'loop',
		parameter: 'loop',
		description: 'Whether it repeats',
		place: 'additional',
		type: 'boolean',
		default: false,
	}),
];

/** A model that nobody sells. */
export const inventedModel: Model = {
	id: 'invented-1',
	displayName: 'Invented',
	use: 'Nothing but tests',
	price: 0.03,
	attributes: INVENTED,
};

/** Flux 1.1 Pro with every invented attribute that it has no field for, so that its saved workflows meet them. */
export const extendedFlux: Model = {
	...MODELS[0],
	attributes: [
		...MODELS[0].attributes,
		...INVENTED.filter(({ wire }) => MODELS[0].attributes.every((each) => each.wire !== wire)).filter(
			({ place }) => place === 'additional',
		),
	],
};
