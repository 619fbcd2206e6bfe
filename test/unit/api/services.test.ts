import { SegmindClient } from '../../../nodes/Segmind/api/client';
import { contextOf, KEY } from './context';

it.each([
	[undefined, 'https://api.segmind.com', 'https://api.segmind.com/x'],
	['history', 'https://api.segmind.com/', 'https://api.spotprod.segmind.com/x'],
	['upload', 'https://api.segmind.com', 'https://workflows-api.segmind.com/x'],
	['history', 'https://proxy.example/segmind', 'https://proxy.example/segmind/x'],
] as const)('asks the service %s of %s at %s', async (service, baseUrl, expected) => {
	const sent: Array<{ url: string }> = [];
	const { context } = contextOf({ apiKey: KEY, baseUrl });
	const httpRequestWithAuthentication = async (_: string, options: (typeof sent)[number]) => {
		sent.push(options);
		throw new Error('not sent in a test');
	};
	Object.assign(context.helpers, { httpRequestWithAuthentication });
	const client = await SegmindClient.open(context);
	await expect(client.send({ method: 'GET', service, path: '/x', timeout: 1 })).rejects.toThrow();
	expect(sent.map(({ url }) => url)).toEqual([expected]);
});
