import type { Model } from './attribute';
import { flux11Pro } from './flux11Pro';

const PAGE = "Segmind's page for Flux Pro";
const INFERRED = `default: ${PAGE}; limits: those of the model's first public schema, not published by Segmind`;

/** Attributes that this model has exactly as Flux 1.1 Pro has them. */
const shared = (...wires: readonly string[]) =>
	flux11Pro.attributes.filter(({ wire }) => wires.includes(wire));

/** Flux Pro by Black Forest Labs, as Segmind publishes it: the older model, with more to tune. */
export const fluxPro: Model = {
	id: 'flux-pro',
	displayName: 'Flux Pro',
	use: 'The older model, with steps and guidance to tune',
	price: 0.067,
	attributes: [
		...shared('prompt'),
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
				{ value: '4:5', label: '4:5 Portrait', use: 'Portrait posts in the feed' },
				{ value: '5:4', label: '5:4 Large Format', use: 'Prints and frames' },
				{ value: '9:16', label: '9:16 Vertical', use: 'Stories, reels and short videos' },
			],
			default: '1:1',
			source: `name: ${PAGE}; values: those that every Flux model of this API takes, none is published for this one`,
		},
		...shared('output_format', 'output_quality'),
		{
			wire: 'guidance',
			parameter: 'guidance',
			label: 'Guidance',
			description: 'How closely the image follows the prompt, from 2 (freely) to 5 (closely)',
			place: 'additional',
			type: 'decimal',
			min: 2,
			max: 5,
			default: 3,
			source: INFERRED,
		},
		{
			wire: 'interval',
			parameter: 'interval',
			label: 'Interval',
			description: 'How much the images of one prompt differ, from 1 (little) to 4 (much)',
			place: 'additional',
			type: 'decimal',
			min: 1,
			max: 4,
			default: 2,
			source: INFERRED,
		},
		...shared('safety_tolerance', 'seed'),
		{
			wire: 'steps',
			parameter: 'steps',
			label: 'Steps',
			description: 'How many steps the model takes, from 1 (fast) to 50 (more detail)',
			place: 'additional',
			type: 'integer',
			min: 1,
			max: 50,
			default: 25,
			source: INFERRED,
		},
	],
};
