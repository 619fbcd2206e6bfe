import type { Model } from './attribute';
import { aspectRatio, outputFormat } from './flux';

const PAGE = "Segmind's page for Flux 1.1 Pro";
const FIRST_SCHEMA = 'the first public schema of this model, whose texts the page repeats word for word';

/** What width and height share. */
const SIZE = {
	place: 'top',
	onlyFor: { wire: 'aspect_ratio', values: ['custom'] },
	type: 'integer',
	min: 256,
	max: 1440,
	multipleOf: 16,
	unit: 'pixels',
	default: 1024,
	source: PAGE,
} as const;

const SIZE_TEXT = `${SIZE.min} to ${SIZE.max}; the API counts in steps of ${SIZE.multipleOf}, and other values are rounded to the nearest`;

/** Flux 1.1 Pro by Black Forest Labs, as Segmind publishes it. */
export const flux11Pro: Model = {
	id: 'flux-1.1-pro',
	displayName: 'Flux 1.1 Pro',
	use: 'Fast and precise, for most pictures',
	price: 0.05,
	attributes: [
		{
			wire: 'prompt',
			parameter: 'prompt',
			label: 'Prompt',
			description: 'What the image should show, in plain words',
			place: 'top',
			type: 'text',
			placeholder: 'e.g. A red fox asleep in fresh snow, soft morning light',
			source: PAGE,
		},
		aspectRatio(
			['1:1', '16:9', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', 'custom'],
			`default: ${PAGE}; values: ${FIRST_SCHEMA}`,
		),
		{
			...SIZE,
			wire: 'width',
			parameter: 'width',
			label: 'Width',
			description: `Width in pixels, ${SIZE_TEXT}`,
		},
		{
			...SIZE,
			wire: 'height',
			parameter: 'height',
			label: 'Height',
			description: `Height in pixels, ${SIZE_TEXT}`,
		},
		outputFormat(['jpg', 'png', 'webp'], 'webp', `default: ${PAGE}; values: ${FIRST_SCHEMA}`),
		{
			wire: 'output_quality',
			parameter: 'outputQuality',
			label: 'Output Quality',
			description: 'How much detail a JPG or WebP keeps, from 0 to 100; PNG is lossless and has no quality',
			place: 'additional',
			onlyFor: { wire: 'output_format', values: ['jpg', 'webp'] },
			type: 'integer',
			min: 0,
			max: 100,
			default: 80,
			source: PAGE,
		},
		{
			wire: 'prompt_upsampling',
			parameter: 'promptUpsampling',
			label: 'Prompt Upsampling',
			description: 'Whether the model may reword the prompt for a more creative image',
			place: 'additional',
			type: 'boolean',
			default: true,
			source: PAGE,
		},
		{
			wire: 'safety_tolerance',
			parameter: 'safetyTolerance',
			label: 'Safety Tolerance',
			description: 'How much the content filter allows, from 1 (most strict) to 5 (most permissive)',
			place: 'additional',
			type: 'integer',
			min: 1,
			max: 5,
			default: 2,
			source: PAGE,
		},
		{
			wire: 'seed',
			parameter: 'seed',
			label: 'Seed',
			description:
				'The same seed and prompt give the same image again; left empty or -1, a random one is drawn and reported',
			place: 'additional',
			type: 'integer',
			min: 0,
			max: 4294967295,
			default: 1,
			// 31 bits, so that every client can resend a drawn seed.
			drawn: { max: 2147483647 },
			source: `default: ${PAGE}; no limit is published, unsigned 32 bits is our reading`,
		},
	],
};

/** Returns attributes that another model has exactly as Flux 1.1 Pro has them. */
export const sharedWithFlux11Pro = (...wires: readonly string[]): Model['attributes'] =>
	flux11Pro.attributes.filter(({ wire }) => wires.includes(wire));
