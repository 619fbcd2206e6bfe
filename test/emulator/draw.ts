/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import opentype from 'opentype.js';
import sharp from 'sharp';

import { SIZES } from './published';

/** What a picture is drawn from. */
export interface Drawing {
	readonly prompt: string;
	readonly seed: number;
	readonly aspect_ratio: string;
	readonly width: number;
	readonly height: number;
	readonly output_format: string;
	readonly output_quality: number;
	/** Addresses of the pictures that it changes or refers to. */
	readonly pictures?: readonly string[];
}

/** Text is drawn as outlines from a packaged font, so that pictures are the same on a machine without fonts. */
const file = readFileSync(require.resolve('@fontsource/lato/files/lato-latin-700-normal.woff'));
const font = opentype.parse(new Uint8Array(file).buffer);

function wrap(text: string, size: number, width: number, maxLines: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(/\s+/)) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (line !== '' && font.getAdvanceWidth(longer, size) > width) {
			lines.push(line);
			line = word;
		} else {
			line = longer;
		}
	}
	lines.push(line);
	return lines.slice(0, maxLines);
}

/** The outline of a line of text, rounded to tenths of a pixel: opentype.js turns tiny fractions into NaN. */
function outline(line: string, x: number, y: number, size: number): string {
	const path = font.getPath(line, x, y, size);
	for (const command of path.commands) {
		for (const [name, value] of Object.entries(command)) {
			if (typeof value === 'number') Object.assign(command, { [name]: Math.round(value * 10) / 10 });
		}
	}
	return path.toPathData(1);
}

/** Pixels of the letters. */
const letterSize = (width: number, height: number): number => Math.round(Math.min(width, height) / 14);

/** The outlines of a text at the bottom of a picture. */
function words(prompt: string, width: number, height: number): string {
	const size = letterSize(width, height);
	const margin = size * 1.5;
	const lines = wrap(prompt, size, width - 2 * margin, 6);
	const paths = lines.map((line, index) =>
		outline(line, margin, height - margin - (lines.length - 1 - index) * size * 1.3, size),
	);
	return `<path fill="#fff" d="${paths.join('')}"/>`;
}

function toSvg(prompt: string, seed: number, width: number, height: number): string {
	const dice = createHash('sha256').update(`${seed}\n${prompt}`).digest();
	const roll = (index: number, max: number): number => Math.round((dice[index]! / 255) * max);
	const hue = roll(0, 360);
	const size = letterSize(width, height);
	const hills = [0, 1, 2].map((layer) => {
		const top = height * (0.35 + layer * 0.18);
		const swing = (index: number): number => top + (roll(index, 100) / 100 - 0.5) * height * 0.25;
		return `<path fill="hsl(${(hue + 30 * layer) % 360} 45% ${48 - layer * 13}%)" d="M0 ${swing(layer + 4)} C ${width * 0.3} ${swing(layer + 8)} ${width * 0.7} ${swing(layer + 12)} ${width} ${swing(layer + 16)} V ${height} H 0 Z"/>`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${(hue + 180) % 360} 60% 70%)"/><stop offset="1" stop-color="hsl(${(hue + 330) % 360} 75% 85%)"/></linearGradient></defs>
<rect width="100%" height="100%" fill="url(#sky)"/>
<circle cx="${width * (0.2 + roll(1, 60) / 100)}" cy="${height * (0.15 + roll(2, 15) / 100)}" r="${size * 1.4}" fill="hsl(${roll(3, 60)} 90% 92%)"/>
${hills.join('\n')}
${words(prompt, width, height)}</svg>`;
}

/** Pixels; a picture of a phone's camera is made no larger than models make them. */
const LONGEST_SIDE = 1568;

/** Writes the prompt over a picture, in the shape that is asked for or in its own. */
async function drawOver(picture: Buffer, { prompt, seed, aspect_ratio: ratio }: Drawing): Promise<Buffer> {
	const [asked, high] = SIZES[ratio] ?? [];
	const shape =
		asked === undefined
			? sharp(picture).resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
			: sharp(picture).resize(asked, high, { fit: 'cover' });
	const { data, info } = await shape
		.modulate({ hue: seed % 360 })
		.png()
		.toBuffer({ resolveWithObject: true });
	const { width, height } = info;
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words(prompt.slice(0, 400), width, height)}</svg>`;
	return await sharp(data)
		.composite([{ input: Buffer.from(svg) }])
		.png()
		.toBuffer();
}

/**
 * Draws the prompt over a picture that was sent, or else over a landscape that depends on prompt and seed. The same
 * request gives the same bytes.
 */
export async function draw(drawing: Drawing, sent?: Buffer): Promise<Buffer> {
	const { prompt, seed, aspect_ratio: ratio, output_format: format } = drawing;
	const [width, height] = SIZES[ratio] ?? [drawing.width, drawing.height];
	const quality = Math.min(100, Math.max(1, drawing.output_quality));
	const drawn =
		sent === undefined
			? Buffer.from(toSvg(prompt.slice(0, 400), seed, width, height))
			: await drawOver(sent, drawing);
	const picture = sharp(drawn).flatten();
	if (format === 'png') return await picture.png().toBuffer();
	if (format === 'webp') return await picture.webp({ quality }).toBuffer();
	return await picture.jpeg({ quality }).toBuffer();
}
