import type { Model } from './attribute';
import { aspectRatio, outputFormat } from './flux';
import { sharedWithFlux11Pro } from './flux11Pro';

const PAGE = "Segmind's page for Flux Kontext Pro";

/** Flux Kontext Pro by Black Forest Labs, as Segmind publishes it: changes a picture as the prompt says. */
export const fluxKontextPro: Model = {
	id: 'flux-kontext-pro',
	displayName: 'Flux Kontext Pro',
	use: 'Changes what the prompt names, and keeps the rest of the picture',
	price: 0.05,
	attributes: [
		{
			wire: 'prompt',
			parameter: 'prompt',
			label: 'Prompt',
			description: 'What to change in the picture, in plain words',
			place: 'top',
			type: 'text',
			placeholder: 'e.g. Put the mug on a wooden table, soft morning light',
			source: PAGE,
		},
		{
			wire: 'input_image',
			parameter: 'inputImage',
			label: 'Input Image',
			description: 'The picture to change: the name of the input field that has it, or its https address',
			place: 'top',
			type: 'image',
			placeholder: 'e.g. data',
			source: `${PAGE}; it takes a URL`,
		},
		aspectRatio(
			[
				...[
					'match_input_image',
					'1:1',
					'1:2',
					'16:9',
					'2:1',
					'2:3',
					'21:9',
					'3:2',
					'3:4',
					'4:3',
					'4:5',
					'5:4',
				],
				...['9:16', '9:21'],
			],
			PAGE,
			'match_input_image',
		),
		outputFormat(['jpg', 'png'], 'png', PAGE),
		{
			wire: 'safety_tolerance',
			parameter: 'safetyTolerance',
			label: 'Safety Tolerance',
			description: 'How much the content filter allows, from 0 (most strict) to 2, the most with a picture',
			place: 'additional',
			type: 'integer',
			min: 0,
			max: 2,
			default: 2,
			source: `${PAGE}; up to 6 without a picture`,
		},
		...sharedWithFlux11Pro('seed'),
	],
};
