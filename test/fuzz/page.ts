/*
 * The rules of Segmind's page for Flux 1.1 Pro, typed by hand from the page as test/unit/published.test.ts is, and
 * imported from nowhere.
 */

const isWhole = (value: unknown, min: number, max: number): boolean =>
	typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

const isSize = (value: unknown): boolean => isWhole(value, 256, 1440) && Number(value) % 16 === 0;

const RATIOS = ['custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'];

/** Whether the page allows a value, for each of its nine attributes. */
const RULES: Readonly<Record<string, (value: unknown) => boolean>> = {
	seed: (value) => isWhole(value, 0, 4294967295),
	width: isSize,
	height: isSize,
	prompt: (value) => typeof value === 'string' && value.trim() !== '',
	aspect_ratio: (value) => typeof value === 'string' && RATIOS.includes(value),
	output_format: (value) => typeof value === 'string' && ['webp', 'jpg', 'png'].includes(value),
	output_quality: (value) => isWhole(value, 0, 100),
	safety_tolerance: (value) => isWhole(value, 1, 5),
	prompt_upsampling: (value) => typeof value === 'boolean',
};

/** What the page would not accept of a body as it was sent; empty for a good one. */
export function refusedByPage(body: Readonly<Record<string, unknown>>): string[] {
	const wrong = Object.entries(body)
		.filter(([wire, value]) => !Object.hasOwn(RULES, wire) || RULES[wire]?.(value) !== true)
		.map(([wire]) => wire);
	const missing = ['prompt', 'aspect_ratio', 'output_format', 'seed'].filter(
		(wire) => !Object.hasOwn(body, wire),
	);
	const sized = body.aspect_ratio === 'custom';
	const sizes = ['width', 'height'].filter((wire) => Object.hasOwn(body, wire) !== sized);
	const quality = body.output_format === 'png' && Object.hasOwn(body, 'output_quality');
	return [...wrong, ...missing, ...sizes, ...(quality ? ['output_quality'] : [])];
}
