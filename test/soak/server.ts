/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the soak test, not part of the node */
// The emulator in a process of its own, so that its memory does not count as the node's.
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Planned } from './executions';

/** US dollars, enough for every image. */
const CREDITS = 100_000;

/** A picture of noise, which no format compresses. */
const noise = async (side: number, format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> =>
	await sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
		.toFormat(format)
		.toBuffer();

/** Sends its address first. Then it takes lists of faults, and replies with what was paid so far. */
async function main(): Promise<void> {
	const emulator = await Emulator.start({ credits: CREDITS, picture: await noise(96, 'webp') });
	const headers = { 'x-cost': '0.05', 'x-remaining-credits': String(CREDITS), 'x-request-id': 'soak' };
	const sizes = { medium: await noise(400, 'jpeg'), large: await noise(816, 'png') };
	for (const [prompt, picture] of Object.entries(sizes)) {
		emulator.inject({ prompt, times: -1, bytes: picture.toString('base64'), headers });
	}
	process.on('message', (faults: Planned['faults']) => {
		for (const fault of faults) emulator.inject(fault);
		process.send?.({ paid: emulator.paid, requests: emulator.imageRequests.length });
	});
	process.once('disconnect', () => void emulator.close());
	process.send?.({ baseUrl: emulator.url, apiKey: emulator.key });
}

void main();
