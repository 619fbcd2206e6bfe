/* eslint-disable @n8n/community-nodes/no-restricted-imports, no-console -- a command line tool */
import { parseArgs } from 'node:util';

import { Emulator } from './emulator';

async function main(): Promise<void> {
	const option = (value: string) => ({ type: 'string', default: value }) as const;
	const { values } = parseArgs({
		options: { port: option('0'), credits: option('10'), delay: option('0'), key: { type: 'string' } },
	});
	const emulator = await Emulator.start({
		port: Number(values.port),
		credits: Number(values.credits),
		delay: Number(values.delay),
		...(values.key === undefined ? {} : { key: values.key }),
	});
	console.log(`Segmind emulator. Nothing is billed to a real account.

  Base URL  ${emulator.url}
  API key   ${emulator.key}
  Credits   $${emulator.credits}

Enter both in the Segmind credential of n8n, or try it from here:

  curl -s ${emulator.url}/v1/flux-1.1-pro -H 'x-api-key: ${emulator.key}' \\
    -H 'content-type: application/json' -d '{"prompt":"a red fox"}' -o fox.webp

Inject a fault into the next request, and list requests and payments:

  curl -s ${emulator.url}/_emulator/faults -d '{"status":503,"body":{"error":"busy"}}'
  curl -s ${emulator.url}/_emulator/ledger

Press Ctrl+C to stop.`);
}

void main();
