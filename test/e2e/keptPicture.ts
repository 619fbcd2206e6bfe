/* eslint-disable @n8n/community-nodes/no-restricted-imports -- keeps the pictures of the documents on the disk */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import sharp from 'sharp';

const IS_UPDATING = process.env.UPDATE_PICTURES !== undefined;

/** Bytes that a picture may have, so that a page with several opens quickly. */
const MOST_BYTES = 120_000;

/** How far the sides of a picture may be from those of the kept one: another font moves a name by some pixels. */
const TOLERANCE = 0.1;

/** Flat areas are smaller without loss, and a picture with it. */
async function toWebp(png: Buffer): Promise<Buffer> {
	const [lossless, lossy] = await Promise.all([
		sharp(png).webp({ lossless: true, effort: 6 }).toBuffer(),
		sharp(png).webp({ quality: 80, effort: 6 }).toBuffer(),
	]);
	return lossless.length < lossy.length ? lossless : lossy;
}

/** Expects the kept picture to be as large as this one, or with UPDATE_PICTURES set keeps this one. */
export async function expectKept(file: string, png: Buffer): Promise<void> {
	const { width, height } = await sharp(png).metadata();
	if (IS_UPDATING) {
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, await toWebp(png));
	}
	const kept = await readFile(file);
	expect(kept.length).toBeLessThan(MOST_BYTES);
	const known = await sharp(kept).metadata();
	expect(known.format).toBe('webp');
	expect(Math.abs(width / known.width - 1)).toBeLessThan(TOLERANCE);
	expect(Math.abs(height / known.height - 1)).toBeLessThan(TOLERANCE);
}
