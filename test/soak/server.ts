/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the soak test, not part of the node */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import sharp from 'sharp';

import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';

/** What the server tells: where it is, and what was seen and paid. */
export type Told =
	| { readonly kind: 'started'; readonly url: string; readonly key: string }
	| { readonly kind: 'ordered' }
	| { readonly kind: 'ledger'; readonly paid: number; readonly requests: number; readonly inFlight: number };

/** What the server is asked: to order faults, or to tell. */
export type Asked =
	{ readonly kind: 'order'; readonly faults: readonly Fault[] } | { readonly kind: 'ledger' };

/** A picture of noise, which no format makes smaller. */
const noise = async (side: number, format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> =>
	await sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
		.toFormat(format)
		.toBuffer();

/** US dollars, enough for every image. */
const CREDITS = 100_000;

const tell = (told: Told): boolean | undefined => process.send?.(told);

async function main(): Promise<void> {
	const emulator = await Emulator.start({ credits: CREDITS, picture: await noise(96, 'webp') });
	const headers = { 'x-cost': '0.05', 'x-remaining-credits': String(CREDITS), 'x-request-id': 'soak' };
	const sizes: ReadonlyArray<readonly [name: string, picture: Buffer]> = [
		['medium', await noise(400, 'jpeg')],
		['large', await noise(816, 'png')],
	];
	for (const [prompt, picture] of sizes) {
		emulator.order({ prompt, times: -1, bytes: picture.toString('base64'), headers });
	}
	process.on('message', (asked: Asked) => {
		if (asked.kind === 'order') {
			for (const fault of asked.faults) emulator.order(fault);
			tell({ kind: 'ordered' });
			return;
		}
		const { paid, imageRequests, inFlight } = emulator;
		tell({ kind: 'ledger', paid, requests: imageRequests.length, inFlight });
	});
	process.once('disconnect', () => void emulator.close());
	tell({ kind: 'started', url: emulator.url, key: emulator.key });
}

void main();
