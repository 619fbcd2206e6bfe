/** Returns a text on one line, without what n8n would evaluate as an expression; '' for anything else. */
export function readText(value: unknown, limit: number): string {
	if (typeof value !== 'string') return '';
	const line = value
		.slice(0, 2000)
		.toWellFormed()
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
		.replace(/^[\s=]+/, '')
		.trim();
	const characters = Array.from(line);
	return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** Returns a boolean, from itself, a word or a number; undefined for anything else. */
export function readFlag(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const word =
		typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : '';
	if (['true', '1', 'yes'].includes(word)) return true;
	return ['false', '0', 'no'].includes(word) ? false : undefined;
}

const capitalize = (word: string): string =>
	word === '3d' ? '3D' : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

/** Returns a readable name: `num_outputs` becomes `Num Outputs`. */
export const toLabel = (name: string): string =>
	name
		.split(/[_\s-]+/)
		.filter((word) => word !== '')
		.map(capitalize)
		.join(' ');

/** What models take and make, as it is spelled in their kinds, in lower case. */
const MEDIA = 'text|image|video|audio|speech|music|3d|mesh|lipsync|character|pose|sketch|face';

const KIND = new RegExp(`^(${MEDIA})to(${MEDIA})$`);

/** Returns a readable kind, whatever its capitals: `imageTOImage` becomes `Image to Image`. */
export function toKind(value: unknown): string {
	const text = readText(value, 40);
	const [, from, to] = KIND.exec(text.toLowerCase().replace(/[\s_-]/g, '')) ?? [];
	if (from !== undefined && to !== undefined) return `${capitalize(from)} to ${capitalize(to)}`;
	return toLabel(text.replace(/([a-z\d])([A-Z])/g, '$1 $2'));
}
