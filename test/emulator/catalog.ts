/*
 * A list of models in the shape that Segmind publishes, with all that was seen to vary in it: capitals, numbers as text,
 * limits in two forms, missing parameters. The names are the only thing that some share with real models.
 */
import type { PublishedAttribute, PublishedModel } from './published';

/** What a model answers with. */
export type Answer = 'image' | 'images' | 'json' | 'video';

/** A model of the list, and how it behaves. */
export interface ListedModel extends PublishedModel {
	/** What the list says about it. */
	readonly entry: Readonly<Record<string, unknown>>;
	readonly answer: Answer;
	/** Attributes that must be web addresses: a request with anything else is taken into the queue and fails there. */
	readonly addresses: readonly string[];
}

type Raw = Readonly<Record<string, unknown>>;

const prompt = (more: Raw = {}): Raw => ({
	type: 'str',
	component: 'textarea',
	label: 'Prompt',
	default: 'A lighthouse at dusk',
	isRequired: true,
	isAdvanced: false,
	hidden: false,
	displayOrder: 1,
	affectsPricing: false,
	...more,
});

const seed: Raw = {
	type: 'int',
	component: 'number',
	label: 'Seed',
	default: '42',
	min: -1,
	displayOrder: 90,
	isAdvanced: true,
};

const image = (more: Raw = {}): Raw => ({
	type: 'image',
	component: 'image',
	label: 'Image',
	default: 'https://images.example/sample.png',
	isRequired: true,
	displayOrder: 2,
	...more,
});

const dropdown = (values: readonly unknown[], more: Raw = {}): Raw => ({
	type: 'str',
	component: 'dropdown',
	values,
	default: values[0],
	displayOrder: 10,
	...more,
});

const whole = (label: string, value: number | string, displayOrder: number): Raw => ({
	...{ type: 'int', component: 'number', label, default: value, min: 0, displayOrder },
});

const PROMPT: PublishedAttribute = { type: 'str', required: true };

interface Extra {
	readonly price?: number;
	readonly answer?: Answer;
	readonly addresses?: readonly string[];
	/** What the API checks; by default that there is a prompt if the list says so. */
	readonly attributes?: PublishedModel['attributes'];
	/** Further fields of the entry. */
	readonly entry?: Raw;
}

function model(
	slug: string,
	title: string,
	type: string,
	parameters: unknown,
	extra: Extra = {},
): [string, ListedModel] {
	const { price = 0.04, answer = 'image', addresses = [] } = extra;
	const takes = (name: string): boolean => Object.hasOwn(Object(parameters) as object, name);
	return [
		slug,
		{
			price,
			answer,
			addresses,
			attributes: {
				...(takes('seed') ? { seed: { type: 'int' } } : {}),
				...(extra.attributes ?? (takes('prompt') ? { prompt: PROMPT } : {})),
			},
			entry: {
				...{ slug, title, type, description: `What ${title} does, in a sentence or two.` },
				...{ is_visible: true, is_depreciated: false, is_new: false },
				...{ thumbnail_image: `https://images.example/${slug}.webp`, default_image_output: null },
				...(parameters === undefined ? {} : { parameters }),
				...extra.entry,
			},
		},
	];
}

/** Forty parameters, of which the first is required. */
const FORTY: Raw = Object.fromEntries([
	['prompt', prompt()],
	...Array.from({ length: 39 }, (_, index): [string, Raw] => [
		`control_${index + 1}`,
		{
			...{ type: ['int', 'float', 'bool', 'str'][index % 4], label: `Control ${index + 1}` },
			...{ min: 0, max: '10', displayOrder: 40 - index, isAdvanced: index > 19 },
		},
	]),
]);

/** The models of the list by their names in the path. */
export const LISTED: Readonly<Record<string, ListedModel>> = Object.fromEntries([
	model('flux-1.1-pro', 'Flux 1.1 Pro', 'textToImage', {
		prompt: prompt(),
		aspect_ratio: dropdown(['1:1', '16:9']),
		seed,
	}),
	model(
		'seedream-v3-text-to-image',
		'Seedream V3',
		'textToImage',
		{
			prompt: prompt(),
			aspect_ratio: dropdown(['1:1', '16:9', '9:16'], { label: 'Aspect Ratio', displayOrder: 2 }),
			size: dropdown(['small', 'regular', 'big'], { default: 'regular', displayOrder: 3 }),
			guidance_scale: {
				...{ type: 'float', component: 'slider', label: 'Guidance Scale', default: '2.5' },
				...{ min: '1', max: '10', displayOrder: '4' },
			},
			seed,
			watermark: { type: 'bool', component: 'checkbox', default: 'false', isAdvanced: true, hidden: true },
		},
		{
			price: 0.03,
			attributes: {
				prompt: PROMPT,
				size: { type: 'enum', values: ['small', 'regular', 'big'] },
				guidance_scale: { type: 'float', min: 1, max: 10 },
			},
		},
	),
	model(
		'kling-image2video',
		'Kling Image2Video',
		'imageToVideo',
		{
			image: image({ label: 'First Frame' }),
			prompt: prompt({ isRequired: false }),
			duration: dropdown([5, 10], { type: 'int', label: 'Duration', default: '5', affectsPricing: true }),
			negative_prompt: { type: 'str', label: 'Negative Prompt', isAdvanced: true },
		},
		{ price: 0.25, answer: 'video', addresses: ['image'], attributes: { image: PROMPT } },
	),
	model(
		'wan-text-to-video',
		'Wan Text to Video',
		'TextToVideo',
		{ prompt: prompt(), resolution: dropdown(['480p', '720p'], { label: 'Resolution' }), seed },
		{ price: 0.2, answer: 'video' },
	),
	model(
		'sdxl-four',
		'SDXL Four',
		'textToImage',
		{
			prompt: prompt(),
			samples: { type: 'int', component: 'slider', label: 'Samples', default: 4, range: [1, 4] },
			seed,
		},
		{ price: 0.01, answer: 'images' },
	),
	model(
		'image-captioner',
		'Image Captioner',
		'imageToText',
		{ image: image(), detail: dropdown(['short', 'long'], { label: 'Detail' }) },
		{ price: 0.002, answer: 'json', attributes: { image: PROMPT } },
	),
	model('llama-chat', 'Llama Chat', 'textToText', { prompt: prompt() }, { price: 0.001, answer: 'json' }),
	model(
		'face-restore',
		'Face Restore',
		'imageTOImage',
		{ image: image(), strength: { type: 'Float', component: 'Slider', range: ['1', '0'], default: '0.5' } },
		{ addresses: ['image'], attributes: { image: PROMPT } },
	),
	model('nano-editor', 'Nano Editor', 'ImageToImage', {
		prompt: prompt(),
		image_urls: { type: 'array', component: 'imageList', label: 'Images', isRequired: true, displayOrder: 2 },
		output_format: dropdown(
			[
				{ label: 'PNG', value: 'png' },
				{ label: 'JPG', value: 'jpg' },
			],
			{
				values: undefined,
				options: [
					{ label: 'PNG', value: 'png' },
					{ label: 'JPG', value: 'jpg' },
				],
			},
		),
	}),
	model('forty-controls', 'Forty Controls', 'textToImage', FORTY),
	model('no-parameters', 'No Parameters', 'textToImage', undefined, { attributes: { prompt: PROMPT } }),
	model('empty-parameters', 'Empty Parameters', 'textToImage', {}, { attributes: { prompt: PROMPT } }),
	model('odd-parameters', 'Odd Parameters', 'textToImage', {
		prompt: prompt({ type: 'Wavelet', component: 'Dial' }),
		'not a name': { type: 'str' },
		nothing: null,
		seven: 7,
		limits: { type: 'int', min: 'few', max: 'many' },
		choices: dropdown([]),
	}),
	model('text-to-speech', 'Text to Speech', 'textToAudio', {
		prompt: prompt({ label: 'Text' }),
		voice: dropdown(['alto', 'tenor']),
	}),
	model('lipsync', 'Lipsync', 'videoToVideo', {
		video: { type: 'str', component: 'videoUpload', label: 'Video', isRequired: 'True' },
		audio: { type: 'str', component: 'audioUpload', label: 'Audio', isRequired: 'true' },
	}),
	model('inpainter', 'Inpainter', 'imageToImage', {
		image: image(),
		mask: image({ label: 'Mask', displayOrder: 3 }),
		prompt: prompt(),
	}),
	model('image-to-3d', 'Image to 3D', 'imageTo3D', { image: image() }),
	model('lora-studio', 'LoRA Studio', 'textToImage', {
		prompt: prompt(),
		loras: { type: 'list', component: 'json', label: 'LoRAs' },
		extra: { type: 'dict', component: 'json' },
	}),
	model('switches', 'Switches', 'textToImage', {
		prompt: prompt(),
		tile: { type: 'Boolean', component: 'Switch', default: 'True' },
		upscale: { component: 'toggle', default: 0 },
	}),
	model('spaced-out', '  Spaced \n Out ', 'TEXT_TO_IMAGE', { prompt: prompt({ label: '  The\tPrompt ' }) }),
	model('untyped', 'Untyped', '', { prompt: prompt() }, { entry: { type: null } }),
	model('untitled-model', '', 'textToImage', { prompt: prompt() }, { entry: { title: null } }),
	model(
		'flags-as-text',
		'Flags as Text',
		'textToImage',
		{ prompt: prompt() },
		{ entry: { is_visible: 'true', is_depreciated: 'false' } },
	),
	model('listed-by-name', 'Listed by Name', 'textToImage', [{ name: 'prompt', ...prompt() }]),
	model(
		'retired-one',
		'Retired One',
		'textToImage',
		{ prompt: prompt() },
		{ entry: { is_depreciated: true } },
	),
	model(
		'retired-two',
		'Retired Two',
		'textToImage',
		{ prompt: prompt() },
		{ entry: { is_depreciated: 'True' } },
	),
	model('hidden-one', 'Hidden One', 'textToImage', { prompt: prompt() }, { entry: { is_visible: false } }),
	model('brand-new', 'Brand New', 'textToImage', { prompt: prompt(), seed }, { entry: { is_new: true } }),
	model('background-remover', 'Background Remover', 'imageToImage', {
		image: image(),
		method: dropdown(['fast', 'fine']),
	}),
	model('sketch-to-image', 'Sketch to Image', 'sketchToImage', {
		prompt: prompt(),
		sketch: image({ label: 'Sketch' }),
	}),
	model(
		'text-overlay',
		'Text Overlay',
		'imageToImage',
		{
			image: image({ displayOrder: 1 }),
			text: { type: 'str', component: 'textarea', label: 'Text', isRequired: true, displayOrder: 2 },
			font: { type: 'str', component: 'text', label: 'Font', default: 'JosefinSans-Bold', displayOrder: 3 },
			font_size: whole('Font Size', 150, 4),
			color: { type: 'str', component: 'text', label: 'Color', default: '#FFF', displayOrder: 5 },
			align: dropdown(['left', 'center', 'right'], { label: 'Align', default: 'center', displayOrder: 6 }),
			margin_x: whole('Margin X', 97, 7),
			margin_y: whole('Margin Y', '300', 8),
			wrap: whole('Wrap', 50, 9),
			linespace: whole('Line Space', 10, 10),
			graphspace: whole('Graph Space', 0, 11),
			outline_color: { type: 'str', component: 'text', label: 'Outline Color', displayOrder: 12 },
			outline_size: whole('Outline Size', 0, 13),
			text_underlay: { type: 'bool', component: 'checkbox', label: 'Text Underlay', displayOrder: 14 },
			blend_mode: dropdown(['normal', 'multiply', 'screen'], { label: 'Blend Mode', displayOrder: 15 }),
			image_format: dropdown(['jpeg', 'png'], { label: 'Image Format', displayOrder: 16 }),
			image_quality: { ...whole('Image Quality', 90, 17), component: 'slider', min: '10', max: 100 },
			base64: { type: 'bool', component: 'checkbox', label: 'Base64', default: false, isAdvanced: true },
		},
		{
			price: 0.01,
			addresses: ['image'],
			attributes: {
				image: { type: 'image', required: true },
				text: PROMPT,
				...Object.fromEntries(
					['font_size', 'margin_x', 'margin_y', 'wrap', 'linespace', 'graphspace', 'outline_size'].map(
						(name) => [name, { type: 'int' }],
					),
				),
				...{ font: { type: 'str' }, color: { type: 'str' }, outline_color: { type: 'str' } },
				align: { type: 'enum', values: ['left', 'center', 'right'] },
				blend_mode: { type: 'enum', values: ['normal', 'multiply', 'screen'] },
				image_format: { type: 'enum', values: ['jpeg', 'png'], default: 'jpeg' },
				image_quality: { type: 'int', min: 10, max: 100 },
				...{ text_underlay: { type: 'bool' }, base64: { type: 'bool' } },
			},
		},
	),
	model('steps-and-scale', 'Steps and Scale', 'textToImage', {
		prompt: prompt(),
		steps: { type: 'INT', component: 'SLIDER', label: 'Steps', min: 1, max: 50, default: 20 },
		scale: { type: 'number', label: 'Scale', range: [0.5, 4], default: '1.5' },
	}),
]);

export const LIST_PATH = '/inference-model-information/list';

/** The answer of the list's endpoint. */
export const listAnswer = (): object => ({
	'Inference Segmind Model Information List With Details': Object.values(LISTED).map(({ entry }) => entry),
});

/** What the queue says later about a reference that is no web address. */
export const REJECTED_MEDIA = 'Reference media rejected: URL must be a valid HTTP or HTTPS URL.';
