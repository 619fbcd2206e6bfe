import type { Model } from './attribute';

const PAGE = "Segmind's page for Flux 1.1 Pro";
const FIRST_SCHEMA = 'the first public schema of this model, whose texts the page repeats word for word';

/** What width and height have in common. */
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

const SIZE_TEXT = `${SIZE.min} to ${SIZE.max}; the API counts in steps of ${SIZE.multipleOf}, and anything between is rounded to the nearest`;

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
		{
			wire: 'aspect_ratio',
			parameter: 'aspectRatio',
			label: 'Aspect Ratio',
			description: 'The shape of the image, width to height',
			place: 'top',
			type: 'choice',
			choices: [
				{ value: '1:1', label: '1:1 Square', use: 'Feed posts, product tiles and profile pictures' },
				{ value: '16:9', label: '16:9 Widescreen', use: 'Video thumbnails, slides and banners' },
				{ value: '2:3', label: '2:3 Tall', use: 'Pins, posters and book covers' },
				{ value: '3:2', label: '3:2 Classic', use: 'Blog headers and photo prints' },
				{ value: '3:4', label: '3:4 Upright', use: 'Catalogues and portrait posts' },
				{ value: '4:3', label: '4:3 Standard', use: 'Presentations and newsletters' },
				{
					value: '4:5',
					label: '4:5 Portrait',
					use: 'Portrait posts in the feed, the tallest that feeds show whole',
				},
				{ value: '5:4', label: '5:4 Large Format', use: 'Prints and frames' },
				{ value: '9:16', label: '9:16 Vertical', use: 'Stories, reels and short videos' },
				{ value: 'custom', label: 'Custom', use: 'Width and height of your own, in pixels' },
			],
			default: '1:1',
			source: `default: ${PAGE}; values: ${FIRST_SCHEMA}`,
		},
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
		{
			wire: 'output_format',
			parameter: 'outputFormat',
			label: 'Output Format',
			description: 'The file type to ask for; the file is named after the type that arrives',
			place: 'top',
			type: 'choice',
			choices: [
				{ value: 'jpg', label: 'JPG', use: 'Opens everywhere; what Instagram takes' },
				{ value: 'png', label: 'PNG', use: 'Lossless and larger, for editing and print' },
				{ value: 'webp', label: 'WebP', use: 'The smallest file, for web pages and chats' },
			],
			default: 'webp',
			source: `default: ${PAGE}; values: ${FIRST_SCHEMA}`,
		},
		{
			wire: 'output_quality',
			parameter: 'outputQuality',
			label: 'Output Quality',
			description: 'How much detail a JPG or WebP keeps, from 0 to 100; PNG is lossless and takes none',
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
			description: 'How much the content filter lets pass, from 1 (most strict) to 5 (most permissive)',
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
				'The same seed and prompt give the same image again; left empty, a random one is drawn and reported',
			place: 'additional',
			type: 'integer',
			min: 0,
			max: 4294967295,
			default: 1,
			// 31 bits, so that a drawn seed is one that every client can send again.
			drawn: { max: 2147483647 },
			source: `default: ${PAGE}; no limit is published, 32 bits without a sign is our reading`,
		},
	],
};
