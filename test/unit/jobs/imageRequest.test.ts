import { toImageRequest } from '../../../nodes/Segmind/jobs/imageRequest';
import { MODELS } from '../../../nodes/Segmind/models/models';

type Raw = Readonly<Record<string, unknown>>;

const LEAST = { prompt: 'a fox', aspectRatio: '1:1', outputFormat: 'webp' };
const CUSTOM = { ...LEAST, aspectRatio: 'custom', width: 1024, height: 768, outputFormat: 'jpg' };
const SET = { outputQuality: 0, promptUpsampling: false, safetyTolerance: 5, seed: 0, raw: 'true' };
const TEXTS = { outputQuality: '0', promptUpsampling: 'FALSE', safetyTolerance: ' 5', seed: '0' };
const SPELLED = { aspectRatio: ' CUSTOM', outputFormat: 'JPEG', outputQuality: 7 };
const ALL = { ...LEAST, ...SET, guidance: '3.5', steps: 20, interval: 1.5, width: 'x', output_quality: 3 };

const modelOf = (id = 'flux-1.1-pro') => MODELS.find((model) => model.id === id)!;
const requestOf = (raw: Raw, id?: string) => toImageRequest(modelOf(id), Object.freeze(raw), () => 777);
const bodyOf = (raw: Raw, id?: string) => requestOf(raw, id).body;

const BODY = { prompt: 'a fox', aspect_ratio: '1:1', output_format: 'webp', seed: 777 };
const SIZED = { ...BODY, aspect_ratio: 'custom', width: 512, height: 768, output_format: 'png' };
const JPG = { ...SIZED, width: 1024, output_format: 'jpg', output_quality: 7 };
const ULTRA = { ...BODY, aspect_ratio: '21:9', output_format: 'jpg', raw: true, safety_tolerance: 5 };
const ZEROS = { ...BODY, output_quality: 0, safety_tolerance: 5, seed: 0 };

it.each<[id: string, raw: Raw, body: object]>([
	['flux-1.1-pro', LEAST, BODY],
	['flux-1.1-pro', ALL, { ...ZEROS, prompt_upsampling: false }],
	['flux-1.1-pro', { ...LEAST, ...TEXTS }, { ...ZEROS, prompt_upsampling: false }],
	['flux-1.1-pro', { ...CUSTOM, ...SPELLED }, JPG],
	['flux-1.1-pro', { ...CUSTOM, width: '512', outputFormat: 'png', outputQuality: 500 }, SIZED],
	['flux-1.1-pro-ultra', { ...CUSTOM, ...SET, aspectRatio: '21:9', seed: 777 }, ULTRA],
	['flux-pro', ALL, { ...ZEROS, guidance: 3.5, interval: 1.5, steps: 20 }],
])('sends %s what applies of %j, and nothing else', (id, raw, body) => {
	expect(bodyOf(raw, id)).toStrictEqual(body);
	expect(requestOf(raw, id)).toMatchObject({ model: { id }, roundings: [], anyMedia: false });
});

it.each(['', ' \n', null, undefined])('leaves %j to the API, unless a value must be there', (empty) => {
	const additional = { outputQuality: empty, promptUpsampling: empty, safetyTolerance: empty, seed: empty };
	expect(bodyOf({ ...LEAST, ...additional })).toStrictEqual(BODY);
	for (const parameter of ['prompt', 'width', 'aspectRatio', 'outputFormat']) {
		expect(() => requestOf({ ...CUSTOM, [parameter]: empty })).toThrow(/^'[A-Z].+' is empty$/);
	}
});

const PROMPTS = ['  spaces  ', 'line\nline', 'صورة', '🦊', '0'];
const INVALID = /^'[A-Z].+' (is (out|not|neither)|contains|can't be)/;

it.each<[id: string, parameter: string, wire: string, good: unknown[], bad: unknown[]]>([
	['flux-1.1-pro', 'prompt', 'prompt', PROMPTS, [NaN, {}, ['a'], 'NaN']],
	['flux-1.1-pro', 'aspectRatio', 'aspect_ratio', ['4:3', '9:16'], ['21:9', 7]],
	['flux-pro', 'aspectRatio', 'aspect_ratio', ['5:4'], ['21:9', 'custom']],
	['flux-1.1-pro-ultra', 'outputFormat', 'output_format', ['jpg', 'png'], ['webp', 'jpe', ['jpg']]],
	['flux-1.1-pro', 'height', 'height', [256, 1440], [255, 1441, 300.5]],
	['flux-1.1-pro', 'promptUpsampling', 'prompt_upsampling', [true, false], ['maybe', 1]],
	['flux-1.1-pro', 'safetyTolerance', 'safety_tolerance', [1, 5], [0, 6]],
	['flux-1.1-pro', 'seed', 'seed', [0, 4294967295], [-2, 4294967296, 1.5, '-1.5']],
	['flux-pro', 'guidance', 'guidance', [2, 3.5, 5], [1.99, 5.01]],
])('%s takes the %s, sent as %s: %j and not %j', (id, parameter, wire, good, bad) => {
	const raw = id === 'flux-1.1-pro' ? CUSTOM : { ...CUSTOM, aspectRatio: '1:1' };
	for (const value of good) expect(bodyOf({ ...raw, [parameter]: value }, id)[wire]).toBe(value);
	for (const value of bad) expect(() => requestOf({ ...raw, [parameter]: value }, id)).toThrow(INVALID);
});

it.each([
	['prompt', 42, 'prompt', '42'],
	['prompt', 0, 'prompt', '0'],
	['prompt', false, 'prompt', 'false'],
	['outputFormat', 'WebP', 'output_format', 'webp'],
	['outputFormat', 'jpeg', 'output_format', 'jpg'],
	['aspectRatio', 'Custom', 'aspect_ratio', 'custom'],
])('sends the %s %j as %s %j', (parameter, value, wire, sent) => {
	expect(bodyOf({ ...CUSTOM, [parameter]: value })[wire]).toBe(sent);
});

it.each(MODELS.flatMap((model) => ['', -1, '-1', ' -1\n'].map((seed) => [model.id, seed] as const)))(
	'draws the seed of %s from 31 bits for %j, once the other values are checked',
	(id, seed) => {
		const draw = jest.fn(() => 0);
		const raw = { ...LEAST, outputFormat: 'jpg', seed };
		expect(toImageRequest(modelOf(id), raw, draw)).toMatchObject({ seedDrawn: true, body: { seed: 0 } });
		expect(draw.mock.calls).toStrictEqual([[2147483647]]);
		expect(toImageRequest(modelOf(id), { ...raw, seed: '0' }, draw).seedDrawn).toBe(false);
		expect(() => toImageRequest(modelOf(id), { ...raw, outputFormat: '' }, draw)).toThrow('is empty');
		expect(draw).toHaveBeenCalledTimes(1);
	},
);

it.each([
	[256, 256],
	[263, 256],
	[264, 272],
	['1000', 1008],
	[1431, 1424],
	[1432, 1440],
])('sends %j pixels as %j, and says so', (size, sent) => {
	const request = requestOf({ ...CUSTOM, width: size, height: size, seed: 17, outputQuality: 81 });
	expect(request.body).toMatchObject({ width: sent, height: sent, seed: 17, output_quality: 81 });
	const roundings = ['Width', 'Height'].map((label) => ({ label, entered: Number(size), sent, step: 16 }));
	expect(request.roundings).toStrictEqual(size === sent ? [] : roundings);
});
