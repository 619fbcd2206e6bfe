/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads and writes the pictures of the documents */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';

const IS_UPDATING = process.env.UPDATE_PICTURES !== undefined;

/** The largest size of a picture in bytes, so that a page with several opens quickly. */
const MAX_BYTES = 120_000;

/** How much the sides of a picture may differ from those of the kept one: another font shifts things by some pixels. */
const TOLERANCE = 0.1;

/** Converts a picture to the smaller of lossless and lossy: flat areas compress better without loss. */
async function toWebp(png: Buffer): Promise<Buffer> {
	const [lossless, lossy] = await Promise.all([
		sharp(png).webp({ lossless: true, effort: 6 }).toBuffer(),
		sharp(png).webp({ quality: 80, effort: 6 }).toBuffer(),
	]);
	return lossless.length < lossy.length ? lossless : lossy;
}

/** Expects the kept picture to have the size of this one. With UPDATE_PICTURES set, keeps this one. */
export async function expectKept(file: string, png: Buffer): Promise<void> {
	const { width, height } = await sharp(png).metadata();
	if (IS_UPDATING) {
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, await toWebp(png));
	}
	const kept = await readFile(file);
	expect(kept.length).toBeLessThan(MAX_BYTES);
	const known = await sharp(kept).metadata();
	expect(known.format).toBe('webp');
	expect(Math.abs(width / known.width - 1)).toBeLessThan(TOLERANCE);
	expect(Math.abs(height / known.height - 1)).toBeLessThan(TOLERANCE);
}
