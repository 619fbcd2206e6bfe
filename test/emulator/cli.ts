/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command for the terminal */
import { parseArgs } from 'node:util';

import { Emulator } from './emulator';

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			credits: { type: 'string', default: '10' },
			delay: { type: 'string', default: '0' },
		},
	});
	const emulator = await Emulator.start({
		port: Number(values.port),
		credits: Number(values.credits),
		delay: Number(values.delay),
	});
	console.log(`Segmind, emulated. No image is paid for here.

  Base URL  ${emulator.url}
  API key   ${emulator.key}
  Credits   $${emulator.credits}

Enter both in the Segmind credential of n8n, or try it from here:

  curl -s ${emulator.url}/v1/flux-1.1-pro -H 'x-api-key: ${emulator.key}' \\
    -H 'content-type: application/json' -d '{"prompt":"a red fox"}' -o fox.webp

Let the next image go wrong, and see what was asked and paid:

  curl -s ${emulator.url}/_emulator/faults -d '{"status":503,"body":{"error":"busy"}}'
  curl -s ${emulator.url}/_emulator/ledger

Ctrl+C ends it.`);
}

void main();
