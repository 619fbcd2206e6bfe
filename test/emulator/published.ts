/*
 * What Segmind publishes about its models, typed by hand and imported from nowhere. The emulator checks, draws and bills
 * by it, and test/unit/published.test.ts compares the node's own tables with it, so that the node and the emulator can't
 * agree on a mistake.
 */

export interface PublishedAttribute {
	/** An `image` is a URL, `images` a list of them. */
	readonly type: 'str' | 'int' | 'float' | 'enum' | 'bool' | 'image' | 'images';
	readonly required?: true;
	/** Missing where none is published. */
	readonly default?: string | number | boolean;
	/** Missing where no limit is published. */
	readonly min?: number;
	readonly max?: number;
	/** Other numbers are rounded to the nearest multiple. */
	readonly multipleOf?: number;
	/** Missing where no list is published. */
	readonly values?: readonly string[];
	/** Ignored unless another attribute has one of these values. */
	readonly onlyFor?: { readonly attribute: string; readonly values: readonly string[] };
}

export interface PublishedModel {
	/** US dollars for one image. */
	readonly price: number;
	/** By their names in the request body, each after the one that its `onlyFor` names. */
	readonly attributes: Readonly<Record<string, PublishedAttribute>>;
}

const prompt: PublishedAttribute = { type: 'str', required: true };

const size: PublishedAttribute = {
	type: 'int',
	default: 1024,
	min: 256,
	max: 1440,
	multipleOf: 16,
	onlyFor: { attribute: 'aspect_ratio', values: ['custom'] },
};

/** The page names the defaults only; the values are those of the first public schema with the same texts. */
const outputFormat: PublishedAttribute = { type: 'enum', default: 'webp', values: ['webp', 'jpg', 'png'] };

/** The page says "not relevant for .png". */
const onlyForLossy = { attribute: 'output_format', values: ['jpg', 'webp'] };

/** Models by their name in the path. */
export const MODELS: Readonly<Record<string, PublishedModel>> = {
	'flux-1.1-pro': {
		price: 0.05,
		attributes: {
			prompt,
			seed: { type: 'int', default: 1 },
			aspect_ratio: {
				type: 'enum',
				default: '1:1',
				values: ['custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'],
			},
			width: size,
			height: size,
			output_format: outputFormat,
			output_quality: { type: 'int', default: 80, min: 0, max: 100, onlyFor: onlyForLossy },
			safety_tolerance: { type: 'int', default: 2, min: 1, max: 5 },
			prompt_upsampling: { type: 'bool', default: true },
		},
	},
	'flux-1.1-pro-ultra': {
		price: 0.075,
		attributes: {
			prompt,
			seed: { type: 'int' },
			raw: { type: 'bool', default: false },
			aspect_ratio: {
				type: 'enum',
				default: '1:1',
				values: ['21:9', '16:9', '3:2', '4:3', '5:4', '1:1', '4:5', '3:4', '2:3', '9:16', '9:21'],
			},
			output_format: { type: 'enum', default: 'jpg', values: ['jpg', 'png'] },
			safety_tolerance: { type: 'int', default: 2 },
		},
	},
	'flux-pro': {
		price: 0.067,
		attributes: {
			prompt,
			// The limits of guidance, steps and interval are those of the first public schema, too.
			guidance: { type: 'float', default: 3, min: 2, max: 5 },
			steps: { type: 'int', default: 25, min: 1, max: 50 },
			interval: { type: 'float', default: 2, min: 1, max: 4 },
			safety_tolerance: { type: 'int', default: 2 },
			aspect_ratio: { type: 'enum' },
			seed: { type: 'int' },
			output_format: outputFormat,
			output_quality: { type: 'int', default: 80, onlyFor: onlyForLossy },
		},
	},
	'flux-kontext-pro': {
		price: 0.05,
		attributes: {
			prompt,
			// Segmind's page takes it as optional; without it this is no edit, and up to 6 are tolerated.
			input_image: { type: 'image', required: true },
			aspect_ratio: {
				type: 'enum',
				default: 'match_input_image',
				values: [
					...['match_input_image', '1:1', '16:9', '21:9', '4:3', '3:2', '4:5', '5:4', '3:4', '2:3'],
					...['9:16', '9:21', '1:2', '2:1'],
				],
			},
			output_format: { type: 'enum', default: 'png', values: ['png', 'jpg'] },
			safety_tolerance: { type: 'int', default: 2, min: 0, max: 2 },
			seed: { type: 'int' },
		},
	},
};

/** The sample body on the page of Flux 1.1 Pro. */
export const SAMPLE = {
	seed: 12345,
	width: 1024,
	height: 1024,
	prompt:
		'A photo of an astronaut with a mirrored helmet standing in a field of sunflowers. The spacesuit has a NASA logo on it. The astronaut is covered in dirt and has vines wrapped around his body. The sky is dark and cloudy.',
	aspect_ratio: '1:1',
	output_format: 'png',
	output_quality: 80,
	safety_tolerance: 2,
	prompt_upsampling: false,
};

/** Pixels for each ratio. Segmind publishes none; other hosts of these models return these. */
export const SIZES: Readonly<Record<string, readonly [width: number, height: number]>> = {
	'1:1': [1024, 1024],
	'1:2': [704, 1408],
	'2:1': [1408, 704],
	'16:9': [1344, 768],
	'21:9': [1568, 672],
	'3:2': [1216, 832],
	'2:3': [832, 1216],
	'4:5': [896, 1088],
	'5:4': [1088, 896],
	'9:16': [768, 1344],
	'9:21': [672, 1568],
	'3:4': [896, 1152],
	'4:3': [1152, 896],
};

/** The media type of each output format. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
	jpg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
};
