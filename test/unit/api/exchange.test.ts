import { toExchange } from '../../../nodes/Segmind/api/exchange';

const response = { status: 502, headers: { via: '1.1 proxy' }, data: 'body' };
const exchange = { statusCode: 502, headers: response.headers, body: 'body' };

test.each<[name: string, wasSent: boolean | undefined, thrown: object]>([
	['the error itself', undefined, { response }],
	['its cause', undefined, new Error('n8n', { cause: { response } })],
	['a cause after one without', undefined, { response: null, cause: { response: {}, cause: { response } } }],
	['a request that went out', true, { response, request: { writableFinished: true } }],
	['a request that did not', false, { response, request: { writableFinished: false } }],
])('reads the response in %s (sent: %j)', (_name, wasSent, thrown) => {
	expect(toExchange(thrown)).toStrictEqual({ ...exchange, wasSent });
});

test.each([new Error('x'), { response: { status: '502' } }, 'x', undefined])('throws %p on', (thrown) => {
	const caught = ((): unknown => {
		try {
			return toExchange(thrown);
		} catch (error) {
			return error;
		}
	})();
	expect(caught).toBe(thrown);
});
