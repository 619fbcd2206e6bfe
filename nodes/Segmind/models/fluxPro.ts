import type { Model } from './attribute';
import { aspectRatio } from './flux';
import { sharedWithFlux11Pro } from './flux11Pro';

const PAGE = "Segmind's page for Flux Pro";
const INFERRED = `default: ${PAGE}; limits: the model's first public schema; Segmind publishes none`;

/** Flux Pro by Black Forest Labs, as Segmind publishes it: the older model, with more to tune. */
export const fluxPro: Model = {
	id: 'flux-pro',
	displayName: 'Flux Pro',
	use: 'The older model, with steps and guidance to tune',
	price: 0.067,
	attributes: [
		...sharedWithFlux11Pro('prompt'),
		aspectRatio(
			['1:1', '16:9', '2:3', '3:2', '4:5', '5:4', '9:16'],
			`name: ${PAGE}; values: those of every Flux model on this API; none are published for this one`,
		),
		...sharedWithFlux11Pro('output_format', 'output_quality'),
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
		...sharedWithFlux11Pro('safety_tolerance', 'seed'),
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
